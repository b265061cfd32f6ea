"""The cells of a worksheet as texts, row by row (ECMA-376, part 1, 18.3). Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import BinaryIO, Final
from xml.etree.ElementTree import Element

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel, from_ISO8601

from service.intake.limits import LAST_ROW, MOST_COLUMNS
from service.intake.markup import elements, local
from service.intake.rows import Mark, Row, too_much
from service.intake.strings import StringTable, text_of

NO_VALUE: Final = "#VALUE!"
LONGEST_NUMBER: Final = 400
"""Characters of a number as written; the largest double has 309 digits before its point."""
_ESCAPE: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_PLACE: Final = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


@dataclass(frozen=True, slots=True)
class Forms:
    """What the numbers of styles mean: which show a date, which of these a length of time, and from when on."""

    dates: frozenset[int] = frozenset()
    durations: frozenset[int] = frozenset()
    is_1904: bool = False


def forms_of(formats: Iterator[Element], styles: Iterator[Element], *, is_1904: bool) -> Forms:
    """Read the number formats (`numFmt`) and the styles of cells (`xf`) that use them."""
    codes = dict(BUILTIN_FORMATS)
    telling = {}
    for element in formats:
        code = element.get("formatCode", "")
        telling[int(element.get("numFmtId", "0"))] = code if is_date_format(code) else ""
    codes |= telling
    dates, durations = set(), set()
    for number, style in enumerate(styles):
        code = codes.get(int(style.get("numFmtId", "0")), "")
        if is_date_format(code):
            dates.add(number)
        if is_timedelta_format(code):
            durations.add(number)
    return Forms(frozenset(dates), frozenset(durations), is_1904)


def grid_rows(stream: BinaryIO, strings: StringTable, forms: Forms) -> Iterator[Row]:
    """The rows of a worksheet in which anything stands, from the top.

    Raises:
        TooLarge: something stands beyond the last column allowed.
        ValueError, IndexError: cells or rows contradict each other.
    """
    number = 0
    for element in elements(stream, "row", "sheetData"):
        number = _row_number(element, number)
        row = _row(number, element, strings, forms)
        if row.cells:
            yield row


def escaped(text: str) -> str:
    """A text as Office Open XML stores it (ST_Xstring): returns, and what looks like an escape."""
    return re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", text).replace("\r", "_x000D_")


def unescaped(text: str) -> str:
    """The text that `escaped` was given."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _row_number(row: Element, before: int) -> int:
    number = int(row.get("r", before + 1))
    if not before < number <= LAST_ROW:
        raise ValueError(f"row {number} after row {before}")
    return number


def _row(number: int, element: Element, strings: StringTable, forms: Forms) -> Row:
    texts: list[str] = []
    marks: list[tuple[int, Mark]] = []
    at = -1
    for cell in element:
        at = _column(cell, at, number)
        text, mark = _cell(cell, strings, forms)
        if not text and mark is None:
            continue
        if at >= MOST_COLUMNS:
            raise too_much(f"多于 {MOST_COLUMNS} 列。", f"more than {MOST_COLUMNS} columns.")
        texts.extend([""] * (at - len(texts)))
        texts.append(text)
        if mark is not None:
            marks.append((at, mark))
    return Row(number, tuple(texts), tuple(marks))


def _column(cell: Element, before: int, row: int) -> int:
    """The column of a cell, counted from 0; cells stand in order, or two would claim one place."""
    place = cell.get("r")
    if place is None:
        return before + 1
    match = _PLACE.fullmatch(place)
    if match is None or int(match[2]) != row:
        raise ValueError(f"cell {place[:20]!r} in row {row}")
    at = 0
    for letter in match[1]:
        at = at * 26 + ord(letter) - 64
    if at - 1 <= before:
        raise ValueError(f"cell {place} is not behind the one before it")
    return at - 1


def _cell(cell: Element, strings: StringTable, forms: Forms) -> tuple[str, Mark | None]:
    value, inline = "", ""
    for child in cell:
        match local(child.tag):
            case "f":
                return "=" + (child.text or ""), Mark.FORMULA
            case "v":
                value = child.text or ""
            case "is":
                inline = text_of(child)
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return unescaped(inline), None
    return _value(kind, value, cell, strings, forms) if value else ("", None)


def _value(
    kind: str, value: str, cell: Element, strings: StringTable, forms: Forms
) -> tuple[str, Mark | None]:
    match kind:
        case "s":
            return unescaped(strings[int(value)]), None
        case "n":
            return _number(value, int(cell.get("s", "0")), forms)
        case "b":
            return ("TRUE" if int(value) else "FALSE"), None
        case "e":
            return unescaped(value), Mark.ERROR
        case "d":
            return _quantity(from_ISO8601(value))
        case _:
            return unescaped(value), None


def _number(value: str, style: int, forms: Forms) -> tuple[str, Mark | None]:
    number = _parsed(value)
    if not math.isfinite(number):
        return NO_VALUE, Mark.ERROR
    if style not in forms.dates:
        return repr(number).removesuffix(".0"), Mark.NUMBER
    try:
        epoch = MAC_EPOCH if forms.is_1904 else WINDOWS_EPOCH
        return _quantity(from_excel(number, epoch, timedelta=style in forms.durations))
    except (OverflowError, ValueError):
        return NO_VALUE, Mark.ERROR


def _parsed(value: str) -> float | int:
    if len(value) > LONGEST_NUMBER:
        return math.nan
    return float(value) if any(sign in value for sign in ".eEnN") else int(value)


def _quantity(value: object) -> tuple[str, Mark | None]:
    match value:
        case datetime():
            midnight = value.time() == time()
            return (value.date().isoformat() if midnight else value.isoformat(" ")), None
        case date() | time():
            return value.isoformat(), None
        case timedelta():
            return str(value), None
        case _:
            return NO_VALUE, Mark.ERROR
