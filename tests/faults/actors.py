"""The programs that are killed: a worker and an indexer that die at a named point, and the controls that are wrong.

Each is run in a child of the nursery (`nursery.py`), and is the real thing but for what it says of where it is.
"""

from __future__ import annotations

import os
import resource
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError

from indexer import backfill, live, reading
from indexer import deployment as deployments
from indexer.deployment import Deployment
from indexer.errors import IndexerError
from indexer.follow import Header
from indexer.live import Indexer, Outcome, Trouble
from indexer.node import Node
from indexer.reindex import reindex
from indexer.span import LedgerBlock, LogsMismatch, Span
from indexer.store import Projection, sqlite
from indexer.store.opening import SCHEMA
from indexer.store.rows import Rows
from indexer.store.writing import write_fast
from indexer.values import Hash32
from service.errors import Unavailable
from service.files import kubo
from service.installation import Installation
from service.outbox import database as outbox_database
from service.outbox.nodes import Nodes
from service.outbox.office import Office, open_office
from service.outbox.states import Point
from service.outbox.worker import Worker
from service.settings import Settings, read_settings
from tests.service.outbox.victim import SendFirst

MARKS = "marks"
"""The file in a home folder where a program says who it is and at which point it dies, just before it does."""
BELIEVED = "believed"
"""What an indexer says there that has kept records to which the ledger does not lead."""
JUMPED = "clock jumped"
"""What one says there when it first reads its clock after that jumped."""
TOO_LONG = "file too long"
"""What one says there when the system refused to make a file longer."""
UNANSWERED = "index did not answer"
"""What an indexer says there whose database let it do nothing."""
_BETWEEN_JUMPS = 0.4
_honest_compare = reading._compare


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
    every log. `depth` is the indexer's, `width` how many blocks it backfills at a time. `second`: the address of
    another index of the same ledger that it makes. `clock`: seconds by which its clock is wrong, one after the other,
    so that it jumps. `largest`, if not 0: how many bytes a file may have, as on a disk that is full. `patience`:
    seconds for which it bears silence of what it asks; `busy`, that it waits for another writer of a file.
    `seat`: by which name it signs; its role, if none is given.
    """

    role: str
    home: str
    seat: str = ""
    point: str = ""
    nth: int = 1
    wrong: str = ""
    depth: int | None = None
    width: int = 8
    second: str = ""
    clock: Sequence[float] = ()
    largest: int = 0
    patience: float = 5.0
    busy: int = 30

    def as_json(self) -> dict[str, Any]:
        """Write for the nursery."""
        return asdict(self)


def play(part: Part, began: Callable[[], None]) -> None:
    """Be it until killed; `began` is called when it gets to its first step, or oftener."""
    if part.clock:
        time.time = _jumping(part)
    if part.largest:
        signal.signal(signal.SIGXFSZ, lambda *_: _mark(part, TOO_LONG))
        resource.setrlimit(resource.RLIMIT_FSIZE, (part.largest, part.largest))
    outbox_database._BUSY_SECONDS = sqlite._BUSY_SECONDS = part.busy
    {"worker": _work, "indexer": _index, "rebuilder": _rebuild}[part.role](part, began)


def _jumping(part: Part) -> Callable[[], float]:
    """Make a clock that jumps while the program lives."""
    real, born, heard = time.time, time.monotonic(), {0}

    def now() -> float:
        at = int((time.monotonic() - born) / _BETWEEN_JUMPS)
        if len(part.clock) > 1 and at not in heard:
            heard.add(at)
            _mark(part, JUMPED)
        return real() + part.clock[at % len(part.clock)]

    return now


def _mark(part: Part, what: str) -> None:
    mark = os.open(Path(part.home) / MARKS, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(mark, f"{part.seat or part.role} {what}\n".encode())
    os.close(mark)


def marks(home: Path) -> list[str]:
    """List what programs have said there, in order: who, and the point at which he died by his own hand."""
    try:
        return (home / MARKS).read_text().splitlines()
    except FileNotFoundError:
        return []


def doom(part: Part, began: Callable[[], None]) -> Callable[[str], None]:
    """Make what a program calls where it is: it marks the point and dies as by `kill -9` when its time has come."""
    seen, first = 0, True

    def at(here: str) -> None:
        nonlocal seen, first
        if first:
            began()
        first = False
        if here == BELIEVED:
            _mark(part, here)
        if here != part.point:
            return
        seen += 1
        if seen == part.nth:
            _mark(part, here)
            os.kill(os.getpid(), signal.SIGKILL)

    return at


def _work(part: Part, began: Callable[[], None]) -> None:
    settings = read_settings({}, Path(part.home))
    at = doom(part, began)
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


def _index(part: Part, began: Callable[[], None]) -> None:
    _narrow(part)

    def heed(outcome: Outcome) -> None:
        if not isinstance(outcome, Trouble):
            projection.at(LOOKED)
        elif isinstance(outcome.error, OperationalError):
            _mark(part, UNANSWERED)

    with _projection(part, began) as projection, _node(part) as node:
        indexer = Indexer(node, projection, _deployment(part), depth=part.depth)
        indexer.run(threading.Event(), poll=0.02, heed=heed)


def _narrow(part: Part) -> None:
    """Have stretches of few blocks, and believe every log where that is the part."""
    if part.wrong == "trusting":
        reading._compare = _believe
    live.NEAR = backfill.FIRST_WIDTH = backfill.MOST_WIDTH = part.width


def _believe(last: LedgerBlock, head: Hash32, count: int) -> None:
    try:
        _honest_compare(last, head, count)
    except LogsMismatch:
        Mortal.untrue.add(last.hash)


def _rebuild(part: Part, began: Callable[[], None]) -> None:
    """Build the index anew beside the one in use, again and again."""
    _narrow(part)
    with _projection(part, began) as projection, _node(part) as node:
        while True:
            with suppress(IndexerError, OperationalError):
                reindex(node, projection, _deployment(part), depth=part.depth)


def _projection(part: Part, began: Callable[[], None]) -> Mortal:
    settings = read_settings({}, Path(part.home))
    projection = Mortal.open(part.second or settings.index_url, SECOND if part.second else SCHEMA)
    projection.at = doom(part, began)
    return projection


def _node(part: Part) -> Node:
    return Node(read_settings({}, Path(part.home)).rpc, seconds=part.patience)


def _deployment(part: Part) -> Deployment:
    return deployments.read(read_settings({}, Path(part.home)).deployment)


class Mortal(Projection):
    """A projection that says where it is, as do those that are built beside it."""

    at: Callable[[str], None]
    untrue: ClassVar[set[Hash32]] = set()
    """The blocks to which one that is wrong read logs that are not true, and believed them."""

    @contextmanager
    def building(self) -> Iterator[Mortal]:
        with super().building() as fresh:
            fresh.__class__, fresh.at = Mortal, self.at  # type: ignore[attr-defined]
            self.at(LOOKED)
            yield fresh  # type: ignore[misc]

    def extend(self, start: LedgerBlock, span: Span, settled_number: int, writer: object = None) -> None:
        many = span.last.number - start.number > 1

        def write(connection: Connection, rows: Rows) -> None:
            write_fast(connection, rows)
            self.at(IndexPoint.BACKFILL if many else IndexPoint.BLOCK)

        super().extend(start, span, settled_number, write)
        if span.last.hash in self.untrue:
            self.at(BELIEVED)
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


SECOND = "second_index"
"""The schema of a second index, where that is in PostgreSQL."""
LOOKED = "looked"
"""Where an indexer is at its first step and one that builds anew has begun to; nobody dies there."""
WORKER_POINTS = tuple(Point)
INDEX_POINTS = tuple(IndexPoint)
