"""What nodes say to bytes, and what it means."""

from __future__ import annotations

import http.server
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from indexer.values import Address, Hash32
from service.errors import Unavailable
from service.outbox.answers import Answer, read_answer
from service.outbox.nodes import Nodes
from service.outbox.sending import best
from tests.service.outbox.flaky import serving

Reply = Callable[[str, list[Any]], Any]
HASH = Hash32(b"\x01" * 32)
RECEIPT = {
    "blockNumber": "0x7",
    "blockHash": "0x" + "02" * 32,
    "status": "0x1",
    "logs": [{"address": "0x" + "c0" * 20, "topics": ["0x" + "03" * 32], "data": "0x01"}],
}


class Error(Exception):
    """What a node answers as a JSON-RPC error."""


@contextmanager
def speaking(reply: Reply) -> Iterator[str]:
    """A node that answers what the test says."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            many = asked if isinstance(asked, list) else [asked]
            answers = [_answer(one) for one in many]
            body = json.dumps(answers if isinstance(asked, list) else answers[0]).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    def _answer(one: dict[str, Any]) -> dict[str, Any]:
        try:
            return {"jsonrpc": "2.0", "id": one["id"], "result": reply(one["method"], one["params"])}
        except Error as error:
            return {"jsonrpc": "2.0", "id": one["id"], "error": {"code": -32000, "message": str(error)}}

    with serving(Handler) as url:
        yield url


def refusing(message: str) -> Reply:
    """Answer everything with an error."""

    def reply(_method: str, _params: list[Any]) -> Any:
        raise Error(message)

    return reply


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("already known", Answer.HAS_IT),
        ("transaction already imported", Answer.HAS_IT),
        ("Known transaction", Answer.HAS_IT),
        ("nonce too low: next nonce 5, tx nonce 3", Answer.NONCE_USED),
        ("replacement transaction underpriced", Answer.OTHER_ATTEMPT),
        ("transaction underpriced", Answer.OTHER_ATTEMPT),
        ("oversized data: transaction size 138416, limit 131072", Answer.NEVER),
        ("exceeds block gas limit", Answer.NEVER),
        ("intrinsic gas too low: gas 20000, minimum needed 21000", Answer.NEVER),
        ("invalid sender", Answer.NEVER),
        ("txpool is full", Answer.NONE),
        ("something nobody has heard of", Answer.NONE),
    ],
)
def test_what_an_error_means(said: str, answer: Answer) -> None:
    assert read_answer(said) is answer


def test_bytes_go_to_every_node_and_each_answer_is_read() -> None:
    taken: list[str] = []

    def take(_method: str, params: list[Any]) -> Any:
        taken.append(params[0])
        return "0x" + "01" * 32

    with (
        speaking(take) as one,
        speaking(refusing("already known")) as two,
        speaking(refusing("nonce too low")) as three,
    ):
        nodes = Nodes((one, two, three, "http://127.0.0.1:1"))
        answers = [answer for answer, _ in nodes.send(b"\xab\xcd")]
        nodes.close()
    assert answers == [Answer.HAS_IT, Answer.HAS_IT, Answer.NONCE_USED, Answer.NONE]
    assert taken == ["0xabcd"]


def test_one_node_that_has_it_outweighs_all_and_a_refusal_outweighs_silence() -> None:
    never, none, has = ((one, "") for one in (Answer.NEVER, Answer.NONE, Answer.HAS_IT))
    assert best([never, has, none]) == has
    assert best([none, never]) == never
    assert best([none]) == none


def test_a_node_that_still_indexes_its_transactions_has_not_answered() -> None:
    with speaking(refusing("transaction indexing is in progress")) as busy:
        nodes = Nodes((busy,))
        with pytest.raises(Unavailable):
            nodes.receipts([HASH])
        assert nodes.knows(HASH)
        nodes.close()


def test_receipts_come_from_the_first_node_that_answers() -> None:
    with speaking(refusing("timeout")) as busy, speaking(lambda *_: RECEIPT) as ready:
        nodes = Nodes((busy, ready))
        receipt = nodes.receipts([HASH])[HASH]
        nodes.close()
    assert (receipt.block, receipt.succeeded) == (7, True)
    assert receipt.logs == ((Address(b"\xc0" * 20), (Hash32(b"\x03" * 32),), b"\x01"),)


def test_hashes_of_blocks_come_from_one_node_and_only_for_heights_that_it_has() -> None:
    def has_seven(_method: str, params: list[Any]) -> Any:
        return {"hash": "0x" + "07" * 32, "gasLimit": "0x1"} if params[0] == "0x7" else None

    with speaking(refusing("timeout")) as busy, speaking(has_seven) as ready:
        nodes = Nodes((busy, ready))
        assert nodes.block_hashes([7, 8]) == {7: Hash32(b"\x07" * 32)}
        nodes.close()


def test_a_transaction_is_unknown_only_if_every_node_says_so() -> None:
    with speaking(lambda *_: None) as one, speaking(lambda *_: None) as two:
        nodes = Nodes((one, two))
        assert not nodes.knows(HASH)
        nodes.close()
        nodes = Nodes((one, "http://127.0.0.1:1"))
        assert nodes.knows(HASH)
        nodes.close()


def test_the_next_nonce_is_the_largest_that_any_node_knows() -> None:
    def counting(latest: int, pending: int) -> Reply:
        return lambda _, params: hex({"latest": latest, "pending": pending}[params[1]])

    with speaking(counting(3, 3)) as one, speaking(counting(2, 5)) as two:
        nodes = Nodes((one, two))
        assert nodes.next_nonce(Address(bytes(20))) == 5
        assert nodes.latest_nonce(Address(bytes(20))) == 2
        nodes.close()


def test_nobody_there_is_said_so() -> None:
    nodes = Nodes(("http://127.0.0.1:1",))
    for ask in (
        lambda: nodes.next_nonce(Address(bytes(20))),
        lambda: nodes.latest_nonce(Address(bytes(20))),
        nodes.block_gas,
        lambda: nodes.receipts([HASH]),
        lambda: nodes.mined_nonce(Address(bytes(20)), 1),
    ):
        with pytest.raises(Unavailable):
            ask()
    nodes.close()
