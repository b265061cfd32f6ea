"""What manifests say, beside the chain's rows: told by the service, looked through by search. Owns that table."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, delete, exists, func, select

from indexer.store import pieces, schema
from indexer.store.answers import Document
from indexer.store.rows import Rows, table_of
from indexer.store.writing import in_parts, write_fast
from indexer.values import Hash32

_TABLE = schema.DocumentTable
_DOCUMENTS = select(_TABLE.digest, _TABLE.title, _TABLE.title_en, _TABLE.number, _TABLE.text)


def needle(text: str) -> str:
    """Give the form in which texts are compared: NFC, without case, runs of white space (and U+0000) as one blank.

    (Titles are stored as given; compatibility forms are not folded, since they may be what tells titles apart.)
    """
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
    return " ".join(folded.replace("\0", " ").split())  # PostgreSQL takes no text with a U+0000.


def put(connection: Connection, found: Iterable[Document]) -> None:
    """Insert documents, replacing those of the same digest."""
    last = connection.scalar(select(func.max(_TABLE.id)))
    unused = 1 + (last or 0)
    with pieces.taking_in(connection, first=last is None) as densities:
        for part in in_parts(found):
            by_digest = {document.digest: document for document in part}
            _forget(connection, by_digest, densities)
            values = [_values(key, document) for key, document in enumerate(by_digest.values(), unused)]
            write_fast(connection, Rows(table_of(_TABLE), tuple(table_of(_TABLE).columns), values))
            pieces.add(connection, {key: needle for key, *_, needle in values})
            for _, digest, *_, needle in values:
                densities.count(digest, needle, 1)
            unused += len(values)


def _forget(connection: Connection, digests: Collection[Hash32], densities: pieces.Densities) -> None:
    rows = connection.execute(
        select(_TABLE.id, _TABLE.digest, _TABLE.needle).where(_TABLE.digest.in_(digests))
    )
    known = rows.all()
    if not known:
        return
    pieces.remove(connection, {row.id: row.needle for row in known})
    for row in known:
        densities.count(Hash32(row.digest), row.needle, -1)
    connection.execute(delete(_TABLE).where(_TABLE.id.in_([row.id for row in known])))


def missing(connection: Connection, limit: int, since: int) -> tuple[tuple[int, Hash32], ...]:
    """List digests that works and collections name and no document has, each with the seq of the record that says so.

    Oldest first, of records after seq `since`: so the last seq leads to the next part.
    """
    found: list[tuple[int, Hash32]] = []
    for table, column in (
        (schema.CollectionTable, schema.CollectionTable.metadata_digest),
        (schema.WorkTable, schema.WorkTable.manifest_digest),
    ):
        wanted = (
            select(table.seq, column)
            .where(table.seq > since, table.superseded_by.is_(None), ~exists().where(_TABLE.digest == column))
            .order_by(table.seq)
            .limit(limit)
        )
        found += [(seq, Hash32(digest)) for seq, digest in connection.execute(wanted)]
    return tuple(sorted(found)[:limit])


def all_of_them(connection: Connection) -> Iterator[Document]:
    """Give every document, of whatever format the tables are: these columns were always there."""
    for row in connection.execute(_DOCUMENTS):
        yield document_of(row)


def by_digest(connection: Connection, digests: Iterable[Hash32]) -> dict[Hash32, Document]:
    """Give the documents of these digests; those unknown are left out."""
    found: dict[Hash32, Document] = {}
    for part in in_parts(set(digests)):
        for row in connection.execute(_DOCUMENTS.where(_TABLE.digest.in_(part))):
            found[Hash32(row.digest)] = document_of(row)
    return found


def document_of(row: object) -> Document:
    """Read a document from a row of its table."""
    get = row.__getattribute__
    return Document(Hash32(get("digest")), get("title"), get("title_en"), get("number"), get("text"))


def _values(key: int, document: Document) -> tuple[Any, ...]:
    words = (document.title, document.title_en, document.number, document.text)
    return (key, document.digest, *words, "\n".join(map(needle, words)))
