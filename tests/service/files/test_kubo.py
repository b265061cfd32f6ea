"""The IPFS store: against a real node where there is one, and against a hostile one always."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from service.errors import BadInput, NotFound, TooLarge, Unavailable
from service.files import kubo
from service.files.cid import UNIXFS_V1_2025, cid_of
from service.files.directory import DirectoryStore
from service.files.kubo import KuboStore
from service.files.store import ContentStore, Damaged

pytestmark = pytest.mark.filterwarnings("ignore:The 'strict' parameter:FutureWarning")
needs_node = pytest.mark.skipif(
    shutil.which("ipfs") is None, reason="no `ipfs` on PATH: Kubo is in no package registry"
)


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Kubo node of its own, offline, bound to loopback; its RPC address."""
    home = tmp_path_factory.mktemp("ipfs")
    environment = {**os.environ, "IPFS_PATH": str(home), "IPFS_TELEMETRY": "off"}
    subprocess.run(["ipfs", "init", "--profile=test"], env=environment, check=True, capture_output=True)
    with subprocess.Popen(
        ["ipfs", "daemon", "--offline"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as daemon:
        try:
            yield address_of(home / "api")
        finally:
            daemon.terminate()


def address_of(api: Path) -> str:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with suppress(OSError, Unavailable):
            address = api.read_text().strip()
            KuboStore(address).has(cid_of(b"is anybody there?"))
            return address
        time.sleep(0.1)
    raise TimeoutError("the node did not answer within a minute")


@needs_node
@pytest.mark.parametrize("size", [0, 1, 1000, 262_144, 262_145, 3_000_000, 174 * 262_144 + 1])
def test_a_node_and_a_folder_give_one_file_one_cid(node: str, tmp_path: Path, size: int) -> None:
    store: ContentStore = KuboStore(node)
    data = os.urandom(size)
    stored = store.put(data)
    assert stored == DirectoryStore(tmp_path).put(data)
    assert store.has(stored.cid)
    with store.get(stored.cid) as stream:
        assert stream.read() == data


@needs_node
def test_a_node_follows_the_profile_that_is_sent_and_not_its_own(node: str) -> None:
    data = os.urandom(3_000_000)
    assert KuboStore(node, UNIXFS_V1_2025).put(data).cid == cid_of(data, UNIXFS_V1_2025)


@needs_node
def test_a_file_the_node_has_not_is_not_found(node: str) -> None:
    store = KuboStore(node)
    assert not store.has(cid_of(b"never put"))
    with pytest.raises(NotFound):
        store.get(cid_of(b"never put"))


@needs_node
def test_a_file_put_twice_is_kept_once(node: str) -> None:
    store = KuboStore(node)
    assert store.put(b"again") == store.put(b"again")


@needs_node
def test_a_file_over_the_limit_is_refused_by_a_real_node_too(node: str) -> None:
    with pytest.raises(TooLarge):
        KuboStore(node, limit=1000).put(bytes(1001))


@needs_node
def test_a_node_that_does_not_sync_is_told_of(node: str) -> None:
    assert len(KuboStore(node).faults()) == 1


Answer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def hostile(answers: dict[str, Answer]) -> Iterator[str]:
    """A server that answers as it likes, by RPC command; its address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            with suppress(BrokenPipeError, ConnectionResetError, TimeoutError):
                self.drain()
                answers[self.path.removeprefix("/api/v0").split("?")[0]](self)
            self.close_connection = True

        def drain(self) -> None:
            """Read the body; the client sends it in chunks, and the last one is empty."""
            if "chunked" not in self.headers.get("Transfer-Encoding", ""):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                return
            while size := int(self.rfile.readline(), 16):
                self.rfile.read(size + 2)
            self.rfile.readline()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"/ip4/127.0.0.1/tcp/{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def says(body: bytes, status: int = 200, **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def endless(status: int = 200, piece: bytes = b" " * 65_536, pause: float = 0) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Connection", "close")
        handler.end_headers()
        for _ in range(10_000):
            handler.wfile.write(piece)
            handler.wfile.flush()
            time.sleep(pause)

    return answer


def added(data: bytes) -> Answer:
    return says(json.dumps({"Name": "file", "Hash": cid_of(data), "Size": "1"}).encode())


PINNED = says(b'{"Pins":["x"]}')


def test_a_server_that_answers_as_a_node_does_is_believed_after_checking() -> None:
    answers = {"/add": added(b"x"), "/cat": says(b"x"), "/pin/add": PINNED}
    with hostile(answers) as address:
        assert KuboStore(address).put(b"x").cid == cid_of(b"x")


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param({"/add": added(b"y")}, id="another-cid"),
        pytest.param({"/add": says(b'{"Hash":["b"]}')}, id="cid-is-no-text"),
        pytest.param({"/add": says(b"{}")}, id="no-cid"),
        pytest.param({"/add": says(b"[]")}, id="list-for-an-object"),
        pytest.param({"/add": says(b"not json")}, id="no-json"),
        pytest.param({"/add": says(b"")}, id="nothing"),
        pytest.param({"/add": says(b"{}{}")}, id="two-answers"),
        pytest.param({"/add": says(b'{"Message":"disk full","Code":0}', 500)}, id="an-error"),
        pytest.param({"/add": says(b"<html>", 502)}, id="an-error-page"),
        pytest.param({"/add": says(b"", 307, Location="http://127.0.0.1:9/")}, id="a-redirect"),
        pytest.param({"/add": endless()}, id="an-endless-answer"),
        pytest.param({"/add": endless(500)}, id="an-endless-error"),
        pytest.param({"/add": added(b"x"), "/cat": says(b"y")}, id="other-bytes-come-back"),
        pytest.param({"/add": added(b"x"), "/cat": says(b"")}, id="no-bytes-come-back"),
        pytest.param(
            {"/add": added(b"x"), "/cat": says(b'{"Message":"block was not found locally"}', 500)},
            id="it-says-that-it-has-nothing",
        ),
        pytest.param(
            {"/add": added(b"x"), "/cat": says(b"x"), "/pin/add": says(b"{}", 500)}, id="not-pinned"
        ),
    ],
)
def test_an_answer_that_is_not_true_keeps_nothing(answers: dict[str, Answer]) -> None:
    with hostile(answers) as address, pytest.raises(Unavailable):
        KuboStore(address).put(b"x")


def test_a_file_that_comes_back_too_long_is_cut_off() -> None:
    with hostile({"/cat": endless()}) as address, pytest.raises(Unavailable):
        KuboStore(address, limit=1_000_000).get(cid_of(b"x"))


def test_other_bytes_under_a_cid_are_not_handed_out() -> None:
    with hostile({"/cat": says(b"other")}) as address, pytest.raises(Damaged):
        KuboStore(address).get(cid_of(b"x"))


def test_an_answer_in_drops_is_cut_off_after_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kubo, "ANSWER_SECONDS", 0.5)
    started = time.monotonic()
    with hostile({"/pin/ls": endless(piece=b" ", pause=0.05)}) as address, pytest.raises(Unavailable):
        KuboStore(address).has(cid_of(b"x"))
    assert time.monotonic() - started < 10


def test_a_pin_is_believed_only_if_it_names_the_cid() -> None:
    named = json.dumps({"Keys": {cid_of(b"x"): {"Type": "recursive"}}}).encode()
    other = json.dumps({"Keys": {cid_of(b"y"): {"Type": "recursive"}}}).encode()
    for body, is_kept in ((named, True), (other, False)):
        with hostile({"/pin/ls": says(body)}) as address:
            assert KuboStore(address).has(cid_of(b"x")) is is_kept


def test_a_node_that_is_not_there_is_unavailable() -> None:
    with hostile({}) as address:
        pass
    with pytest.raises(Unavailable):
        KuboStore(address).put(b"x")


@pytest.mark.parametrize("cid", ["", "../../pin/rm", "x?arg=y", "b" * 59])
def test_what_is_no_cid_never_reaches_the_node(cid: str) -> None:
    with hostile({}) as address:
        store = KuboStore(address)
        with pytest.raises(NotFound):
            store.get(cid)
        with pytest.raises(NotFound):
            store.has(cid)


def test_an_address_of_another_form_is_refused() -> None:
    with pytest.raises(BadInput):
        KuboStore("http://127.0.0.1:5001")
