"""How fast a collectible is shown: its JSON with the verdict, and its page, beside a lookup in the same database.

Server and asker are processes of their own. The peer is an ASGI app that looks the token's row up and answers with it
as JSON, behind the same HTTP server. "The same again" asks for one collectible, whose finished answer is given for a
second; "another each time" for each once, so that nothing about it is remembered: its evidence is taken and checked;
"once more" for those a second later, so that the answer is made anew and the verdict remembered, as it is for a minute.
"""

from __future__ import annotations

import asyncio
import io
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from measuring import ROOT, ROUNDS, chapter, interleaved, sizes
from rows import Row, Spread, at_most, beside, ratio_at_least
from world import World, cpu_of, world

from indexer.events import WorkKind
from indexer.live import Indexer
from service.api.remembering import FRESH
from service.files.description import Kind, describe
from service.files.digests import digests_of
from service.files.manifest import FileEntry, Manifest, manifest_bytes, manifest_digest
from service.installation import Installation
from service.keys.vault import make_vault
from service.outbox import requests
from service.settings import read_settings

AT_ONCE = 8
SHOWN = 400
"""Collectibles with a manifest, to be asked for."""
MANY = 1_500
"""Requests of one round for the same; each of `SHOWN` once, where it is another each time."""
FACTS = {
    "title": "静夜思",
    "maker": "李白",
    "registration_number": "试-2026-0001",
    "copyright_holder": "公有领域",
    "description": "床前明月光，疑是地上霜。举头望明月，低头思故乡。",
}
PEER = Path(__file__).with_name("serving_peer.py")


def rows(scale: float) -> Iterator[Row]:
    for entries in sizes(100_000, scale):
        with (
            tempfile.TemporaryDirectory(prefix="qianyin-bench-") as folder,
            world(Path(folder), entries) as made,
        ):
            tokens = shown(made)
            index(made)
            yield from answers(made, tokens, entries)


def shown(made: World) -> list[int]:
    """Issue collectibles whose manifests are kept here."""
    installation = Installation(read_settings({}, made.home))
    make_vault(installation.settings)
    works = []
    for number in range(SHOWN):
        octets = f"a file {number}".encode()
        file = FileEntry("work", "text/plain", digests_of(io.BytesIO(octets)))
        description = describe(Kind.RIGHTS_REGISTERED, {**FACTS, "title": f"静夜思 {number}"})
        manifest = manifest_bytes(Manifest(description, (file,)))
        for kept in (octets, manifest):
            installation.files.put(io.BytesIO(kept))
        works.append(
            requests.Deposit(
                made.issuer, WorkKind.RIGHTS_REGISTERED, file.digests.sha256, manifest_digest(manifest)
            )
        )
    made.send("issuer", works)
    named = [(made.collection.collection_id, work.work_id, 1) for work in works]
    made.send("issuer", [requests.OpenEdition(*name, 10) for name in named])
    mints = [requests.Mint(*name, 1) for name in named]
    made.send("issuer", mints)
    made.send(
        "issuer", [requests.Distribute(one.collection_id, one.token_id, made.people[0]) for one in mints]
    )
    installation.close()
    return [one.token_id for one in mints]


def index(made: World) -> None:
    """Index the ledger."""
    installation = Installation(read_settings({}, made.home))
    Indexer(installation.node, installation.projection, installation.deployment).catch_up()
    installation.close()


def answers(made: World, tokens: Sequence[int], entries: int) -> Iterator[Row]:
    """Ask our service and the peer in turn."""
    ours = [sys.executable, "-m", "service.cli", "serve"]
    peer = [sys.executable, str(PEER), str(made.home / "index.db")]
    with serving(made, ours) as (port, process), serving(made, peer) as (other, _):
        half = len(tokens) // 2
        for name, place, goal, fresh in (
            ("JSON of a collectible", "/v1/collectibles/{}", ratio_at_least(0.5), tokens[1:half]),
            ("page of a collectible", "/t/{}", None, tokens[half:]),
        ):
            same, theirs = (
                Asker(port, [place.format(tokens[0])] * MANY),
                Asker(other, [f"/{tokens[0]}"] * MANY),
            )
            same.ask()
            same.taken.clear()
            before = cpu_of(process.pid)
            rounds = interleaved(same.ask, theirs.ask)
            own = (cpu_of(process.pid) - before) / (MANY * ROUNDS) * 1e6
            again = f"{name}, the same again"
            yield beside(again, entries, "requests/s", rounds, "a row as JSON by ASGI", goal=goal, own=own)
            yield Row(f"{again}: p99", entries, "ms", Spread.of([same.p99()]), goal=at_most(15))
            yield from each(name, entries, Asker(port, [place.format(token) for token in fresh]), theirs)


def each(name: str, entries: int, ours: Asker, theirs: Asker) -> Iterator[Row]:
    """Ask for many things, each for the first time, and then once more."""
    for when in ("another each time", "another each time, once more"):
        time.sleep(2 * FRESH)
        ours.taken.clear()
        rounds = [(ours.ask(), theirs.ask())]
        yield beside(f"{name}, {when}", entries, "requests/s", rounds, "a row as JSON by ASGI")
        yield Row(f"{name}, {when}: p99", entries, "ms", Spread.of([ours.p99()]))


class Asker:
    """Asks for addresses in their order, a few at once, and keeps how long each answer took, in seconds."""

    def __init__(self, port: int, paths: Sequence[str]) -> None:
        self.port, self.paths = port, paths
        self.taken: list[float] = []

    def ask(self) -> float:
        """Ask for all of them; gives how many were answered a second."""
        began = time.perf_counter()
        self.taken += asyncio.run(ask(self.port, self.paths))
        return len(self.paths) / (time.perf_counter() - began)

    def p99(self) -> float:
        """Give the time that 99 of 100 answers took at most, in milliseconds."""
        return sorted(self.taken)[int(len(self.taken) * 0.99)] * 1_000


async def ask(port: int, paths: Sequence[str]) -> list[float]:
    """Ask over a few connections that are kept; give how long each answer took, in seconds."""
    waiting, taken = iter(paths), []

    async def one_connection() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for path in waiting:
            began = time.perf_counter()
            writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(f"{path}: {head!r}")
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
            await reader.readexactly(length)
            taken.append(time.perf_counter() - began)
        writer.close()

    await asyncio.gather(*(one_connection() for _ in range(AT_ONCE)))
    return taken


@contextmanager
def serving(made: World, command: list[str]) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """Start a server on a free port, and end it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    path = os.pathsep.join((str(ROOT), str(ROOT / "hardhat-free-devnet")))
    environment = {
        **os.environ,
        "PYTHONPATH": path,
        "QIANYIN_HOME": str(made.home),
        "QIANYIN_PUBLIC_RATE": "0",
    }
    running = subprocess.Popen([*command, "--port", str(port)], env=environment, cwd=ROOT)
    try:
        for _ in range(600):
            with socket.socket() as line:
                if line.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port, running
    finally:
        running.terminate()
        running.wait(30)


if __name__ == "__main__":
    chapter(rows)
