"""The programs that are killed: a worker and an indexer that die at a named point, and the controls that are wrong.

Each is run in a child of the nursery (`nursery.py`), and is the real thing but for what it says of where it is.
"""

from __future__ import annotations

import os
import resource
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError

from indexer import backfill, live, reading
from indexer import deployment as deployments
from indexer.deployment import Deployment
from indexer.errors import IndexerError
from indexer.follow import Header
from indexer.live import Indexer
from indexer.node import Node
from indexer.reindex import reindex
from indexer.span import LedgerBlock, Span
from indexer.store import Projection
from indexer.store.opening import SCHEMA
from indexer.store.rows import Rows
from indexer.store.writing import write_fast
from service.errors import Unavailable
from service.files import kubo
from service.installation import Installation
from service.outbox.nodes import Nodes
from service.outbox.office import Office, open_office
from service.outbox.states import Point
from service.outbox.worker import Worker
from service.settings import Settings, read_settings
from tests.service.outbox.victim import SendFirst

MARKS = "deaths"
"""The file in a home folder where a program says at which point it dies, just before it does."""


class IndexPoint(StrEnum):
    """Where an indexer may be killed."""

    BLOCK = "mid-block"
    """Some rows of a block are written, not committed."""
    BACKFILL = "mid-backfill"
    """Some rows of a stretch of many blocks are written, not committed."""
    KEPT = "kept"
    """They are committed."""
    REWIND = "mid-rewind"
    """Blocks are deleted, not committed."""
    REWOUND = "rewound"
    """They are."""


@dataclass(frozen=True, slots=True)
class Part:
    """Who plays what, and where it dies: at the n-th time that it comes to a point; "" for never by itself.

    `wrong` names a control: `send-first`, a worker that sends before it stores; `trusting`, an indexer that believes
    every log. `depth` is the indexer's, `width` how many blocks it backfills at a time. `second`: it makes another
    index of the same ledger. `skew` are seconds by which the program's clock is wrong; `largest`, if not 0, how many
    bytes a file may have, as on a disk that is full. `patience`: seconds for which it bears silence of what it asks.
    """

    role: str
    home: str
    point: str = ""
    nth: int = 1
    wrong: str = ""
    depth: int | None = None
    width: int = 8
    second: bool = False
    skew: float = 0.0
    largest: int = 0
    patience: float = 5.0

    def as_json(self) -> dict[str, Any]:
        """Write for the nursery."""
        return asdict(self)


def play(part: Part) -> None:
    """Be it until killed."""
    real = time.time
    if part.skew:
        time.time = lambda: real() + part.skew
    if part.largest:
        resource.setrlimit(resource.RLIMIT_FSIZE, (part.largest, part.largest))
    {"worker": _work, "indexer": _index, "rebuilder": _rebuild}[part.role](part)


def deaths(home: Path) -> list[str]:
    """List the points at which programs have died by their own hand, in order."""
    try:
        return (home / MARKS).read_text().splitlines()
    except FileNotFoundError:
        return []


def doom(part: Part) -> Callable[[str], None]:
    """Make what a program calls where it is: it marks the point and dies as by `kill -9` when its time has come."""
    seen = 0

    def at(here: str) -> None:
        nonlocal seen
        if here != part.point:
            return
        seen += 1
        if seen == part.nth:
            mark = os.open(Path(part.home) / MARKS, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
            os.write(mark, f"{here}\n".encode())
            os.kill(os.getpid(), signal.SIGKILL)

    return at


def _work(part: Part) -> None:
    settings = read_settings({}, Path(part.home))
    at = doom(part)
    kubo.TIMEOUT = (part.patience, part.patience)  # type: ignore[misc]
    worker = Worker(_opened(settings, part.patience), Installation(settings).files, at)
    if part.wrong == "send-first":
        worker._signing = SendFirst(worker._office, worker.name, at)
    worker.run(threading.Event())


def _opened(settings: Settings, patience: float) -> Office:
    """Open the installation; a program that finds no database ends, and is started again by whoever minds it."""
    while True:
        try:
            office = open_office(settings)
            return replace(office, nodes=Nodes(settings.rpc or office.deployment.rpc, seconds=patience))
        except Unavailable:
            time.sleep(0.1)


def _index(part: Part) -> None:
    if part.wrong == "trusting":
        reading._compare = lambda *_: None
    live.NEAR = backfill.FIRST_WIDTH = backfill.MOST_WIDTH = part.width
    with _projection(part) as projection, _node(part) as node:
        Indexer(node, projection, _deployment(part), depth=part.depth).run(threading.Event(), poll=0.02)


def _rebuild(part: Part) -> None:
    """Build the index anew beside the one in use, again and again."""
    backfill.FIRST_WIDTH = backfill.MOST_WIDTH = part.width
    with _projection(part) as projection, _node(part) as node:
        while True:
            with suppress(IndexerError, OperationalError):
                reindex(node, projection, _deployment(part), depth=part.depth)


def _projection(part: Part) -> Mortal:
    projection = Mortal.open(*index_of(read_settings({}, Path(part.home)), second=part.second))
    projection.at = doom(part)
    return projection


def _node(part: Part) -> Node:
    return Node(read_settings({}, Path(part.home)).rpc, seconds=part.patience)


def _deployment(part: Part) -> Deployment:
    return deployments.read(read_settings({}, Path(part.home)).deployment)


def index_of(settings: Settings, *, second: bool) -> tuple[str, str]:
    """Give URL and schema of the index, or of a second one beside it."""
    if not second:
        return settings.index_url, SCHEMA
    if settings.index_url.startswith("sqlite"):
        return f"sqlite:///{settings.home / 'second.db'}", SCHEMA
    return settings.index_url, "second_index"


class Mortal(Projection):
    """A projection that says where it is, as do those that are built beside it."""

    at: Callable[[str], None]

    @contextmanager
    def building(self) -> Iterator[Mortal]:
        with super().building() as fresh:
            fresh.__class__, fresh.at = Mortal, self.at  # type: ignore[attr-defined]
            yield fresh  # type: ignore[misc]

    def extend(self, start: LedgerBlock, span: Span, settled_number: int, writer: object = None) -> None:
        many = span.last.number - start.number > 1

        def write(connection: Connection, rows: Rows) -> None:
            write_fast(connection, rows)
            self.at(IndexPoint.BACKFILL if many else IndexPoint.BLOCK)

        super().extend(start, span, settled_number, write)
        self.at(IndexPoint.KEPT)

    def rewind(self, tip: Header, to: Header) -> None:
        engine = self._database.writer

        def about_to_commit(_: Connection) -> None:
            self.at(IndexPoint.REWIND)

        event.listen(engine, "commit", about_to_commit)
        try:
            super().rewind(tip, to)
        finally:
            event.remove(engine, "commit", about_to_commit)
        self.at(IndexPoint.REWOUND)


WORKER_POINTS = tuple(Point)
INDEX_POINTS = tuple(IndexPoint)
