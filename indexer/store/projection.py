"""The projection as a whole: what is followed, extending it, rewinding it, replacing it. Owns the database's content.

StoreError
├── NothingIndexed    there is no projection yet, or not one of this format
├── TipMoved          another indexer was faster: decide again
└── OtherLedger       the projection is of another ledger than the one asked for
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from sqlalchemy import Connection, and_, delete, exists, insert, select, update

from indexer.errors import IndexerError
from indexer.events import Sources
from indexer.follow import Halt, Header, Reason
from indexer.store import documents, schema
from indexer.store.database import SCHEMA, Database, open_database
from indexer.store.folding import Memory, fold_records, read_acts
from indexer.store.rows import block_of, rows_of
from indexer.store.view import View
from indexer.store.writing import Writer, end_versions, forget_too_much, recall, write_fast
from indexer.values import Address, Hash32, as_hex, hash32

if TYPE_CHECKING:
    from indexer.span import LedgerBlock, Span
    from indexer.store.answers import Document

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


class Projection:
    """The rows that answer questions about one ledger. Threads and processes may share a database.

    Args:
        database: where it lies.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._memory = Memory()
        self._memory_of: Hash32 | None = None
        self._installed = False

    @classmethod
    def open(cls, url: str, schema: str = SCHEMA) -> Self:
        """Open `sqlite:///PATH` or `postgresql+psycopg://…`; `schema` is PostgreSQL's. It need not exist yet."""
        return cls(open_database(url, schema))

    def close(self) -> None:
        """Close all connections."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    @contextmanager
    def view(self) -> Iterator[View]:
        """Give a consistent reading, as of one block. It is a read transaction: keep it short.

        Raises:
            NothingIndexed: there is nothing to read yet.
        """
        with self.connection() as connection:
            row = _installation(connection)
            yield View(connection, _followed(row).sources, row.settled_number, _halt(row.halt))

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """Give a read transaction for statements of the caller's own, such as comparing and checking rows.

        Raises:
            NothingIndexed: there is nothing to read yet.
        """
        if not self._database.exists():
            raise NothingIndexed("no projection yet: the indexer has not run")
        with self._database.reading() as connection:
            yield connection

    def start(self, followed: Followed, base: LedgerBlock) -> None:
        """Begin to follow a ledger at the block before its creation; nothing happens if this was done.

        Raises:
            OtherLedger: the projection is of another one.
            NothingIndexed: it is of another format.
        """
        self._database.create()
        with self._database.writing() as connection:
            if connection.execute(select(schema.Installation.id)).first() is None:
                _begin(connection, followed, base)
            found = _followed(_installation(connection))
        if found != followed:
            raise OtherLedger(
                f"this projection follows {as_hex(found.sources.ledger)} on the chain with the genesis "
                f"{as_hex(found.genesis_hash)}, not {as_hex(followed.sources.ledger)} on "
                f"{as_hex(followed.genesis_hash)}"
            )

    def progress(self) -> Progress:
        """Say how far it got.

        Raises:
            NothingIndexed: it has not begun.
        """
        with self.connection() as connection:
            return progress_in(connection)

    def extend(
        self, start: LedgerBlock, span: Span, settled_number: int, writer: Writer = write_fast
    ) -> None:
        """Add a span that was proved to lead from `start` to its head, in one transaction.

        Raises:
            TipMoved: `start` is not the last block.
        """
        remembered, self._memory_of = self._memory_of, None
        if remembered != start.hash:
            self._memory = Memory(complete=start.count == 0)
        forget_too_much(self._memory)
        if not self._memory.complete:
            self._database.ready_lookups()
        with self._database.writing() as connection:
            row = _at_tip(connection, start)
            reads = read_acts(span.recorded)
            recall(connection, reads, self._memory)
            folded = fold_records(reads, self._memory, _followed(row).sources)
            for rows in rows_of(span.blocks, span.recorded, folded):
                writer(connection, rows)
            end_versions(connection, folded.ended)
            _settle(connection, row.settled_number, settled_number)
        self._memory_of = span.last.hash

    def rewind(self, tip: Header, to: Header) -> None:
        """Forget every block after `to`: the state is again what it was at its end.

        Raises:
            TipMoved: `tip` is not the last block.
            ValueError: `to` is before the settled block.
        """
        self._memory_of = None
        with self._database.writing() as connection:
            row = _at_tip(connection, tip)
            if to.number < row.settled_number:
                raise ValueError(f"block {to.number} is before the settled block {row.settled_number}")
            connection.execute(delete(schema.BlockTable).where(schema.BlockTable.number > to.number))

    def halt(self, halt: Halt) -> None:
        """Write down why following stopped, for everybody who reads."""
        with self._database.writing() as connection:
            connection.execute(update(schema.Installation).values(halt=_halt_text(halt)))

    def resume(self) -> None:
        """Take the note of a halt away."""
        with self._database.writing() as connection:
            connection.execute(update(schema.Installation).values(halt=None))

    @contextmanager
    def building(self) -> Iterator[Projection]:
        """Give an empty projection of a new generation beside this one, which is removed unless it gets installed.

        Raises:
            BuiltElsewhere: another process is building one.
        """
        with self._database.alone():
            fresh = Projection(self._database.fresh())
            try:
                yield fresh
            finally:
                if not fresh._installed:
                    fresh._database.discard()

    def finish(self) -> None:
        """Complete a fresh projection, so that it can be installed."""
        self._database.finish()

    def install(self, fresh: Projection, accepted: Halt | None = None) -> None:
        """Put a finished fresh projection in the place of this one; what is not from the chain is taken along.

        Args:
            accepted: settled history that was replaced, and is accepted as such: both headers are kept.
        """
        self._carry_over(fresh, accepted)
        self._database.install(fresh._database)
        fresh._installed = True
        self._memory_of = None

    def put_documents(self, found: Iterable[Document]) -> None:
        """Tell the projection what manifests say, so that it can be searched; known digests are replaced."""
        with self._database.writing() as connection:
            documents.put(connection, found)

    def missing_documents(self, limit: int = 500, since: int = -1) -> tuple[Hash32, ...]:
        """List digests of manifests that works and collections name now and nobody has told of yet, oldest first.

        `since`: look at states that records after this seq led to only; all of 100,000 works take 0.2 s.
        """
        with self.connection() as connection:
            return documents.missing(connection, limit, since)

    def _carry_over(self, fresh: Projection, accepted: Halt | None) -> None:
        kept: Sequence[dict[str, object]] = ()
        known: list[Document] = []
        if self._database.exists():
            with self._database.reading() as connection:
                kept = [
                    dict(row) for row in connection.execute(select(schema.Replacement.__table__)).mappings()
                ]
                known = list(documents.all_of_them(connection))
        with fresh._database.writing() as connection:
            if kept:
                connection.execute(insert(schema.Replacement), kept)
            if accepted is not None:
                connection.execute(insert(schema.Replacement), _replacement(accepted))
            documents.put(connection, known)


def progress_in(connection: Connection) -> Progress:
    """Say how far the projection got that a transaction sees.

    Raises:
        NothingIndexed: it has not begun.
    """
    row = _installation(connection)
    return Progress(_followed(row), _blocks_from(connection, row.settled_number), _halt(row.halt))


def _begin(connection: Connection, followed: Followed, base: LedgerBlock) -> None:
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


def _installation(connection: Connection) -> schema.Installation:
    row = connection.execute(select(schema.Installation.__table__)).first()
    if row is None or row.format != schema.FORMAT:
        raise NothingIndexed(
            "no projection of this format yet: the indexer has not run, or `reindex` is needed"
        )
    return row  # type: ignore[return-value]


def _at_tip(connection: Connection, tip: LedgerBlock | Header) -> schema.Installation:
    row = _installation(connection)
    last = select(schema.BlockTable.hash).order_by(schema.BlockTable.number.desc()).limit(1)
    if connection.scalar(last) != tip.hash:
        raise TipMoved(f"block {tip.number} is not the last one any more")
    return row


def _settle(connection: Connection, before: int, now: int) -> None:
    """Move the settled height up; empty blocks below it are of no more use, but for the first of all."""
    if now <= before:
        return
    connection.execute(update(schema.Installation).values(settled_number=now))
    block, record = schema.BlockTable, schema.RecordTable
    empty = ~exists().where(record.block_number == block.number)
    first = select(schema.Installation.first_number).scalar_subquery()
    between = and_(block.number >= before, block.number < now, block.number > first)
    connection.execute(delete(block).where(between, empty))


def _blocks_from(connection: Connection, number: int) -> tuple[LedgerBlock, ...]:
    table = schema.BlockTable.__table__
    rows = connection.execute(select(table).where(table.c.number >= number).order_by(table.c.number))
    return tuple(block_of(row) for row in rows)


def _followed(row: schema.Installation) -> Followed:
    packed = row.sources
    sources = Sources(*(Address(packed[at : at + 20]) for at in range(0, len(packed), 20)))
    return Followed(row.chain_id, Hash32(row.genesis_hash), sources)


def _pack(sources: Sources) -> bytes:
    return b"".join(getattr(sources, name) for name in Sources.__slots__)


def _halt_text(halt: Halt) -> str:
    return json.dumps({"reason": halt.reason.name, "held": _say(halt.held), "seen": _say(halt.seen)})


def _halt(text: str | None) -> Halt | None:
    if text is None:
        return None
    value = json.loads(text)
    return Halt(Reason[value["reason"]], _header(value["held"]), _header(value["seen"]))


def _say(header: Header) -> list[str]:
    return [str(header.number), as_hex(header.hash), as_hex(header.parent_hash), str(header.time)]


def _header(parts: Sequence[str]) -> Header:
    return Header(int(parts[0]), hash32(parts[1]), hash32(parts[2]), int(parts[3]))


def _replacement(halt: Halt) -> dict[str, object]:
    return {
        "held_hash": halt.held.hash,
        "held_number": halt.held.number,
        "seen_hash": halt.seen.hash,
        "seen_number": halt.seen.number,
        "accepted_at": int(time.time()),
    }
