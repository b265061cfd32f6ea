"""What surrounds the programs goes wrong: clock, disk, database, another chain, several who do the same at once."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from indexer.follow import Reason
from service.errors import Unavailable
from service.outbox.accept import accept
from tests.devnet_fixtures import LiveNode
from tests.faults.actors import JUMPED, TOO_LONG, UNANSWERED
from tests.faults.nursery import Child, Nursery
from tests.faults.stage import Stage, staged, until
from tests.faults.story import Asked
from tests.faults.tally import Tally
from tests.service.outbox.house import build

pytestmark = [pytest.mark.node, pytest.mark.timeout(600)]

DAY = 86_400.0
_BUSY = 1
"""Seconds for which programs here wait for another writer."""
_PAGES = 20
"""Pages that a database may still have."""
_ROOM = 100_000
"""Bytes that a disk still has: enough for some of the work, not for all of it."""


@pytest.fixture
def stage(geth_node: LiveNode, nursery: Nursery) -> Iterator[Stage]:
    """A stage on a validator, without lies, with its institution."""
    with staged(geth_node, nursery, 51) as made:
        made.found()
        yield made


def _ends_well(stage: Stage, tally: Tally, fault: str, count: int = 1) -> None:
    """Let everything come to its end; nothing is lost, repeated or stuck."""
    stage.calm()
    found = stage.reckon()
    tally.add({fault: count}, found)
    assert found.ok, found


def _let_work(stage: Stage, seconds: float, *players: Child) -> None:
    """Let them bring everything to its end, and end them."""
    _ended(stage, seconds)
    for one in players:
        one.kill()


def _ended(stage: Stage, seconds: float) -> None:
    assert until(lambda: not stage.open_count(), seconds), "not all ended"


def test_clocks_that_jump_both_ways_hold_nothing_up(stage: Stage, tally: Tally) -> None:
    skews = (DAY, -DAY, 600.0, -600.0)
    for skew in skews:
        stage.ask(stage.story.life())
        indexer = stage.indexer()
        assert stage.worker("sent", clock=(skew,)).wait(60) == -9
        indexer.kill()
    players = [stage.worker(clock=(0.0, *skews)), stage.indexer()]
    jumps = f"worker {JUMPED}"
    for _ in range(20):
        stage.ask(stage.story.life())
        _ended(stage, 60.0)
        if stage.marks()[jumps] > len(skews):
            break
    for one in players:
        one.kill()
    jumped = stage.marks()[jumps]
    assert jumped > len(skews), "its clock did not jump each way while it lived"
    _ends_well(stage, tally, "clock jumps, forward and back", len(skews) + jumped)


def test_two_workers_and_two_indexers_do_everything_once(stage: Stage, tally: Tally) -> None:
    players = [stage.worker(), stage.worker(), stage.indexer(), stage.indexer()]
    for _ in range(4):
        stage.ask(stage.story.life())
    _let_work(stage, 60.0, *players)
    _ends_well(stage, tally, "two workers on one key, two indexers on one index")


def test_another_chain_behind_the_address_signs_and_indexes_nothing(
    stage: Stage, nursery: Nursery, tally: Tally, anvil_node: LiveNode
) -> None:
    stage.calm()
    other = build(anvil_node)
    assert other.deployment.genesis_hash != stage.house.deployment.genesis_hash
    length, before = int(anvil_node.call("eth_blockNumber"), 16), stage.house.acts()
    stage.line.behind, right = anvil_node.url, stage.line.behind
    stage.ask(stage.story.life())
    players = [stage.worker(), stage.indexer()]
    projection = stage.house.indexer.projection
    assert until(lambda: projection.progress().halt is not None, 30.0), "the indexer went on"
    halt = projection.progress().halt
    assert halt is not None
    assert halt.reason is Reason.OTHER_CHAIN
    assert until(lambda: "is on another chain" in nursery.log(), 30.0), "the worker did not see it"

    def states() -> set[str]:
        return {str(stage.house.operation(one).state) for one in stage.ids.values()}

    assert until(lambda: states() == {"settled", "stored"}, 30.0), states()
    assert int(anvil_node.call("eth_blockNumber"), 16) == length, "somebody sent something there"
    stage.line.behind = right
    _let_work(stage, 60.0, *players)
    assert len(stage.house.acts()) > len(before)
    other.close()
    _ends_well(stage, tally, "another chain behind the address")


def test_a_disk_that_is_full_under_the_outbox_keeps_everything_waiting(stage: Stage, tally: Tally) -> None:
    for _ in range(3):
        stage.ask(stage.story.told(stage.story.given))
    worker, indexer = stage.worker(largest=_longest(stage, "outbox.db*") + _ROOM), stage.indexer()
    _fills(stage, "worker")
    assert worker.alive, "a full disk ended a program"
    assert stage.open_count()
    worker.kill()
    indexer.kill()
    _ends_well(stage, tally, "disk full under the outbox")


def test_a_disk_that_is_full_under_the_index_keeps_everything_waiting(stage: Stage, tally: Tally) -> None:
    stage.calm()
    worker, indexer = stage.worker(), stage.indexer(largest=_longest(stage, "index*.db*") + _ROOM)
    for _ in range(10):
        stage.ask(stage.story.life())
        if until(lambda: bool(stage.marks()[f"indexer {TOO_LONG}"]), 5.0):
            break
    _fills(stage, "indexer")
    assert indexer.alive, "a full disk ended a program"
    assert until(lambda: bool(stage.marks()[f"indexer {UNANSWERED}"]), 30.0), "it wrote all the same"
    assert stage.open_count()
    worker.kill()
    indexer.kill()
    _ends_well(stage, tally, "disk full under the index")


def test_a_disk_that_is_full_under_the_files_holds_up_what_has_a_long_one(
    stage: Stage, nursery: Nursery, tally: Tally
) -> None:
    stage.calm()
    stage.ask(stage.story.told(lambda: stage.story.long(4 << 20)))
    stage.ask(stage.story.told(stage.story.given))
    worker, indexer = stage.worker(largest=3 << 20), stage.indexer()
    assert until(lambda: stage.open_count() == 1, 60.0), "what has short files was held up, or nothing was"
    _fills(stage, "worker")
    assert "The file store cannot be written: File too large" in nursery.log()
    assert worker.alive, "a full disk ended a program"
    worker.kill()
    indexer.kill()
    _ends_well(stage, tally, "disk full under the files")


def _longest(stage: Stage, pattern: str) -> int:
    return max(one.stat().st_size for one in stage.house.settings.home.glob(pattern))


def _fills(stage: Stage, who: str) -> None:
    assert until(lambda: bool(stage.marks()[f"{who} {TOO_LONG}"]), 30.0), "the disk was never full"


def test_a_database_that_is_full_accepts_nothing_by_half(stage: Stage, tally: Tally) -> None:
    engine = stage.house.office.database.engine
    with closing(sqlite3.connect(stage.house.settings.home / "outbox.db")) as seen:
        pages = seen.execute("PRAGMA page_count").fetchone()[0]

    def fill(connection: sqlite3.Connection, *_: Any) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages + _PAGES}")

    event.listen(engine, "checkout", fill)
    stage.story.number += 1
    same = Asked(stage.story.deposit())
    refused = ""
    for key in map(str, range(500)):
        try:
            one = accept(stage.house.office.database, same.request, idempotency_key=key, principal="faults")
        except Unavailable:
            refused = key
            break
        stage.asked[key], stage.ids[key] = same, one.id
    assert refused, "the database was never full"
    assert refused != "0", "it was full before anything was accepted"
    event.remove(engine, "checkout", fill)
    engine.dispose()
    stage.ask({refused: same})
    stage.ask(stage.story.life())
    _ends_well(stage, tally, "database full while accepting")


def test_a_database_that_is_locked_for_longer_than_it_is_waited_for_ends_nothing(
    stage: Stage, nursery: Nursery, tally: Tally
) -> None:
    said = "The database does not answer now"
    players = [stage.worker(busy=_BUSY), stage.indexer(busy=_BUSY)]
    stage.ask(stage.story.life())
    assert until((stage.house.settings.home / "index.db").exists, 20.0)
    with _locked(stage, "outbox.db"):
        assert until(lambda: said in nursery.log(), 30.0), "the worker wrote all the same"
    with _locked(stage, "index.db"):
        for _ in range(10):
            stage.ask(stage.story.life())
            if until(lambda: bool(stage.marks()[f"indexer {UNANSWERED}"]), 5.0):
                break
        assert stage.marks()[f"indexer {UNANSWERED}"], "the indexer wrote all the same"
    assert all(one.alive for one in players), "a database that was locked ended a program"
    _let_work(stage, 60.0, *players)
    _ends_well(stage, tally, "database locked for longer than it is waited for", 2)


@contextmanager
def _locked(stage: Stage, name: str) -> Iterator[None]:
    """Keep every other writer away from a file."""
    holder = sqlite3.connect(stage.house.settings.home / name, isolation_level=None, timeout=30)
    holder.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        holder.execute("ROLLBACK")
        holder.close()
