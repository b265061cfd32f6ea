"""The indexer against real nodes: what it follows, what it gives back, what it does not believe."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from indexer.follow import Extend, Halt, Idle, Reason, Rewind
from indexer.live import NEAR, Indexer
from indexer.node import Node
from indexer.state import fold
from indexer.store import Projection
from indexer.store.comparison import same_rows
from tests.devnet_fixtures import LiveNode
from tests.indexer.conftest import Opener
from tests.indexer.histories import SOURCES, History, account, grow
from tests.indexer.ledgers import LiveLedger, administer

pytestmark = pytest.mark.node


def start_time(ledger: LiveLedger) -> int:
    newest = ledger.node.call("eth_getBlockByNumber", "latest", False)
    return int(newest["timestamp"], 16) + 10


@pytest.fixture
def anvil_ledger(anvil_node: LiveNode) -> LiveLedger:
    return LiveLedger.create(anvil_node)


@pytest.fixture
def geth_ledger(geth_node: LiveNode) -> LiveLedger:
    return LiveLedger.create(geth_node)


@pytest.fixture
def nodes() -> Iterator[list[Node]]:
    opened: list[Node] = []
    yield opened
    for node in opened:
        node.close()


def indexer_of(
    ledger: LiveLedger, projection: Projection, nodes: list[Node], *, depth: int | None = None
) -> Indexer:
    nodes.append(Node([ledger.node.url], seconds=10))
    return Indexer(nodes[-1], projection, ledger.deployment, depth=depth, patience=1)


def record_world(ledger: LiveLedger, steps: int, seed: int, history: History | None = None) -> History:
    """Record a small world, block by block as it was made, with anvil's clock in our hand."""
    planned = History(time=start_time(ledger)) if history is None else history
    made = len(planned.blocks)
    grow(planned, steps, seed)
    sent = History()
    for header, records in planned.blocks[made:]:
        sent.pending, sent.time = list(records), header.time
        ledger.commit(sent)
    return planned


def check(projection: Projection, ledger: LiveLedger, expected: History | None = None) -> None:
    """What the projection says is what the chain's records add up to, and what the ledger's storage says."""
    with projection.view() as view:
        records = list(view.records(0, view.as_of.count))
        replayed = fold(records, SOURCES)
        assert {s: known.state for s, known in view.states(replayed).items()} == replayed
        assert view.stops() == 0
        assert view.as_of.number == ledger.head
        head = ledger.node.call("eth_getStorageAt", "0x" + SOURCES.ledger.hex(), "0x0", "latest")
        assert view.as_of.head.hex() == head[2:]
        if expected is not None:
            assert [one.act for one in records] == [one.act for one in expected.records]
            assert replayed == expected.held


def test_a_ledger_is_followed_as_it_grows(
    anvil_ledger: LiveLedger, projection: Projection, nodes: list[Node]
) -> None:
    indexer = indexer_of(anvil_ledger, projection, nodes)
    assert indexer.catch_up() == Idle(Reason.UP_TO_DATE)
    history = record_world(anvil_ledger, 25, 1)
    assert indexer.catch_up() == Idle(Reason.UP_TO_DATE)
    check(projection, anvil_ledger, history)
    record_world(anvil_ledger, 5, 2, history)
    assert isinstance(indexer.step(), Extend)
    check(projection, anvil_ledger, history)


def test_many_blocks_are_caught_up_with(
    anvil_ledger: LiveLedger, projection: Projection, nodes: list[Node]
) -> None:
    history = record_world(anvil_ledger, 40, 3)
    anvil_ledger.node.call("anvil_mine", hex(700))
    indexer = indexer_of(anvil_ledger, projection, nodes, depth=5)
    assert indexer.catch_up() == Idle(Reason.UP_TO_DATE)
    check(projection, anvil_ledger, history)
    assert len(projection.progress().blocks) == 6


def test_a_reorganised_chain_is_followed_and_the_old_branch_forgotten(
    anvil_ledger: LiveLedger, projection: Projection, nodes: list[Node], opener: Opener
) -> None:
    indexer = indexer_of(anvil_ledger, projection, nodes, depth=50)
    history = record_world(anvil_ledger, 20, 4)
    indexer.catch_up()
    check(projection, anvil_ledger, history)
    anvil_ledger.node.call("anvil_reorg", 6, [])
    assert isinstance(indexer.step(), Rewind)
    indexer.catch_up()
    with projection.view() as view:
        assert view.as_of.count < len(history.records)
    anvil_ledger.forget_nonces()
    kept = History(time=start_time(anvil_ledger))
    with projection.view() as view:
        kept.records = list(view.records(0, view.as_of.count))
    kept.held = dict(fold(kept.records, SOURCES))
    record_world(anvil_ledger, 15, 5, kept)
    indexer.catch_up()
    check(projection, anvil_ledger)
    with projection.view() as view:
        assert view.as_of.count == len(kept.records)


def test_a_branch_left_while_nobody_followed_is_forgotten_however_far_the_chain_went_on(
    anvil_ledger: LiveLedger, projection: Projection, nodes: list[Node]
) -> None:
    indexer = indexer_of(anvil_ledger, projection, nodes, depth=50)
    record_world(anvil_ledger, 20, 4)
    indexer.catch_up()
    held = projection.progress().tip
    anvil_ledger.node.call("anvil_reorg", 6, [])
    anvil_ledger.node.call("anvil_mine", hex(3 * NEAR))
    step = indexer.step()
    assert isinstance(step, Rewind)
    assert step.to.number == held.number - 6
    assert indexer.catch_up() == Idle(Reason.UP_TO_DATE)
    check(projection, anvil_ledger)


def test_settled_history_replaced_while_nobody_followed_halts_however_far_the_chain_went_on(
    anvil_ledger: LiveLedger, projection: Projection, nodes: list[Node]
) -> None:
    indexer = indexer_of(anvil_ledger, projection, nodes, depth=0)
    record_world(anvil_ledger, 10, 4)
    indexer.catch_up()
    held = projection.progress().tip
    anvil_ledger.node.call("anvil_reorg", 2, [])
    anvil_ledger.node.call("anvil_mine", hex(3 * NEAR))
    halted = indexer.step()
    assert isinstance(halted, Halt)
    assert halted.reason is Reason.SETTLED_REPLACED
    assert projection.progress().halt == halted
    assert projection.progress().tip == held


def test_a_chain_rolled_back_is_followed_down(
    anvil_ledger: LiveLedger, projection: Projection, nodes: list[Node]
) -> None:
    indexer = indexer_of(anvil_ledger, projection, nodes, depth=50)
    record_world(anvil_ledger, 15, 6)
    indexer.catch_up()
    anvil_ledger.node.call("anvil_rollback", 4)
    assert indexer.step() == Idle(Reason.NODE_BEHIND)
    assert isinstance(indexer.step(), Rewind)
    check(projection, anvil_ledger)


def test_a_snapshot_brought_back_is_followed_down(
    anvil_ledger: LiveLedger, projection: Projection, nodes: list[Node]
) -> None:
    indexer = indexer_of(anvil_ledger, projection, nodes, depth=50)
    record_world(anvil_ledger, 8, 7)
    snapshot = anvil_ledger.node.call("evm_snapshot")
    record_world(anvil_ledger, 1, 8, History(time=start_time(anvil_ledger)))
    indexer.catch_up()
    assert anvil_ledger.node.call("evm_revert", snapshot)
    indexer.step()
    assert isinstance(indexer.step(), Rewind)
    check(projection, anvil_ledger)


def test_settled_history_replaced_halts_and_says_so(
    anvil_ledger: LiveLedger, projection: Projection, nodes: list[Node]
) -> None:
    indexer = indexer_of(anvil_ledger, projection, nodes, depth=2)
    record_world(anvil_ledger, 12, 9)
    indexer.catch_up()
    before = projection.progress()
    anvil_ledger.node.call("anvil_reorg", 5, [])
    halt = indexer.step()
    assert isinstance(halt, Halt)
    assert halt.reason is Reason.SETTLED_REPLACED
    assert halt.held.hash == before.blocks[0].hash
    assert indexer.step() == halt
    with projection.view() as view:
        assert view.halt == halt
        assert view.as_of.number == before.tip.number, "nothing was forgotten"


def test_another_chain_behind_the_address_halts_and_goes_on_when_it_is_gone(
    anvil_ledger: LiveLedger, projection: Projection, nodes: list[Node], geth_node: LiveNode
) -> None:
    record_world(anvil_ledger, 5, 10)
    indexer_of(anvil_ledger, projection, nodes).catch_up()
    nodes.append(Node([geth_node.url], seconds=10))
    lost = Indexer(nodes[-1], projection, anvil_ledger.deployment)
    halt = lost.step()
    assert isinstance(halt, Halt)
    assert halt.reason is Reason.OTHER_CHAIN
    assert projection.progress().halt == halt
    again = indexer_of(anvil_ledger, projection, nodes)
    assert again.catch_up() == Idle(Reason.UP_TO_DATE)
    assert projection.progress().halt is None


def test_a_node_on_another_chain_is_passed_over_for_one_that_is_on_ours(
    anvil_ledger: LiveLedger, projection: Projection, nodes: list[Node], geth_node: LiveNode
) -> None:
    history = record_world(anvil_ledger, 5, 10)
    nodes.append(Node([geth_node.url, anvil_ledger.node.url], seconds=10))
    indexer = Indexer(nodes[-1], projection, anvil_ledger.deployment)
    assert indexer.catch_up() == Idle(Reason.UP_TO_DATE)
    check(projection, anvil_ledger, history)


def test_two_indexers_on_one_projection_lose_and_repeat_nothing(
    anvil_ledger: LiveLedger, opener: Opener, nodes: list[Node], tmp_path_factory: pytest.TempPathFactory
) -> None:
    history = record_world(anvil_ledger, 10, 11)
    stop = threading.Event()
    indexers = [indexer_of(anvil_ledger, opener(), nodes, depth=3) for _ in range(2)]
    threads = [threading.Thread(target=one.run, args=(stop,), kwargs={"poll": 0.02}) for one in indexers]
    for thread in threads:
        thread.start()
    try:
        record_world(anvil_ledger, 20, 12, history)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    indexers[0].catch_up()
    check(opener(), anvil_ledger, history)
    alone = tmp_path_factory.mktemp("alone") / "index.db"
    with Projection.open(f"sqlite:///{alone}") as other:
        indexer_of(anvil_ledger, other, nodes, depth=3).catch_up()
        assert same_rows(opener(), other)


def test_geth_is_followed_and_a_lone_validator_settles_at_once(
    geth_ledger: LiveLedger, projection: Projection, nodes: list[Node]
) -> None:
    history = History()
    for number in range(12):
        institution = history.institution(100 + number)
        history.work(institution, number)
        geth_ledger.commit(history)
    indexer = indexer_of(geth_ledger, projection, nodes)
    assert indexer.catch_up() == Idle(Reason.UP_TO_DATE)
    assert indexer.depth() == 0
    check(projection, geth_ledger)
    with projection.view() as view:
        assert view.as_of.count == len(history.records)
        assert view.as_of.settles(view.as_of.number)


def test_a_lone_validator_that_takes_back_a_block_halts_the_indexer(
    geth_ledger: LiveLedger, projection: Projection, nodes: list[Node]
) -> None:
    history = History()
    for number in range(4):
        history.institution(100 + number)
        geth_ledger.commit(history)
    indexer = indexer_of(geth_ledger, projection, nodes)
    indexer.catch_up()
    tip = projection.progress().tip
    administer(geth_ledger.node, "debug_setHead", hex(geth_ledger.head - 2))
    assert indexer.step() == Idle(Reason.NODE_BEHIND)
    halt = indexer.step()
    assert isinstance(halt, Halt)
    assert halt.reason is Reason.SETTLED_REPLACED
    assert projection.progress().tip == tip


def test_a_rewound_geth_is_followed_where_blocks_were_not_settled(
    geth_ledger: LiveLedger, projection: Projection, nodes: list[Node]
) -> None:
    history = History()
    for number in range(6):
        history.institution(100 + number)
        geth_ledger.commit(history)
    indexer = indexer_of(geth_ledger, projection, nodes, depth=10)
    indexer.catch_up()
    administer(geth_ledger.node, "debug_setHead", hex(geth_ledger.head - 3))
    geth_ledger.forget_nonces()
    other = History()
    with projection.view() as view:
        other.records = list(view.records(0, 2))
    other.held = dict(fold(other.records, SOURCES))
    for number in range(5):
        other.person(200 + number)
        geth_ledger.commit(other)
    assert isinstance(indexer.step(), Rewind)
    indexer.catch_up()
    check(projection, geth_ledger)
    with projection.view() as view:
        assert view.as_of.count == 8
        assert view.standing(account(204)) is not None
        assert view.standing(account(105)) is None
