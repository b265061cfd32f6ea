"""A node whose answers get lost: a proxy before a real one."""

from __future__ import annotations

import http.client
import random
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


@contextmanager
def flaky(url: str, lost: float, seed: int = 7) -> Iterator[tuple[str, Counter[str]]]:
    """Give the address of a proxy that loses this share of exchanges, half of them after the node acted; its tally."""
    tally: Counter[str] = Counter()
    chance = random.Random(seed)
    place = urlsplit(url)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            fate = chance.random()
            tally["before" if fate < lost / 2 else "after" if fate < lost else "answered"] += 1
            if fate < lost / 2:
                self.close_connection = True
                return
            onward = http.client.HTTPConnection(place.hostname or "", place.port)
            onward.request("POST", "/", body, {"Content-Type": "application/json"})
            answer = onward.getresponse().read()
            onward.close()
            if fate < lost:
                self.close_connection = True
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with serving(Handler) as address:
        yield address, tally


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """Serve at a free port of this machine; give the address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
