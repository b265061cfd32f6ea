"""The fault table of a run: filled in the processes that run the tests, brought together and printed in the first."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.faults.tally import Tally

KEPT_AT = "QIANYIN_FAULT_TABLE"
"""The environment variable that names a folder for the table, whole and short."""
_SENT = "faults"
_TALLY = Tally()


@pytest.fixture(scope="session")
def tally() -> Tally:
    """The fault table of this process."""
    return _TALLY


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Send the table of one of several processes to the first."""
    sent: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if sent is not None:
        sent[_SENT] = _TALLY.written()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take what a process sent; one that broke down sent nothing."""
    _TALLY.join(Tally.read(getattr(node, "workeroutput", {}).get(_SENT, {})))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table."""
    if not _TALLY.lines:
        return
    terminalreporter.section("faults")
    terminalreporter.write_line(_TALLY.markdown())
    terminalreporter.write_line(_TALLY.summary())
    if os.environ.get(KEPT_AT):
        for name, table in (("table.md", _TALLY.markdown()), ("short.md", _TALLY.short())):
            text = f"{table}\n\n{_TALLY.summary()}\n"
            Path(os.environ[KEPT_AT], name).write_text(text, encoding="utf-8")
