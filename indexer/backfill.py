"""Catching up over many blocks: wide ranges, the next read while the last is written. Reads the node.

The width adapts: towards `RECORDS` records a stretch, and down where nodes refuse or a stretch came back shorter.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

from indexer.ahead import reading_ahead
from indexer.follow import Header
from indexer.reading import Reader
from indexer.span import LedgerBlock, Span

RECORDS = 8_000
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
        spans, width, here = read_spans(reader, start, until, FIRST_WIDTH), FIRST_WIDTH, True
        pending = pool.submit(next, spans, None)
        while True:
            span = pending.result()
            if (
                span is None
            ):  # the other process has ended, or what it read cannot be proved: read it here, and see
                spans = read_spans(reader, start, until, width)
                pending = pool.submit(next, spans, None)
                continue
            before, start = start, span.last
            width = next_width(width, span.last.number - before.number, len(span.recorded))
            done = start.number >= until.number or stopped()
            if not done:
                if here and _expected(before, start, until) >= MANY:
                    spans, here = (
                        stack.enter_context(reading_ahead(read_spans, reader, start, until, width)),
                        False,
                    )
                pending = pool.submit(next, spans, None)
            yield before, span
            if done:
                return
            gc.collect(0)


def read_spans(reader: Reader, start: LedgerBlock, until: Header, width: int) -> Iterator[Span]:
    """Read stretch after stretch up to the block `until`, the first of `width` blocks; as `Reader.read`.

    From the second on, the node is asked for the logs of the one after it before one is read, so that it looks for them
    meanwhile.
    """
    following = 0
    while start.number < until.number:
        last = min(until.number, start.number + width)
        reader.expect(last + 1, min(until.number, last + following))
        span = read_stretch(reader, start, until, width)
        found = next_width(width, span.last.number - start.number, len(span.recorded))
        width, following, start = following or found, found, span.last
        yield span


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
