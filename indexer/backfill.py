"""Catching up over many blocks: wide ranges, the next one read while the last one is written. Reads the node.

The width adapts: towards `RECORDS` records a stretch, and down where nodes refuse or a stretch came back shorter.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from indexer.follow import Header
from indexer.reading import Reader
from indexer.span import LedgerBlock, Span

RECORDS = 10_000
"""Records that one stretch is to have: few enough to hold, enough that writing them together pays."""

FIRST_WIDTH = 256
MOST_WIDTH = 100_000


def stretches(
    reader: Reader, start: LedgerBlock, until: Header, stopped: Callable[[], bool] = lambda: False
) -> Iterator[tuple[LedgerBlock, Span]]:
    """Give what leads from `start` to the block `until`: each proved stretch with the block it follows.

    One more stretch is being read while the caller works on the last one given.

    Raises:
        NodeError, ChainMoved, LogsMismatch, LogsContradict: as `Reader.read`.
    """
    with _patient_collector(), ThreadPoolExecutor(max_workers=1, thread_name_prefix="backfill") as pool:
        width = FIRST_WIDTH
        pending = pool.submit(_read, reader, start, until, width)
        while True:
            span = pending.result()
            before, start = start, span.last
            width = next_width(width, span.last.number - before.number, len(span.recorded))
            done = start.number >= until.number or stopped()
            if not done:
                pending = pool.submit(_read, reader, start, until, width)
            yield before, span
            if done:
                return


def next_width(asked: int, given: int, records: int) -> int:
    """Say how many blocks to ask for next, after `asked` for so many and getting `given` with so many records."""
    if given < asked:
        return max(1, given)
    if records > RECORDS:
        return max(1, asked * RECORDS // records)
    return min(MOST_WIDTH, asked * 2 if records * 2 <= RECORDS else asked)


@contextmanager
def _patient_collector() -> Iterator[None]:
    """Look for cycles of garbage less often: a stretch makes many objects and no cycles. A fifth of the time."""
    usual = gc.get_threshold()
    gc.set_threshold(50_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def _read(reader: Reader, start: LedgerBlock, until: Header, width: int) -> Span:
    if until.number - start.number <= width:
        return reader.read(start, until)
    [block] = reader.node.blocks([start.number + width])
    return reader.read(start, block.header)
