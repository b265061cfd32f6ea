"""A bad IPFS node: keeps what it is given, and is down, slow, full or gives other bytes as a seed decides.

It speaks what our store asks of Kubo's RPC. What it holds outlasts nobody's kill but its own, which nobody does.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from service.files.cid import cid_of
from tests.faults.proxy import hung_up


class Mischief(StrEnum):
    """What the node does instead of what it is asked for."""

    DOWN = "content store does not answer"
    SLOW = "content store slow"
    SILENT = "content store silent until who asked gave up"
    FULL = "content store full"
    OTHER_BYTES = "content store gives other bytes"
    OTHER_CID = "content store names another file"
    LOST = "content store says that it has not what it took"


_OF_ANY = (Mischief.DOWN, Mischief.SLOW, Mischief.SILENT)
_OF_COMMAND = {
    "add": (Mischief.FULL, Mischief.OTHER_CID),
    "cat": (Mischief.OTHER_BYTES, Mischief.LOST),
}
_PAUSES = (0.02, 0.05, 0.2)
_NO_ROOM = (500, {"Message": "write: no space left on device", "Code": 0})
_NOT_FOUND = (500, {"Message": "block was not found locally (offline): ipld: could not find it", "Code": 0})


@dataclass
class Pinner:
    """What it holds and what it did. `share`: of the questions that end in mischief; none unless `lying`.

    `patience`: seconds for which who asks bears silence.
    """

    seed: int
    share: float
    patience: float = 1.0
    lying: bool = True
    address: str = ""
    held: dict[str, bytes] = field(default_factory=dict)
    told: Counter[Mischief] = field(default_factory=Counter)
    _asked: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def choose(self, command: str) -> tuple[Mischief | None, random.Random]:
        """Say what happens to a question, and with which dice; the n-th of a command meets the same each time."""
        with self._lock:
            self._asked[command] += 1
            dice = random.Random(f"{self.seed}:{command}:{self._asked[command]}")
            if not self.lying or dice.random() >= self.share:
                return None, dice
            done = dice.choice((*_OF_ANY, *_OF_COMMAND.get(command, ())))
            if done is not Mischief.SILENT:
                self.told[done] += 1
            return done, dice

    def note_silence(self) -> None:
        """Count one that was waited out."""
        with self._lock:
            self.told[Mischief.SILENT] += 1

    def answer(self, command: str, about: str, file: bytes) -> tuple[int, object] | Mischief:
        """Give status and content of an answer: bytes as they are, anything else as JSON; or why there is none."""
        done, dice = self.choose(command)
        if done is Mischief.DOWN or done is Mischief.SILENT:
            return done
        if done is Mischief.SLOW:
            time.sleep(dice.choice(_PAUSES))
        return {"add": self._add, "cat": self._cat, "pin/add": self._pin, "pin/ls": self._list}[command](
            about, file, done
        )

    def _add(self, _: str, file: bytes, done: Mischief | None) -> tuple[int, object]:
        if done is Mischief.FULL:
            return _NO_ROOM
        cid = cid_of(file)
        self.held[cid] = file
        return 200, {"Name": "file", "Hash": cid_of(b"another") if done is Mischief.OTHER_CID else cid}

    def _cat(self, cid: str, _: bytes, done: Mischief | None) -> tuple[int, object]:
        if done is Mischief.LOST or cid not in self.held:
            return _NOT_FOUND
        return 200, self.held[cid][:-1] + b"?" if done is Mischief.OTHER_BYTES else self.held[cid]

    def _pin(self, cid: str, _: bytes, __: Mischief | None) -> tuple[int, object]:
        return 200, {"Pins": [cid]}

    def _list(self, cid: str, _: bytes, __: Mischief | None) -> tuple[int, object]:
        if cid in self.held:
            return 200, {"Keys": {cid: {"Type": "recursive"}}}
        return 500, {"Message": f"path '{cid}' is not pinned", "Code": 0}


@contextmanager
def pinning(seed: int, share: float, patience: float = 1.0) -> Iterator[Pinner]:
    """Run one."""
    pinner = Pinner(seed, share, patience)
    handler = type("Handler", (_Handler,), {"pinner": pinner})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    pinner.address = f"/ip4/127.0.0.1/tcp/{server.server_port}"
    try:
        yield pinner
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    """One connection; those who are killed in the middle are no error."""

    pinner: Pinner
    protocol_version = "HTTP/1.1"
    timeout = 30
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        since = time.monotonic()
        place = urlsplit(self.path)
        body = self._body()
        about = parse_qs(place.query).get("arg", [""])[0]
        said = self.pinner.answer(place.path.removeprefix("/api/v0/"), about, _file_in(body))
        self.close_connection = isinstance(said, Mischief)
        if not isinstance(said, Mischief):
            self._say(*said)
        elif said is Mischief.SILENT and hung_up(self.connection, self.pinner.patience, since):
            self.pinner.note_silence()

    def _say(self, status: int, content: object) -> None:
        octets = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        self.wfile.write(octets)

    def _body(self) -> bytes:
        """Read the body; the client sends it in chunks, and the last one is empty."""
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        pieces = []
        while size := int(self.rfile.readline() or b"0", 16):
            pieces.append(self.rfile.read(size + 2)[:-2])
        self.rfile.readline()
        return b"".join(pieces)

    def handle(self) -> None:
        try:
            super().handle()
        except (OSError, ValueError):  # a line of a chunk may be cut off where its sender died
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


def _file_in(body: bytes) -> bytes:
    """Take the one file out of a multipart body."""
    boundary, _, rest = body.partition(b"\r\n")
    _, _, file = rest.partition(b"\r\n\r\n")
    return file.rpartition(b"\r\n" + boundary)[0]
