"""A row of a table as it was read, whatever the file's form, and the errors all forms share. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from service.errors import BadInput, TooLarge


class Mark(StrEnum):
    """What a cell was, where that is more than its text."""

    FORMULA = "formula"
    ERROR = "error"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its number as spreadsheets count (the first is 1), the texts of its cells, and marks by column."""

    number: int
    cells: tuple[str, ...]
    marks: tuple[tuple[int, Mark], ...] = ()

    @property
    def is_blank(self) -> bool:
        """Whether nothing stands in it."""
        return not any(text.strip() for text in self.cells) and not self.marks


def cell_name(column: int, row: int) -> str:
    """The name of a cell, `column` counted from 0: (1, 7) is `B7`."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row}"


def unreadable(zh: str, en: str, **facts: Any) -> BadInput:
    """The error for a file that is no table at all."""
    return BadInput("sheet-unreadable", f"无法读取表格：{zh}", f"The sheet cannot be read: {en}", **facts)


def too_much(zh: str, en: str, **facts: Any) -> TooLarge:
    """The error for a table over a limit."""
    return TooLarge("sheet-too-large", f"表格超过上限：{zh}", f"The sheet is over a limit: {en}", **facts)
