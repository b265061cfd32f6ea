"""Rows as PostgreSQL's binary COPY takes them, by one pattern a table: the fast path beside psycopg's own. Pure.

Source: PostgreSQL documentation, COPY, "Binary Format": a row is the number of its fields, and each field its length
(−1: null) and its bytes. A table has a pattern if it has no text, and fields of no fixed length come last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from struct import Struct, pack
from typing import Any

from sqlalchemy import Boolean, Column, Integer, LargeBinary, SmallInteger, Text

from indexer.store.types import Unsigned

BEGIN = b"PGCOPY\n\xff\r\n\0" + bytes(8)
END = b"\xff\xff"

_NULL = b"\xff\xff\xff\xff"
_LENGTH = Struct(">i").pack


def packer(columns: Sequence[Column[Any]]) -> Callable[[Iterable[Sequence[Any]]], bytes] | None:
    """Give what packs rows of these columns, or None if they have no pattern.

    Of all columns one at most may be null, and it must be of fixed length and not the last.
    """
    kinds = [_kind(column) for column in columns]
    fixed = [kind for kind in kinds if kind is not None]
    nullable = [place for place, column in enumerate(columns) if column.nullable]
    if None in kinds[: len(fixed)] or len(nullable) > 1 or (nullable and nullable[0] + 1 >= len(fixed)):
        return None
    rest = len(columns) - len(fixed)
    if any(isinstance(column.type, Text) for column in columns):
        return None
    whole = _fields(fixed, len(columns))
    if not nullable:
        return lambda rows: b"".join([_row(whole, rest, row) for row in rows])
    absent = nullable[0]
    without = _fields(fixed, len(columns), absent)

    def one(row: Sequence[Any]) -> bytes:
        if row[absent] is None:
            return _row(without, rest, (*row[:absent], *row[absent + 1 :]))
        return _row(whole, rest, row)

    return lambda rows: b"".join(map(one, rows))


def _kind(column: Column[Any]) -> tuple[str, int] | None:
    """Give the pattern and length of a column's values, or None if they have no fixed length."""
    kind = column.type
    if isinstance(kind, Unsigned):
        return f"{kind.width}s", kind.width
    if isinstance(kind, LargeBinary):
        return None if kind.length is None else (f"{kind.length}s", kind.length)
    if isinstance(kind, Boolean):
        return "?", 1
    if isinstance(kind, SmallInteger):
        return "h", 2
    return ("q", 8) if isinstance(kind, Integer) else None


def _fields(
    fixed: Sequence[tuple[str, int]], count: int, absent: int | None = None
) -> tuple[Callable[..., bytes], list[Any]]:
    """Give what packs the fixed fields, and its arguments with the values left open: every other one from 1 on."""
    form = ">h"
    template: list[Any] = [count]
    for place, (kind, length) in enumerate(fixed):
        if place == absent:
            continue
        after_null = absent is not None and place == absent + 1
        form += ("8s" if after_null else "i") + kind
        template += [_NULL + pack(">i", length) if after_null else length, None]
    return Struct(form).pack, template


def _row(fields: tuple[Callable[..., bytes], list[Any]], rest: int, row: Sequence[Any]) -> bytes:
    write, template = fields
    arguments = template.copy()
    if not rest:
        arguments[2::2] = row
        return write(*arguments)
    arguments[2::2] = row[:-rest]
    tail = [part for octets in row[-rest:] for part in (_LENGTH(len(octets)), octets)]
    return write(*arguments) + b"".join(tail)
