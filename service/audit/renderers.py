"""Processes that write parts of long exports. Owns those processes.

Each asks the index itself and has no more than two parts under way, so memory does not grow with an export. They are
started for the first long export, and end when nobody has needed them for `IDLE` seconds, or when this process ends,
however it does. What one of them does not do is done here.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import cycle
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from threading import Lock
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from indexer.errors import IndexerError
from indexer.evidence.record_lines import Part
from indexer.store import Projection
from indexer.store.opening import SCHEMA
from indexer.values import Hash32
from service.audit.parts import TextForm, part

AT_MOST: Final = min(4, os.cpu_count() or 1)
IDLE: Final = 60.0
_AHEAD: Final = 2
"""Parts that a process is asked for before the first is taken."""


@dataclass(frozen=True, slots=True)
class _Renderer:
    """A process, and the line to it."""

    process: subprocess.Popen[bytes]
    line: Connection

    def end(self) -> None:
        self.line.close()
        self.process.kill()
        self.process.wait()


class Renderers:
    """The processes of one installation; one export at a time has them, others do without.

    Args:
        url: of the index; `schema` is PostgreSQL's.
        number: of processes.
    """

    def __init__(self, url: str, schema: str = SCHEMA, number: int = AT_MOST) -> None:
        self.url, self.schema, self.number = url, schema, number
        self._held: list[_Renderer] = []
        self._taken = Lock()

    def parts(self, projection: Projection, form: TextForm, ranges: Iterable[range]) -> Iterator[Part]:
        """Write parts, in the order of their ranges.

        Raises:
            ExportError: see `parts.part`.
        """
        if not self._taken.acquire(blocking=False):
            yield from (part(projection, form, seqs) for seqs in ranges)
            return
        asked: deque[tuple[range, _Renderer]] = deque()
        try:
            in_turn = cycle(self._ready())
            for seqs in ranges:
                renderer = next(in_turn)
                _ask(renderer, form, seqs)
                asked.append((seqs, renderer))
                if len(asked) == _AHEAD * self.number:
                    yield _taken(projection, form, *asked.popleft())
            while asked:
                yield _taken(projection, form, *asked.popleft())
        finally:
            if asked:  # Nobody reads on, and what was asked for is still to come.
                self.close()
            self._taken.release()

    def close(self) -> None:
        """End the processes; an export that has them is finished without."""
        held, self._held = self._held, []
        for one in held:
            one.end()

    def processes(self) -> list[int]:
        """Name the processes that run now."""
        return [one.process.pid for one in self._held if one.process.poll() is None]

    def _ready(self) -> list[_Renderer]:
        if len(self.processes()) < self.number:
            self.close()
            self._held = [_start(self.url, self.schema) for _ in range(self.number)]
        return self._held


def _start(url: str, schema: str) -> _Renderer:
    ours, theirs = Pipe()
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "service.audit.renderers", str(theirs.fileno())],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        pass_fds=[theirs.fileno()],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    theirs.close()
    ours.send((url, schema))
    return _Renderer(process, ours)


def _ask(renderer: _Renderer, form: TextForm, seqs: range) -> None:
    try:
        renderer.line.send((form, seqs))
    except OSError:  # It has just ended; so nothing will be taken from it either.
        return


def _taken(projection: Projection, form: TextForm, seqs: range, renderer: _Renderer) -> Part:
    try:
        found: tuple[int, int, Hash32, Hash32, int] | None = renderer.line.recv()
        if found is not None:
            first, last, before, after, pieces = found
            return Part(first, last, before, after, [renderer.line.recv_bytes() for _ in range(pieces)])
    except (EOFError, OSError):
        pass
    return part(projection, form, seqs)


def render(line: Connection) -> None:
    """Write the parts that are asked for, until nobody asks."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever asks; the line ends with him.
    try:
        with Projection.open(*line.recv()) as projection:
            while line.poll(IDLE):
                _answer(line, projection, *line.recv())
    except (EOFError, OSError):
        return


def _answer(line: Connection, projection: Projection, form: TextForm, seqs: range) -> None:
    try:
        found = part(projection, form, seqs)
    except (IndexerError, SQLAlchemyError):  # Whoever asked meets it himself, and says it.
        line.send(None)
        return
    line.send((*found[:4], len(found.octets)))
    for octets in found.octets:
        line.send_bytes(octets)


if __name__ == "__main__":
    render(Connection(int(sys.argv[1])))
