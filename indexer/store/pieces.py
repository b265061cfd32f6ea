"""The index of pieces of texts, by which search finds documents. Owns its tables on each database.

Pieces are runs of 1, 2 and 4 characters, each by a number. A text is asked for by its longest: of titles in Chinese one
or two characters are asked for, and of numbers the pairs of digits are in too many. What a text has is kept as words of
an FTS5 table on SQLite, by the document's id, and as an array under GIN on PostgreSQL. Two texts may have the same
pieces, and two pieces the same number: so whoever asks compares the texts too.

In how many documents a piece is, is counted on one in sixteen of them (`densities`): enough to tell the rare from
the common, at a sixteenth of the price.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple
from zlib import crc32

from sqlalchemy import (
    BigInteger,
    Connection,
    Integer,
    Select,
    bindparam,
    column,
    delete,
    literal_column,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import ARRAY

from indexer.store import schema
from indexer.store.writing import in_parts
from indexer.values import Hash32

SIZES = (1, 2, 4)
"""Characters of a piece."""
COUNTED = 16
"""One document in so many is counted."""
_TOGETHER = 4
"""Pieces of a question that are looked for."""
_REMEMBERED = 4_096
"""Lines whose pieces are remembered while many documents are put: dynasties, materials and donors recur."""
_MOST_COUNTED = 200_000
"""Pieces that are counted in memory before they are written."""

_DENSITIES = schema.DensityTable
_WORDS = table("pieces", column("rowid", Integer), column("pieces"))
_ARRAYS = table("pieces", column("id", BigInteger), column("held", ARRAY(Integer)))

_SQLITE = (
    "CREATE VIRTUAL TABLE pieces USING "
    "fts5(held, content='', detail=none, columnsize=0, tokenize='ascii')",
    "INSERT INTO pieces (pieces, rank) VALUES ('hashsize', 16777216)",
)
_POSTGRESQL = (
    "CREATE TABLE IF NOT EXISTS pieces (id bigint PRIMARY KEY, held integer[] NOT NULL)",
    "CREATE INDEX IF NOT EXISTS ix_pieces_held ON pieces USING gin (held)",
)
_IN_MEMORY = {"gin_pending_list_limit": "64MB", "work_mem": "64MB", "maintenance_work_mem": "256MB"}
"""While documents are put: GIN sorts what is new in memory, and takes it in at once."""


class Asked(NamedTuple):
    """What to look for of a question, the rarest pieces first; how many documents have the first, and all there are."""

    pieces: tuple[int, ...]
    documents: int
    of: int


def make(connection: Connection) -> None:
    """Make the tables that only this database has."""
    for statement in _SQLITE if connection.dialect.name == "sqlite" else _POSTGRESQL:
        connection.exec_driver_sql(statement)


def pieces_of(needle: str) -> set[int]:
    """Give all pieces of what search looks in, of each line for itself: no question has two."""
    return set().union(*map(_of_line, needle.split("\n")))


def add(connection: Connection, needles: Mapping[int, str]) -> None:
    """Take in texts, by the ids of their documents, which must have none."""
    held = [(key, pieces_of(needle)) for key, needle in needles.items()]
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(
            "INSERT INTO pieces (rowid, held) VALUES (?, ?)",
            [(key, " ".join(map(str, pieces))) for key, pieces in held],
        )
        return
    connection.exec_driver_sql(
        "INSERT INTO pieces (id, held) SELECT id, held::integer[] "
        "FROM unnest(%s::bigint[], %s::text[]) AS one (id, held)",
        ([key for key, _ in held], [f"{{{','.join(map(str, pieces))}}}" for _, pieces in held]),
    )


def remove(connection: Connection, needles: Mapping[int, str]) -> None:
    """Let texts go, which must be those that were taken in."""
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql("DELETE FROM pieces WHERE id = ANY(%s)", (list(needles),))
        return
    connection.exec_driver_sql(
        "INSERT INTO pieces (pieces, rowid, held) VALUES ('delete', ?, ?)",
        [(key, " ".join(map(str, pieces_of(needle)))) for key, needle in needles.items()],
    )


class Densities:
    """Counts how many more documents have each piece, and writes that down when asked to or when it is much."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._more: Counter[int] = Counter()

    def count(self, digest: Hash32, needle: str, by: int) -> None:
        """Count a document that is new (`by` 1), or gone (-1)."""
        if digest[0] % COUNTED == 0:
            for piece in (_EVERYWHERE, *pieces_of(needle)):
                self._more[piece] += by
        if len(self._more) > _MOST_COUNTED:
            self.write()

    def write(self) -> None:
        """Write down what was counted; pieces that no document has are left out."""
        more = [(piece, by) for piece, by in sorted(self._more.items()) if by]
        self._more.clear()
        if not more:
            return
        adding = "ON CONFLICT (piece) DO UPDATE SET documents = densities.documents + excluded.documents"
        if self._connection.dialect.name == "sqlite":
            self._connection.exec_driver_sql(f"INSERT INTO densities VALUES (?, ?) {adding}", more)  # noqa: S608
        else:
            new = "SELECT * FROM unnest(%s::bigint[], %s::bigint[])"
            values = tuple(map(list, zip(*more, strict=True)))
            self._connection.exec_driver_sql(f"INSERT INTO densities {new} {adding}", values)  # noqa: S608
        for part in in_parts(piece for piece, by in more if by < 0):
            gone = delete(_DENSITIES).where(_DENSITIES.piece.in_(part), _DENSITIES.documents == 0)
            self._connection.execute(gone)


def prepare(connection: Connection) -> None:
    """Say that documents are about to be put."""
    if connection.dialect.name != "sqlite":
        for setting, value in _IN_MEMORY.items():
            connection.exec_driver_sql(f"SET LOCAL {setting} = '{value}'")


def complete(connection: Connection) -> None:
    """Take in what PostgreSQL put aside for later: each question would look through it."""
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql("SELECT gin_clean_pending_list('ix_pieces_held')")


def asked(connection: Connection, wanted: str) -> Asked:
    """Say which pieces of a question to look for, one character at least."""
    size = max(size for size in SIZES if size <= len(wanted))
    pieces = dict.fromkeys(_runs(wanted, size))
    counts: dict[int, int] = {}
    for part in in_parts((_EVERYWHERE, *pieces)):
        rows = connection.execute(_COUNTS, {"pieces": part})
        counts |= {piece: documents for piece, documents in rows}
    rarest = sorted(pieces, key=lambda piece: counts.get(piece, 0))[:_TOGETHER]
    return Asked(tuple(rarest), COUNTED * counts.get(rarest[0], 0), COUNTED * counts.get(_EVERYWHERE, 0))


def holding(connection: Connection, pieces: Iterable[int]) -> Select[Any]:
    """Select the ids of the documents that have all of these pieces."""
    if connection.dialect.name == "sqlite":
        words = " AND ".join(map(str, pieces))
        return select(_WORDS.c.rowid).where(_WORDS.c.pieces.op("MATCH")(words))
    return select(_ARRAYS.c.id).where(_ARRAYS.c.held.contains(list(pieces)))


@lru_cache(_REMEMBERED)
def _of_line(line: str) -> tuple[int, ...]:
    return tuple({piece for size in SIZES for piece in _runs(line, size)})


def _runs(text: str, size: int) -> Iterator[int]:
    for place in range(len(text) - size + 1):
        yield _number(text[place : place + size])


def _number(piece: str) -> int:
    """Give a piece its number, of 31 bits as PostgreSQL's integers have no more without the sign."""
    return crc32(piece.encode()) >> 1


_EVERYWHERE = _number("")
"""The piece that every document has."""
_COUNTS = select(_DENSITIES.piece, _DENSITIES.documents).where(
    _DENSITIES.piece.in_(bindparam("pieces", expanding=True))
)
