"""Building the projection anew: the same rows, beside readers who go on, and never a silent change of history."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from indexer.follow import Halt, Reason
from indexer.live import Indexer
from indexer.node import Node
from indexer.reindex import NotAccepted, ReindexFailed, reindex
from indexer.span import Recorded
from indexer.store import Projection
from indexer.store import writing as store_writing
from indexer.store.answers import Document
from indexer.store.comparison import differences
from indexer.store.database import BuiltElsewhere
from indexer.store.folding import Memory
from indexer.store.postgresql import PostgresDatabase
from indexer.values import Hash32, hash32
from tests.devnet_fixtures import LiveNode
from tests.indexer.conftest import Opener
from tests.indexer.histories import word
from tests.indexer.ledgers import LiveLedger
from tests.indexer.liar import lying
from tests.indexer.test_live import record_world

pytestmark = pytest.mark.node


@pytest.fixture
def ledger(anvil_node: LiveNode) -> LiveLedger:
    return LiveLedger.create(anvil_node)


@pytest.fixture
def node(ledger: LiveLedger) -> Iterator[Node]:
    with Node([ledger.node.url], seconds=10) as node:
        yield node


def follow(ledger: LiveLedger, node: Node, projection: Projection, depth: int = 4) -> Indexer:
    indexer = Indexer(node, projection, ledger.deployment, depth=depth, patience=0)
    indexer.catch_up()
    return indexer


def spoil(projection: Projection) -> None:
    with projection._database.writing() as connection:
        connection.execute(text("UPDATE records SET log_index = log_index + 7"))


def test_it_gives_the_rows_that_following_gave(
    ledger: LiveLedger, node: Node, opener: Opener, tmp_path: Path
) -> None:
    projection = opener()
    history = record_world(ledger, 15, 31)
    indexer = follow(ledger, node, projection)
    for turn in range(4):
        record_world(ledger, 5, turn, history)
        indexer.catch_up()
    with Projection.open(f"sqlite:///{tmp_path / 'copy.db'}") as followed:
        follow(ledger, node, followed)
        assert differences(projection, followed) == ()
        spoil(projection)
        assert differences(projection, followed) != ()
        done = reindex(node, projection, ledger.deployment, depth=4)
        assert done.records == len(history.records)
        assert done.accepted is None
        assert differences(projection, followed) == ()
        assert differences(opener(), followed) == ()


def test_it_begins_where_nothing_was(ledger: LiveLedger, node: Node, projection: Projection) -> None:
    history = record_world(ledger, 10, 32)
    assert reindex(node, projection, ledger.deployment, depth=4).records == len(history.records)
    assert follow(ledger, node, projection).projection.progress().tip.count == len(history.records)


def test_a_memory_that_overflows_changes_nothing(
    ledger: LiveLedger, node: Node, projection: Projection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_world(ledger, 40, 33)
    ledger.node.call("anvil_mine", hex(600))
    with Projection.open(f"sqlite:///{tmp_path / 'copy.db'}") as followed:
        follow(ledger, node, followed)
        monkeypatch.setattr(store_writing, "MOST_REMEMBERED", 5)
        monkeypatch.setattr("indexer.backfill.FIRST_WIDTH", 3)
        asked: list[bool] = []

        def recall(connection: Connection, recorded: Sequence[Recorded], memory: Memory) -> None:
            asked.append(memory.complete)
            store_writing.recall(connection, recorded, memory)

        monkeypatch.setattr("indexer.store.projection.recall", recall)
        reindex(node, projection, ledger.deployment, depth=4)
        assert differences(projection, followed) == ()
    assert asked[0] is True
    assert asked.count(False) > 2, "it forgot, and asked the database"


def test_documents_are_taken_along(ledger: LiveLedger, node: Node, projection: Projection) -> None:
    record_world(ledger, 10, 34)
    follow(ledger, node, projection)
    document = Document(word("digest"), "春晓", "Spring", "1956.12", "孟浩然")
    projection.put_documents([document])
    reindex(node, projection, ledger.deployment, depth=4)
    with projection.view() as view:
        assert view.documents([document.digest]) == {document.digest: document}


def test_readers_and_the_indexer_go_on_while_it_is_replaced(
    ledger: LiveLedger, node: Node, opener: Opener
) -> None:
    projection = opener()
    history = record_world(ledger, 15, 35)
    follow(ledger, node, projection)
    expected = len(history.records)
    stop, faults = threading.Event(), []
    counts: set[int] = set()

    def read() -> None:
        reader = opener()
        while not stop.is_set():
            try:
                with reader.view() as view:
                    seen = [view.as_of.count, sum(1 for _ in view.records(0, 10_000))]
                    counts.update(seen)
            except Exception as fault:  # noqa: BLE001 - whatever it is, the test fails by it
                faults.append(fault)

    readers = [threading.Thread(target=read) for _ in range(2)]
    live = Indexer(node, opener(), ledger.deployment, depth=4)
    readers.append(threading.Thread(target=live.run, args=(stop,), kwargs={"poll": 0.01}))
    for thread in readers:
        thread.start()
    try:
        with projection.view() as early:
            done = threading.Thread(
                target=reindex, args=(node, opener(), ledger.deployment), kwargs={"depth": 4}
            )
            done.start()
            done.join(0.3)
            assert len(list(early.records(0, 10_000))) == expected
        done.join()
        for _ in range(2):
            reindex(node, projection, ledger.deployment, depth=4)
    finally:
        stop.set()
        for thread in readers:
            thread.join()
    assert faults == []
    assert counts == {expected}


def test_on_sqlite_one_generation_is_left(ledger: LiveLedger, node: Node, tmp_path: Path) -> None:
    record_world(ledger, 6, 36)
    with Projection.open(f"sqlite:///{tmp_path / 'index.db'}") as projection:
        follow(ledger, node, projection)
        for _ in range(3):
            reindex(node, projection, ledger.deployment, depth=4)
        with projection.view() as view:
            assert view.as_of.count
    left = sorted(path.name for path in tmp_path.iterdir() if not path.name.startswith("."))
    assert len(left) == 2, left
    assert (tmp_path / "index.db").is_symlink()


def test_what_was_built_anew_can_be_rewound(
    ledger: LiveLedger, node: Node, projection: Projection, tmp_path: Path
) -> None:
    record_world(ledger, 15, 39)
    reindex(node, projection, ledger.deployment, depth=8)
    ledger.node.call("anvil_reorg", 5, [])
    follow(ledger, node, projection, depth=8)
    with Projection.open(f"sqlite:///{tmp_path / 'copy.db'}") as followed:
        follow(ledger, node, followed, depth=8)
        assert {one.table for one in differences(projection, followed)} <= {"installations"}


def test_what_a_killed_reindex_left_is_removed_by_the_next(
    ledger: LiveLedger, node: Node, opener: Opener, tmp_path: Path
) -> None:
    record_world(ledger, 6, 36)
    projection = opener()
    follow(ledger, node, projection)
    stray = projection._database.fresh()  # and then it was killed
    stray.close()
    assert stray.exists() or isinstance(stray, PostgresDatabase)
    reindex(node, projection, ledger.deployment, depth=4)
    with pytest.raises((OperationalError, ProgrammingError)), stray.writing() as connection:
        connection.execute(text("SELECT count(*) FROM blocks"))
    stray.close()
    with projection.view() as view:
        assert view.as_of.count


def test_only_one_reindex_runs_at_a_time(ledger: LiveLedger, node: Node, opener: Opener) -> None:
    record_world(ledger, 6, 36)
    projection = opener()
    follow(ledger, node, projection)
    with opener().building(), pytest.raises(BuiltElsewhere):
        reindex(node, projection, ledger.deployment, depth=4)
    reindex(node, projection, ledger.deployment, depth=4)


def test_a_plain_file_is_replaced_too(ledger: LiveLedger, node: Node, tmp_path: Path) -> None:
    record_world(ledger, 6, 36)
    path = tmp_path / "index.db"
    with Projection.open(f"sqlite:///{path}") as projection:
        follow(ledger, node, projection)
    real = path.resolve()
    path.unlink()
    real.rename(path)  # as a copy that follows links makes it
    with Projection.open(f"sqlite:///{path}") as projection:
        reindex(node, projection, ledger.deployment, depth=4)
        with projection.view() as view:
            assert view.as_of.count
    assert path.is_symlink()


def test_settled_history_that_was_replaced_needs_a_person(
    ledger: LiveLedger, node: Node, projection: Projection
) -> None:
    record_world(ledger, 15, 37)
    indexer = follow(ledger, node, projection, depth=2)
    before = projection.progress()
    ledger.node.call("anvil_reorg", 6, [])
    halt = indexer.step()
    assert isinstance(halt, Halt)
    for answer in (None, before.tip.hash, Hash32(bytes(32))):
        with pytest.raises(NotAccepted) as refused:
            reindex(node, projection, ledger.deployment, depth=2, accept_chain=answer)
        assert refused.value.halt.held.hash == before.blocks[0].hash
        assert projection.progress() == type(before)(before.followed, before.blocks, halt)
    newest: dict[str, Any] = ledger.node.call("eth_getBlockByNumber", "latest", False)
    done = reindex(node, projection, ledger.deployment, depth=2, accept_chain=hash32(newest["hash"]))
    assert done.accepted is not None
    assert done.accepted.reason is Reason.SETTLED_REPLACED
    assert projection.progress().halt is None
    with projection.connection() as connection:
        [kept] = connection.execute(text("SELECT held_hash, seen_hash FROM replacements"))
    assert bytes(kept[0]) == before.blocks[0].hash
    assert bytes(kept[1]) == done.accepted.seen.hash


def test_a_block_that_a_node_still_knows_but_left_is_no_acceptance(
    ledger: LiveLedger, projection: Projection
) -> None:
    record_world(ledger, 15, 40)
    with lying(ledger.node.url) as liar, Node([liar.url], seconds=10) as node:
        indexer = follow(ledger, node, projection, depth=2)
        left = ledger.node.call("eth_getBlockByNumber", "latest", False)
        ledger.node.call("anvil_reorg", 6, [])
        assert isinstance(indexer.step(), Halt)
        liar.bend = lambda method, params, answer: (
            {"result": left} if method == "eth_getBlockByHash" else answer
        )
        assert node.block_of(hash32(left["hash"])) is not None
        with pytest.raises(NotAccepted):
            reindex(node, projection, ledger.deployment, depth=2, accept_chain=hash32(left["hash"]))


def test_a_node_on_another_chain_changes_nothing(
    ledger: LiveLedger, node: Node, projection: Projection, geth_node: LiveNode
) -> None:
    record_world(ledger, 6, 38)
    follow(ledger, node, projection)
    before = projection.progress()
    with Node([geth_node.url], seconds=10) as stranger, pytest.raises((ReindexFailed, NotAccepted)):
        reindex(stranger, projection, ledger.deployment, depth=4)
    assert projection.progress() == before
