"""From a row of texts to what it asks for, or to what is wrong with it, cell by cell. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from service.files.description import (
    Description,
    Fault,
    Kind,
    Pairs,
    describe,
    faults,
    stated_faults,
    text_faults,
)
from service.files.lookalikes import ODDITY_WORDS, oddities
from service.files.manifest import fits
from service.intake.columns import COLUMNS, Heading, Role, Visibility
from service.intake.delimited import calculates
from service.intake.instructions import Complaint, NamedFile, Usual, files_of, issue_of, kind_of
from service.intake.layout import Layout
from service.intake.requests import Issue, Severity
from service.intake.rows import Mark, Row

WATCHED: Final = frozenset(
    {"title", "title_zh", "title_en", "maker", "copyright_holder", "publisher", "institution"}
)
"""Names that a reader trusts by their look."""
DIGITS_KEPT: Final = frozenset(
    {"accession_number", "isbn", "publication_number", "registration_number", "source_record"}
)
"""Numbers whose leading zeros mean something, which a number cell has lost."""

CALCULATES_WORDS: Final = (
    "开头如同公式，电子表格会去计算",
    "it begins as a formula does, which a spreadsheet would calculate",
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A row that is sound in itself; its files were not looked for yet."""

    row: int
    description: Description
    internal: Pairs
    files: tuple[NamedFile, ...]
    issue: Issue | None


Placed = tuple[int | None, Complaint]
"""A complaint and the column it is about, counted from 0; `None`: about the whole row."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one row says: the draft, unless there is an error; the files it names in any case; every complaint."""

    draft: Draft | None
    files: tuple[NamedFile, ...]
    complaints: tuple[Placed, ...]


@dataclass(slots=True)
class _Sorted:
    """The cells of a row by what becomes of them."""

    said: dict[str, str]
    facts: dict[str, str]
    extra: list[tuple[str, str]]
    internal: list[tuple[str, str]]


def read_row(layout: Layout, row: Row, usual: Usual) -> Reading:
    """Read one row, and find every error in it at once: what is wrong in one cell hides nothing in another."""
    complaints: list[Placed] = []
    cells = _sorted(layout, row, complaints)

    def complain(found: Iterable[Complaint]) -> None:
        complaints.extend((layout.find(complaint.column), complaint) for complaint in found)

    kind = kind_of(cells.said, usual)
    # What is stated can be judged without its kind; what is missing cannot.
    is_known = isinstance(kind, Kind)
    description = describe(
        kind if isinstance(kind, Kind) else Kind.DERIVED_WORK, cells.facts, tuple(cells.extra)
    )
    complain([kind] if isinstance(kind, Complaint) else [])
    complain(
        _complaints_of_description(
            description, faults(description) if is_known else stated_faults(description)
        )
    )
    issue, found = issue_of(cells.said, usual)
    named = list(files_of(cells.said))
    files = tuple(file for file in named if isinstance(file, NamedFile))
    complain([*found, *(file for file in named if isinstance(file, Complaint))])
    if not fits(description, len(files) + 1):
        zh, en = (
            "公开内容合计过长；请缩短文字或减少附件。",
            "Its public texts and files are too many together.",
        )
        complain([Complaint("", "record-too-long", zh, en)])
    in_order = tuple(_in_order(complaints))
    is_sound = is_known and all(found.severity is not Severity.ERROR for _, found in in_order)
    draft = Draft(row.number, description, tuple(cells.internal), files, issue) if is_sound else None
    return Reading(draft, files, in_order)


def _sorted(layout: Layout, row: Row, complaints: list[Placed]) -> _Sorted:
    cells = _Sorted({}, {}, [], [])
    marks = dict(row.marks)
    for at, text in enumerate(row.cells):
        heading = layout.heading(at)
        if heading is None:
            if text.strip():
                zh, en = "这一格的列没有列名。", "The column of this cell has no heading."
                complaints.append((at, Complaint("", "heading-missing", zh, en)))
        elif heading.visibility is not Visibility.NEVER:
            found = _complaint_of_mark(marks.get(at), heading, text)
            complaints.extend((at, complaint) for complaint in found)
            if text.strip() and not any(complaint.severity is Severity.ERROR for complaint in found):
                judged = _judged(heading, text) if at in layout.unusable else _sort(cells, heading, text)
                complaints.extend((at, complaint) for complaint in judged)
    return cells


def _sort(cells: _Sorted, heading: Heading, text: str) -> list[Complaint]:
    name = heading.column.name if heading.column else heading.text
    if heading.column is not None and heading.column.role is Role.INSTRUCTION:
        if found := _judged(heading, text.strip()):
            return found
        cells.said[name] = text.strip()
    elif heading.visibility is Visibility.INTERNAL:
        cells.internal.append((name, text))
        return _judged(heading, text)
    elif heading.column is not None:
        cells.facts[name] = text
    else:
        cells.extra.append((name, text))
    return []


def _judged(heading: Heading, text: str) -> list[Complaint]:
    """What keeps a text from being taken in, whatever it means."""
    name, longest = (heading.column.name, heading.column.longest) if heading.column else (heading.text, None)
    return [Complaint(name, fault.code, fault.zh, fault.en) for fault in text_faults(name, text, longest)]


def _complaint_of_mark(mark: Mark | None, heading: Heading, text: str) -> list[Complaint]:
    match mark:
        case Mark.FORMULA:
            return [
                Complaint("", "formula", "这是公式；请粘贴为值。", "This is a formula; paste it as a value.")
            ]
        case Mark.ERROR:
            shown = text[:20]
            return [
                Complaint("", "error-value", f"这是错误值 {shown}。", f"This is the error value {shown}.")
            ]
        case Mark.NUMBER if heading.column is not None and heading.column.name in DIGITS_KEPT:
            zh = "此格为数字格式，开头的 0 可能已丢失；请改为文本格式并核对。"
            en = "This is a number cell, which may have lost leading zeros; make it text and check it."
            return [Complaint("", "number-cell", zh, en, Severity.WARNING)]
        case _:
            return []


def _complaints_of_description(description: Description, wrong: Sequence[Fault]) -> list[Complaint]:
    found = [Complaint(fault.fact, fault.code, fault.zh, fault.en) for fault in wrong]
    for name, text in (*description.facts, *description.extra):
        if name in WATCHED or name not in COLUMNS:
            found += [_odd(name, oddity, *ODDITY_WORDS[oddity]) for oddity in oddities(text)]
        if calculates(text):
            found.append(_odd(name, "formula-like", *CALCULATES_WORDS))
    return found


def _odd(column: str, code: str, zh: str, en: str) -> Complaint:
    zh, en = f"{zh}；将按原样保存，请核对。", f"Check this: {en}; it will be kept as it is."
    return Complaint(column, code, zh, en, Severity.WARNING)


def _in_order(found: list[Placed]) -> Iterator[Placed]:
    """Complaints by column, those about the whole row first; one error a cell, since others follow from it."""
    faulty: set[int] = set()
    for at, complaint in sorted(found, key=lambda pair: -1 if pair[0] is None else pair[0]):
        is_error = complaint.severity is Severity.ERROR
        if at is not None and is_error and at in faulty:
            continue
        if at is not None and is_error:
            faulty.add(at)
        yield at, complaint
