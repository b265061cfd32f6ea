"""Sheets written so that `read_sheet` reads back every text as it was. Owns the file it writes, and openpyxl."""

from __future__ import annotations

import csv
import io
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import openpyxl
from openpyxl.cell import WriteOnlyCell

from service.errors import BadInput
from service.files.lookalikes import unstorable
from service.intake.columns import COLUMNS, VISIBILITY_LABELS, Visibility
from service.intake.delimited import guarded
from service.intake.grid import escaped
from service.intake.limits import LONGEST_CELL
from service.intake.rows import cell_name

Cells = Mapping[str, str]
"""A row's texts by column name or heading; what is absent or empty is an empty cell."""
LANGUAGES: Final = ("zh", "en")
TEXT_FORMAT: Final = "@"


@dataclass(frozen=True, slots=True)
class Written:
    """A column to be written: its name (or heading of its own), and who may read it (`None`: as usual)."""

    name: str
    visibility: Visibility | None = None

    def heading(self, language: str) -> str:
        """The heading in `zh` or `en`, with its word of visibility where it is not as usual."""
        at = LANGUAGES.index(language)
        column = COLUMNS.get(self.name)
        label = self.name if column is None else (column.zh, column.en)[at][0]
        if self.visibility is None:
            return label
        word = VISIBILITY_LABELS[self.visibility][at]
        return f"{label}（{word}）" if language == "zh" else f"{label} ({word})"


def write_sheet(path: Path, columns: Sequence[Written], rows: Iterable[Cells], language: str = "zh") -> int:
    """Write a sheet: CSV (UTF-8 with its mark, as spreadsheet programs want it) or XLSX, by the path's ending.

    The file appears whole or not at all. Returns the number of rows.

    Raises:
        BadInput: another ending, or a text that no cell can hold (with its cell).
    """
    ending = path.suffix.lower()
    if ending not in (".csv", ".xlsx"):
        raise BadInput("sheet-ending", "表格文件须以 .csv 或 .xlsx 结尾。", "A sheet ends in .csv or .xlsx.")
    with _beside(path) as out:
        table = _checked(columns, rows, language)
        return _write_csv(out, table) if ending == ".csv" else _write_xlsx(out, table)


def _checked(columns: Sequence[Written], rows: Iterable[Cells], language: str) -> Iterator[list[str]]:
    yield [column.heading(language) for column in columns]
    for number, cells in enumerate(rows, start=2):
        texts = [cells.get(column.name, "") for column in columns]
        for at, text in enumerate(texts):
            if len(text) > LONGEST_CELL or unstorable(text) is not None:
                raise _unwritable(cell_name(at, number))
        yield texts


def _write_csv(out: BinaryIO, table: Iterator[list[str]]) -> int:
    text = io.TextIOWrapper(out, "utf-8-sig", newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    count = -1
    for texts in table:
        writer.writerow(map(guarded, texts))
        count += 1
    text.detach()
    return count


def _write_xlsx(out: BinaryIO, table: Iterator[list[str]]) -> int:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Qianyin")
    sheet.freeze_panes = "A2"
    count = -1
    try:
        for texts in table:
            sheet.append([_cell(sheet, text) for text in texts])
            count += 1
    finally:
        sheet.close()
    book.save(out)
    return count


def _cell(sheet: object, text: str) -> WriteOnlyCell | None:
    """A text cell that stays text: no formula, no number, also when somebody edits it."""
    if not text:
        return None
    cell = WriteOnlyCell(sheet, escaped(text))
    cell.data_type = "s"
    cell.number_format = TEXT_FORMAT
    return cell


@contextmanager
def _beside(path: Path) -> Iterator[BinaryIO]:
    """A file beside the wanted one that takes its place once it is whole."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as out:
            yield out
        Path(name).chmod(0o644)
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)


def _unwritable(cell: str) -> BadInput:
    return BadInput(
        "cell-unwritable",
        f"{cell} 的文字超过 {LONGEST_CELL:,} 个字符，或含有无法保存的控制字符。",
        f"The text of {cell} has over {LONGEST_CELL:,} characters, or a control character that cannot be kept.",
        cell=cell,
    )
