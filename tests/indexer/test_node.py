"""The node, as a hostile party would answer: nothing malformed passes, and every failure has its kind."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.connection import (
    MOST_DEPTH,
    Call,
    Connection,
    NodeError,
    NodeLied,
    NodeRefused,
    NodeUnavailable,
    RangeTooWide,
    StateForgotten,
    nested_too_deep,
)
from indexer.evidence.slots import COUNT, HEAD, subject_slot
from indexer.follow import Header
from indexer.head import fold_subject
from indexer.live import consensus_of
from indexer.node import Node
from indexer.record import RECORDED_TOPIC
from indexer.values import ZERO_HASH, Address, Hash32
from tests.devnet_fixtures import LiveNode
from tests.indexer.histories import SOURCES, History
from tests.indexer.ledgers import LiveLedger
from tests.indexer.liar import Liar, failing, lying

pytestmark = pytest.mark.node


@pytest.fixture(params=["anvil", "geth"])
def ledger(request: pytest.FixtureRequest) -> LiveLedger:
    live: LiveNode = request.getfixturevalue(f"{request.param}_node")
    ledger = LiveLedger.create(live)
    history = History(time=2_000_000_000)
    for number in range(3):
        institution = history.institution(number)
        history.work(institution, number)
        ledger.commit(history)
        history.time += 10
    return ledger


@pytest.fixture
def node(ledger: LiveLedger) -> Iterator[Node]:
    with Node([ledger.node.url], seconds=10) as node:
        yield node


@pytest.fixture
def liar(anvil_node: LiveNode) -> Iterator[Liar]:
    with lying(anvil_node.url) as liar:
        yield liar


def test_every_call_is_answered_by_both_node_programs(ledger: LiveLedger, node: Node) -> None:
    genesis, newest = node.look()
    assert genesis.number == 0
    assert newest.number == ledger.head
    assert node.chain_id() == ledger.node.chain_id
    blocks = node.blocks(range(newest.number + 1))
    assert [block.number for block in blocks] == list(range(newest.number + 1))
    for parent, child in pairwise(blocks):
        assert child.header.parent_hash == parent.hash
        assert child.sealed.hash == child.hash, "hashed here"
    assert node.block(newest.number) == node.block_of(newest.hash) == newest
    assert node.block(newest.number + 9) is None
    assert node.block_of(Hash32(b"\7" * 32)) is None
    logs = node.logs(SOURCES.ledger, RECORDED_TOPIC, 0, newest.number)
    assert len(logs) == 6
    by_block = [log for block in blocks for log in node.logs_of(SOURCES.ledger, RECORDED_TOPIC, block.header)]
    assert by_block == logs
    head, count = node.words(SOURCES.ledger, (HEAD, COUNT), newest.hash)
    assert int.from_bytes(count, "big") == 6
    subject = SOURCES.party(Address(b"\1" * 20))
    proof = node.proof(SOURCES.ledger, (HEAD, COUNT, subject_slot(subject)), newest.hash)
    assert proof.checked_words(newest.sealed.state_root) == {
        HEAD: head,
        COUNT: count,
        subject_slot(subject): fold_subject(subject, []),
    }
    assert node.proof(Address(b"\5" * 20), (HEAD,), newest.hash).checked_words(newest.sealed.state_root) == {
        HEAD: ZERO_HASH
    }
    early = node.words(SOURCES.ledger, (COUNT,), blocks[ledger.block].hash)
    assert early == [ZERO_HASH], "state is that of the block whose hash was named"
    assert node.code(SOURCES.ledger, newest.hash)
    assert node.view(SOURCES.ledger, bytes.fromhex("06661abd"), newest.hash) == count


def test_the_consensus_is_guessed(ledger: LiveLedger, node: Node) -> None:
    [genesis] = node.blocks([0])
    expected = {"anvil": ("anvil", 0), "geth": ("clique", 1)}[ledger.node.kind]
    assert consensus_of(genesis, node.program()) == expected
    assert consensus_of(genesis, "Unheard/of")[0] in ("clique", "unknown")


def test_what_is_not_there_yet_is_to_be_asked_again(ledger: LiveLedger, node: Node) -> None:
    beyond = ledger.head + 5
    with pytest.raises(NodeUnavailable):
        node.blocks([beyond])
    unknown = Hash32(b"\7" * 32)
    newest = node.look()[1].header
    for question in (
        lambda: node.words(SOURCES.ledger, (HEAD,), unknown),
        lambda: node.proof(SOURCES.ledger, (HEAD,), unknown),
        lambda: node.code(SOURCES.ledger, unknown),
        lambda: node.view(SOURCES.ledger, b"\6f\x1a\xbd", unknown),
        lambda: node.logs_of(
            SOURCES.ledger, RECORDED_TOPIC, type(newest)(newest.number, unknown, unknown, 1)
        ),
    ):
        with pytest.raises(NodeUnavailable):
            question()


def test_a_revert_is_final(ledger: LiveLedger, node: Node) -> None:
    with pytest.raises(NodeRefused, match="revert"):
        node.view(SOURCES.ledger, b"\1\2\3\4", node.look()[1].hash)


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("header not found", NodeUnavailable),
        ("body not found", NodeUnavailable),
        ("transaction indexing is in progress", NodeUnavailable),
        ("Too Many Requests", NodeUnavailable),
        ("rate limit exceeded", NodeUnavailable),
        ("daily request limit exceeded", NodeUnavailable),
        ("log response size limit exceeded", RangeTooWide),
        ("missing trie node 1234 (path )", StateForgotten),
        ("query returned more than 10000 results", RangeTooWide),
        ("block range is too wide", RangeTooWide),
        ("the method eth_getLogs does not exist/is not available", NodeRefused),
    ],
)
def test_errors_have_their_kind(liar: Liar, message: str, kind: type[NodeError]) -> None:
    liar.bend = lambda method, params, answer: failing(message)
    with Node([liar.url]) as node, pytest.raises(kind) as raised:
        node.logs(SOURCES.ledger, RECORDED_TOPIC, 0, 1)
    assert type(raised.value) is kind


def bent_block(**changes: Any) -> Callable[[str, list[Any], dict[str, Any]], dict[str, Any]]:
    return lambda method, params, answer: {"result": answer["result"] | changes}


@pytest.mark.parametrize(
    "changes",
    [
        {"timestamp": "0x1"},
        {"number": "0x7"},
        {"stateRoot": "0x" + "11" * 32},
        {"hash": "0x" + "11" * 32},
        {"hash": "0x11"},
        {"hash": 5},
        {"parentHash": "not hexadecimal"},
        {"parentHash": None},
        {"extraData": "0x" + "00" * 70_000},
        {"gasLimit": "0x" + "f" * 80},
        {"logsBloom": "0x"},
    ],
)
def test_a_header_that_is_not_what_its_hash_says_is_a_lie(liar: Liar, changes: dict[str, Any]) -> None:
    liar.bend = bent_block(**changes)
    with Node([liar.url]) as node, pytest.raises(NodeLied):
        node.block(0)


def test_another_block_than_the_one_asked_for_is_a_lie(liar: Liar, anvil_node: LiveNode) -> None:
    anvil_node.call("anvil_mine", "0x3")
    other = anvil_node.call("eth_getBlockByNumber", "0x2", False)
    liar.bend = lambda method, params, answer: {"result": other}
    with Node([liar.url]) as node:
        assert node.block(2) is not None
        for question in (
            lambda: node.block(1),
            lambda: node.block_of(Hash32(b"\1" * 32)),
            lambda: node.blocks([1]),
        ):
            with pytest.raises(NodeLied):
                question()


GOOD_LOG = {
    "address": "0x" + SOURCES.ledger.hex(),
    "topics": ["0x" + RECORDED_TOPIC.hex(), *["0x" + "00" * 32] * 3],
    "data": "0x",
    "blockNumber": "0x5",
    "blockHash": "0x" + "22" * 32,
    "transactionHash": "0x" + "33" * 32,
    "transactionIndex": "0x0",
    "logIndex": "0x0",
    "removed": False,
}


@pytest.mark.parametrize(
    "logs",
    [
        [GOOD_LOG | {"address": "0x" + "01" * 20}],
        [GOOD_LOG | {"topics": ["0x" + "01" * 32]}],
        [GOOD_LOG | {"topics": []}],
        [GOOD_LOG | {"topics": ["0x" + RECORDED_TOPIC.hex(), "0x01"]}],
        [GOOD_LOG | {"removed": True}],
        [GOOD_LOG | {"blockNumber": "0x4"}],
        [GOOD_LOG | {"blockNumber": "0x9"}],
        [GOOD_LOG | {"blockNumber": "5"}],
        [GOOD_LOG | {"blockNumber": "0x" + "f" * 40}],
        [GOOD_LOG | {"blockNumber": None}],
        [GOOD_LOG | {"data": "0x0"}],
        [GOOD_LOG | {"data": "zz"}],
        [GOOD_LOG, GOOD_LOG],
        [GOOD_LOG | {"logIndex": "0x2"}, GOOD_LOG],
        [{}],
        {"logs": []},
        "none",
    ],
)
def test_logs_that_were_not_asked_for_or_are_malformed_are_a_lie(liar: Liar, logs: Any) -> None:
    liar.bend = lambda method, params, answer: {"result": logs}
    with Node([liar.url]) as node, pytest.raises(NodeLied):
        node.logs(SOURCES.ledger, RECORDED_TOPIC, 5, 8)


def test_a_good_log_passes(liar: Liar) -> None:
    liar.bend = lambda method, params, answer: {"result": [GOOD_LOG, GOOD_LOG | {"logIndex": "0x1"}]}
    with Node([liar.url]) as node:
        assert [log.log_index for log in node.logs(SOURCES.ledger, RECORDED_TOPIC, 5, 8)] == [0, 1]
    block = Header(5, Hash32(b"\1" * 32), Hash32(b"\2" * 32), 1)
    with Node([liar.url]) as node, pytest.raises(NodeLied, match="another block"):
        node.logs_of(SOURCES.ledger, RECORDED_TOPIC, block)


@pytest.mark.parametrize("word", ["0x", "", "0x" + "11" * 33, "0xzz", None, 7])
def test_a_word_that_is_none_is_a_lie(liar: Liar, word: Any) -> None:
    liar.bend = lambda method, params, answer: {"result": word}
    with Node([liar.url]) as node, pytest.raises(NodeLied):
        node.words(SOURCES.ledger, (HEAD,), Hash32(b"\1" * 32))


def test_a_word_without_leading_zeros_is_read(liar: Liar) -> None:
    liar.bend = lambda method, params, answer: {"result": "0x123"}
    with Node([liar.url]) as node:
        assert node.words(SOURCES.ledger, (HEAD,), Hash32(b"\1" * 32)) == [
            Hash32((0x123).to_bytes(32, "big"))
        ]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>",
        b"{}",
        b"[]",
        b'{"jsonrpc":"2.0","id":0}',
        b'[{"jsonrpc":"2.0","id":0,"result":null}]',
        b'{"jsonrpc":"2.0","id":0,"result":' + b"[" * 100_000,
        b"\xff\xfe",
        b'{"jsonrpc":"2.0","id":"0","result":"0x1"}',
        b'{"jsonrpc":"2.0","id":0,"error":"no"}',
        b'{"jsonrpc":"2.0","id":0,"result":[]}',
        b'{"jsonrpc":"2.0","id":0,"later":"\\"","extra":' + b"[" * 1_000_000,
        b"[" * 2_000_000,
        b'{"a":' * 1_000_000,
    ],
)
def test_answers_that_are_no_json_rpc_are_a_lie(liar: Liar, content: bytes) -> None:
    liar.raw = lambda body: (200, content)
    with Node([liar.url]) as node:
        with pytest.raises(NodeLied):
            node.chain_id()
        with pytest.raises(NodeLied):
            node.blocks([1, 2])


@given(
    st.recursive(
        st.text() | st.none() | st.integers(), lambda part: st.lists(part) | st.dictionaries(st.text(), part)
    )
)
def test_the_depth_of_an_answer_is_that_of_its_brackets_not_of_those_in_its_texts(value: Any) -> None:
    for ascii_only in (True, False):
        text = json.dumps(value, ensure_ascii=ascii_only)
        assert not nested_too_deep(text.encode("utf-8", "surrogatepass"))
        deep = "[" * MOST_DEPTH + text + "]" * MOST_DEPTH
        assert nested_too_deep(deep.encode("utf-8", "surrogatepass")) == isinstance(value, list | dict)


def test_a_batch_must_be_answered_whole_and_by_its_ids(liar: Liar) -> None:
    def answers(*ids: int) -> Callable[[bytes], tuple[int, bytes]]:
        return lambda body: (200, json.dumps([{"id": one, "result": None} for one in ids]).encode())

    with Node([liar.url]) as node:
        for wrong in (answers(0), answers(0, 0), answers(0, 1, 2), answers(1, 2)):
            liar.raw = wrong
            with pytest.raises(NodeLied, match="batch"):
                node.blocks([1, 2])
        liar.raw = answers(1, 0)
        with pytest.raises(NodeUnavailable):
            node.blocks([1, 2])


@pytest.mark.parametrize(
    ("status", "kind"),
    [(500, NodeUnavailable), (429, NodeUnavailable), (413, RangeTooWide), (403, NodeRefused)],
)
def test_http_errors_have_their_kind(liar: Liar, status: int, kind: type[NodeError]) -> None:
    liar.raw = lambda body: (status, b"no")
    with Node([liar.url]) as node, pytest.raises(kind):
        node.chain_id()


def test_an_answer_has_a_largest_size(liar: Liar) -> None:
    liar.raw = lambda body: (200, b'{"jsonrpc":"2.0","id":0,"result":"0x' + b"0" * 5_000 + b'"}')
    small = Connection(liar.url, most_bytes=1_000)
    with pytest.raises(RangeTooWide):
        small.ask(Call("eth_chainId"), str)
    small.close()


@contextmanager
def dripping(pieces: Sequence[bytes], pause: float) -> Iterator[str]:
    """A node that answers in pieces, each after a pause, and keeps the line."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            with suppress(OSError):
                for piece in pieces:
                    time.sleep(pause)
                    self.wfile.write(piece)

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


BODY = b'{"jsonrpc":"2.0","id":0,"result":"0x1"}'
HEAD_OF_BODY = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n" % len(BODY)


@pytest.mark.parametrize(
    "pieces",
    [
        [HEAD_OF_BODY + b"\r\n", *(bytes([one]) for one in BODY)],
        [HEAD_OF_BODY, *[b"X-More: 1\r\n"] * len(BODY), b"\r\n" + BODY],
    ],
    ids=["body", "head"],
)
def test_an_answer_that_never_falls_silent_and_never_ends_is_given_up(pieces: list[bytes]) -> None:
    with dripping(pieces, 0.05) as url:
        line = Connection(url, seconds=0.25)
        with pytest.raises(NodeUnavailable, match="no answer"):
            line.ask(Call("eth_chainId"), str)
        line.close()


def test_an_answer_may_take_longer_than_one_silence_and_leaves_the_next_its_time() -> None:
    with dripping([HEAD_OF_BODY + b"\r\n", BODY[:9], BODY[9:]], 0.6) as url:
        line = Connection(url, seconds=1.0)
        for _ in range(2):
            assert line.ask(Call("eth_chainId"), str) == "0x1"
        assert len(line._idle) == 1, "one connection did"
        line.close()


def test_nobody_there_is_unavailable_and_the_secret_in_the_address_is_not_shown() -> None:
    with Node(["http://name:secret@127.0.0.1:9/key-in-path"], seconds=1) as node:
        with pytest.raises(NodeUnavailable) as raised:
            node.chain_id()
        assert "secret" not in str(raised.value)
        assert "key-in-path" not in str(raised.value)
        assert "127.0.0.1:9" in str(raised.value)


def test_another_address_answers_where_one_does_not(liar: Liar, anvil_node: LiveNode) -> None:
    liar.raw = lambda body: (500, b"down")
    with Node(["http://127.0.0.1:9", liar.url, anvil_node.url], seconds=1) as node:
        assert node.chain_id() == anvil_node.chain_id
        assert node.place == anvil_node.url.removeprefix("http://"), "it stays with who answers"


def test_a_node_that_restarts_is_talked_to_again(anvil_node: LiveNode) -> None:
    with Node([anvil_node.url], seconds=5) as node:
        node.look()
        anvil_node.call("anvil_mine", "0x1")
        anvil_node.kill()
        with pytest.raises(NodeUnavailable):
            node.look()
        anvil_node.start()
        with Node([anvil_node.url], seconds=5) as again:
            assert again.chain_id() == anvil_node.chain_id


def test_a_connection_closed_between_two_calls_is_opened_again(liar: Liar) -> None:
    with Node([liar.url]) as node:
        node.chain_id()
        connection = node._connections[0]._idle[0]
        assert connection.sock is not None
        connection.sock.shutdown(2)  # as the other side's patience does
        node.chain_id()


def test_logs_that_are_expected_are_asked_for_once_and_early(liar: Liar, ledger: LiveLedger) -> None:
    liar.behind = ledger.node.url
    asked = (ledger.deployment.ledger.address, RECORDED_TOPIC, ledger.deployment.block, ledger.head)
    with Node([liar.url]) as node:
        plain = node.logs(*asked)
        assert plain
        node.expect_logs(*asked)
        await_calls(liar, 2)
        assert node.logs(*asked) == plain
        assert len(liar.calls) == 2
        assert node.logs(*asked) == plain
        assert len(liar.calls) == 3, "an answer is given once"


def test_what_was_expected_in_vain_is_asked_for_again(liar: Liar, ledger: LiveLedger) -> None:
    liar.behind = ledger.node.url
    asked = (ledger.deployment.ledger.address, RECORDED_TOPIC, ledger.deployment.block, ledger.head)
    with Node([liar.url]) as node:
        plain = node.logs(*asked)
        liar.raw = lambda body: (500, b"down")
        node.expect_logs(*asked)
        connection = next(iter(node._connections[0]._under_way.values()))
        assert connection.getresponse().status == 500
        liar.raw = None
        assert node.logs(*asked) == plain
        for first in range(4):
            node.expect_logs(*asked[:2], first, ledger.head)
        assert len(node._connections[0]._under_way) == 2, "older ones are given up"
    with Node(["http://127.0.0.1:9"], seconds=1) as nobody:
        nobody.expect_logs(*asked)
        with pytest.raises(NodeUnavailable):
            nobody.logs(*asked)


def await_calls(liar: Liar, number: int) -> None:
    """Wait until the node was asked so often."""
    until = time.monotonic() + 10
    while len(liar.calls) < number and time.monotonic() < until:
        time.sleep(0.01)
    assert len(liar.calls) == number


@pytest.mark.parametrize("url", ["", "127.0.0.1:8545", "ftp://x", "file:///etc/passwd", "http://"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="http"):
        Node([url])
    with pytest.raises(ValueError, match="at least one"):
        Node([])
