"""Waiting until operations have ended, and how much of that time the chain's own node worked."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from service.cli.opening import aside
from service.installation import Installation
from service.outbox.operations import Operation, State, ended_among

_PAUSE = 0.2
_PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Chain:
    """The node of a home, and the processor time it had used when this was made.

    None where the node is not this machine's own, or its time cannot be read (only Linux says).
    """

    pid: int | None
    began: float | None

    @classmethod
    def of(cls, home: Path) -> Self:
        """Begin measuring."""
        from devnet import processes

        running = processes.recorded(home / "chain" / "node.json")
        pid = running.pid if running else None
        return cls(pid, _processor_seconds(pid))

    def seconds(self, whole: float) -> dict[str, float]:
        """Say how long the node's processors worked since, and what share of `whole` seconds that is."""
        now = _processor_seconds(self.pid)
        if now is None or self.began is None:
            return {}
        used = now - self.began
        return {"chain": round(used, 2), "chain_share": round(used / whole, 3) if whole else 0.0}


def _processor_seconds(pid: int | None) -> float | None:
    """Read the user and system time of a process (proc(5), fields 14 and 15)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def wait(
    installation: Installation, accepted: Sequence[Operation], moved: Callable[[int], object]
) -> list[dict[str, str]]:
    """Wait until every operation has ended; give those that were refused, with the reason.

    Args:
        moved: is told how many have ended since it was told last.
    """
    waiting = {one.id for one in accepted}
    refused: list[dict[str, str]] = []
    still = time.monotonic()
    while waiting:
        ended = ended_among(installation.database, waiting)
        waiting -= {one.id for one in ended}
        refused += [_refusal(one) for one in ended if one.state is State.REFUSED]
        moved(len(ended))
        if ended:
            still = time.monotonic()
        elif time.monotonic() - still > _PATIENCE:
            still = float("inf")
            aside(
                "暂无进展：请确认 qianyin worker 与 qianyin index 都在运行，或用 qianyin doctor 检查",
                "nothing moves: see that qianyin worker and qianyin index both run, or ask qianyin doctor",
            )
        if waiting and not ended:
            time.sleep(_PAUSE)
    return refused


def _refusal(one: Operation) -> dict[str, str]:
    said = {"operation": one.id, "kind": one.kind}
    if one.reason is not None:
        said |= {"code": one.reason.code, "zh": one.reason.zh, "en": one.reason.en}
    return said
