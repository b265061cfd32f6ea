"""The projection as a whole: extending it, rewinding it, reading it, replacing it. Owns the database's content."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Self

from sqlalchemy import Connection, delete, insert, select, update

from indexer.store import documents, schema
from indexer.store.database import Database
from indexer.store.folding import Memory, fold_records
from indexer.store.opening import SCHEMA, open_database
from indexer.store.progress import (
    Followed,
    NothingIndexed,
    OtherLedger,
    Progress,
    begin,
    followed_in,
    halt_in,
    halt_text,
    installation_row,
    progress_in,
    replacement_row,
    row_at_tip,
    settle,
)
from indexer.store.rows import rows_of
from indexer.store.view import View
from indexer.store.writing import Writer, end_versions, forget_too_much, recall, write_fast
from indexer.values import as_hex

if TYPE_CHECKING:
    from indexer.follow import Halt, Header
    from indexer.span import LedgerBlock, Span
    from indexer.store.answers import Document
    from indexer.values import Hash32


class Projection:
    """The rows that answer questions about one ledger. Threads and processes may share a database.

    Args:
        database: where it lies.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._memory = Memory()
        self._memory_of: Hash32 | None = None  # the block after which the memory is true, on whatever branch
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
            row = installation_row(connection)
            yield View(connection, followed_in(row).sources, row.settled_number, halt_in(row.halt))

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
                begin(connection, followed, base)
            found = followed_in(installation_row(connection))
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
            row = row_at_tip(connection, start)
            recall(connection, span.recorded, self._memory)
            folded = fold_records(span.recorded, self._memory, followed_in(row).sources)
            for rows in rows_of(span.blocks, span.recorded, folded):
                writer(connection, rows)
            end_versions(connection, folded.ended)
            settle(connection, row.settled_number, settled_number)
        self._memory_of = span.last.hash

    def rewind(self, tip: Header, to: Header) -> None:
        """Forget every block after `to`: the state is again what it was at its end.

        Raises:
            TipMoved: `tip` is not the last block.
            ValueError: `to` is before the settled block.
        """
        with self._database.writing() as connection:
            row = row_at_tip(connection, tip)
            if to.number < row.settled_number:
                raise ValueError(f"block {to.number} is before the settled block {row.settled_number}")
            connection.execute(delete(schema.BlockTable).where(schema.BlockTable.number > to.number))

    def halt(self, halt: Halt) -> None:
        """Write down why following stopped, for everybody who reads."""
        with self._database.writing() as connection:
            connection.execute(update(schema.Installation).values(halt=halt_text(halt)))

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

    def put_documents(self, found: Iterable[Document]) -> None:
        """Tell the projection what manifests say, so that it can be searched; known digests are replaced."""
        with self._database.writing() as connection:
            documents.put(connection, found)

    def missing_documents(self, limit: int = 500, since: int = -1) -> tuple[tuple[int, Hash32], ...]:
        """List digests of manifests that works and collections name now and nobody has told of yet, oldest first.

        Each comes with the seq of the record that led to its state. `since`: only those after this seq; all of
        100,000 works take 0.2 s.
        """
        with self.connection() as connection:
            return documents.missing(connection, limit, since)

    def _carry_over(self, fresh: Projection, accepted: Halt | None) -> None:
        kept: Sequence[dict[str, object]] = ()
        known: list[Document] = []
        with suppress(NothingIndexed), self.connection() as connection:
            kept = [dict(row) for row in connection.execute(select(schema.Replacement.__table__)).mappings()]
            known = list(documents.all_of_them(connection))
        with fresh._database.writing() as connection:
            if kept:
                connection.execute(insert(schema.Replacement), kept)
            if accepted is not None:
                connection.execute(insert(schema.Replacement), replacement_row(accepted))
            documents.put(connection, known)
