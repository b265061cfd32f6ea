"""What surrounds the programs goes wrong: clock, disk, database, another chain, several who do the same at once."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import event

from indexer import events as acts
from service.errors import Unavailable
from service.outbox import requests
from service.outbox.accept import accept
from tests.devnet_fixtures import LiveNode
from tests.faults.nursery import Child, Nursery
from tests.faults.stage import Stage, staged, until
from tests.faults.story import Asked
from tests.faults.tally import Tally

pytestmark = [pytest.mark.node, pytest.mark.timeout(600)]

DAY = 86_400.0


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
    assert until(lambda: not stage.open_count(), seconds), "not all ended"
    for one in players:
        one.kill()


def test_clocks_that_jump_both_ways_hold_nothing_up(stage: Stage, tally: Tally) -> None:
    skews = (DAY, -DAY, 600.0, -600.0)
    for skew in skews:
        stage.ask(stage.story.life())
        players = [stage.worker("sent", skew=skew), stage.indexer()]
        until(lambda: not stage.open_count(), 20.0)
        for one in players:
            one.kill()
    stage.ask(stage.story.life())
    _ends_well(stage, tally, "clock jumps, forward and back", len(skews))


def test_two_workers_and_two_indexers_do_everything_once(stage: Stage, tally: Tally) -> None:
    players = [stage.worker(), stage.worker(), stage.indexer(), stage.indexer()]
    for _ in range(4):
        stage.ask(stage.story.life())
    _let_work(stage, 60.0, *players)
    _ends_well(stage, tally, "two workers on one key, two indexers on one index")


def test_another_chain_behind_the_address_signs_and_indexes_nothing(
    stage: Stage, tally: Tally, anvil_node: LiveNode
) -> None:
    stage.calm()
    before = stage.house.acts()
    stage.line.behind, right = anvil_node.url, stage.line.behind
    stage.ask(stage.story.life())
    players = [stage.worker(), stage.indexer()]
    time.sleep(3.0)
    assert int(anvil_node.call("eth_blockNumber"), 16) == 0, "somebody sent something there"
    states = {str(stage.house.operation(one).state) for one in stage.ids.values()}
    assert states == {"settled", "stored"}
    stage.line.behind = right
    _let_work(stage, 30.0, *players)
    assert len(stage.house.acts()) > len(before)
    _ends_well(stage, tally, "another chain behind the address")


def test_a_full_disk_keeps_everything_waiting_and_everything_ends_when_there_is_room(
    stage: Stage, tally: Tally
) -> None:
    for _ in range(2):
        stage.ask(stage.story.life())
    size = max(one.stat().st_size for one in stage.house.settings.home.glob("outbox.db*"))
    players = [stage.worker(largest=size), stage.indexer(largest=size)]
    time.sleep(4.0)
    assert all(one.alive for one in players), "a full disk ended a program"
    assert stage.open_count()
    for one in players:
        one.kill()
    _ends_well(stage, tally, "disk full under database and content store")


def test_a_database_that_is_full_accepts_nothing_by_half(stage: Stage, tally: Tally) -> None:
    engine = stage.house.office.database.engine

    def fill(connection: sqlite3.Connection, *_: Any) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")

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


def test_a_database_that_is_locked_is_waited_for(stage: Stage, tally: Tally) -> None:
    players = [stage.worker(), stage.indexer()]
    stage.ask(stage.story.life())
    for name in ("outbox.db", "index.db"):
        path = stage.house.settings.home / name
        assert until(path.exists, 20.0)
        holder = sqlite3.connect(path, isolation_level=None, timeout=30)
        holder.execute("BEGIN IMMEDIATE")
        time.sleep(1.5)
        holder.execute("ROLLBACK")
        holder.close()
    assert all(one.alive for one in players)
    _let_work(stage, 30.0, *players)
    _ends_well(stage, tally, "database locked", 2)


@pytest.mark.parametrize("bad", ["first", "last", "all"])
def test_a_bad_item_of_a_batch_ends_alone(stage: Stage, tally: Tally, bad: str) -> None:
    stage.calm()
    work = stage.story.deposit()
    edition = requests.OpenEdition(stage.story.collection.collection_id, work.work_id, 1, 3)
    stage.ask({"deposit": Asked(work), "edition": Asked(edition)})
    stage.calm()
    serials = {"first": (9, 1, 2, 3), "last": (1, 2, 3, 9), "all": (9, 10, 11, 12)}[bad]
    mints = {
        f"mint {serial}": Asked(
            requests.Mint(stage.story.collection.collection_id, work.work_id, 1, serial),
            "settled" if serial <= 3 else "serial-out-of-range",
        )
        for serial in serials
    }
    stage.ask(mints)
    _ends_well(stage, tally, f"a batch with bad items: {bad}")


def test_a_holder_who_submits_his_gift_himself_while_ours_is_queued_gives_once(
    stage: Stage, tally: Tally
) -> None:
    told = dict(stage.story._handed()[0])
    stage.ask(told)
    stage.calm()
    mint = told["mint"].request
    assert isinstance(mint, requests.Mint)
    office = stage.house.office
    with office.projection.view() as view:
        known = view.token(mint.token_id)
    assert known is not None
    other = next(one for one in stage.story.holders if one != known.state.holder)
    gift = requests.GiveFromKept(mint.token_id, known.state.holder, other)
    stage.ask({"gift": Asked(gift)})
    stage.worker("signing").wait(60)  # what it signed is not kept: the gift is queued again
    _submit_as_anybody(stage, "gift", gift)
    _ends_well(stage, tally, "a holder submits his intent himself")
    assert sum(isinstance(one, acts.Gifted) for one in stage.house.acts()) == 1


def _submit_as_anybody(stage: Stage, key: str, gift: requests.GiveFromKept) -> None:
    """Send what the holder's key signs by a fresh account that nobody knows."""
    from eth_account import Account
    from sqlalchemy import select

    from indexer.wire import write_address
    from service.outbox.calls import call_data, part
    from service.outbox.tables import OperationRow
    from tests.devnet.transactions import awaited

    office, node = stage.house.office, stage.house.node
    with office.projection.view() as view, office.database.write() as connection:
        row = connection.execute(select(OperationRow).where(OperationRow.id == stage.ids[key])).one()
        made = part(gift, office.circumstances(connection, view, office.case(row)))
    fields = {"nonce": 0, "gasPrice": 0, "gas": 3_000_000, "value": 0, "chainId": node.chain_id}
    fields |= {"to": write_address(made.to), "data": call_data([made])}
    signed = Account.create().sign_transaction(fields)
    receipt = awaited(node, node.call("eth_sendRawTransaction", "0x" + signed.raw_transaction.hex()))
    assert receipt["status"] == "0x1"


def test_two_hundred_who_ask_with_one_key_at_once_get_one_operation(stage: Stage, tally: Tally) -> None:
    (key, one), *_ = stage.story.life().items()
    start = threading.Barrier(32)

    def ask(number: int) -> str:
        if number < 32:
            start.wait()
        return accept(stage.house.office.database, one.request, idempotency_key=key, principal="faults").id

    with ThreadPoolExecutor(32) as crowd:
        ids = set(crowd.map(ask, range(200)))
    assert len(ids) == 1
    stage.asked[key], stage.ids[key] = one, ids.pop()
    _ends_well(stage, tally, "one idempotency key at once", 200)
