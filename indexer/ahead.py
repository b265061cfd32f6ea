"""A process that reads and proves stretches while this one writes the last. Owns that process.

It is of no consequence: what it does not give, for whatever reason, is read here. It reads on until nobody takes what
it says any more, so it ends also when this process is killed. `python -m indexer.ahead` is that process; it is told
what to read by pickle, and says what it read by msgpack, each part after its length.
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
from dataclasses import astuple
from typing import IO, TypeAlias

import msgspec

from indexer.errors import IndexerError
from indexer.follow import Header
from indexer.node import Node
from indexer.reading import Reader
from indexer.span import LedgerBlock, Recorded, Span

Read: TypeAlias = Callable[[Reader, LedgerBlock, Header, int], Iterator[Span]]
"""Reads stretch after stretch from after a block up to another, the first of so many blocks at most."""

_LENGTH = 8


@contextmanager
def reading_ahead(
    read: Read, reader: Reader, start: LedgerBlock, until: Header, width: int
) -> Iterator[Iterator[Span]]:
    """Give what `read` gives, read by a process of its own, for as long as that lives.

    The process gets `read` by its name, so it must be a function of a module.
    """
    command = [sys.executable, "-m", "indexer.ahead"]
    paths = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    try:
        started = subprocess.Popen(command, env=paths, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    except OSError:
        yield iter(())
        return
    with started as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            with contextlib.suppress(OSError), process.stdin as asking:
                pickle.dump(
                    (read, reader.node.urls, reader.ledger, reader.depth, start, until, width), asking
                )
            yield _heard(process.stdout)
        finally:
            process.kill()


def serve(asked: IO[bytes], answers: IO[bytes]) -> None:
    """Read what is asked for, as far as it can be read and is taken."""
    read, urls, ledger, depth, start, until, width = pickle.load(asked)  # noqa: S301 - of our own making
    with Node(urls) as node, contextlib.suppress(IndexerError, BrokenPipeError):
        for span in read(Reader(node, ledger, depth), start, until, width):
            said = msgspec.msgpack.encode((tuple(map(astuple, span.blocks)), span.recorded))
            answers.write(len(said).to_bytes(_LENGTH, "big") + said)
            answers.flush()


def _heard(answering: IO[bytes]) -> Iterator[Span]:
    while length := int.from_bytes(answering.read(_LENGTH), "big"):
        said = answering.read(length)
        if len(said) != length:
            return
        blocks, rows = msgspec.msgpack.decode(said)
        yield Span(tuple(LedgerBlock(*block) for block in blocks), tuple(map(Recorded._make, rows)))


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever asks, and this ends when he does
    serve(sys.stdin.buffer, sys.stdout.buffer)
