"""Rows of the projection as the databases store them, and records and blocks read back from rows. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Column, FromClause, Table

from indexer.record import Record, unpacked
from indexer.span import LedgerBlock, Recorded
from indexer.store import schema
from indexer.store.folding import Folded
from indexer.store.versions import TABLES, columns_of, read_stored
from indexer.values import Address, Hash32


class Rows(NamedTuple):
    """Rows for one table, in the order of `columns`, each value as its database driver takes it."""

    table: Table
    columns: tuple[Column[Any], ...]
    values: Sequence[Sequence[Any]]


def table_of(row_class: type[schema.Base]) -> Table:
    """Give the table of a class of rows."""
    found: FromClause = row_class.__table__
    assert isinstance(found, Table)
    return found


def rows_of(blocks: Iterable[LedgerBlock], recorded: Sequence[Recorded], folded: Folded) -> list[Rows]:
    """Give everything that blocks add, in an order that foreign keys allow."""
    return [
        _rows(table_of(schema.BlockTable), list(map(_block_values, blocks))),
        _rows(table_of(schema.RecordTable), recorded),
        _rows(table_of(schema.RecordSubject), folded.namings),
        _rows(table_of(schema.Intent), folded.intents),
        _rows(table_of(schema.Stop), folded.stops),
        *(Rows(TABLES[kind], columns_of(kind), values) for kind, values in folded.versions.items()),
    ]


def python_values(rows: Rows) -> Iterator[dict[str, Any]]:
    """Give rows as a mapping of plain Python values: what SQLAlchemy's own types take."""
    reads = [read_stored(column) for column in rows.columns]
    names = [column.name for column in rows.columns]
    for values in rows.values:
        yield {
            name: None if value is None else read(value)
            for name, read, value in zip(names, reads, values, strict=True)
        }


def record_of(row: Any) -> Record:
    """Read a record from a row of its table."""
    return Record(
        seq=row.seq,
        source=Address(row.source),
        act=Hash32(row.act),
        data=row.data,
        state_after=Hash32(row.state_after),
        subjects=unpacked(row.subjects),
        block_number=row.block_number,
        block_time=row.block_time,
    )


def block_of(row: Any) -> LedgerBlock:
    """Read a block from a row of its table."""
    return LedgerBlock(
        row.number, Hash32(row.hash), Hash32(row.parent_hash), row.time, row.count, Hash32(row.head)
    )


def _rows(table: Table, values: Sequence[Sequence[Any]]) -> Rows:
    return Rows(table, tuple(table.columns), values)


def _block_values(block: LedgerBlock) -> tuple[Any, ...]:
    return (block.number, block.hash, block.parent_hash, block.time, block.count, block.head)
