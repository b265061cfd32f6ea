"""A stretch of the ledger: its blocks, and its records with the heads they lead to. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from indexer.errors import IndexerError
from indexer.record import Record, unpacked

if TYPE_CHECKING:
    from indexer.values import Address, Hash32

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


class Recorded(NamedTuple):
    """A record, its digest, the head of the ledger after it, and the log it came in: as a row of `records` has them.

    `subjects` are packed, 32 bytes each. A tuple and not a `Record` with more around it, since there is one for each
    entry of the ledger, and it goes from process to process and into the database as it is.
    """

    seq: int
    block_number: int
    block_time: int
    transaction_hash: Hash32
    log_index: int
    source: Address
    act: Hash32
    state_after: Hash32
    digest: Hash32
    head: Hash32
    subjects: bytes
    data: bytes

    @property
    def record(self) -> Record:
        """The record alone."""
        return Record(
            self.seq,
            self.source,
            self.act,
            self.data,
            self.state_after,
            unpacked(self.subjects),
            self.block_number,
            self.block_time,
        )


def recorded(
    record: Record, digest: Hash32, head: Hash32, transaction_hash: Hash32, log_index: int
) -> Recorded:
    """Put a record together with what was reckoned of it and the log it came in."""
    return Recorded(
        seq=record.seq,
        block_number=record.block_number,
        block_time=record.block_time,
        transaction_hash=transaction_hash,
        log_index=log_index,
        source=record.source,
        act=record.act,
        state_after=record.state_after,
        digest=digest,
        head=head,
        subjects=b"".join(record.subjects),
        data=record.data,
    )


@dataclass(frozen=True, slots=True)
class Span:
    """Blocks in order and all their records. `blocks[-1]` is where the head was or is to be compared."""

    blocks: tuple[LedgerBlock, ...]
    recorded: tuple[Recorded, ...]

    @property
    def last(self) -> LedgerBlock:
        """The block the span ends with."""
        return self.blocks[-1]
