"""What a sheet has shown so far, on the disk so that a million rows need little memory. Owns a temporary file."""

from __future__ import annotations

import sqlite3
from types import TracebackType
from typing import NamedTuple, Self


class Before(NamedTuple):
    """How often a thing was seen before, and the row (and its text) where first."""

    times: int
    row: int
    text: str


class Seen:
    """Counts things by kind and key."""

    def __init__(self) -> None:
        # An empty name is SQLite's own way to ask for a temporary file that only this connection sees.
        self._rows = sqlite3.connect("", isolation_level=None)
        self._rows.execute("pragma journal_mode = off")
        self._rows.execute("pragma synchronous = off")
        self._rows.execute(
            "create table seen (kind text, key blob, times integer, row integer, text text, "
            "primary key (kind, key)) without rowid"
        )
        self._rows.execute("begin")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._rows.close()

    def add(self, kind: str, key: bytes, row: int, text: str = "") -> Before:
        """Note a thing, and say what was noted of it before."""
        times, first, first_text = self._rows.execute(
            "insert into seen values (?, ?, 1, ?, ?) on conflict (kind, key) do update set times = times + 1 "
            "returning times, row, text",
            (kind, key, row, text),
        ).fetchone()
        return Before(times - 1, first, first_text)
