"""States as the rows that hold them: each from one record on, until the record that ended it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from enum import IntEnum
from operator import attrgetter, methodcaller
from typing import Any, NamedTuple, TypeAlias, TypeVar, get_type_hints

from sqlalchemy import Column, Row, Table

from indexer.state import State
from indexer.store import schema
from indexer.store.packed import PACKINGS
from indexer.store.types import Unsigned, Words
from indexer.values import Hash32

S = TypeVar("S", bound=State)

VersionRow: TypeAlias = list[Any]
"""A row of the table of a kind of state: `VERSION_COLUMNS`, and the state as the driver takes it."""

VERSION_COLUMNS = ("seq", "subject", "begun_seq", "superseded_by")
SEQ, SUBJECT, BEGUN, SUPERSEDED = range(len(VERSION_COLUMNS))

TABLES: Mapping[type[Any], Table] = {
    kind: getattr(schema, f"{kind.__name__}Table").__table__ for kind in State.__args__
}
"""The table of each kind of state."""


class Held(NamedTuple):
    """What stands of a subject: the kind of its state, and the row that holds it."""

    kind: type[State]
    row: VersionRow

    @property
    def state(self) -> State:
        """The state itself."""
        return self.kind(**{name: read(self.row[place]) for place, name, read in _PARTS[self.kind]})


def version_of(subject: Hash32, state: State, seq: int, begun_seq: int) -> VersionRow:
    """Give the row of a state that stands from record `seq` on."""
    names, conversions = _STORERS[type(state)]
    row = [seq, subject, begun_seq, None, *names(state)]
    for place, store in conversions:
        row[place] = store(row[place])
    return row


def columns_of(kind: type[Any]) -> tuple[Column[Any], ...]:
    """Give the columns of a kind of state in the order of its rows."""
    table = TABLES[kind]
    return (*(table.columns[name] for name in VERSION_COLUMNS), *_state_columns(kind))


def state_of(kind: type[S], row: Row[Any]) -> S:
    """Read a state from a row that was selected from its table."""
    fields_of, conversions = _ROW_READERS[kind]
    values = list(fields_of(row))
    for place, read in conversions:
        values[place] = read(values[place])
    return kind(*values)


def read_stored(column: Column[Any]) -> Callable[[Any], Any]:
    """Give what makes a plain Python value of what the driver takes."""
    if isinstance(column.type, Unsigned):
        return lambda octets: int.from_bytes(octets, "big")
    return bytes.decode if isinstance(column.type, Words) else _same


def _storer(column: Column[Any]) -> Callable[[Any], Any] | None:
    """Give what makes of a field what the driver takes, where that is something else."""
    packing = PACKINGS.get((column.table.name, column.name))
    if packing is not None:
        return packing.store
    if isinstance(column.type, Unsigned):
        return methodcaller("to_bytes", column.type.width, "big")
    return str.encode if isinstance(column.type, Words) else None


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
    return [column for column in TABLES[kind].columns if column.name not in VERSION_COLUMNS]


def _storing(
    kind: type[Any],
) -> tuple[Callable[[Any], tuple[Any, ...]], tuple[tuple[int, Callable[[Any], Any]], ...]]:
    """Give what takes the fields out of a state, and how those are stored that are stored otherwise, by place."""
    columns = _state_columns(kind)
    conversions = [(place, _storer(column)) for place, column in enumerate(columns, len(VERSION_COLUMNS))]
    fields_of = _fields_of([column.name for column in columns])
    return fields_of, tuple((place, store) for place, store in conversions if store is not None)


def _fields_of(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    found = attrgetter(*names)
    return found if len(names) > 1 else lambda state: (found(state),)


def _parts(kind: type[Any]) -> tuple[tuple[int, str, Callable[[Any], Any]], ...]:
    """Give for each field its place in a row, its name, and how it is read from what is stored there."""
    readers = dict(_READERS[kind])
    places = enumerate(_state_columns(kind), len(VERSION_COLUMNS))
    return tuple(
        (place, column.name, _one_after_another(read_stored(column), readers[column.name]))
        for place, column in places
        if column.name in readers
    )


def _reading(
    kind: type[Any],
) -> tuple[Callable[[Any], tuple[Any, ...]], tuple[tuple[int, Callable[[Any], Any]], ...]]:
    """Give what takes the fields of a state out of a row, and how those stored otherwise are read, by place."""
    names, reads = zip(*_READERS[kind], strict=True)
    conversions = tuple((place, read) for place, read in enumerate(reads) if read is not _same)
    return _fields_of(list(names)), conversions


def _one_after_another(first: Callable[[Any], Any], then: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return first if then is _same else lambda value: then(first(value))


_STORERS = {kind: _storing(kind) for kind in State.__args__}
_READERS: Mapping[type[Any], tuple[tuple[str, Callable[[Any], Any]], ...]] = {
    kind: tuple(
        (field.name, _reader(get_type_hints(kind)[field.name], TABLES[kind].name, field.name))
        for field in fields(kind)
    )
    for kind in State.__args__
}
_PARTS = {kind: _parts(kind) for kind in State.__args__}
_ROW_READERS = {kind: _reading(kind) for kind in State.__args__}
