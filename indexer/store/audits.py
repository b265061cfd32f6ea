"""What a regulator asks: entries by whom, what, when and how, counts, and ranges of the ledger. Reads only.

Time is translated into a range of seqs first: block times never fall, and every block with records is held.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, func, select

from indexer.audit import Measures, Period, Tally, TallyKey, period_of_day
from indexer.china import DAY, OFFSET
from indexer.events import SELECTORS, Annulled, HoldPlaced, Sources, WorkKind
from indexer.record import Record
from indexer.state import Token, Work
from indexer.store.answers import AsOf, Completeness, EntryFilter, Listing
from indexer.store.lookups import BLOCKS, RECORDS, SUBJECTS, by_seq, subject_head
from indexer.store.selecting import Selection, first_seqs
from indexer.store.versions import TABLES
from indexer.values import Address, Hash32

_STREAM = 2_000
_TOGETHER = 100
"""Raw rows that are given at a time: they are used up while they are in a processor's nearest memory."""
_RECORD_COLUMNS = [
    RECORDS.c[name]
    for name in ("seq", "source", "act", "data", "state_after", "subjects", "block_number", "block_time")
]
_TOKENS, _WORKS = TABLES[Token], TABLES[Work]


def listing(
    connection: Connection, as_of: AsOf, sources: Sources, where: EntryFilter, after: int, limit: int
) -> Listing:
    """List entries that a filter lets through.

    Raises:
        ValueError: the filter names more than one subject.
    """
    wanted = Selection.of(sources, where)
    first, last = _range(connection, as_of, where)
    seqs = first_seqs(connection, wanted, range(max(first, after + 1), last + 1), limit + 1)
    cursor = seqs[limit - 1] if len(seqs) > limit else None
    found = by_seq(connection, as_of, seqs[:limit])
    shown = tuple(found[seq] for seq in seqs[:limit])
    if wanted.everything:
        return Listing(shown, cursor, first, last, Completeness.LEDGER)
    whole = (first, last) == (0, as_of.count - 1)
    if wanted.subject is not None and whole and not where.acts and not where.derived:
        head, _ = subject_head(connection, wanted.subject)
        return Listing(shown, cursor, first, last, Completeness.SUBJECT, wanted.subject, head)
    return Listing(shown, cursor, first, last, Completeness.SELECTION)


def stream(connection: Connection, first: int, last: int) -> Iterator[Record]:
    """Give the records of a range in order, a few at a time."""
    while first <= last:
        statement = (
            select(*_RECORD_COLUMNS)
            .where(RECORDS.c.seq >= first, RECORDS.c.seq <= last)
            .order_by(RECORDS.c.seq)
            .limit(_STREAM)
        )
        part = connection.execute(statement).all()
        if not part:
            return
        for seq, source, act, data, state_after, packed, number, time in part:
            subjects = tuple([packed[at : at + 32] for at in range(0, len(packed), 32)])
            yield Record(seq, source, act, data, state_after, subjects, number, time)
        first = part[-1].seq + 1


def raw_rows(connection: Connection, first: int, last: int) -> Iterator[list[tuple[Any, ...]]]:
    """Give the records of a range in order, each with the head after it, as the driver has them: subjects packed.

    A row is a `record_lines.RawRow`; making SQLAlchemy's own of it takes as long as reading it.
    """
    statement = (
        select(*_RECORD_COLUMNS, RECORDS.c.head)
        .where(RECORDS.c.seq >= first, RECORDS.c.seq <= last)
        .order_by(RECORDS.c.seq)
    )
    cursor = connection.execute(statement).cursor
    assert cursor is not None, "a SELECT has rows"
    while rows := cursor.fetchmany(_TOGETHER):
        yield list(rows)


def head_before(connection: Connection, as_of: AsOf, seq: int) -> Hash32:
    """Give the head of the ledger before a record.

    Raises:
        LookupError: the ledger is not that long.
    """
    if not 0 <= seq <= as_of.count:
        raise LookupError(f"there is no record {seq - 1}: the ledger has {as_of.count}")
    if seq == 0:
        head = connection.scalar(select(BLOCKS.c.head).order_by(BLOCKS.c.number).limit(1))
    else:
        head = connection.scalar(select(RECORDS.c.head).where(RECORDS.c.seq == seq - 1))
    if head is None:
        raise LookupError(f"record {seq - 1} is missing")
    return Hash32(head)


def count_before_time(connection: Connection, time: int) -> int:
    """Say how many records there were before the first block whose time is `time` or later."""
    statement = (
        select(BLOCKS.c.count)
        .where(BLOCKS.c.time < time)
        .order_by(BLOCKS.c.time.desc(), BLOCKS.c.number.desc())
        .limit(1)
    )
    return connection.scalar(statement) or 0


def count_at_block(connection: Connection, number: int) -> int:
    """Say how many records there were at the end of a block."""
    return connection.scalar(_COUNT_AT_BLOCK, {"wanted": number}) or 0


_COUNT_AT_BLOCK = (
    select(BLOCKS.c.count)
    .where(BLOCKS.c.number <= bindparam("wanted"))
    .order_by(BLOCKS.c.number.desc())
    .limit(1)
)
"""Made once, as making it takes longer than asking it."""


def tally(
    connection: Connection, period: Period, time_from: int | None, time_until: int | None, last: int
) -> Tally:
    """Count what was deposited, issued, held and annulled, by institution, kind and period.

    The same as `indexer.audit.tally` of the ledger's records.
    """
    first = 0 if time_from is None else count_before_time(connection, time_from)
    until = last + 1 if time_until is None else count_before_time(connection, time_until)
    counts: dict[TallyKey, list[int]] = {}
    for place, statement in enumerate(_tally_statements()):
        ranged = statement.where(RECORDS.c.seq >= first, RECORDS.c.seq < until)
        for institution, kind, day, count in connection.execute(ranged):
            key = TallyKey(Address(institution), WorkKind(kind), period_of_day(day, period))
            counts.setdefault(key, [0, 0, 0, 0])[place] += count
    return {key: Measures(*numbers) for key, numbers in counts.items()}


def _tally_statements() -> tuple[Select[Any], ...]:
    """Select (institution, kind of work, day in UTC+8, how many), for each measure in the order of `Measures`."""
    return (
        _counted(_WORKS.c.registrant, _WORKS.c.kind).join_from(
            RECORDS, _WORKS, (_WORKS.c.seq == RECORDS.c.seq) & (_WORKS.c.begun_seq == _WORKS.c.seq)
        ),
        _of_tokens(
            _counted(_TOKENS.c.issuer, _WORKS.c.kind).join_from(
                RECORDS, _TOKENS, (_TOKENS.c.seq == RECORDS.c.seq) & (_TOKENS.c.begun_seq == _TOKENS.c.seq)
            )
        ),
        _of_tokens(_acting_on_tokens(SELECTORS[HoldPlaced])),
        _of_tokens(_acting_on_tokens(SELECTORS[Annulled])),
    )


def _acting_on_tokens(act: Hash32) -> Select[Any]:
    return (
        _counted(_TOKENS.c.issuer, _WORKS.c.kind)
        .join_from(RECORDS, SUBJECTS, (SUBJECTS.c.seq == RECORDS.c.seq) & (SUBJECTS.c.position == 0))
        .join(_TOKENS, (_TOKENS.c.subject == SUBJECTS.c.subject) & (_TOKENS.c.begun_seq == _TOKENS.c.seq))
        .where(RECORDS.c.act == act)
    )


def _of_tokens(statement: Select[Any]) -> Select[Any]:
    return statement.join(_WORKS, (_WORKS.c.work_id == _TOKENS.c.work_id) & _WORKS.c.superseded_by.is_(None))


def _counted(institution: ColumnElement[bytes], kind: ColumnElement[int]) -> Select[Any]:
    day = (RECORDS.c.block_time + OFFSET) // DAY
    return select(institution, kind, day, func.count()).group_by(institution, kind, day)


def _range(connection: Connection, as_of: AsOf, where: EntryFilter) -> tuple[int, int]:
    """Give the first and last seq that the filter's times, blocks and seqs all allow."""
    firsts, untils = [0], [as_of.count]
    if where.time_from is not None:
        firsts.append(count_before_time(connection, where.time_from))
    if where.time_until is not None:
        untils.append(count_before_time(connection, where.time_until))
    if where.block_from is not None:
        firsts.append(count_at_block(connection, where.block_from - 1))
    if where.block_until is not None:
        untils.append(count_at_block(connection, where.block_until))
    firsts.append(where.seq_from or 0)
    if where.seq_until is not None:
        untils.append(where.seq_until + 1)
    return max(firsts), min(untils) - 1
