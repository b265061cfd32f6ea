"""A ledger of some length, indexed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.store import Projection
from tests.indexer.histories import History, grow
from tests.indexer.test_projection import index


@pytest.fixture(scope="session")
def world() -> History:
    """What happened."""
    history = History()
    grow(history, 200, 8)
    return history


@pytest.fixture
def projection(world: History, tmp_path: Path) -> Iterator[Projection]:
    """What the index knows of it."""
    opened = Projection.open(f"sqlite:///{tmp_path / 'index.db'}")
    index(opened, world, depth=5)
    yield opened
    opened.close()
