"""Why a gift would be refused, read from an index; and how many were given on a day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.china import china_day
from indexer.events import Gifted, decode
from indexer.store import Projection, View
from indexer.values import Address, Hash32
from tests.indexer.histories import History, grow
from tests.indexer.test_projection import index


@pytest.fixture(scope="module")
def world() -> History:
    """What happened."""
    history = History()
    grow(history, 300, 5)
    return history


@pytest.fixture
def view(world: History, tmp_path: Path) -> Iterator[View]:
    """What the index knows of it."""
    projection = Projection.open(f"sqlite:///{tmp_path / 'index.db'}")
    index(projection, world, depth=5)
    with projection.view() as opened:
        yield opened
    projection.close()


def test_gifts_of_a_day_are_those_that_a_plain_look_counts(view: View) -> None:
    given: Counter[tuple[Address, Hash32, int]] = Counter()
    for record in view.records(0, view.as_of.count - 1):
        act = decode(record)
        if isinstance(act, Gifted):
            token = view.token(act.token_id)
            assert token is not None
            given[act.from_, token.state.collection_id, china_day(record.block_time)] += 1
    assert max(given.values()) > 1
    for (holder, collection, day), many in given.items():
        assert view.gifts_on(holder, collection, day) == many
        assert view.gifts_on(holder, collection, day + 400) == 0


def test_a_gift_counts_for_its_giver_alone(view: View) -> None:
    for record in view.records(0, view.as_of.count - 1):
        act = decode(record)
        if isinstance(act, Gifted):
            token = view.token(act.token_id)
            assert token is not None
            collection, day = token.state.collection_id, china_day(record.block_time)
            assert view.gifts_on(act.from_, Hash32(b"\x01" * 32), day) == 0
            assert view.gifts_on(Address(b"\x01" * 20), collection, day) == 0
