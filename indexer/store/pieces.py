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
from contextlib import contextmanager
from functools import lru_cache
from operator import concat
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
    select,
    table,
)
from sqlalchemy.dialects.postgresql import ARRAY

from indexer.store import schema
from indexer.store.writing import copying_in, in_parts
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
    "CREATE VIRTUAL TABLE pieces USING fts5(held, content='', detail=none, columnsize=0, tokenize='ascii')",
    "INSERT INTO pieces (pieces, rank) VALUES ('hashsize', 16777216)",
)
_INDEX = "CREATE INDEX IF NOT EXISTS ix_pieces_held ON pieces USING gin (held)"
_POSTGRESQL = (
    "CREATE TABLE IF NOT EXISTS pieces (id bigint PRIMARY KEY, held integer[] NOT NULL) WITH (parallel_workers = 0)",
    "ALTER TABLE pieces ALTER held SET STATISTICS 0",
    _INDEX,
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
    return set(map(int, _told(needle).split(","))) if needle.strip("\n") else set()


def add(connection: Connection, needles: Mapping[int, str]) -> None:
    """Take in texts, by the ids of their documents, which must have none."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("INSERT INTO pieces (rowid, held) VALUES (?, ?)", _words(needles))
        return
    with copying_in(connection, "COPY pieces (id, held) FROM STDIN") as copy:
        copy.write("".join(f"{key}\t{{{_told(needle)}}}\n" for key, needle in needles.items()))


def remove(connection: Connection, needles: Mapping[int, str]) -> None:
    """Let texts go, which must be those that were taken in."""
    if connection.dialect.name == "sqlite":
        deleting = "INSERT INTO pieces (pieces, rowid, held) VALUES ('delete', ?, ?)"
        connection.exec_driver_sql(deleting, _words(needles))
        return
    connection.exec_driver_sql("DELETE FROM pieces WHERE id = ANY(%s)", (list(needles),))


class Densities:
    """Counts how many more documents have each piece, and writes that down when asked to or when it is much."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._more: Counter[int] = Counter()

    def count(self, digest: Hash32, needle: str, by: int) -> None:
        """Count a document that is new (`by` 1), or gone (-1)."""
        if digest[0] % COUNTED == 0:
            for piece in (EVERYWHERE, *pieces_of(needle)):
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
            self._connection.exec_driver_sql(f"INSERT INTO densities {new} {adding}", values)
        for part in in_parts(piece for piece, by in more if by < 0):
            gone = delete(_DENSITIES).where(_DENSITIES.piece.in_(part), _DENSITIES.documents == 0)
            self._connection.execute(gone)


@contextmanager
def taking_in(connection: Connection, *, first: bool) -> Iterator[Densities]:
    """Let texts be added and removed; `first`: there were none, so that PostgreSQL indexes them all at once."""
    densities = Densities(connection)
    sqlite = connection.dialect.name == "sqlite"
    if not sqlite:
        for setting, value in _IN_MEMORY.items():
            connection.exec_driver_sql(f"SET LOCAL {setting} = '{value}'")
        if first:
            connection.exec_driver_sql("DROP INDEX ix_pieces_held")
    yield densities
    densities.write()
    if not sqlite:  # what GIN put aside for later, each question would look through
        connection.exec_driver_sql(_INDEX if first else "SELECT gin_clean_pending_list('ix_pieces_held')")


def asked(connection: Connection, wanted: str) -> Asked:
    """Say which pieces of a question to look for, one character at least."""
    size = max(size for size in SIZES if size <= len(wanted))
    pieces = dict.fromkeys(int(_number(piece)) for piece in _runs(wanted, size))
    counts: dict[int, int] = {}
    for part in in_parts((EVERYWHERE, *pieces)):
        rows = connection.execute(_COUNTS, {"pieces": part})
        counts |= {row.piece: row.documents for row in rows}
    rarest = sorted(pieces, key=lambda piece: counts.get(piece, 0))[:_TOGETHER]
    return Asked(tuple(rarest), COUNTED * counts.get(rarest[0], 0), COUNTED * counts.get(EVERYWHERE, 0))


def holding(connection: Connection, pieces: Iterable[int]) -> Select[Any]:
    """Select the `id`s of the documents that have all of these pieces."""
    if connection.dialect.name == "sqlite":
        words = " AND ".join(map(str, pieces))
        return select(_WORDS.c.rowid.label("id")).where(_WORDS.c.pieces.op("MATCH")(words))
    return select(_ARRAYS.c.id).where(_ARRAYS.c.held.contains(list(pieces)))


def _words(needles: Mapping[int, str]) -> list[tuple[int, str]]:
    """Give the words of texts by their ids, which FTS5 must be told in their order: else it stores each for itself."""
    return [(key, _told(needle)) for key, needle in sorted(needles.items())]


def _told(needle: str) -> str:
    """Give the numbers of the pieces of a text, with commas between; what two lines have is told twice."""
    return ",".join(filter(None, map(_of_line, needle.split("\n"))))


@lru_cache(_REMEMBERED)
def _of_line(line: str) -> str:
    pairs = list(map(concat, line, line[1:]))
    fours = map(concat, pairs, pairs[2:])
    return ",".join({*map(_number, line), *map(_number, pairs), *map(_number, fours)})


def _runs(text: str, size: int) -> Iterator[str]:
    return (text[place : place + size] for place in range(len(text) - size + 1))


@lru_cache(1 << 16)
def _number(piece: str) -> str:
    """Give a piece its number, of 31 bits as PostgreSQL's integers have no more without the sign."""
    return str(crc32(piece.encode()) >> 1)


EVERYWHERE = int(_number(""))
"""The piece that every document has."""
_COUNTS = select(_DENSITIES.piece, _DENSITIES.documents).where(
    _DENSITIES.piece.in_(bindparam("pieces", expanding=True))
)
