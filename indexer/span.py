"""A stretch of the ledger as logs show it, chained onto what is held; not believed before its head is. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from indexer.errors import IndexerError, MalformedRecord
from indexer.keccak import keccak256
from indexer.record import Record, from_words, record_digest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from indexer.follow import Header
    from indexer.node import Log
    from indexer.values import Hash32

MOST_NUMBER = (1 << 63) - 1
"""The largest block number, time or seq that is followed."""


class LogsMismatch(IndexerError):
    """Logs that do not lead from one head of the ledger to the next: left out, repeated, moved or invented."""


class ChainMoved(IndexerError):
    """Blocks that are not on one chain with what is held, or not any more: look again and decide again."""


@dataclass(frozen=True, slots=True)
class LedgerBlock:
    """A block, and where the ledger stood at its end: `count` records that lead to `head`."""

    number: int
    hash: Hash32
    parent_hash: Hash32
    time: int
    count: int
    head: Hash32


@dataclass(frozen=True, slots=True)
class Recorded:
    """A record, its digest, the head of the ledger after it, and the log it came in."""

    record: Record
    digest: Hash32
    head: Hash32
    transaction_hash: Hash32
    log_index: int


@dataclass(frozen=True, slots=True)
class Span:
    """Blocks in order and all their records. `blocks[-1]` is where the head was or is to be compared."""

    blocks: tuple[LedgerBlock, ...]
    recorded: tuple[Recorded, ...]

    @property
    def last(self) -> LedgerBlock:
        """The block the span ends with."""
        return self.blocks[-1]


def assemble(start: LedgerBlock, headers: Sequence[Header], logs: Sequence[Log]) -> Span:
    """Chain the records in `logs` onto the ledger as it stood at `start`, and say where it stood after each block.

    Args:
        headers: in ascending order, all after `start`: every block with a log, and the last block of the span.
            Those that are neighbours must be parent and child.
        logs: of the ledger, in order.

    Raises:
        ChainMoved: headers that do not follow, or a log of another block than the header of its height.
        LogsMismatch: a log is of a block that is not among the headers, is no record, or its seq is not the next.
    """
    _check_links(start, headers)
    recorded = tuple(_chain(start, {header.number: header for header in headers}, logs))
    blocks: list[LedgerBlock] = []
    count, head, place = start.count, start.head, 0
    for header in headers:
        while place < len(recorded) and recorded[place].record.block_number == header.number:
            count, head = recorded[place].record.seq + 1, recorded[place].head
            place += 1
        blocks.append(LedgerBlock(header.number, header.hash, header.parent_hash, header.time, count, head))
    return Span(tuple(blocks), recorded)


def _chain(start: LedgerBlock, headers: Mapping[int, Header], logs: Sequence[Log]) -> Iterator[Recorded]:
    seq, head = start.count, start.head
    for log in logs:
        header = headers.get(log.block_number)
        if header is None:
            raise LogsMismatch(f"a log of block {log.block_number}, which was not asked for")
        if header.hash != log.block_hash:
            raise ChainMoved(f"a log of block {log.block_number}, which is another block now")
        try:
            record = from_words(log.topics, log.data, header.number, header.time)
        except MalformedRecord as fault:
            raise LogsMismatch(f"log {log.index} of block {log.block_number}: {fault}") from fault
        if record.seq != seq:
            raise LogsMismatch(f"record {record.seq} where {seq} is next")
        digest = record_digest(record)
        head = keccak256(head + digest)
        yield Recorded(record, digest, head, log.transaction_hash, log.index)
        seq += 1


def _check_links(start: LedgerBlock, headers: Sequence[Header]) -> None:
    number, parent = start.number, start.hash
    for header in headers:
        if header.number <= number or header.number > MOST_NUMBER or header.time > MOST_NUMBER:
            raise ChainMoved(f"header {header.number} out of order or range")
        if header.number == number + 1 and header.parent_hash != parent:
            raise ChainMoved(f"header {header.number} does not follow {number}")
        number, parent = header.number, header.hash
