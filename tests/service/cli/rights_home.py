"""Words and steps that tests of `qianyin rights` share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Run = Callable[..., tuple[int, dict[str, Any]]]
As = Callable[[str | None], None]


def recorded(run: Run, proposal: dict[str, Any]) -> None:
    """Wait until what all agreed to is on the ledger."""
    shown = run("rights", "proposal", proposal["id"])[1]
    code, said = run("operation", "wait", shown["operation"])
    assert (code, said["state"]) == (0, "settled"), said
