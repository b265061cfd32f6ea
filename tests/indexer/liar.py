"""A node that cannot be trusted: it passes calls on to a real one and bends, loses or breaks the answers."""

from __future__ import annotations

import json
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Bend = Callable[[str, list[Any], dict[str, Any]], dict[str, Any]]
"""(method, params, honest answer) -> the answer that is given."""


def honest(method: str, params: list[Any], answer: dict[str, Any]) -> dict[str, Any]:
    return answer


def failing(message: str, code: int = -32000) -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}


@dataclass
class Liar:
    """What it does now; `calls` are the methods it was asked for."""

    behind: str
    bend: Bend = honest
    raw: Callable[[bytes], tuple[int, bytes]] | None = None
    calls: list[str] = field(default_factory=list)
    url: str = ""

    def answer(self, body: bytes) -> tuple[int, bytes]:
        if self.raw is not None:
            return self.raw(body)
        asked = json.loads(body)
        if isinstance(asked, list):
            return 200, json.dumps([self._one(call) for call in asked]).encode()
        return 200, json.dumps(self._one(asked)).encode()

    def _one(self, call: dict[str, Any]) -> dict[str, Any]:
        self.calls.append(call["method"])
        request = urllib.request.Request(
            self.behind, json.dumps(call).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=10) as response:
            answer = json.loads(response.read())
        bent = self.bend(
            call["method"], call["params"], {k: answer[k] for k in ("result", "error") if k in answer}
        )
        return {"jsonrpc": "2.0", "id": call["id"], **bent}


@contextmanager
def lying(behind: str) -> Iterator[Liar]:
    """Run one in front of a real node."""
    liar = Liar(behind)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            status, content = liar.answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    liar.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield liar
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
