"""Programs that are wrong on purpose fail where the real ones pass: the harness can see what it looks for."""

from __future__ import annotations

import pytest

from tests.devnet_fixtures import LiveNode
from tests.faults.lies import Lie
from tests.faults.nursery import Nursery
from tests.faults.reckoning import Reckoning
from tests.faults.stage import Stage, staged, until
from tests.faults.tally import KILL, LIE, Tally

pytestmark = [pytest.mark.node, pytest.mark.timeout(600)]

CONTROL = "control, "
"""What the lines of the table begin with in which something is to be lost, repeated or stuck."""

_LIES = 3


def _begun(stage: Stage) -> None:
    """Found the institution and ask for three lives."""
    stage.found()
    for _ in range(3):
        stage.ask(stage.story.life())


def _killed_while_signing(stage: Stage, wrong: str) -> Reckoning:
    _begun(stage)
    indexer = stage.indexer()
    assert stage.worker("signing", 2, wrong=wrong).wait(120) == -9
    indexer.kill()
    assert stage.ends(10 if wrong else 120) is not bool(wrong)
    return stage.reckon()


@pytest.mark.parametrize("wrong", ["", "send-first"])
def test_a_worker_that_sends_before_it_stores_fails(
    geth_node: LiveNode, nursery: Nursery, tally: Tally, wrong: str
) -> None:
    with staged(geth_node, nursery, 31) as stage:
        found = _killed_while_signing(stage, wrong)
    name = f"{CONTROL}sends before it stores: killed at signing" if wrong else f"{KILL}worker signing"
    tally.add({name: 1}, found)
    assert found.ok is not bool(wrong), found
    if wrong:
        assert found.stuck
        assert found.repeated, "what it sent is in the ledger, and no request is settled by it"


def _followed_through_lies(stage: Stage, wrong: str) -> Reckoning:
    liar = stage.line.liar
    liar.only = frozenset({Lie.LOGS_CUT, Lie.LOGS_TWICE})
    _begun(stage)
    stage.line.lying = False
    worker, honest = stage.worker(), stage.indexer()
    assert until(lambda: stage.open_count() == 0, 120)
    honest.kill()
    stage.line.lying = True
    liar.told.clear()
    indexer = stage.indexer(wrong=wrong)
    for _ in range(20):
        stage.ask(stage.story.life())
        if until(lambda: liar.told.total() >= _LIES, 3.0):
            break
    indexer.kill()
    worker.kill()
    if not stage.ends(20 if wrong else 120):
        assert wrong
    return stage.reckon()


@pytest.mark.parametrize("wrong", ["", "trusting"])
def test_an_indexer_that_trusts_logs_fails(
    geth_node: LiveNode, nursery: Nursery, tally: Tally, wrong: str
) -> None:
    with staged(geth_node, nursery, 32, share=0.3) as stage:
        found = _followed_through_lies(stage, wrong)
        told = stage.line.liar.told
    assert told.total() >= _LIES
    name = f"{CONTROL}trusts eth_getLogs: " if wrong else LIE
    tally.add({name + lie: count for lie, count in told.items()}, found)
    assert found.ok is not bool(wrong), found
