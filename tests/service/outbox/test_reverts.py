"""What a node answers to a call that reverts: its error, and nothing worse than None whatever it says."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from service.outbox.reverts import revert_of

CALL = [{"to": "0x" + "11" * 20}, "latest"]


@contextmanager
def saying(answer: bytes, *, promised: int | None = None, pause: float = 0.0) -> Iterator[str]:
    """A node that gives one answer to everything.

    `promised`: how long it says that it is; `pause`: before each octet, else all come at once.
    """

    class Node(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer) if promised is None else promised))
            self.end_headers()
            for piece in (bytes([one]) for one in answer) if pause else (answer,):
                time.sleep(pause)
                with suppress(OSError):
                    self.wfile.write(piece)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Node) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    "data", ["0x08c379a0", {"data": "0x08c379a0", "message": "revert"}], ids=["geth and Besu", "wrapped"]
)
def test_the_error_of_a_call_is_given(data: object) -> None:
    with saying(json.dumps({"id": 1, "error": {"code": 3, "data": data}}).encode()) as url:
        assert revert_of(url, CALL, 5.0) == bytes.fromhex("08c379a0")


@pytest.mark.parametrize(
    "answer",
    [
        b'{"result": "0x"}',
        b'{"error": "busy"}',
        b'{"error": null}',
        b'{"error": {"data": ["0x08c379a0"]}}',
        b'{"error": {"data": "0x8"}}',
        b'[{"error": {"data": "0x08c379a0"}}]',
        b'"0x08c379a0"',
        b"\xff\xfe",
        b"",
        b"[" * 100_000,
        b'{"error": {"data": "0x' + b"00" * (1 << 20) + b'"}}',
    ],
    ids=range(11),
)
def test_any_other_answer_is_none(answer: bytes) -> None:
    with saying(answer) as url:
        assert revert_of(url, CALL, 5.0) is None


def test_an_answer_that_is_cut_off_is_none() -> None:
    with saying(b'{"error": {"data": "0x08c3', promised=1_000) as url:
        assert revert_of(url, CALL, 5.0) is None


def test_an_answer_that_comes_octet_by_octet_is_not_waited_for() -> None:
    with saying(b'{"error": {"data": "0x08c379a0"}}', pause=0.05) as url:
        assert revert_of(url, CALL, 0.2) is None
        assert revert_of(url, CALL, 2.0) == bytes.fromhex("08c379a0")


def test_a_node_that_is_not_there_is_none() -> None:
    with saying(b"") as url:
        pass
    assert revert_of(url, CALL, 5.0) is None
