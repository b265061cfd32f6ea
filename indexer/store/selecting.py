"""Which records a filter by subject or act selects, each way by an index that has them in order. Reads only.

A subject's records are asked for, or each act's. Of a work, a collection or an edition with what came of it: where
that is little, all its subjects are asked. Where it is much, its records are near one another: then the ledger is
walked from the place asked for, and only where that finds too few are all asked. So a page costs what lies between
its records and at most what all records of its editions and tokens cost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Select, func, or_, select, union, union_all

from indexer.events import Sources
from indexer.state import Edition, Token
from indexer.store.answers import EntryFilter
from indexer.store.lookups import RECORDS, SUBJECTS
from indexer.store.versions import TABLES
from indexer.values import Hash32

_TOKENS, _EDITIONS = TABLES[Token], TABLES[Edition]


@dataclass(frozen=True, slots=True)
class Selection:
    """Which records are wanted: of a subject, if any, and of what came of it; with one of these acts, if any."""

    subject: Hash32 | None
    came_of_it: tuple[tuple[Column[Any], Hash32 | int], ...]
    """What the editions, and the tokens, that came of it have in which column."""
    acts: frozenset[Hash32]

    @classmethod
    def of(cls, sources: Sources, where: EntryFilter) -> Selection:
        """Say what a filter selects, times and places apart.

        Raises:
            ValueError: the filter names more than one subject.
        """
        return cls(_subject(sources, where), tuple(_came_of(where) if where.derived else ()), where.acts)

    @property
    def everything(self) -> bool:
        """Whether no record is left out."""
        return self.subject is None and not self.acts


@dataclass(frozen=True, slots=True)
class Effort:
    """When to walk, and for how long. It decides what an answer costs, never what it is."""

    few: int = 1_000
    """Subjects that are all asked at once."""
    stretch: int = 500
    """Records that are walked together."""
    patience: int = 5_000
    """Records that are walked before all subjects are asked..."""
    each: int = 20
    """...and so many more for each that was found."""


def first_seqs(
    connection: Connection, wanted: Selection, seqs: range, most: int, effort: Effort = Effort()
) -> list[int]:
    """Give the first of these seqs whose records are selected, `most` at most, in order."""
    if wanted.subject is None:
        return _acted(connection, wanted, seqs, most) if wanted.acts else list(seqs[:most])
    found: list[int] = []
    walked = 0
    if not _few(connection, wanted, effort.few):
        while seqs[walked:] and len(found) < most and walked < effort.patience + effort.each * len(found):
            found += _walked(connection, wanted, seqs[walked : walked + effort.stretch])
            walked += effort.stretch
    if seqs[walked:] and len(found) < most:
        found += _asked(connection, wanted, seqs[walked:], most - len(found))
    return found[:most]


def _acted(connection: Connection, wanted: Selection, seqs: range, most: int) -> list[int]:
    """Ask each act for its records."""
    of_each = (
        _within(seqs, RECORDS.c.seq).where(RECORDS.c.act == act).order_by(RECORDS.c.seq).limit(most)
        for act in sorted(wanted.acts)
    )
    asked = union_all(*(select(one.subquery()) for one in of_each))
    return list(connection.scalars(asked.order_by("place").limit(most)))


def _few(connection: Connection, wanted: Selection, few: int) -> bool:
    counted = (
        select(func.count()).select_from(_subjects(column, value).limit(few + 1).subquery())
        for column, value in wanted.came_of_it
    )
    return sum(connection.scalar(statement) or 0 for statement in counted) <= few


def _walked(connection: Connection, wanted: Selection, seqs: range) -> list[int]:
    """Look at each subject of each record."""
    ours: list[ColumnElement[bool]] = [SUBJECTS.c.subject == wanted.subject]
    for column, value in wanted.came_of_it:
        # As one value that an index gives, not as EXISTS: for that the databases may go through all that have it.
        table = column.table
        newest = select(column).where(table.c.subject == SUBJECTS.c.subject).order_by(table.c.seq.desc())
        ours.append(newest.limit(1).scalar_subquery() == value)
    statement = _named(wanted, seqs).where(or_(*ours)).distinct()
    return list(connection.scalars(statement.order_by("place")))


def _asked(connection: Connection, wanted: Selection, seqs: range, most: int) -> list[int]:
    """Ask each subject for its records."""
    named = _named(wanted, seqs)
    asked = [named.where(SUBJECTS.c.subject == wanted.subject)]
    for column, value in wanted.came_of_it:
        having = _subjects(column, value).subquery()
        asked.append(named.join(having, having.c.subject == SUBJECTS.c.subject))
    return list(connection.scalars(union(*asked).order_by("place").limit(most)))


def _subjects(column: Column[Any], value: Hash32 | int) -> Select[tuple[bytes]]:
    """Select the subjects of what stands now and has a value in a column."""
    table = column.table
    return select(table.c.subject).where(column == value, table.c.superseded_by.is_(None))


def _named(wanted: Selection, seqs: range) -> Select[Any]:
    statement = _within(seqs, SUBJECTS.c.seq)
    if not wanted.acts:
        return statement
    return statement.join(RECORDS, RECORDS.c.seq == SUBJECTS.c.seq).where(RECORDS.c.act.in_(wanted.acts))


def _within(seqs: range, column: ColumnElement[Any]) -> Select[Any]:
    return select(column.label("place")).where(column >= seqs.start, column < seqs.stop)


def _subject(sources: Sources, where: EntryFilter) -> Hash32 | None:
    naming: tuple[tuple[Callable[[Any], Hash32], Any], ...] = (
        (sources.party, where.party),
        (sources.account, where.account),
        (sources.work, where.work),
        (sources.collection, where.collection),
        (sources.edition, where.edition),
        (sources.token, where.token),
    )
    named = [subject_of(name) for subject_of, name in naming if name is not None]
    if len(named) > 1:
        raise ValueError("a filter names at most one of party, account, work, collection, edition and token")
    return named[0] if named else None


def _came_of(where: EntryFilter) -> Iterator[tuple[Column[Any], Hash32 | int]]:
    named: tuple[tuple[Column[Any], Hash32 | int | None], ...] = (
        (_EDITIONS.c.work_id, where.work),
        (_TOKENS.c.work_id, where.work),
        (_EDITIONS.c.collection_id, where.collection),
        (_TOKENS.c.collection_id, where.collection),
        (_TOKENS.c.edition_id, where.edition),
    )
    yield from ((column, value) for column, value in named if value is not None)
