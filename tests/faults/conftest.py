"""What the tests of faults share: a warm nursery and a PostgreSQL of their own. The table is in table.py."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.nursery import Nursery
from tests.faults.servers import Postgres, postgres


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
