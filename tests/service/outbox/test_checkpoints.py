"""A checkpoint is asked for when the last one is an hour old."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from service.outbox.checkpoints import INTERVAL, ask_if_due
from tests.devnet_fixtures import LiveNode
from tests.service.outbox.house import House, build, outcomes

pytestmark = pytest.mark.node


@pytest.fixture
def house(geth_node: LiveNode) -> Iterator[House]:
    """A house on one Clique validator."""
    made = build(geth_node)
    yield made
    made.close()


def test_a_checkpoint_is_asked_for_once_an_hour(house: House) -> None:
    house.indexer.catch_up()
    now = int(time.time()) // INTERVAL * INTERVAL + INTERVAL
    first = ask_if_due(house.office, now)
    assert first is not None
    assert ask_if_due(house.office, now + 1) is None
    house.settle()
    assert outcomes(house, {"it": first.id}) == {"it": "settled"}
    recorded = int(time.time())
    assert ask_if_due(house.office, recorded + INTERVAL - 60) is None
    assert ask_if_due(house.office, recorded + 2 * INTERVAL) is not None
