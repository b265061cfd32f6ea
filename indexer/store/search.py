"""Finding works by what people type: words of a title, a number, the hash of a file, an id. Reads only.

Words are looked for anywhere in the normalised text, letter for letter. The index of pieces (`pieces.py`) says which
documents may hold them: those that have the question's rarest pieces. They are compared with the question, and the
works of those that hold it are sorted by age. Where the rarest piece is so common that a walk through the works, newest
first, should fill a page sooner, that is tried before, no further than twice what it should take (or an eighth of
the documents that have the piece).

So a question costs what documents have its rarest pieces, however many works there are. At worst its pieces are all
common, and it is in few of the texts that have them, or in old ones: then all that have the pieces are compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from heapq import nlargest
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from indexer.events import Sources
from indexer.state import Collection, Token, Work
from indexer.store import documents, lists, pieces, schema
from indexer.store.answers import AsOf, Found, Known, WorkHit
from indexer.store.lookups import known_list, standing_statement, state_now
from indexer.store.versions import TABLES
from indexer.store.writing import in_parts
from indexer.values import Hash32

_WORKS = TABLES[Work]
_DOCUMENTS = schema.DocumentTable.__table__
_DIGEST = re.compile(r"(?:0x)?([0-9a-f]{64})", re.ASCII)
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
    works, cursor = _page(_holding(connection, as_of, wanted, after, limit), limit)
    return Found(_hits(connection, works), cursor)


def _holding(
    connection: Connection, as_of: AsOf, wanted: str, after: int | None, limit: int
) -> list[Known[Work]]:
    """Give the newest works whose documents hold a text, one more than a page."""
    contains = _contains(connection, _DOCUMENTS.c.needle, wanted)
    asked = pieces.asked(connection, wanted)
    far = 2 * (limit + 1) * asked.of // max(1, asked.documents)
    if far < asked.documents:
        far = max(far, asked.documents // 8)
        found, ended = _walk(connection, as_of, contains, after, limit, far)
        if ended or len(found) > limit:
            return found
    newest = nlargest(limit + 1, _compared(connection, asked.pieces, contains, after))
    return _of_same_manifests(connection, as_of, newest, after, limit)


def _compared(
    connection: Connection, wanted: Iterable[int], contains: ColumnElement[bool], after: int | None
) -> Iterator[int]:
    """Give the newest work of each document that has all of these pieces and holds the text.

    Each is looked up for itself: for a join PostgreSQL would read all there are, where it expects many. The sum keeps
    it from walking all works from the newest for the first of the manifest.
    """
    ids = pieces.holding(connection, wanted).subquery()
    newest = select(func.max(_WORKS.c.begun_seq + 0)).where(
        _WORKS.c.manifest_digest == _DOCUMENTS.c.digest, _WORKS.c.superseded_by.is_(None)
    )
    of_document = select(_before(newest, after).correlate(_DOCUMENTS).scalar_subquery())
    of_document = of_document.where(_DOCUMENTS.c.id == ids.c.id, contains)
    found = connection.scalars(select(of_document.correlate(ids).scalar_subquery()).select_from(ids))
    return (seq for seq in found if seq is not None)


def _walk(
    connection: Connection,
    as_of: AsOf,
    contains: ColumnElement[bool],
    after: int | None,
    limit: int,
    far: int,
) -> tuple[list[Known[Work]], bool]:
    """Look through so many works, newest first; say whether these were the last."""
    standing = _before(select(_WORKS.c.begun_seq).where(_WORKS.c.superseded_by.is_(None)), after)
    end = connection.scalar(standing.order_by(_WORKS.c.begun_seq.desc()).offset(far).limit(1))
    statement = standing_statement(Work).join(_DOCUMENTS, _DOCUMENTS.c.digest == _WORKS.c.manifest_digest)
    statement = statement.where(contains, _WORKS.c.begun_seq >= (0 if end is None else end))
    return _newest(connection, as_of, statement, after, limit), end is None


def _of_same_manifests(
    connection: Connection, as_of: AsOf, newest: Iterable[int], after: int | None, limit: int
) -> list[Known[Work]]:
    """Give the newest works of the manifests of these, one more than a page."""
    manifests: set[bytes] = set()
    standing = select(_WORKS.c.manifest_digest).where(_WORKS.c.superseded_by.is_(None))
    for part in in_parts(newest):
        manifests |= set(connection.scalars(standing.where(_WORKS.c.begun_seq.in_(part))))
    found: list[Known[Work]] = []
    for some in in_parts(manifests):
        statement = _before(standing_statement(Work).where(_WORKS.c.manifest_digest.in_(some)), after)
        found += known_list(connection, as_of, Work, statement.order_by(-_WORKS.c.begun_seq).limit(limit + 1))
    return nlargest(limit + 1, found, key=lambda known: known.begun_seq)


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
    ordered = _before(statement, after).order_by(_WORKS.c.begun_seq.desc()).limit(limit + 1)
    return known_list(connection, as_of, Work, ordered)


def _before(statement: Select[Any], after: int | None) -> Select[Any]:
    return statement if after is None else statement.where(_WORKS.c.begun_seq < after)


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
