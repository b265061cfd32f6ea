"""A real validator loses blocks (`debug_setHead`): before they settled, and below what everybody took for final."""

from __future__ import annotations

import time

import pytest

from indexer.follow import Halt, Reason
from indexer.node import Node
from indexer.reindex import NotAccepted, reindex
from indexer.values import hash32
from tests.devnet.transactions import mined
from tests.devnet_fixtures import LiveNode
from tests.faults.nursery import Nursery
from tests.faults.stage import MEANWHILE, Stage, staged, until
from tests.faults.tally import Tally
from tests.indexer.ledgers import administer

pytestmark = [pytest.mark.node, pytest.mark.timeout(600)]


def _head(stage: Stage) -> int:
    return int(stage.house.node.call("eth_blockNumber"), 16)


def _lose(stage: Stage, blocks: int) -> None:
    """Take the last blocks away. The pool of transactions knows of it only after a start."""
    node = stage.house.node
    newest = node.call("eth_getBlockByNumber", "latest", False)
    administer(node, "debug_setHead", hex(int(newest["number"], 16) - blocks))
    # A worker that lives may already have had another block mined in their place.
    there = node.call("eth_getBlockByNumber", newest["number"], False)
    assert there is None or there["hash"] != newest["hash"], "no block was lost"
    stage.kill_node()


def _settle(stage: Stage, depth: int) -> None:
    """Let work be done while blocks come that have nothing to do with it, until all has ended."""
    players = [stage.worker(), stage.indexer()]
    deadline = time.monotonic() + 120.0
    while stage.open_count() and time.monotonic() < deadline:
        mined(stage.house.node, depth)
        until(lambda: not stage.open_count(), 0.5)
    assert not stage.open_count(), "not all ended"
    for one in players:
        one.kill()


@pytest.mark.parametrize("blocks", [1, 64])
def test_blocks_lost_before_they_settled_come_back_by_themselves(
    geth_node: LiveNode, nursery: Nursery, tally: Tally, blocks: int
) -> None:
    depth = blocks + MEANWHILE
    with staged(geth_node, nursery, 61, depth=depth) as stage:
        stage.found()
        _settle(stage, depth)
        begun = _head(stage)
        stage.ask(stage.story.life())
        players = [stage.worker(), stage.indexer()]
        assert until(lambda: _head(stage) > begun + 1, 30.0), "the worker had nothing mined"
        mined(stage.house.node, max(1, blocks - 1))
        sent = _head(stage)
        projection = stage.house.indexer.projection
        assert until(lambda: projection.progress().tip.number >= sent, 30.0), "it was not followed"
        _lose(stage, blocks)
        for one in players:
            assert one.alive, "a lost block ended a program"
            one.kill()
        _settle(stage, depth)
        found = stage.reckon()
    tally.add({f"validator lost blocks before they settled: {blocks}": 1}, found)
    assert found.ok, found


def test_a_chain_rolled_back_below_what_was_final_stops_the_index_until_a_person_accepts_it(
    geth_node: LiveNode, nursery: Nursery, tally: Tally
) -> None:
    with staged(geth_node, nursery, 62) as stage:
        stage.found()
        stage.ask(stage.story.life())
        stage.calm()
        house = stage.house
        before = house.acts()
        held = house.indexer.projection.progress().tip
        _lose(stage, 5)
        stage.ask(stage.story.life())
        worker, indexer = stage.worker(), stage.indexer()
        assert until(lambda: _head(stage) >= held.number, 60.0), "what was lost was not sent again"
        assert until(lambda: house.indexer.projection.progress().halt is not None, 30.0)
        halt = house.indexer.projection.progress().halt
        assert isinstance(halt, Halt)
        assert halt.reason is Reason.SETTLED_REPLACED
        assert house.indexer.projection.progress().tip == held
        assert stage.open_count(), "something was said to be settled under a history that was replaced"
        assert worker.alive
        assert indexer.alive
        worker.kill()
        indexer.kill()
        with Node(house.deployment.rpc) as node:
            with pytest.raises(NotAccepted):
                reindex(node, house.indexer.projection, house.deployment)
            newest = house.node.call("eth_getBlockByNumber", "latest", False)
            reindex(node, house.indexer.projection, house.deployment, accept_chain=hash32(newest["hash"]))
        stage.calm()
        found = stage.reckon()
        assert house.acts()[: len(before)] == before, "what was final came back otherwise"
    tally.add({"validator rolled back below what was final": 1}, found)
    assert found.ok, found
