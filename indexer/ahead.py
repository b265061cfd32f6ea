"""A process that reads and proves stretches while this one writes the last. Owns that process.

It is of no consequence: what it does not give, for whatever reason, is read here. It ends when its input does, so also
when this process is killed. `python -m indexer.ahead` is that process. What both say is pickled, by nobody else.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, TypeAlias

from indexer.errors import IndexerError
from indexer.follow import Header
from indexer.node import Node
from indexer.reading import Reader
from indexer.record import Record
from indexer.span import LedgerBlock, Recorded, Span

Read: TypeAlias = Callable[[Reader, LedgerBlock, Header, int], Span]
"""Reads from after a block up to another, so many blocks at most."""


@contextmanager
def reading_ahead(reader: Reader, read: Read) -> Iterator[Read]:
    """Give what reads as `read` does, by a process of its own while that lives.

    The process gets `read` by its name, so it must be a function of a module.
    """
    command = [sys.executable, "-m", "indexer.ahead"]
    paths = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    try:
        started = subprocess.Popen(command, env=paths, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    except OSError:
        yield read
        return
    with started as process:
        assert process.stdin is not None
        assert process.stdout is not None
        asking, answering = process.stdin, process.stdout

        def read_there(reader: Reader, start: LedgerBlock, until: Header, width: int) -> Span:
            try:
                _say(asking, (start, until, width))
                found = pickle.load(answering)  # noqa: S301 - of our own making
            except (OSError, EOFError, pickle.UnpicklingError):
                found = None
            return read(reader, start, until, width) if found is None else _unpacked(found)

        try:
            with contextlib.suppress(OSError):
                _say(asking, (reader.node.urls, reader.ledger, reader.depth, read))
            yield read_there
        finally:
            process.kill()
            with contextlib.suppress(OSError):
                asking.close()


def serve(asked: IO[bytes], answers: IO[bytes]) -> None:
    """Read what is asked for until nobody asks any more."""
    urls, ledger, depth, read = pickle.load(asked)  # noqa: S301 - of our own making
    with Node(urls) as node:
        reader = Reader(node, ledger, depth)
        while True:
            try:
                start, until, width = pickle.load(asked)  # noqa: S301
            except EOFError:
                return
            try:
                found = _packed(read(reader, start, until, width))
            except IndexerError:
                found = None  # whoever asked reads it himself, and sees why not
            try:
                _say(answers, found)
            except BrokenPipeError:
                return


def _say(to: IO[bytes], what: object) -> None:
    pickle.dump(what, to, pickle.HIGHEST_PROTOCOL)
    to.flush()


def _packed(span: Span) -> tuple[tuple[LedgerBlock, ...], list[tuple[object, ...]]]:
    """Take records apart into tuples, which travel three times as fast as values with names."""
    rows: list[tuple[object, ...]] = []
    for one in span.recorded:
        record = one.record
        rows.append(
            (
                record.seq,
                record.source,
                record.act,
                record.data,
                record.state_after,
                record.subjects,
                record.block_number,
                record.block_time,
                one.digest,
                one.head,
                one.transaction_hash,
                one.log_index,
            )
        )
    return span.blocks, rows


def _unpacked(found: tuple[tuple[LedgerBlock, ...], list[tuple[object, ...]]]) -> Span:
    blocks, rows = found
    return Span(blocks, tuple([Recorded(Record(*row[:8]), *row[8:]) for row in rows]))  # type: ignore[arg-type]


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever asks, and ends this with its input
    serve(sys.stdin.buffer, sys.stdout.buffer)
