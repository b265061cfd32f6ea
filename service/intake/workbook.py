"""Tables as workbooks (XLSX): checked for bombs before anything is parsed, then rows are streamed.

Owns what it lays aside on the disk (`StringTable`).
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from typing import BinaryIO, Final, cast
from xml.parsers import expat

from service.errors import BadInput, TooLarge
from service.intake.grid import grid_rows
from service.intake.limits import (
    GREATEST_RATIO,
    LARGEST_STRING_TABLE,
    LARGEST_UNPACKED,
    LARGEST_WORKBOOK,
    MOST_PARTS,
)
from service.intake.parts import parts_of
from service.intake.rows import Row, too_much, unreadable
from service.intake.strings import StringTable

ZIP_MAGIC: Final = b"PK\x03\x04"
OLE_MAGIC: Final = b"\xd0\xcf\x11\xe0"
PROLOG_SIZE: Final = 65_536
SMALL_PART: Final = 1024**2
_MARKUP: Final = (".xml", ".rels")


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
        with zipfile.ZipFile(stream) as archive:
            yield from _rows(archive)
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
    except (BadInput, TooLarge):
        raise
    except Exception as error:
        raise _broken() from error


def _rows(archive: zipfile.ZipFile) -> Iterator[Row]:
    parts = parts_of(archive)
    with ExitStack() as stack:
        strings = stack.enter_context(StringTable(parts.strings()))
        sheet = stack.enter_context(archive.open(parts.sheet))
        yield from grid_rows(cast("BinaryIO", sheet), strings, parts.forms())


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
