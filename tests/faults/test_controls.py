"""Programs that are wrong on purpose fail in the storm that the real ones pass: the harness sees what it looks for."""

from __future__ import annotations

import pytest

from tests.devnet_fixtures import LiveNode
from tests.faults.actors import BELIEVED
from tests.faults.lies import Lie
from tests.faults.nursery import Nursery
from tests.faults.reckoning import Reckoning
from tests.faults.stage import staged
from tests.faults.storm import Storm
from tests.faults.tally import CONTROL, Tally

pytestmark = [pytest.mark.node, pytest.mark.timeout(600)]

FEW = 15
"""Kills, at least."""
_LONGEST = 180.0


def _passed(storm: Storm, kills: int, lies: int) -> Reckoning:
    """Let a storm pass over programs that are wrong; they need not come to an end."""
    storm.stage.found()
    missing = storm.rage(kills, lies, _LONGEST)
    assert not missing, missing
    storm.stage.ends(8.0)
    return storm.stage.reckon()


def test_a_worker_that_sends_before_it_stores_fails(
    geth_node: LiveNode, nursery: Nursery, tally: Tally
) -> None:
    with staged(geth_node, nursery, 31, share=0.06) as stage:
        storm = Storm(stage, "send-first", due=frozenset({"worker signing"}))
        found = _passed(storm, FEW, 1)
        deaths = stage.marks()["worker signing"]
    tally.add({f"{CONTROL}sends before it stores, killed at signing": deaths}, found)
    assert found.stuck
    assert found.repeated, "what it sent is in the ledger, and no request is settled by it"


def test_an_indexer_that_trusts_logs_fails(geth_node: LiveNode, nursery: Nursery, tally: Tally) -> None:
    with staged(geth_node, nursery, 32, share=0.1) as stage:
        liar = stage.line.liar
        liar.only = frozenset({Lie.LOGS_CUT, Lie.LOGS_TWICE})
        storm = Storm(stage, "trusting", due=frozenset({f"indexer {BELIEVED}"}))
        found = _passed(storm, 1, 10)
        told = liar.about_methods["eth_getLogs"]
    tally.add({f"{CONTROL}trusts eth_getLogs, lied to about it": told}, found)
    assert found.unsound, found
