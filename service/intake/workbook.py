"""Tables as workbooks (XLSX): checked for bombs before anything is parsed, then rows are streamed. Owns openpyxl."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, BinaryIO, Final
from xml.parsers import expat

import openpyxl
from openpyxl.cell.read_only import EMPTY_CELL

from service.errors import BadInput, TooLarge
from service.intake.limits import (
    GREATEST_RATIO,
    LARGEST_STRING_TABLE,
    LARGEST_UNPACKED,
    LARGEST_WORKBOOK,
    MOST_COLUMNS,
    MOST_PARTS,
    MOST_ROWS,
)
from service.intake.rows import Mark, Row, too_much, unreadable

ZIP_MAGIC: Final = b"PK\x03\x04"
OLE_MAGIC: Final = b"\xd0\xcf\x11\xe0"
PROLOG_SIZE: Final = 65_536
SMALL_PART: Final = 1024**2
WIDEST: Final = 16_384
_MARKUP: Final = (".xml", ".rels")
_ESCAPE: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")


def workbook_rows(stream: BinaryIO) -> Iterator[Row]:
    """The rows of the first visible sheet of a workbook that are not empty, one at a time, from the top.

    Numbers, dates and truth values are given as text; formulas and error values are marked, not computed.

    Raises:
        BadInput: not a workbook, broken, protected by a password, or with a document type definition.
        TooLarge: a bomb, or over a stated limit.
    """
    check_workbook(stream)
    stream.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield from _rows(stream)
    except (BadInput, TooLarge):
        raise
    except Exception as error:
        # What a parser raises on hostile bytes is many things; here they become one.
        raise _broken() from error


def check_workbook(stream: BinaryIO) -> None:
    """Look at the container alone: sizes, ratios, and that no part opens with a document type definition.

    A part never unpacks to more than it declares (`zipfile` stops there), so the declared sizes bound the cost.
    """
    if stream.read(len(OLE_MAGIC)) == OLE_MAGIC:
        raise unreadable(
            "文件是旧版 .xls 或设有密码；请另存为不带密码的 .xlsx。",
            "it is an old .xls or has a password; save it as .xlsx without one.",
        )
    _check_size(stream)
    try:
        with zipfile.ZipFile(stream) as archive:
            parts = archive.infolist()
            _check_sizes(parts)
            for part in parts:
                if part.filename.lower().endswith(_MARKUP):
                    _check_prolog(archive, part)
    except (zipfile.BadZipFile, NotImplementedError, OSError, EOFError, ValueError, RuntimeError) as error:
        raise _broken() from error


def escaped(text: str) -> str:
    """A text as Office Open XML stores it (ECMA-376, ST_Xstring): returns, and what looks like an escape."""
    return re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", text).replace("\r", "_x000D_")


def unescaped(text: str) -> str:
    """The text that `escaped` was given."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)


def _rows(stream: BinaryIO) -> Iterator[Row]:
    book = openpyxl.load_workbook(stream, read_only=True, data_only=False, keep_links=False)
    try:
        sheet = next(sheet for sheet in book.worksheets if sheet.sheet_state == "visible")
        columns = _width(sheet)
        rows = sheet.iter_rows(min_row=1, max_row=MOST_ROWS + 100, min_col=1, max_col=columns)
        for number, cells in enumerate(rows, start=1):
            # A sheet may claim a million rows between two; this is all they cost. (Equality of its cells raises.)
            if set(map(id, cells)) == {id(EMPTY_CELL)}:
                continue
            texts = tuple(_text(cell.value, cell.data_type) for cell in cells)
            marks = (
                (at, mark) for at, cell in enumerate(cells) if (mark := _mark(cell.value, cell.data_type))
            )
            yield Row(number, texts, tuple(marks))
    finally:
        book.close()


def _width(sheet: Any) -> int:
    """Columns up to the last in use in the first rows; beyond the limit is an error, not a loss."""
    used = 1
    for cells in sheet.iter_rows(min_row=1, max_row=20, min_col=1, max_col=WIDEST, values_only=True):
        used = max([used, *(at + 1 for at, value in enumerate(cells) if value not in (None, ""))])
    if used > MOST_COLUMNS:
        raise too_much(
            f"有 {used} 列，上限为 {MOST_COLUMNS}。", f"{used} columns; the limit is {MOST_COLUMNS}."
        )
    return min(used + 50, MOST_COLUMNS)


def _text(value: object, data_type: str) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value if data_type == "f" else unescaped(value)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return _text_of_quantity(value)


def _text_of_quantity(value: object) -> str:
    match value:
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
        case date() | time():
            return value.isoformat()
        case float():
            return repr(value).removesuffix(".0")
        case int() | timedelta():
            return str(value)
        case _:
            return "="


def _mark(value: object, data_type: str) -> Mark | None:
    if data_type == "f":
        return Mark.FORMULA
    if data_type == "e":
        return Mark.ERROR
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Mark.NUMBER
    return None


def _check_size(stream: BinaryIO) -> None:
    size = stream.seek(0, 2)
    if size > LARGEST_WORKBOOK:
        limit = LARGEST_WORKBOOK // 1024**2
        raise too_much(
            f"工作簿大于 {limit} MiB；请改用 CSV。", f"the workbook has more than {limit} MiB; use CSV."
        )


def _check_sizes(parts: list[zipfile.ZipInfo]) -> None:
    strings = sum(part.file_size for part in parts if part.filename.lower().endswith("sharedstrings.xml"))
    if (
        len(parts) > MOST_PARTS
        or sum(part.file_size for part in parts) > LARGEST_UNPACKED
        or strings > LARGEST_STRING_TABLE
        or any(_is_bomb(part) for part in parts)
    ):
        raise too_much(
            "工作簿解压后过大，疑为压缩炸弹；如属正常，请改用 CSV。",
            "the workbook unpacks to far too much, as a bomb does; if it is honest, use CSV.",
        )


def _is_bomb(part: zipfile.ZipInfo) -> bool:
    return part.file_size > SMALL_PART and part.file_size > GREATEST_RATIO * max(1, part.compress_size)


def _check_prolog(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Entities are declared in a document type definition, which stands before the root element or nowhere."""
    found: list[str] = []
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = lambda *_: found.append("doctype")
    parser.StartElementHandler = lambda *_: found.append("element")
    with archive.open(part) as stream:
        try:
            parser.Parse(stream.read(PROLOG_SIZE), False)
        except expat.ExpatError:
            found.append("doctype" if not found else "")
    if found[:1] != ["element"]:
        raise unreadable(
            f"工作簿的 {part.filename[:80]} 含有文档类型定义（DTD）或不是合法的 XML，已拒绝。",
            f"its part {part.filename[:80]} has a document type definition or is no XML, and is refused.",
        )


def _broken() -> BadInput:
    return unreadable(
        "不是完好的 .xlsx 工作簿；请用表格软件打开后另存。",
        "it is no sound .xlsx workbook; open it in a spreadsheet program and save it again.",
    )
