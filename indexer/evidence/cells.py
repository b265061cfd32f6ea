"""One row of CSV (RFC 4180) that no spreadsheet takes for a formula. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_RISKY = tuple("=+-@\t\r\n'＝＋－＠")
"""Beginnings that make a spreadsheet calculate, and the apostrophe that undoes it."""

_CELL = re.compile(r'"([^"]*(?:""[^"]*)*)"|([^",\r\n]*)', re.DOTALL)


def join(cells: Iterable[str]) -> str:
    """Write a row with its line end; a risky cell gets an apostrophe before it.

    Raises:
        ValueError: a cell holds a line break.
    """
    return ",".join(_quoted(one) for one in cells) + "\r\n"


def split(line: str, count: int | None = None) -> list[str]:
    """Take a row apart, apostrophes removed, into `count` cells if that is given.

    Raises:
        ValueError: not one row, or of another number of cells.
    """
    text = line.rstrip("\r\n")
    found: list[str] = []
    at = 0
    while True:
        match = _CELL.match(text, at)
        assert match is not None  # the second alternative matches the empty string
        quoted, plain = match.groups()
        found.append((plain if quoted is None else quoted.replace('""', '"')).removeprefix("'"))
        at = match.end()
        if at == len(text):
            break
        if text[at] != ",":
            raise ValueError(f"not CSV at character {at + 1}")
        at += 1
    if count is not None and len(found) != count:
        raise ValueError(f"a row of {len(found)} cells, expected {count}")
    return found


def _quoted(cell: str) -> str:
    if "\n" in cell or "\r" in cell:
        raise ValueError("a line break in a cell")
    safe = "'" + cell if cell.startswith(_RISKY) else cell
    return '"' + safe.replace('"', '""') + '"' if any(mark in safe for mark in '",') else safe
