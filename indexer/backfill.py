"""Catching up over many blocks: wide ranges, the next one read while the last one is written. Reads the node.

The width adapts: towards `RECORDS` records a stretch, and down where nodes refuse or a stretch came back shorter.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

from indexer.ahead import Read, reading_ahead
from indexer.follow import Header
from indexer.reading import Reader
from indexer.span import LedgerBlock, Span

RECORDS = 5_000
"""Records that one stretch is to have: few enough to hold, enough that writing them together pays."""

MANY = 20_000
"""Records still to come for which a process of its own reads ahead; it takes half a second to start."""

FIRST_WIDTH = 4
MOST_WIDTH = 100_000


def stretches(
    reader: Reader, start: LedgerBlock, until: Header, stopped: Callable[[], bool] = lambda: False
) -> Iterator[tuple[LedgerBlock, Span]]:
    """Give what leads from `start` to the block `until`: each proved stretch with the block it follows.

    One more stretch is being read while the caller works on the last one given.

    Raises:
        NodeError, ChainMoved, LogsMismatch, LogsContradict: as `Reader.read`.
    """
    with ExitStack() as stack:
        stack.enter_context(_patient_collector())
        pool = stack.enter_context(ThreadPoolExecutor(max_workers=1, thread_name_prefix="backfill"))
        read: Read = read_stretch
        width = FIRST_WIDTH
        pending = pool.submit(read, reader, start, until, width)
        while True:
            span = pending.result()
            before, start = start, span.last
            width = next_width(width, span.last.number - before.number, len(span.recorded))
            done = start.number >= until.number or stopped()
            if not done:
                if read is read_stretch and _expected(before, start, until) >= MANY:
                    read = stack.enter_context(reading_ahead(reader, read_stretch))
                pending = pool.submit(read, reader, start, until, width)
            yield before, span
            if done:
                return
            gc.collect(0)


def next_width(asked: int, given: int, records: int) -> int:
    """Say how many blocks to ask for next, after `asked` for so many and getting `given` with so many records."""
    if given < asked:
        return max(1, given)
    if records > RECORDS:
        return max(1, asked * RECORDS // records)
    return min(MOST_WIDTH, asked * 2 if records * 2 <= RECORDS else asked)


@contextmanager
def _patient_collector() -> Iterator[None]:
    """Look for cycles of garbage only in what each stretch made: what is kept of it has none. A quarter of the time."""
    usual = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if usual:
            gc.enable()


def _expected(before: LedgerBlock, start: LedgerBlock, until: Header) -> int:
    """Guess how many records are still to come, from those of the last stretch."""
    return (start.count - before.count) * (until.number - start.number) // (start.number - before.number)


def read_stretch(reader: Reader, start: LedgerBlock, until: Header, width: int) -> Span:
    """Read what follows `start`, `width` blocks of it or up to `until`; as `Reader.read`."""
    if until.number - start.number <= width:
        return reader.read(start, until)
    [block] = reader.node.blocks([start.number + width])
    return reader.read(start, block.header)
