"""The lines that lie: who bears silence for a while gives up at a lie that lasts longer, and it is counted then."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from indexer.connection import Call, Connection, NodeUnavailable
from service.errors import Unavailable
from service.files import kubo
from service.files.kubo import KuboStore
from tests.faults.lies import OF_TRANSPORT, WAITED_OUT, Liar, Lie
from tests.faults.pinner import Mischief, pinning
from tests.faults.proxy import Proxy, before
from tests.faults.stage import until

pytestmark = pytest.mark.filterwarnings("ignore:The 'strict' parameter:FutureWarning")

PATIENCE = 0.3
HEAD = Call("eth_blockNumber")


class _Node(BaseHTTPRequestHandler):
    """A node that knows how far the chain is, and nothing else."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        said = json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": "0x10"}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture
def node() -> Iterator[str]:
    """Where such a node is."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Node)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def _ask_until_told(line: Proxy, lie: Lie) -> list[str]:
    """Ask until a lie was told; give what went wrong meanwhile."""
    asked = Connection(line.url, seconds=PATIENCE)
    wrong = []
    for _ in range(400):
        try:
            assert asked.ask(HEAD, str) == "0x10"
        except NodeUnavailable as fault:
            wrong.append(fault.reason)
        if until(lambda: bool(line.liar.told), 2.0 if wrong else 0.0):
            break
    asked.close()
    assert set(line.liar.told) == {lie}
    return wrong


def _ask_often(asked: Connection) -> None:
    for _ in range(400):
        asked.ask(HEAD, str)


@pytest.mark.parametrize("lie", WAITED_OUT)
def test_silence_is_told_until_who_asked_gives_up(node: str, lie: Lie) -> None:
    with before(node, Liar(3, 0.5, frozenset({lie})), PATIENCE) as line:
        [wrong] = _ask_until_told(line, lie)
    assert "TimeoutError" in wrong or "timed out" in wrong


def test_what_is_late_and_in_time_is_an_answer(node: str) -> None:
    with before(node, Liar(3, 0.5, frozenset({Lie.DELAYED})), PATIENCE) as line:
        assert _ask_until_told(line, Lie.DELAYED) == []


def test_silence_that_nobody_waited_out_is_not_counted(node: str) -> None:
    with before(node, Liar(3, 0.5, frozenset(WAITED_OUT)), 10 * PATIENCE) as line:
        asked = Connection(line.url, seconds=PATIENCE / 3)
        with pytest.raises(NodeUnavailable):
            _ask_often(asked)
        asked.close()
        assert not until(lambda: bool(line.liar.told), 0.3)


def test_every_kind_of_lie_about_an_exchange_is_drawn() -> None:
    liar = Liar(3, 0.5)
    drawn = [liar.about_exchange(["eth_call"]) for _ in range(400)]
    assert {one.lie for one in drawn if one is not None} == set(OF_TRANSPORT)


def test_a_content_store_that_says_nothing_is_waited_for_and_no_longer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(kubo, "TIMEOUT", (PATIENCE, PATIENCE))
    with pinning(5, 0.9, PATIENCE) as pinner:
        store = KuboStore(pinner.address)
        for number in range(100):
            try:
                store.put(str(number).encode())
            except Unavailable:
                if until(lambda: Mischief.SILENT in pinner.told, 0.1):
                    break
        store._answers.close()
        store._files.close()
    assert pinner.told[Mischief.SILENT] == 1
