"""From mined to queryable: how long after a block its records are in the projection, under steady minting.

Each mint is one measurement, so that a block counts as often as it has mints. How many were mined a second is a row of
its own: where that is not what was asked for, the delays beside it do not count. `own` is the processor time that the
indexer takes for a mint.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

from backfill import places
from measuring import chapter, say, sizes
from rows import Row, Spread, at_most, beside, ratio_at_least
from world import World, cpu_of, world

from indexer.connection import Call
from indexer.events import WorkKind
from indexer.keccak import keccak256
from indexer.store import NothingIndexed, Projection
from indexer.values import as_hex
from service.outbox import requests

MINTS_A_SECOND = 500
A_REQUEST = 10
WINDOW = 6
"""Seconds over which one p50 and one p99 are taken."""
WINDOWS = 5
A_BATCH = 500
"""Questions of one HTTP request."""


MISSING = 0.05
"""Part of the mints asked for that may be missing in a second."""


@dataclass
class Seen:
    """When each block was first there, by its number, in seconds of one clock."""

    mined: dict[int, float] = field(default_factory=dict)
    queryable: dict[int, float] = field(default_factory=dict)

    def mints(self, blocks: Mapping[int, int]) -> list[tuple[float, float]]:
        """Give of each mint when it was mined, and the milliseconds until it was queryable.

        `blocks` says how many mints are in each.

        Raises:
            KeyError: a block was not seen.
        """
        return [
            (self.mined[number], (self.queryable[number] - self.mined[number]) * 1_000)
            for number in sorted(blocks)
            for _ in range(blocks[number])
        ]


def rows(scale: float) -> Iterator[Row]:
    for entries in sizes(100_000, scale):
        with tempfile.TemporaryDirectory(prefix="qianyin-bench-") as folder:
            for name, url, _ in places(Path(folder)):
                with world(Path(folder) / name, entries) as made:
                    yield from delays(name, url, made, entries)


def delays(name: str, url: str, made: World, entries: int) -> Iterator[Row]:
    """Mint steadily while the indexer's own program follows."""
    mints = signed_mints(made, MINTS_A_SECOND * WINDOW * (WINDOWS + 1))
    first = made.head + 1
    with indexing(made.home, url) as indexer, Projection.open(url) as projection:
        await_block(projection, made.head)
        used = cpu_of(indexer)
        with watching(made.home, projection) as seen:
            send_steadily(made, mints)
            made.mined(keccak256(mints[-1]))
            await_block(projection, made.head)
        own = 1e6 * (cpu_of(indexer) - used) / len(mints)
    found = seen.mints(mints_of_blocks(made, range(first, made.head + 1)))
    part = len(found) // (WINDOWS + 1)
    windows = [found[at : at + part] for at in range(part, part * (WINDOWS + 1), part)]
    rates = [len(window) / (window[-1][0] - window[0][0]) for window in windows]
    rate = beside(
        f"mined meanwhile, {name}",
        entries,
        "mints/s",
        [(one, MINTS_A_SECOND) for one in rates],
        "asked for",
        goal=ratio_at_least(1 - MISSING),
        own=own,
    )
    yield rate
    yield from of_windows(name, entries, windows, "" if rate.held else f"{rate.ours.median:.0f} mints/s")


def of_windows(
    name: str, entries: int, windows: Sequence[Sequence[tuple[float, float]]], spoiled: str
) -> Iterator[Row]:
    """Give the delays that half and 99 of 100 mints stay under, in each window."""
    cuts = [quantiles([delay for _, delay in window], n=100) for window in windows]
    for share, goal in ((50, None), (99, at_most(250))):
        spread = Spread.of([cut[share - 1] for cut in cuts])
        what = f"mined → queryable, p{share}, {name}"
        yield Row(what, entries, "ms", spread, goal=goal, spoiled=spoiled)


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


def send_steadily(made: World, raw: Sequence[bytes]) -> None:
    """Send transactions at the rate asked for."""
    began = time.perf_counter()
    for start in range(0, len(raw), A_REQUEST):
        due = began + start / MINTS_A_SECOND
        time.sleep(max(0.0, due - time.perf_counter()))
        part = raw[start : start + A_REQUEST]
        made.node.ask_all([Call("eth_sendRawTransaction", (as_hex(one),)) for one in part], str)


def mints_of_blocks(made: World, numbers: Sequence[int]) -> dict[int, int]:
    """Say how many transactions, each of one mint, are in each of these blocks."""
    asked = [Call("eth_getBlockTransactionCountByNumber", (hex(number),)) for number in numbers]
    found = [
        int(count or "0", 16)
        for start in range(0, len(asked), A_BATCH)
        for count in made.node.ask_all(asked[start : start + A_BATCH], str)
    ]
    return {number: count for number, count in zip(numbers, found, strict=True) if count}


@contextmanager
def watching(home: Path, projection: Projection) -> Iterator[Seen]:
    """Note when blocks are there, at the node and in the projection."""
    seen, stop = Seen(), threading.Event()
    watchers = [
        threading.Thread(target=watch_node, args=(home, seen, stop)),
        threading.Thread(target=watch_projection, args=(projection, seen, stop)),
    ]
    for watcher in watchers:
        watcher.start()
    try:
        time.sleep(0.5)  # The node has to take the subscription first.
        yield seen
        time.sleep(0.1)  # The last block may be there, and not noted yet.
    finally:
        stop.set()
        for watcher in watchers:
            watcher.join()


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
def indexing(home: Path, url: str) -> Iterator[int]:
    """Run `qianyin index` as an operator does; gives its process id."""
    (home / "settings.toml").write_text(f"index_url = {json.dumps(url)}\n")
    command = [sys.executable, "-m", "service.cli", "index"]
    with (home / "index.log").open("wb") as log:
        process = subprocess.Popen(
            command, env=os.environ | {"QIANYIN_HOME": str(home)}, stderr=log, stdout=log
        )
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(20)


if __name__ == "__main__":
    chapter(rows)
