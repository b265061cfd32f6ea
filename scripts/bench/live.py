"""From mined to queryable: how long after a block its records are in the projection, under steady minting."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

from backfill import places
from measuring import chapter, say
from rows import Row, Spread, at_most
from world import World, world

from indexer.connection import Call
from indexer.events import WorkKind
from indexer.store import NothingIndexed, Projection
from indexer.values import as_hex
from service.outbox import requests

MINTS_A_SECOND = 500
A_REQUEST = 10
WINDOW = 6
"""Seconds over which one p50 and one p99 are taken."""
WINDOWS = 5


@dataclass
class Seen:
    """When each block was first there, by its number, in seconds of one clock."""

    mined: dict[int, float] = field(default_factory=dict)
    queryable: dict[int, float] = field(default_factory=dict)

    def delays(self) -> list[float]:
        """Give the milliseconds from mined to queryable, in the order of blocks."""
        both = sorted(self.mined.keys() & self.queryable.keys())
        return [(self.queryable[number] - self.mined[number]) * 1_000 for number in both]


def rows(scale: float) -> Iterator[Row]:
    size = max(400, round(100_000 * scale))
    with tempfile.TemporaryDirectory(prefix="qianyin-bench-") as folder:
        for name, url, _ in places(Path(folder)):
            with world(Path(folder) / name, size) as made:
                yield from delays(name, url, made)


def delays(name: str, url: str, made: World) -> Iterator[Row]:
    """Mint steadily while the indexer's own program follows; every block is one measurement."""
    count = made.count
    mints = signed_mints(made, MINTS_A_SECOND * WINDOW * (WINDOWS + 1))
    with indexing(made.home, url), Projection.open(url) as projection:
        await_block(projection, made.head)
        seen, stop = Seen(), threading.Event()
        watchers = [
            threading.Thread(target=watch_node, args=(made.home, seen, stop)),
            threading.Thread(target=watch_projection, args=(projection, seen, stop)),
        ]
        for watcher in watchers:
            watcher.start()
        rate = send_steadily(made, mints)
        await_block(projection, made.head)
        stop.set()
        for watcher in watchers:
            watcher.join()
    found = seen.delays()
    part = len(found) // (WINDOWS + 1)
    windows = [found[at : at + part] for at in range(part, part * (WINDOWS + 1), part)]
    cuts = [quantiles(window, n=100) for window in windows]
    remark = f"{rate:.0f} mints/s in {len(found)} blocks"
    for share, goal in ((50, None), (99, at_most(250))):
        spread = Spread.of([cut[share - 1] for cut in cuts])
        yield Row(f"mined → queryable, p{share}, {name}", count, "ms", spread, goal=goal, remark=remark)


def signed_mints(made: World, number: int) -> list[bytes]:
    """Write and sign one transaction for each mint of a new edition."""
    work = requests.Deposit(
        made.issuer, WorkKind.CAPTURE_RECORD, made.collection.operation, made.collection.operation
    )
    name = (made.collection.collection_id, work.work_id, 1)
    made.send("issuer", [work])
    made.send("issuer", [requests.OpenEdition(*name, number)])
    say(f"  signing {number:,} mints …")
    return made.signed(
        "issuer", [requests.Mint(*name, serial) for serial in range(1, number + 1)], together=1
    )


def send_steadily(made: World, raw: Sequence[bytes]) -> float:
    """Send transactions at the rate asked for; give the rate that came of it."""
    began = time.perf_counter()
    for start in range(0, len(raw), A_REQUEST):
        due = began + start / MINTS_A_SECOND
        time.sleep(max(0.0, due - time.perf_counter()))
        part = raw[start : start + A_REQUEST]
        made.node.ask_all([Call("eth_sendRawTransaction", (as_hex(one),)) for one in part], str)
    return len(raw) / (time.perf_counter() - began)


def watch_node(home: Path, seen: Seen, stop: threading.Event) -> None:
    """Note when the node tells of each new block, on its administration socket."""
    with socket.socket(socket.AF_UNIX) as connection:
        folder = os.open(home / "chain" / "geth", os.O_RDONLY)  # the whole path may be too long
        connection.connect(f"/proc/self/fd/{folder}/geth.ipc")
        os.close(folder)
        asked = {"jsonrpc": "2.0", "id": 1, "method": "eth_subscribe", "params": ["newHeads"]}
        connection.sendall(json.dumps(asked).encode())
        connection.settimeout(0.5)
        rest = b""
        while not stop.is_set():
            try:
                rest += connection.recv(1 << 16)
            except TimeoutError:
                continue
            at = time.perf_counter()
            *lines, rest = rest.split(b"\n")
            for line in filter(None, lines):
                head = json.loads(line).get("params")
                if head:
                    seen.mined.setdefault(int(head["result"]["number"], 16), at)


def watch_projection(projection: Projection, seen: Seen, stop: threading.Event) -> None:
    """Note when a reader of the projection first sees each block."""
    last = tip(projection)
    while not stop.is_set():
        now = tip(projection)
        at = time.perf_counter()
        for number in range(last + 1, now + 1):
            seen.queryable[number] = at
        last = now
        time.sleep(0.003)


def tip(projection: Projection) -> int:
    """Number of the last block that a reader sees."""
    with projection.view() as view:
        return view.as_of.number


def await_block(projection: Projection, number: int) -> None:
    """Wait until the projection has come so far."""
    while True:
        try:
            if tip(projection) >= number:
                return
        except NothingIndexed:
            pass
        time.sleep(0.05)


@contextmanager
def indexing(home: Path, url: str) -> Iterator[None]:
    """Run `qianyin index` as an operator does."""
    (home / "settings.toml").write_text(f"index_url = {json.dumps(url)}\n")
    command = [sys.executable, "-m", "service.cli", "index"]
    with (home / "index.log").open("wb") as log:
        process = subprocess.Popen(
            command, env=os.environ | {"QIANYIN_HOME": str(home)}, stderr=log, stdout=log
        )
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


if __name__ == "__main__":
    chapter(rows)
