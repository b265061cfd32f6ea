"""Rows of the projection as the databases store them, and states read back from rows. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from enum import IntEnum
from operator import attrgetter, methodcaller
from typing import Any, NamedTuple, TypeVar, get_type_hints

from sqlalchemy import Column, FromClause, Row, Table

from indexer.record import Record
from indexer.span import LedgerBlock, Recorded
from indexer.state import State
from indexer.store import schema
from indexer.store.folding import Folded, Version
from indexer.store.packed import PACKINGS
from indexer.store.types import Unsigned, Words
from indexer.values import Address, Hash32

TABLES: Mapping[type[Any], Table] = {
    kind: getattr(schema, f"{kind.__name__}Table").__table__ for kind in State.__args__
}
"""The table of each kind of state."""

S = TypeVar("S", bound=State)

_VERSION_COLUMNS = ("seq", "subject", "begun_seq", "superseded_by")


class Rows(NamedTuple):
    """Rows for one table, in the order of `columns`, each value as its database driver takes it."""

    table: Table
    columns: tuple[Column[Any], ...]
    values: list[tuple[Any, ...]]


def table_of(row_class: type[schema.Base]) -> Table:
    """Give the table of a class of rows."""
    found: FromClause = row_class.__table__
    assert isinstance(found, Table)
    return found


def rows_of(blocks: Iterable[LedgerBlock], recorded: Iterable[Recorded], folded: Folded) -> list[Rows]:
    """Give everything that blocks add, in an order that foreign keys allow."""
    return [
        _rows(table_of(schema.BlockTable), map(_block_values, blocks)),
        _rows(table_of(schema.RecordTable), map(_record_values, recorded)),
        _rows(table_of(schema.RecordSubject), folded.namings),
        _rows(table_of(schema.Intent), folded.intents),
        _rows(table_of(schema.Stop), folded.stops),
        *_version_rows(folded.versions),
    ]


def python_values(rows: Rows) -> Iterator[dict[str, Any]]:
    """Give rows as a mapping of plain Python values: what SQLAlchemy's own types take."""
    reads = [_read_stored(column) for column in rows.columns]
    names = [column.name for column in rows.columns]
    for values in rows.values:
        yield {name: read(value) for name, read, value in zip(names, reads, values, strict=True)}


def state_of(kind: type[S], row: Row[Any]) -> S:
    """Read a state from a row of its table."""
    return kind(**{name: read(getattr(row, name)) for name, read in _READERS[kind]})


def record_of(row: Any) -> Record:
    """Read a record from a row of its table."""
    packed: bytes = row.subjects
    return Record(
        seq=row.seq,
        source=Address(row.source),
        act=Hash32(row.act),
        data=row.data,
        state_after=Hash32(row.state_after),
        subjects=tuple(Hash32(packed[at : at + 32]) for at in range(0, len(packed), 32)),
        block_number=row.block_number,
        block_time=row.block_time,
    )


def block_of(row: Any) -> LedgerBlock:
    """Read a block from a row of its table."""
    return LedgerBlock(
        row.number, Hash32(row.hash), Hash32(row.parent_hash), row.time, row.count, Hash32(row.head)
    )


def _rows(table: Table, values: Iterable[tuple[Any, ...]]) -> Rows:
    return Rows(table, tuple(table.columns), list(values))


def _block_values(block: LedgerBlock) -> tuple[Any, ...]:
    return (block.number, block.hash, block.parent_hash, block.time, block.count, block.head)


def _record_values(one: Recorded) -> tuple[Any, ...]:
    record = one.record
    return (
        record.seq,
        record.block_number,
        record.block_time,
        one.transaction_hash,
        one.log_index,
        record.source,
        record.act,
        record.state_after,
        one.digest,
        one.head,
        b"".join(record.subjects),
        record.data,
    )


def _version_rows(versions: Iterable[Version]) -> Iterator[Rows]:
    by_kind: dict[type[State], list[tuple[Any, ...]]] = {}
    for subject, state, seq, begun, superseded in versions:
        kind = type(state)
        names, conversions = _STORERS[kind]
        values = [seq, subject, begun, superseded, *names(state)]
        for place, store in conversions:
            values[place] = store(values[place])
        by_kind.setdefault(kind, []).append(tuple(values))
    for kind, values_of in by_kind.items():
        table = TABLES[kind]
        columns = (*(table.columns[name] for name in _VERSION_COLUMNS), *_state_columns(kind))
        yield Rows(table, columns, values_of)


def _storer(column: Column[Any]) -> Callable[[Any], Any] | None:
    """Give what makes of a field what the driver takes, where that is something else."""
    packing = PACKINGS.get((column.table.name, column.name))
    if packing is not None:
        return packing.store
    if isinstance(column.type, Unsigned):
        return methodcaller("to_bytes", column.type.width, "big")
    return str.encode if isinstance(column.type, Words) else None


def _read_stored(column: Column[Any]) -> Callable[[Any], Any]:
    if isinstance(column.type, Unsigned):
        return lambda octets: int.from_bytes(octets, "big")
    return bytes.decode if isinstance(column.type, Words) else _same


def _reader(annotation: Any, table: str, name: str) -> Callable[[Any], Any]:
    packing = PACKINGS.get((table, name))
    if packing is not None:
        return packing.read
    if isinstance(annotation, type) and issubclass(annotation, IntEnum):
        return annotation
    return _same


def _same(value: Any) -> Any:
    return value


def _state_columns(kind: type[Any]) -> list[Column[Any]]:
    return [column for column in TABLES[kind].columns if column.name not in _VERSION_COLUMNS]


def _storing(
    kind: type[Any],
) -> tuple[Callable[[Any], tuple[Any, ...]], tuple[tuple[int, Callable[[Any], Any]], ...]]:
    """Give what takes the fields out of a state, and how those are stored that are stored otherwise, by place."""
    columns = _state_columns(kind)
    conversions = [(place, _storer(column)) for place, column in enumerate(columns, len(_VERSION_COLUMNS))]
    fields_of = _fields_of([column.name for column in columns])
    return fields_of, tuple((place, store) for place, store in conversions if store is not None)


def _fields_of(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    found = attrgetter(*names)
    return found if len(names) > 1 else lambda state: (found(state),)


_STORERS = {kind: _storing(kind) for kind in State.__args__}
_READERS: Mapping[type[Any], tuple[tuple[str, Callable[[Any], Any]], ...]] = {
    kind: tuple(
        (field.name, _reader(get_type_hints(kind)[field.name], TABLES[kind].name, field.name))
        for field in fields(kind)
    )
    for kind in State.__args__
}
