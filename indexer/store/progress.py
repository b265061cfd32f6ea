"""What a projection follows and how far it got: its one row that says so, and the blocks not settled yet.

Reads and writes the projection's database through a connection in a transaction.

    StoreError
    ├── NothingIndexed    there is no projection yet, or not one of this format
    ├── TipMoved          another indexer was faster: decide again
    └── OtherLedger       the projection is of another ledger than the one asked for
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from indexer.errors import IndexerError
from indexer.events import Sources
from indexer.follow import Halt, Header, Reason
from indexer.span import LedgerBlock
from indexer.store import schema
from indexer.store.rows import block_of
from indexer.store.writing import in_parts
from indexer.values import Address, Hash32, as_hex, hash32

_ONLY = 1


class StoreError(IndexerError):
    """Root of what can go wrong with the projection."""


class NothingIndexed(StoreError):
    """There is no projection yet, or it is of another format and must be built anew."""


class TipMoved(StoreError):
    """The last block is not the one that this was to follow."""


class OtherLedger(StoreError):
    """The projection is of another ledger."""


@dataclass(frozen=True, slots=True)
class Followed:
    """The ledger that a projection follows, by what no other ledger shares."""

    chain_id: int
    genesis_hash: Hash32
    sources: Sources


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a projection got: the settled block first, then every block after it up to the last."""

    followed: Followed
    blocks: tuple[LedgerBlock, ...]
    halt: Halt | None

    @property
    def tip(self) -> LedgerBlock:
        """The last block indexed."""
        return self.blocks[-1]


def progress_in(connection: Connection) -> Progress:
    """Say how far the projection got that a transaction sees.

    Raises:
        NothingIndexed: it has not begun.
    """
    row = installation_row(connection)
    return Progress(followed_in(row), _blocks_from(connection, row.settled_number), halt_in(row.halt))


def begin(connection: Connection, followed: Followed, base: LedgerBlock) -> None:
    """Write down which ledger is followed, and the block before it."""
    row = {
        "id": _ONLY,
        "format": schema.FORMAT,
        "chain_id": followed.chain_id,
        "genesis_hash": followed.genesis_hash,
        "sources": _pack(followed.sources),
        "first_number": base.number,
        "settled_number": base.number,
        "halt": None,
    }
    connection.execute(insert(schema.Installation), row)
    block = {name: getattr(base, name) for name in ("number", "hash", "parent_hash", "time", "count", "head")}
    connection.execute(insert(schema.BlockTable), block)


def installation_row(connection: Connection) -> schema.Installation:
    """Read what is followed and how far.

    Raises:
        NothingIndexed: nothing is, or by tables of another format.
    """
    if connection.scalar(_FORMAT) != schema.FORMAT:
        raise NothingIndexed(
            "no projection of this format yet: the indexer has not run, or `reindex` is needed"
        )
    return connection.execute(_ROW).one()  # type: ignore[return-value]


# Each view begins with these, so they are made once.
_FORMAT = select(schema.Installation.__table__.c.format)
_ROW = select(schema.Installation.__table__)


def row_at_tip(connection: Connection, tip: LedgerBlock | Header) -> schema.Installation:
    """Read the same, if `tip` is the last block.

    Raises:
        NothingIndexed: as `installation_row`.
        TipMoved: it is not.
    """
    row = installation_row(connection)
    last = select(schema.BlockTable.hash).order_by(schema.BlockTable.number.desc()).limit(1)
    if connection.scalar(last) != tip.hash:
        raise TipMoved(f"block {tip.number} is not the last one any more")
    return row


def settle(connection: Connection, before: int, now: int) -> None:
    """Move the settled height up; empty blocks below it are of no more use, but for the first of all."""
    if now <= before:
        return
    connection.execute(update(schema.Installation).values(settled_number=now))
    block = schema.BlockTable
    earlier = select(block.count).where(block.number < before).order_by(block.number.desc()).limit(1)
    count = connection.scalar(earlier)
    between = select(block.number, block.count).where(block.number >= before, block.number < now)
    empty: list[int] = []
    for number, reached in connection.execute(between.order_by(block.number)):
        if reached == count:
            empty.append(number)
        count = reached
    for part in in_parts(empty):
        connection.execute(delete(block).where(block.number.in_(part)))


def _blocks_from(connection: Connection, number: int) -> tuple[LedgerBlock, ...]:
    table = schema.BlockTable.__table__
    rows = connection.execute(select(table).where(table.c.number >= number).order_by(table.c.number))
    return tuple(block_of(row) for row in rows)


def followed_in(row: schema.Installation) -> Followed:
    """Read which ledger is followed."""
    packed = row.sources
    sources = Sources(*(Address(packed[at : at + 20]) for at in range(0, len(packed), 20)))
    return Followed(row.chain_id, Hash32(row.genesis_hash), sources)


def _pack(sources: Sources) -> bytes:
    return b"".join(getattr(sources, name) for name in Sources.__slots__)


def halt_text(halt: Halt) -> str:
    """Write a halt as the row holds it."""
    return json.dumps({"reason": halt.reason.name, "held": _say(halt.held), "seen": _say(halt.seen)})


def halt_in(text: str | None) -> Halt | None:
    """Read a halt from the row."""
    if text is None:
        return None
    value = json.loads(text)
    return Halt(Reason[value["reason"]], _header(value["held"]), _header(value["seen"]))


def _say(header: Header) -> list[str]:
    return [str(header.number), as_hex(header.hash), as_hex(header.parent_hash), str(header.time)]


def _header(parts: Sequence[str]) -> Header:
    return Header(int(parts[0]), hash32(parts[1]), hash32(parts[2]), int(parts[3]))


def replacement_row(halt: Halt) -> dict[str, object]:
    """Write settled history that was accepted as replaced, now."""
    return {
        "held_hash": halt.held.hash,
        "held_number": halt.held.number,
        "seen_hash": halt.seen.hash,
        "seen_number": halt.seen.number,
        "accepted_at": int(time.time()),
    }
