"""Reading the ledger through nodes that leave out, move and invent: proved, asked again, or halted, never believed."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from indexer.backfill import MOST_WIDTH, RECORDS, next_width
from indexer.connection import NodeError
from indexer.follow import Halt, Idle, Reason
from indexer.live import Indexer, Trouble
from indexer.node import Node
from indexer.reading import LedgerUnknown, Reader
from indexer.span import ChainMoved, LogsMismatch
from indexer.store import Projection
from indexer.values import Address, Hash32
from tests.devnet_fixtures import LiveNode
from tests.indexer.histories import SOURCES, History
from tests.indexer.ledgers import LiveLedger
from tests.indexer.liar import Bend, Liar, failing, honest, lying
from tests.indexer.test_live import check, record_world, start_time

pytestmark = pytest.mark.node


@pytest.fixture
def ledger(anvil_node: LiveNode) -> LiveLedger:
    return LiveLedger.create(anvil_node)


@pytest.fixture
def open_node() -> Iterator[Callable[..., Node]]:
    with ExitStack() as stack:
        yield lambda *urls: stack.enter_context(Node(urls, seconds=10))


@pytest.fixture
def liars(ledger: LiveLedger) -> Iterator[list[Liar]]:
    with lying(ledger.node.url) as one, lying(ledger.node.url) as other:
        yield [one, other]


def without(place: int) -> Bend:
    """Leave one log of each answer out: the first, the last or one between."""

    def bend(method: str, params: list[Any], answer: dict[str, Any]) -> dict[str, Any]:
        if method == "eth_getLogs" and answer.get("result"):
            logs = answer["result"]
            return {"result": [log for at, log in enumerate(logs) if at != place % len(logs)]}
        return answer

    return bend


def cut_off_at(block: int) -> Bend:
    """Know no logs of later blocks, as a node does whose index lags: `toBlock` past it is accepted in silence."""

    def bend(method: str, params: list[Any], answer: dict[str, Any]) -> dict[str, Any]:
        if method == "eth_getLogs" and "result" in answer:
            return {"result": [log for log in answer["result"] if int(log["blockNumber"], 16) <= block]}
        return answer

    return bend


def changed(method: str, params: list[Any], answer: dict[str, Any]) -> dict[str, Any]:
    """Change one byte of the data of each answer's last log."""
    if method == "eth_getLogs" and answer.get("result"):
        logs = copy.deepcopy(answer["result"])
        data = logs[-1]["data"]
        logs[-1]["data"] = data[:40] + ("0" if data[40] != "0" else "1") + data[41:]
        return {"result": logs}
    return answer


def sequence(*bends: Bend) -> Bend:
    def bend(method: str, params: list[Any], answer: dict[str, Any]) -> dict[str, Any]:
        for one in bends:
            answer = one(method, params, answer)
        return answer

    return bend


def no_wide_ranges(method: str, params: list[Any], answer: dict[str, Any]) -> dict[str, Any]:
    if method == "eth_getLogs" and "toBlock" in params[0]:
        wide = int(params[0]["toBlock"], 16) - int(params[0]["fromBlock"], 16)
        return failing("query returned more than 10 results") if wide > 2 else answer
    return answer


@pytest.mark.parametrize("bend", [without(0), without(-1), without(3), changed, cut_off_at(4)])
def test_what_one_node_leaves_out_another_is_asked_for(
    ledger: LiveLedger, liars: list[Liar], projection: Projection, open_node: Callable[..., Node], bend: Bend
) -> None:
    history = record_world(ledger, 12, 51)
    liars[0].bend = bend
    node = open_node(liars[0].url, liars[1].url)
    assert Indexer(node, projection, ledger.deployment).catch_up() == Idle(Reason.UP_TO_DATE)
    check(projection, ledger, history)
    assert "eth_getLogs" in liars[1].calls


@pytest.mark.parametrize("bend", [without(0), without(-1), changed])
def test_a_node_that_always_leaves_something_out_halts_the_indexer_and_nothing_false_is_kept(
    ledger: LiveLedger, liars: list[Liar], projection: Projection, open_node: Callable[..., Node], bend: Bend
) -> None:
    history = record_world(ledger, 12, 52)
    liars[0].bend = liars[1].bend = bend
    indexer = Indexer(open_node(liars[0].url, liars[1].url), projection, ledger.deployment)
    step = indexer.catch_up()
    assert isinstance(step, Halt)
    assert step.reason is Reason.LOGS_CONTRADICT
    assert step.seen.number == step.held.number + 1
    assert "eth_getProof" in liars[0].calls + liars[1].calls, "the head was proved before anything was halted"
    with projection.view() as view:
        assert list(view.records(0, 10_000)) == []
        assert view.halt == step
    liars[1].bend = lambda method, params, answer: answer
    assert indexer.catch_up() == Idle(Reason.UP_TO_DATE)
    check(projection, ledger, history)
    assert projection.progress().halt is None


def test_storage_that_is_told_wrongly_is_overruled_by_its_proof(
    ledger: LiveLedger, liars: list[Liar], projection: Projection, open_node: Callable[..., Node]
) -> None:
    history = record_world(ledger, 4, 53)

    def bend(method: str, params: list[Any], answer: dict[str, Any]) -> dict[str, Any]:
        return {"result": "0x" + "11" * 32} if method == "eth_getStorageAt" else answer

    liars[0].bend = bend
    indexer = Indexer(open_node(liars[0].url), projection, ledger.deployment)
    assert indexer.catch_up() == Idle(Reason.UP_TO_DATE)
    check(projection, ledger, history)


def test_without_a_proof_nothing_is_halted_and_nothing_kept(
    ledger: LiveLedger, liars: list[Liar], projection: Projection, open_node: Callable[..., Node]
) -> None:
    record_world(ledger, 4, 54)

    def no_proof(method: str, params: list[Any], answer: dict[str, Any]) -> dict[str, Any]:
        return failing("method handler crashed") if method == "eth_getProof" else answer

    def forged_proof(method: str, params: list[Any], answer: dict[str, Any]) -> dict[str, Any]:
        if method == "eth_getProof" and "result" in answer:
            return {"result": answer["result"] | {"accountProof": ["0xc0"]}}
        return answer

    indexer = Indexer(open_node(liars[0].url), projection, ledger.deployment)
    for bend in (no_proof, forged_proof):
        liars[0].bend = sequence(without(-1), bend)
        with pytest.raises((NodeError, LogsMismatch)):
            indexer.catch_up()
        assert projection.progress().halt is None
        assert projection.progress().tip.count == 0


def test_ranges_are_split_where_a_node_refuses_them(
    ledger: LiveLedger, liars: list[Liar], projection: Projection, open_node: Callable[..., Node]
) -> None:
    history = record_world(ledger, 40, 55)
    liars[0].bend = no_wide_ranges
    assert Indexer(open_node(liars[0].url), projection, ledger.deployment).catch_up() == Idle(
        Reason.UP_TO_DATE
    )
    check(projection, ledger, history)


def test_a_node_that_fails_now_and_then_only_takes_longer(
    ledger: LiveLedger, liars: list[Liar], projection: Projection, open_node: Callable[..., Node]
) -> None:
    history = record_world(ledger, 10, 56)
    turn = iter(range(1_000_000))

    def bend(method: str, params: list[Any], answer: dict[str, Any]) -> dict[str, Any]:
        return failing("header not found") if next(turn) % 7 == 3 else answer

    liars[0].bend = bend
    indexer = Indexer(open_node(liars[0].url), projection, ledger.deployment)
    outcomes = [indexer._try_step() for _ in range(60)]
    assert any(isinstance(outcome, Trouble) for outcome in outcomes)
    liars[0].bend = lambda method, params, answer: answer
    indexer.catch_up()
    check(projection, ledger, history)


def test_logs_of_a_block_that_is_another_one_now_are_not_taken(
    ledger: LiveLedger, liars: list[Liar], open_node: Callable[..., Node]
) -> None:
    record_world(ledger, 6, 57)

    def bend(method: str, params: list[Any], answer: dict[str, Any]) -> dict[str, Any]:
        if method == "eth_getLogs" and answer.get("result"):
            return {"result": [log | {"blockHash": "0x" + "11" * 32} for log in answer["result"]]}
        return answer

    liars[0].bend = bend
    node = open_node(liars[0].url)
    deployment = ledger.deployment
    reader = Reader(node, SOURCES.ledger, 0)
    newest = node.look()[1]
    base = reader.base(deployment.block, deployment.parent_hash, deployment.chain_id, newest.hash)
    with pytest.raises(ChainMoved):
        reader.read(base, newest.header)


def test_a_deployment_that_names_no_ledger_is_refused(
    ledger: LiveLedger, open_node: Callable[..., Node]
) -> None:
    node = open_node(ledger.node.url)
    newest = node.look()[1].hash
    deployment = ledger.deployment
    nowhere = Reader(node, Address(b"\1" * 20), 0)
    with pytest.raises(LedgerUnknown):
        nowhere.base(deployment.block, deployment.parent_hash, deployment.chain_id, newest)
    reader = Reader(node, SOURCES.ledger, 0)
    with pytest.raises(LedgerUnknown, match="began otherwise"):
        reader.base(deployment.block, deployment.parent_hash, deployment.chain_id + 1, newest)
    with pytest.raises(ChainMoved):
        reader.base(deployment.block, Hash32(b"\1" * 32), deployment.chain_id, newest)


def test_a_node_that_lags_behind_the_ledgers_creation_is_waited_for(
    ledger: LiveLedger, liars: list[Liar], open_node: Callable[..., Node], projection: Projection
) -> None:
    def before(method: str, params: list[Any], answer: dict[str, Any]) -> dict[str, Any]:
        if method == "eth_getBlockByNumber" and params[0] == "latest":
            return {"result": ledger.node.call("eth_getBlockByNumber", "0x0", False)}
        return answer

    liars[0].bend = before
    indexer = Indexer(open_node(liars[0].url), projection, ledger.deployment)
    with pytest.raises(ChainMoved):
        indexer.step()
    liars[0].bend = honest
    assert indexer.catch_up() == Idle(Reason.UP_TO_DATE)


def test_many_records_in_one_block_are_read(
    ledger: LiveLedger, projection: Projection, open_node: Callable[..., Node]
) -> None:
    history = History(time=start_time(ledger))
    issuer = history.institution()
    for number in range(400):
        history.work(issuer, number)
    ledger.commit(history, at_most=50)
    Indexer(open_node(ledger.node.url), projection, ledger.deployment).catch_up()
    check(projection, ledger, history)


def test_the_width_follows_what_comes_back() -> None:
    assert next_width(256, 256, 0) == 512
    assert next_width(256, 256, RECORDS // 2) == 512
    assert next_width(256, 256, RECORDS // 2 + 1) == 256
    assert next_width(256, 256, RECORDS * 4) == 64
    assert next_width(256, 32, 10) == 32, "shorter than asked for: the node refused more"
    assert next_width(1, 1, RECORDS * 9) == 1
    assert next_width(MOST_WIDTH, MOST_WIDTH, 0) == MOST_WIDTH
