"""Whether two projections hold the same rows of the chain, whatever databases they are in. Reads both."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from itertools import zip_longest
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, select

from indexer.store import schema
from indexer.store.projection import Projection
from indexer.store.rows import table_of

NOT_OF_THE_CHAIN = frozenset(
    table_of(kind).name
    for kind in (schema.Installation, schema.Replacement, schema.DocumentTable, schema.DensityTable)
)
_PART = 1_000


class Difference(NamedTuple):
    """The first rows, in the order of the keys, that two tables do not share; None where one has ended."""

    table: str
    here: tuple[Any, ...] | None
    there: tuple[Any, ...] | None


def differences(here: Projection, there: Projection) -> tuple[Difference, ...]:
    """Compare every row that comes from the chain; give the first difference of each table that has one.

    What is followed and how far it is settled is compared too.
    """
    with here.connection() as ours, there.connection() as theirs:
        return differences_between(ours, theirs)


def differences_between(ours: Connection, theirs: Connection) -> tuple[Difference, ...]:
    """Compare as `differences` does what two transactions see."""
    compared = (_compare(table, ours, theirs) for table in schema.Base.metadata.sorted_tables)
    return tuple(difference for difference in compared if difference is not None)


def same_rows(here: Projection, there: Projection) -> bool:
    """Say whether two projections hold the same rows of the chain."""
    return not differences(here, there)


def _compare(table: Table, ours: Connection, theirs: Connection) -> Difference | None:
    if table.name in NOT_OF_THE_CHAIN - {table_of(schema.Installation).name}:
        return None
    with closing(_rows(table, ours)) as here, closing(_rows(table, theirs)) as there:
        for one, other in zip_longest(here, there):
            if one != other:
                return Difference(table.name, one, other)
    return None


def _rows(table: Table, connection: Connection) -> Generator[tuple[Any, ...], None, None]:
    columns = [column for column in table.columns if column.name != "halt"]
    statement = select(*columns).order_by(*table.primary_key.columns).execution_options(yield_per=_PART)
    with connection.execute(statement) as result:
        for row in result:
            yield tuple(row)
