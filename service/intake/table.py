"""A table in a file (CSV or XLSX): its headings are found, its rows handed out as often as asked. Owns the file."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path
from typing import BinaryIO

from service.errors import BadInput, Conflict
from service.intake.columns import WORKS, Headings
from service.intake.delimited import Dialect, delimited_rows, dialect_of
from service.intake.limits import HEADING_WITHIN, LARGEST_WORKBOOK, MOST_ROWS
from service.intake.rows import Row, too_much, unreadable
from service.intake.workbook import OLE_MAGIC, ZIP_MAGIC, workbook_rows

Progress = Callable[[int], None]
"""Told the number of rows done, now and then."""


class Table:
    """A table whose heading row was found: row `number`, with the texts `cells`."""

    def __init__(
        self, source: Path | bytes, dialect: Dialect | None, number: int, cells: tuple[str, ...]
    ) -> None:
        self.source = source
        self.dialect = dialect
        """`None` for a workbook."""
        self.number = number
        self.cells = cells
        self._state = _state(source)

    def rows(self, progress: Progress | None = None) -> Iterator[Row]:
        """The rows below the headings in which anything stands.

        Raises:
            BadInput: what stands further below is no table any more.
            TooLarge: it is over a limit.
            Conflict: the file was changed since it was opened.
        """
        if _state(self.source) != self._state:
            raise changed()
        done = 0
        for row in raw_rows(self.source, self.dialect):
            if row.number <= self.number or row.is_blank:
                continue
            done += 1
            if done > MOST_ROWS:
                raise too_much(f"数据多于 {MOST_ROWS:,} 行。", f"more than {MOST_ROWS:,} rows of data.")
            yield row
            if progress is not None and done % 100 == 0:
                progress(done)
        if progress is not None:
            progress(done)


def open_table(source: Path | bytes, headings: Headings = WORKS) -> Table:
    """Open a table and find its headings.

    Raises:
        BadInput: no table, or no heading known here.
        TooLarge: over a stated limit.
    """
    dialect = _dialect(source, headings)
    number, cells = _heading_row(source, dialect, headings)
    return Table(source, dialect, number, cells)


def changed() -> Conflict:
    """The error for a file that is not what it was when it was judged."""
    return Conflict(
        "sheet-changed",
        "表格或其中的文件在核对之后被改动；请重新提交。",
        "The sheet or one of its files was changed after it was judged; send it again.",
    )


def raw_rows(source: Path | bytes, dialect: Dialect | None) -> Iterator[Row]:
    """Every row of a table as it stands; `dialect` is `None` for a workbook."""
    with _opened(source) as stream:
        yield from workbook_rows(stream) if dialect is None else delimited_rows(stream, dialect)


def _dialect(source: Path | bytes, headings: Headings) -> Dialect | None:
    with _opened(source) as stream:
        magic = stream.read(len(ZIP_MAGIC))
        stream.seek(0)
        return None if magic in (ZIP_MAGIC, OLE_MAGIC) else dialect_of(stream, headings)


def _heading_row(
    source: Path | bytes, dialect: Dialect | None, headings: Headings
) -> tuple[int, tuple[str, ...]]:
    """The row, among the first ones, with most known headings."""
    best: tuple[int, int, tuple[str, ...]] = (0, 0, ())
    is_empty = True
    try:
        for row in takewhile(lambda row: row.number <= HEADING_WITHIN, raw_rows(source, dialect)):
            is_empty = is_empty and row.is_blank
            known = sum(headings.recognise(text).column is not None for text in row.cells)
            if known > best[0]:
                best = (known, row.number, row.cells)
    except BadInput:
        # Where the headings are known, what is wrong below them is said by `check`, with everything else.
        if not best[0]:
            raise
    if not best[0]:
        raise _without_headings(headings, is_empty=is_empty)
    return best[1], best[2]


def _without_headings(headings: Headings, *, is_empty: bool) -> BadInput:
    if is_empty:
        return unreadable(
            f"前 {HEADING_WITHIN} 行全是空的；列名须在其中。",
            f"its first {HEADING_WITHIN} rows are empty; the headings must stand in one of them.",
        )
    zh = "、".join(column.zh[0] for column in headings.examples)
    en = ", ".join(column.en[0] for column in headings.examples)
    return unreadable(
        f"前 {HEADING_WITHIN} 行里没有认识的列名（如：{zh}）。",
        f"none of its first {HEADING_WITHIN} rows has a heading known here (such as {en}).",
    )


@contextmanager
def _opened(source: Path | bytes) -> Iterator[BinaryIO]:
    if isinstance(source, bytes):
        if len(source) > LARGEST_WORKBOOK:
            limit = LARGEST_WORKBOOK // 1024**2
            raise too_much(f"大于 {limit} MiB。", f"it has more than {limit} MiB.")
        yield io.BytesIO(source)
        return
    try:
        stream = source.open("rb")
    except OSError as error:
        raise unreadable(f"{error.strerror}。", f"{error.strerror}.") from error
    with stream:
        yield stream


def _state(source: Path | bytes) -> tuple[int, ...]:
    """What shows that a file was changed between two readings."""
    if isinstance(source, bytes):
        return ()
    status = source.stat()
    return status.st_ino, status.st_size, status.st_mtime_ns
