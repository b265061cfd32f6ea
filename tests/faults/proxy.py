"""A bad line to a good node: an HTTP proxy that lies as `lies` decides. Owns its socket and its connections onward."""

from __future__ import annotations

import http.client
import json
import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from tests.faults.lies import WAITED_OUT, Json, Liar, Lie, Told, asked_instead, bent, methods_of, page

_DELAYS = (0.02, 0.05, 0.1, 0.25)
_LAST = (Lie.UNANSWERED, Lie.HALF_CLOSED, *WAITED_OUT)
"""After these the connection is closed."""
_HALVES = (Lie.HALF_CLOSED, Lie.HANGING)
_LONGEST_SILENCE = 60.0
_MOST_OF_IT = 0.9
"""Of his patience, from where who asked hung up because it was over: he began to wait a little before."""


@dataclass
class Proxy:
    """What stands between our programs and a node.

    Attributes:
        behind: the node's address; to be set anew when the node starts at another.
        liar: what it says; `lying` False lets everything through.
        patience: seconds for which those who ask bear silence.
    """

    behind: str
    liar: Liar
    lying: bool = True
    patience: float = 1.0
    url: str = ""
    head: int = 0
    _local: threading.local = field(default_factory=threading.local)

    def answer(self, body: bytes) -> tuple[Lie | None, bytes | None]:
        """Give what happens to an exchange, and the content of the answer; None: there is none."""
        calls, batch = methods_of(body)
        told = self.liar.about_exchange([call["method"] for call in calls]) if self.lying else None
        if told is None:
            return None, self._told(calls, body, batch=batch)
        if told.lie not in WAITED_OUT:
            self.liar.note(told.lie)
        content = None if told.lie is Lie.UNHEARD else self._onward(body)
        if told.lie is Lie.DELAYED:
            time.sleep(_DELAYS[told.at % len(_DELAYS)])
        return told.lie, page() if told.lie is Lie.PROXY_ERROR else content

    def _told(self, calls: list[Json], body: bytes, *, batch: bool) -> bytes | None:
        """Answer question by question, where a lie is told to one of them."""
        told = [self.liar.about(call["method"], len(calls)) if self.lying else None for call in calls]
        if not any(told):
            content = self._onward(body)
            if content is not None:
                self._look(calls, json.loads(content))
            return content
        said = [self._one(call, one) for call, one in zip(calls, told, strict=True)]
        return None if None in said else json.dumps(said if batch else said[0]).encode()

    def _one(self, call: Json, told: Told | None) -> Json | None:
        asked = call if told is None else asked_instead(told, call, self.head)
        content = self._onward(json.dumps(asked).encode())
        if content is None:
            return None
        honest: Json = json.loads(content)
        answer: Json = {key: honest[key] for key in ("result", "error") if key in honest}
        said = answer if told is None else bent(told, answer)
        if told is not None and (said != answer or asked != call):
            self.liar.note(told.lie, call["method"])
        return {"jsonrpc": "2.0", "id": call["id"], **said}

    def _look(self, calls: list[Json], answers: Any) -> None:
        """Remember how far the chain is, so that an older head can be told."""
        by_id = {one.get("id"): one for one in (answers if isinstance(answers, list) else [answers])}
        for call in calls:
            found = by_id.get(call["id"], {}).get("result")
            if call["method"] == "eth_getBlockByNumber" and call["params"][0] == "latest" and found:
                self.head = int(found["number"], 16)

    def part(self) -> None:
        """Close this thread's connection to the node."""
        if getattr(self._local, "kept", None) is not None:
            self._local.kept[1].close()
            self._local.kept = None

    def _onward(self, body: bytes) -> bytes | None:
        """Ask the node; None if it does not answer."""
        place = urlsplit(self.behind)
        for fresh in (False, True):
            kept = None if fresh else getattr(self._local, "kept", None)
            if kept is None or kept[0] != self.behind:
                self.part()
                kept = (
                    self.behind,
                    http.client.HTTPConnection(place.hostname or "", place.port, timeout=10),
                )
            try:
                kept[1].request("POST", "/", body, {"Content-Type": "application/json"})
                content = kept[1].getresponse().read()
            except (OSError, http.client.HTTPException):
                kept[1].close()
                self._local.kept = None
                continue
            self._local.kept = kept
            return content
        return None


def hung_up(connection: socket.socket, patience: float, since: float) -> bool:
    """Be silent until the other side hangs up; whether it had waited out its patience since then, not been killed."""
    ready, _, _ = select.select([connection], [], [], _LONGEST_SILENCE)
    return bool(ready) and time.monotonic() - since > _MOST_OF_IT * patience


class _Handler(BaseHTTPRequestHandler):
    """One connection of somebody who asks; those who are killed in the middle are no error."""

    proxy: Proxy
    protocol_version = "HTTP/1.1"
    timeout = 30
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        since = time.monotonic()
        try:
            lie, content = self.proxy.answer(self.rfile.read(int(self.headers["Content-Length"])))
        except ValueError:
            self.close_connection = True
            return
        self.close_connection = content is None or lie in _LAST
        if content is not None and lie not in (Lie.UNANSWERED, Lie.LATE):
            self._say(content, len(content) // 2 if lie in _HALVES else len(content))
        if lie is Lie.HALF_CLOSED:
            self.connection.shutdown(socket.SHUT_WR)
        if lie in WAITED_OUT and hung_up(self.connection, self.proxy.patience, since):
            self.proxy.liar.note(lie)

    def _say(self, content: bytes, cut: int) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[:cut])

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:
            self.close_connection = True
        finally:
            self.proxy.part()

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@contextmanager
def before(behind: str, liar: Liar, patience: float = 1.0) -> Iterator[Proxy]:
    """Run one before a node."""
    proxy = Proxy(behind, liar, patience=patience)
    handler = type("Handler", (_Handler,), {"proxy": proxy})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    proxy.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
