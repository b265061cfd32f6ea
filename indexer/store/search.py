"""Finding works by what people type: words of a title, a number, the hash of a file, an id. Reads only.

Words are looked for anywhere in the normalised text, since Chinese is written without blanks and people type one
or two characters; indexes of trigrams find nothing shorter than three. Looking through 100,000 documents takes
about 40 ms (scripts/bench/queries.py).
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from indexer.events import Sources
from indexer.state import Collection, Token, Work
from indexer.store import documents, lists, schema
from indexer.store.answers import AsOf, Found, Known, WorkHit
from indexer.store.lookups import known_list, standing_statement, state_now
from indexer.store.versions import TABLES
from indexer.store.writing import in_parts
from indexer.values import Hash32

_WORKS = TABLES[Work]
_DOCUMENTS = schema.DocumentTable.__table__
_DIGEST = re.compile(r"(?:0x)?([0-9a-f]{64})", re.ASCII)
_FEW = 2_000
_TOKEN = re.compile(r"[1-9][0-9]{0,77}", re.ASCII)


def search(
    connection: Connection, as_of: AsOf, sources: Sources, text: str, after: int | None, limit: int
) -> Found:
    """Find works, newest deposit first, and the token or collection whose id the text is."""
    wanted = documents.needle(text)
    digest = _DIGEST.fullmatch(wanted)
    if digest is not None:
        return _by_digest(connection, as_of, sources, Hash32(bytes.fromhex(digest[1])), after, limit)
    token = _token(connection, as_of, sources, wanted)
    if not wanted or token is not None:
        return Found((), None, token=token)
    contains = _contains(connection, _DOCUMENTS.c.needle, wanted)
    statement = standing_statement(Work)
    few = _few(connection, contains)
    if few is None:
        statement = statement.join(_DOCUMENTS, _DOCUMENTS.c.digest == _WORKS.c.manifest_digest).where(
            contains
        )
        works, cursor = _page(_newest(connection, as_of, statement, after, limit), limit)
    else:
        works, cursor = _page(_of_manifests(connection, as_of, few, after), limit)
    return Found(_hits(connection, works), cursor)


def _few(connection: Connection, contains: ColumnElement[bool]) -> list[Hash32] | None:
    """Give the documents that match, if they are few; of many, a walk from the newest soon fills a page."""
    found = connection.scalars(select(_DOCUMENTS.c.digest).where(contains).limit(_FEW + 1)).all()
    return [Hash32(digest) for digest in found] if len(found) <= _FEW else None


def _of_manifests(
    connection: Connection, as_of: AsOf, manifests: list[Hash32], after: int | None
) -> list[Known[Work]]:
    found: list[Known[Work]] = []
    for part in in_parts(manifests):
        statement = standing_statement(Work).where(_WORKS.c.manifest_digest.in_(part))
        found += known_list(connection, as_of, Work, statement)
    kept = [known for known in found if after is None or known.begun_seq < after]
    return sorted(kept, key=lambda known: -known.begun_seq)


def _by_digest(
    connection: Connection, as_of: AsOf, sources: Sources, digest: Hash32, after: int | None, limit: int
) -> Found:
    by_seq: dict[int, Known[Work]] = {}
    for column in (_WORKS.c.file_digest, _WORKS.c.manifest_digest, _WORKS.c.work_id):
        statement = standing_statement(Work).where(column == digest)
        by_seq |= {known.begun_seq: known for known in _newest(connection, as_of, statement, after, limit)}
    works, cursor = _page([by_seq[seq] for seq in sorted(by_seq, reverse=True)], limit)
    collection = state_now(connection, as_of, Collection, sources.collection(digest))
    token = state_now(connection, as_of, Token, sources.token(int.from_bytes(digest, "big")))
    return Found(_hits(connection, works), cursor, token=token, collection=collection)


def _newest(
    connection: Connection, as_of: AsOf, statement: Select[Any], after: int | None, limit: int
) -> list[Known[Work]]:
    if after is not None:
        statement = statement.where(_WORKS.c.begun_seq < after)
    ordered = statement.order_by(_WORKS.c.begun_seq.desc()).limit(limit + 1)
    return known_list(connection, as_of, Work, ordered)


def _page(found: list[Known[Work]], limit: int) -> tuple[list[Known[Work]], int | None]:
    return found[:limit], found[limit - 1].begun_seq if len(found) > limit else None


def _hits(connection: Connection, works: list[Known[Work]]) -> tuple[WorkHit, ...]:
    told = documents.by_digest(connection, (known.state.manifest_digest for known in works))
    counts = lists.tokens_of_works(connection, [known.state.work_id for known in works])
    return tuple(
        WorkHit(known, told.get(known.state.manifest_digest), counts[known.state.work_id]) for known in works
    )


def _token(connection: Connection, as_of: AsOf, sources: Sources, wanted: str) -> Known[Token] | None:
    if not _TOKEN.fullmatch(wanted) or int(wanted) >> 256:
        return None
    return state_now(connection, as_of, Token, sources.token(int(wanted)))


def _contains(connection: Connection, column: ColumnElement[str], wanted: str) -> ColumnElement[bool]:
    """Say that a text holds another, letter for letter: no pattern, so that % and _ are letters."""
    place = func.instr if connection.dialect.name == "sqlite" else func.strpos
    return place(column, wanted) > 0
