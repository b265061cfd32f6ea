"""What the tests of faults share: a warm nursery, a PostgreSQL of their own, and the table at the end."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.nursery import Nursery
from tests.faults.servers import Postgres, postgres
from tests.faults.tally import Tally

_TALLY = Tally()
KEPT_AT = "QIANYIN_FAULT_TABLE"
"""The environment variable that names a file for the table."""


@pytest.fixture(scope="session")
def tally() -> Tally:
    """The fault table of this session."""
    return _TALLY


@pytest.fixture
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    """A warm parent for programs that are killed; what they said is shown if the test fails."""
    log = tmp_path_factory.mktemp("nursery") / "log"
    warm = Nursery(log)
    try:
        yield warm
    finally:
        warm.close()
        print(log.read_text()[-8_000:])


@pytest.fixture
def server() -> Iterator[Postgres]:
    """A PostgreSQL that can be killed."""
    with postgres() as running:
        yield running


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table."""
    if not _TALLY.lines:
        return
    terminalreporter.section("faults")
    terminalreporter.write_line(_TALLY.markdown())
    terminalreporter.write_line(_TALLY.summary())
    if os.environ.get(KEPT_AT):
        text = f"{_TALLY.markdown()}\n\n{_TALLY.summary()}\n"
        Path(os.environ[KEPT_AT]).write_text(text, encoding="utf-8")
