"""How fast a collectible is shown: its JSON with the verdict, and its page, beside a lookup in the same database.

Server and asker are processes of their own. The peer is an ASGI app that looks the token's row up and answers with it
as JSON, behind the same HTTP server. The goals are for "each for the first time": nothing about it is remembered, its
evidence is taken and checked; by as many readers at once as keep the server busy, so that they wait for one another,
and by one alone. Two easier ways stand beside, without a goal: "once more", a second later, when the answer is made
anew and the verdict remembered, as it is for a minute; "the same again", when a finished answer is given again, as it
is for a second.
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
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path

from measuring import ROOT, ROUNDS, chapter, interleaved, sizes
from rows import Goal, Row, Spread, at_most, beside, ratio_at_least
from world import World, cpu_of, memory_of, world

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
"""Readers."""
EACH = 200
"""Collectibles with a manifest that are asked for in one round."""
MANY = 1_500
"""Requests of one round that are answered by what is remembered, or by the peer."""
FACTS = {
    "title": "静夜思",
    "maker": "李白",
    "registration_number": "试-2026-0001",
    "copyright_holder": "公有领域",
    "description": "床前明月光，疑是地上霜。举头望明月，低头思故乡。",
}
PEER = Path(__file__).with_name("serving_peer.py")


PLACES = (
    ("JSON of a collectible", "/v1/collectibles/{}", ratio_at_least(0.5)),
    ("page of a collectible", "/t/{}", None),
)
LOOKUP = "a row as JSON by ASGI"
HEADLINES = ("JSON of a collectible, once more", "JSON of a collectible, the same again")


def rows(scale: float) -> Iterator[Row]:
    each = max(20, round(EACH * min(scale, 1.0)))
    number = each * (2 * ROUNDS + 1) * len(PLACES)
    for entries in sizes(100_000, scale):
        with (
            tempfile.TemporaryDirectory(prefix="qianyin-bench-") as folder,
            world(Path(folder), max(0, entries - 4 * number)) as made,
        ):
            tokens = shown(made, number)
            index(made)
            yield from answers(made, [tokens[at : at + each] for at in range(0, number, each)], entries)


def shown(made: World, number: int) -> list[int]:
    """Issue so many collectibles whose manifests are kept here."""
    installation = Installation(read_settings({}, made.home))
    make_vault(installation.settings)
    works = []
    for place in range(number):
        octets = f"a file {place}".encode()
        file = FileEntry("work", "text/plain", digests_of(io.BytesIO(octets)))
        description = describe(Kind.RIGHTS_REGISTERED, {**FACTS, "title": f"静夜思 {place}"})
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


def answers(made: World, parts: Sequence[Sequence[int]], entries: int) -> Iterator[Row]:
    """Ask our service and the peer in turn, each round for the tokens of another part."""
    ours = [sys.executable, "-m", "service.cli", "serve"]
    peer = [sys.executable, str(PEER), str(made.home / "index.db")]
    waiting = iter(parts)
    with serving(made, ours) as (port, process), serving(made, peer) as (other, _):
        for name, place, goal in PLACES:
            beforehand, *asked = islice(waiting, 2 * ROUNDS + 1)
            Asker(port, [[place.format(token) for token in beforehand]]).ask()
            by_many, by_one = asked[:ROUNDS], asked[ROUNDS:]
            paths, alone = (
                [[place.format(one) for one in part] for part in parts] for parts in (by_many, by_one)
            )
            same = [[place.format(asked[0][0])] * MANY] * ROUNDS
            lookups = [[f"/{token}" for token in islice(cycle(part), MANY)] for part in by_many]
            for when, rounds, to_reach, at_once in (
                ("each for the first time", paths, (goal, at_most(15)), AT_ONCE),
                ("each for the first time, one reader alone", alone, (None, at_most(15)), 1),
                ("once more", paths, (None, None), AT_ONCE),
                ("the same again", same, (None, None), AT_ONCE),
            ):
                time.sleep(2 * FRESH)
                mine, theirs = Asker(port, rounds, at_once), Asker(other, lookups, at_once)
                yield from both(f"{name}, {when}", entries, mine, theirs, process.pid, to_reach)
        peak = Spread.of([memory_of(process.pid)])
        yield Row("peak memory of `qianyin serve`", entries, "MB", peak, headline=True)


def both(
    name: str, entries: int, ours: Asker, theirs: Asker, pid: int, goals: tuple[Goal | None, Goal | None]
) -> Iterator[Row]:
    """Measure both sides in turn; `own` is the processor time that the process `pid` took for an answer."""
    before = cpu_of(pid)
    rounds = interleaved(ours.ask, theirs.ask)
    own = (cpu_of(pid) - before) / ours.answered * 1e6
    headline = name.startswith(HEADLINES)
    yield beside(name, entries, "requests/s", rounds, LOOKUP, goal=goals[0], own=own, headline=headline)
    yield beside(
        f"{name}: p99", entries, "ms", list(zip(ours.p99, theirs.p99, strict=True)), LOOKUP, goal=goals[1]
    )


class Asker:
    """Asks for addresses, those of one round a call, some at once; keeps how long the answers took."""

    def __init__(self, port: int, rounds: Iterable[Sequence[str]], at_once: int = AT_ONCE) -> None:
        self.port, self.rounds, self.at_once = port, iter(rounds), at_once
        self.answered = 0
        self.p99: list[float] = []
        """The milliseconds that 99 of 100 answers took at most, of each round."""

    def ask(self) -> float:
        """Ask for all of the next round; gives how many were answered a second."""
        paths = next(self.rounds)
        began = time.perf_counter()
        taken = sorted(asyncio.run(ask(self.port, paths, self.at_once)))
        took = time.perf_counter() - began
        self.answered += len(paths)
        self.p99.append(taken[int(len(taken) * 0.99)] * 1_000)
        return len(paths) / took


async def ask(port: int, paths: Sequence[str], at_once: int) -> list[float]:
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

    await asyncio.gather(*(one_connection() for _ in range(at_once)))
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
