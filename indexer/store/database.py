"""Where the projection lies: one generation of tables, replaced as a whole by the next. Owns no database itself."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager

from sqlalchemy import Connection, Engine, Index
from sqlalchemy.schema import CreateIndex

from indexer.errors import IndexerError
from indexer.store.schema import Base


class BuiltElsewhere(IndexerError):
    """Another process is building a new generation of this projection."""


class IntegrityBroken(IndexerError):
    """Rows that hang on rows that are not there: a fault of ours; the generation is not to be used."""


class Database(ABC):
    """One generation of the projection's tables, and how to make and install the next."""

    reader: Engine
    writer: Engine
    _building = False
    _lookups_ready = False

    @abstractmethod
    def exists(self) -> bool:
        """Whether the tables are there."""

    @abstractmethod
    def create(self) -> None:
        """Make the tables; two that do it at once end with one set of them."""

    @abstractmethod
    def alone(self) -> AbstractContextManager[None]:
        """Let only one at a time build a new generation; what others that were killed left behind is removed.

        Raises:
            BuiltElsewhere: somebody is building one.
        """

    @abstractmethod
    def fresh(self) -> Database:
        """Make empty tables of a new generation beside this one; `finish` makes them complete."""

    @abstractmethod
    def finish(self) -> None:
        """Give a fresh generation its indexes and foreign keys, and make it durable."""

    def ready_lookups(self) -> None:
        """Make the indexes by which subjects are found, if this is a fresh generation that lacks them."""
        if self._building and not self._lookups_ready:
            with self.writing() as connection:
                create_indexes(connection, LOOKUPS)
            self._lookups_ready = True

    @abstractmethod
    def install(self, fresh: Database) -> None:
        """Put a finished generation in the place of this one, in one step; the old one is gone."""

    @abstractmethod
    def discard(self) -> None:
        """Remove a fresh generation that is not wanted."""

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection in a transaction that sees one state of the database and changes nothing."""
        with self.reader.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection in a transaction that no other writer of this projection runs beside."""
        with self.writer.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close all connections."""
        self.reader.dispose()
        self.writer.dispose()


def create_indexes(connection: Connection, indexes: Iterable[Index]) -> None:
    """Make indexes of tables that have none yet."""
    for index in indexes:
        connection.execute(CreateIndex(index))


_INDEXES = [
    index
    for table in Base.metadata.sorted_tables
    for index in sorted(table.indexes, key=lambda index: str(index.name))
]
LOOKUPS = [index for index in _INDEXES if index.columns.keys()[:1] == ["subject"]]
"""The indexes by which subjects are found."""
OTHERS = [index for index in _INDEXES if index not in LOOKUPS]
