"""The projection in a PostgreSQL schema, found by `search_path`. Owns that schema, and those of other generations.

A new generation is built in a second schema; the schemas are renamed and the old one dropped in one transaction, which
waits for the readers.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from sqlalchemy import Connection, ForeignKeyConstraint, Table, create_engine, text
from sqlalchemy.schema import AddConstraint, CreateTable, DropConstraint
from typing_extensions import override

from indexer.store import pieces
from indexer.store.database import LOOKUPS, OTHERS, BuiltElsewhere, Database, create_indexes
from indexer.store.rows import table_of
from indexer.store.schema import Base, Intent, RecordSubject, RecordTable

SCHEMA = "qianyin_index"
"""The schema, unless another one is named."""

_KEYED_LAST = [table_of(kind) for kind in (RecordTable, RecordSubject, Intent)]
"""Tables whose rows nobody looks up by their keys while a new generation is written: sorting once is cheaper."""

_INDEXING = {"maintenance_work_mem": "256MB", "max_parallel_maintenance_workers": "0"}
"""While the indexes of a new generation are made: sorted in memory, each by one process."""
_AT_ONCE = 2
"""Tables that are completed at once."""


class PostgresDatabase(Database):
    """A schema. Writers take an advisory lock; readers see one snapshot and delay replacing.

    A thread that reads must not write before it has ended reading: whoever replaces would wait for it, and it for him.
    """

    def __init__(self, url: str, schema: str) -> None:
        self.url, self.schema = url, schema
        self._seen = False
        options = {"options": f"-csearch_path={schema}"}
        self.writer = create_engine(url, connect_args=options, pool_pre_ping=True)
        self.reader = create_engine(
            url, connect_args=options, pool_pre_ping=True, pool_size=8, max_overflow=32
        )
        self.reader = self.reader.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )

    @override
    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self.reader.begin() as connection:
            lock = {"name": f"{self.schema} is read"}
            connection.execute(text("SELECT pg_advisory_xact_lock_shared(hashtext(:name))"), lock)
            yield connection

    @override
    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with self.writer.begin() as connection:
            if self._building:  # not waited for: `install` is, and with it all that was written before
                connection.execute(text("SET LOCAL synchronous_commit = off"))
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": self.schema})
            yield connection

    @override
    def exists(self) -> bool:
        if not self._seen:  # once there, a projection is replaced, never removed
            name = {"name": f'"{self.schema}".installations'}
            with self.reader.begin() as connection:
                self._seen = bool(connection.scalar(text("SELECT to_regclass(:name) IS NOT NULL"), name))
        return self._seen

    @override
    def create(self) -> None:
        with self.writing() as connection:
            connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{self.schema}"'))
            Base.metadata.create_all(connection)
            pieces.make(connection)

    @override
    @contextmanager
    def alone(self) -> Iterator[None]:
        with self.writer.connect() as holder:
            lock = {"name": f"{self.schema} is being built anew"}
            if not holder.execute(text("SELECT pg_try_advisory_lock(hashtext(:name))"), lock).scalar():
                raise BuiltElsewhere(f"schema {self.schema} is being built anew by another process")
            holder.commit()
            try:
                self._remove_strays()
                yield
            finally:
                holder.rollback()
                holder.execute(text("SELECT pg_advisory_unlock(hashtext(:name))"), lock)
                holder.commit()

    def _remove_strays(self) -> None:
        pattern = "^" + re.escape(self.schema) + "_[0-9a-f]{12}(_old)?$"
        with self.writing() as connection:
            found = connection.execute(
                text("SELECT nspname FROM pg_namespace WHERE nspname ~ :pattern"), {"pattern": pattern}
            )
            for schema in found.scalars().all():
                connection.execute(text(f'DROP SCHEMA "{schema}" CASCADE'))

    @override
    def fresh(self) -> PostgresDatabase:
        database = PostgresDatabase(self.url, f"{self.schema}_{secrets.token_hex(6)}")
        database._building = True
        with database.writing() as connection:
            connection.execute(text(f'CREATE SCHEMA "{database.schema}"'))
            for table in Base.metadata.sorted_tables:
                connection.execute(CreateTable(table, include_foreign_key_constraints=[]))
            for table in _KEYED_LAST:
                connection.execute(DropConstraint(table.primary_key))
            pieces.make(connection)
        return database

    @override
    def finish(self) -> None:
        """Make what is missing table by table, two at once; foreign keys when the keys they name are there."""
        tables = sorted(Base.metadata.sorted_tables, key=lambda table: table in _KEYED_LAST, reverse=True)
        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="finish") as pool:
            list(pool.map(self._make_indexes, tables))
            with self.writing() as connection:
                for constraint in _foreign_keys(tables):
                    added = AddConstraint(constraint, isolate_from_table=False).compile(connection)
                    connection.execute(text(f"{added} NOT VALID"))
            list(pool.map(self._check, tables))
        self._building = False

    def _make_indexes(self, table: Table) -> None:
        with self.writer.begin() as connection:
            for setting, value in _INDEXING.items():
                connection.execute(text(f"SET LOCAL {setting} = '{value}'"))
            if table in _KEYED_LAST:
                connection.execute(AddConstraint(table.primary_key, isolate_from_table=False))
            missing = OTHERS if self._lookups_ready else LOOKUPS + OTHERS
            create_indexes(connection, (index for index in missing if index.table is table))

    def _check(self, table: Table) -> None:
        """Have the database look whether every foreign key of the rows that are there names something."""
        with self.writer.begin() as connection:
            for constraint in _foreign_keys([table]):
                connection.execute(
                    text(f'ALTER TABLE "{table.name}" VALIDATE CONSTRAINT "{constraint.name}"')
                )
            connection.execute(text(f'ANALYZE "{table.name}"'))

    @override
    def install(self, fresh: Database) -> None:
        assert isinstance(fresh, PostgresDatabase)
        fresh.close()
        with self.writing() as connection:
            lock = {"name": f"{self.schema} is read"}  # so that no reader sees tables of both generations
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), lock)
            old = f"{fresh.schema}_old"
            if connection.execute(text("SELECT to_regnamespace(:name)"), {"name": self.schema}).scalar():
                connection.execute(text(f'ALTER SCHEMA "{self.schema}" RENAME TO "{old}"'))
            connection.execute(text(f'ALTER SCHEMA "{fresh.schema}" RENAME TO "{self.schema}"'))
            connection.execute(text(f'DROP SCHEMA IF EXISTS "{old}" CASCADE'))

    @override
    def discard(self) -> None:
        with self.writing() as connection:
            connection.execute(text(f'DROP SCHEMA IF EXISTS "{self.schema}" CASCADE'))
        self.close()


def _foreign_keys(tables: Iterable[Table]) -> list[ForeignKeyConstraint]:
    return [constraint for table in tables for constraint in table.foreign_key_constraints]
