"""Lists of what stands now, by keyset, and how many there are. Reads only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Select, func, select

from indexer.china import DAY, day_begins
from indexer.events import SELECTORS, Gifted, read_act
from indexer.state import Collection, Edition, Token, Work
from indexer.store.answers import AsOf, Known, Page
from indexer.store.lookups import RECORDS, SUBJECTS, known_list, known_of, standing_statement
from indexer.store.rows import record_of
from indexer.store.versions import TABLES, S
from indexer.store.writing import in_parts
from indexer.values import Address, Hash32

WORKS, COLLECTIONS = TABLES[Work], TABLES[Collection]
EDITIONS, TOKENS = TABLES[Edition], TABLES[Token]


def newest(
    connection: Connection,
    as_of: AsOf,
    kind: type[S],
    where: dict[str, object],
    after: int | None,
    limit: int,
) -> Page[Known[S]]:
    """List states by when they began, the newest first; the cursor is a seq."""
    table = TABLES[kind]
    statement = _narrow(standing_statement(kind), kind, where).order_by(table.c.begun_seq.desc())
    if after is not None:
        statement = statement.where(table.c.begun_seq < after)
    return page(connection, as_of, kind, statement, limit, "begun_seq")


def oldest(
    connection: Connection,
    as_of: AsOf,
    kind: type[S],
    where: dict[str, object],
    after: int | None,
    limit: int,
) -> Page[Known[S]]:
    """List states by when they began, the oldest first; the cursor is a seq."""
    table = TABLES[kind]
    statement = _narrow(standing_statement(kind), kind, where).order_by(table.c.begun_seq)
    if after is not None:
        statement = statement.where(table.c.begun_seq > after)
    return page(connection, as_of, kind, statement, limit, "begun_seq")


def tokens(
    connection: Connection, as_of: AsOf, where: dict[str, object], after: int | None, limit: int
) -> Page[Known[Token]]:
    """List tokens in the order of their ids; the cursor is a token id."""
    statement = _narrow(standing_statement(Token), Token, where).order_by(TOKENS.c.token_id)
    if after is not None:
        statement = statement.where(TOKENS.c.token_id > after)
    return page(connection, as_of, Token, statement, limit, "token_id")


def tokens_at(
    connection: Connection, as_of: AsOf, collection: Hash32, place: int, limit: int
) -> tuple[Known[Token], ...]:
    """Give tokens of a collection from a place in the order of their ids on: for sheets that are numbered."""
    statement = standing_statement(Token).where(TOKENS.c.collection_id == collection)
    ordered = statement.order_by(TOKENS.c.token_id).offset(place).limit(limit)
    return tuple(known_list(connection, as_of, Token, ordered))


def issued(connection: Connection, editions: Iterable[int]) -> dict[int, int]:
    """Say how many tokens of each edition were created."""
    wanted = list(editions)
    found = dict.fromkeys(wanted, 0)
    for part in in_parts(wanted):
        found |= _counts(connection, TOKENS, "edition_id", part)
    return found


def tokens_of_works(connection: Connection, works: Iterable[Hash32]) -> dict[Hash32, int]:
    """Say how many tokens of each work were created."""
    wanted = list(works)
    found = dict.fromkeys(wanted, 0)
    for part in in_parts(wanted):
        found |= _counts(connection, TOKENS, "work_id", part)
    return found


def collection_counts(connection: Connection, collections: Iterable[Hash32]) -> dict[Hash32, tuple[int, int]]:
    """Say how many works have an edition in each collection, and how many tokens it has."""
    wanted = list(collections)
    works: dict[Hash32, int] = {}
    created: dict[Hash32, int] = {}
    for part in in_parts(wanted):
        pairs = (
            select(EDITIONS.c.collection_id, EDITIONS.c.work_id)
            .where(EDITIONS.c.collection_id.in_(part), EDITIONS.c.superseded_by.is_(None))
            .distinct()
            .subquery()
        )
        statement = select(pairs.c.collection_id, func.count()).group_by(pairs.c.collection_id)
        works |= {Hash32(key): count for key, count in connection.execute(statement)}
        created |= _counts(connection, TOKENS, "collection_id", part)
    return {one: (works.get(one, 0), created.get(one, 0)) for one in wanted}


def totals(connection: Connection, institution: Address) -> tuple[int, int]:
    """Say how many works an institution deposited and how many tokens it created."""
    works = _count(connection, Work, "registrant", institution)
    mine = select(COLLECTIONS.c.collection_id).where(
        COLLECTIONS.c.issuer == institution, COLLECTIONS.c.superseded_by.is_(None)
    )
    statement = (
        select(func.count())
        .select_from(TOKENS)
        .where(TOKENS.c.collection_id.in_(mine), TOKENS.c.superseded_by.is_(None))
    )
    return works, connection.scalar(statement) or 0


def held_by(connection: Connection, holder: Address) -> int:
    """Say how many tokens an account holds."""
    return _count(connection, Token, "holder", holder)


def gifts_on(
    connection: Connection, party: Hash32, holder: Address, collection: Hash32, china_day: int
) -> int:
    """Say how many collectibles of a collection a holder gave on a day; `party` is the holder's subject."""
    begins = day_begins(china_day)
    giver, given = SUBJECTS.alias("giver"), SUBJECTS.alias("given")
    statement = (
        select(RECORDS)
        .join(giver, (giver.c.seq == RECORDS.c.seq) & (giver.c.subject == party))
        .join(given, (given.c.seq == RECORDS.c.seq) & (given.c.position == 0))
        .join(TOKENS, (TOKENS.c.subject == given.c.subject) & TOKENS.c.superseded_by.is_(None))
        .where(
            TOKENS.c.collection_id == collection,
            RECORDS.c.act == SELECTORS[Gifted],
            RECORDS.c.block_time >= begins,
            RECORDS.c.block_time < begins + DAY,
        )
    )
    acts = (read_act(record_of(row)) for row in connection.execute(statement))
    return sum(isinstance(act, Gifted) and act.from_ == holder for act in acts)


def _count(connection: Connection, kind: type[Any], column: str, value: object) -> int:
    table = TABLES[kind]
    statement = select(func.count()).where(table.c[column] == value, table.c.superseded_by.is_(None))
    return connection.scalar(statement) or 0


def _counts(connection: Connection, table: Any, column: str, values: list[Any]) -> dict[Any, int]:
    by = table.c[column]
    statement = select(by, func.count()).where(by.in_(values), table.c.superseded_by.is_(None)).group_by(by)
    return {row[0]: row[1] for row in connection.execute(statement)}


def _narrow(statement: Select[Any], kind: type[Any], where: dict[str, object]) -> Select[Any]:
    columns = TABLES[kind].c
    return statement.where(*(columns[name] == value for name, value in where.items() if value is not None))


def page(
    connection: Connection, as_of: AsOf, kind: type[S], statement: Select[Any], limit: int, key: str
) -> Page[Known[S]]:
    """Read a page of a statement that is in order of `key`, the cursor."""
    rows = list(connection.execute(statement.limit(limit + 1)))
    found = tuple(known_of(kind, row, as_of) for row in rows[:limit])
    return Page(found, getattr(rows[limit - 1], key) if len(rows) > limit else None)
