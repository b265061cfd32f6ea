"""What manifests say, beside the chain's rows: told by the service, looked through by search. Owns that table."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, delete, exists, insert, select

from indexer.store import schema
from indexer.store.answers import Document
from indexer.store.writing import in_parts
from indexer.values import Hash32

_TABLE = schema.DocumentTable


def needle(text: str) -> str:
    """Give the form in which texts are compared: NFC, without case, runs of white space (and U+0000) as one blank.

    (Titles are stored as given; compatibility forms are not folded, since they may be what tells titles apart.)
    """
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
    return " ".join(folded.replace("\0", " ").split())  # PostgreSQL takes no text with a U+0000.


def put(connection: Connection, found: Iterable[Document]) -> None:
    """Insert documents, replacing those of the same digest."""
    for part in in_parts(found):
        by_digest = {document.digest: document for document in part}
        connection.execute(delete(_TABLE).where(_TABLE.digest.in_(by_digest)))
        connection.execute(insert(_TABLE), [_row(document) for document in by_digest.values()])


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
    """Give every document."""
    for row in connection.execute(select(_TABLE.__table__)):
        yield document_of(row)


def by_digest(connection: Connection, digests: Iterable[Hash32]) -> dict[Hash32, Document]:
    """Give the documents of these digests; those unknown are left out."""
    found: dict[Hash32, Document] = {}
    for part in in_parts(set(digests)):
        for row in connection.execute(select(_TABLE.__table__).where(_TABLE.digest.in_(part))):
            found[Hash32(row.digest)] = document_of(row)
    return found


def document_of(row: object) -> Document:
    """Read a document from a row of its table."""
    get = row.__getattribute__
    return Document(Hash32(get("digest")), get("title"), get("title_en"), get("number"), get("text"))


def _row(document: Document) -> dict[str, object]:
    words = (document.title, document.title_en, document.number, document.text)
    return {
        "digest": document.digest,
        "title": document.title,
        "title_en": document.title_en,
        "number": document.number,
        "text": document.text,
        "needle": "\n".join(needle(word) for word in words),
        "number_needle": needle(document.number),
    }
