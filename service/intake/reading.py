"""From a row of texts to what it asks for, or to what is wrong with it, cell by cell. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from service.files.description import Description, Pairs, describe, faults, text_faults
from service.files.lookalikes import ODDITY_WORDS, oddities
from service.files.manifest import fits
from service.intake.columns import COLUMNS, Heading, Role, Visibility
from service.intake.instructions import Complaint, NamedFile, Usual, files_of, issue_of, kind_of
from service.intake.layout import Layout, place
from service.intake.requests import Issue, Problem, Severity
from service.intake.rows import Mark, Row

WATCHED: Final = frozenset(
    {"title", "title_zh", "title_en", "maker", "copyright_holder", "publisher", "institution"}
)
"""Names that a reader trusts by their look."""
DIGITS_KEPT: Final = frozenset(
    {"accession_number", "isbn", "publication_number", "registration_number", "source_record"}
)
"""Numbers whose leading zeros mean something, which a number cell has lost."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A row that is sound in itself; its files were not looked for yet."""

    row: int
    description: Description
    internal: Pairs
    files: tuple[NamedFile, ...]
    issue: Issue | None


@dataclass(slots=True)
class _Sorted:
    """The cells of a row by what becomes of them."""

    said: dict[str, str]
    facts: dict[str, str]
    extra: list[tuple[str, str]]
    internal: list[tuple[str, str]]


def read_row(layout: Layout, row: Row, usual: Usual) -> tuple[Draft | None, list[Problem]]:
    """Read one row: the draft, or `None` if there is an error, and every problem, in the order of the columns."""
    complaints: list[tuple[int | None, Complaint]] = []
    cells = _sorted(layout, row, complaints)

    def complain(found: Sequence[Complaint]) -> None:
        complaints.extend((layout.find(complaint.column), complaint) for complaint in found)

    kind = kind_of(cells.said, usual)
    description = None
    if isinstance(kind, Complaint):
        complain([kind])
    else:
        description = describe(kind, cells.facts, tuple(cells.extra))
        complain(_complaints_of_description(description))
    issue, found = issue_of(cells.said, usual)
    named = list(files_of(cells.said))
    files = tuple(file for file in named if isinstance(file, NamedFile))
    complain([*found, *(file for file in named if isinstance(file, Complaint))])
    if description is not None and not fits(description, len(files) + 1):
        zh, en = (
            "公开内容合计过长；请缩短文字或减少附件。",
            "Its public texts and files are too many together.",
        )
        complain([Complaint("", "record-too-long", zh, en)])
    problems = [place(layout, row.number, at, found) for at, found in _in_order(complaints)]
    if description is None or any(problem.severity is Severity.ERROR for problem in problems):
        return None, problems
    return Draft(row.number, description, tuple(cells.internal), files, issue), problems


def _sorted(layout: Layout, row: Row, complaints: list[tuple[int | None, Complaint]]) -> _Sorted:
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
                complaints.extend((at, complaint) for complaint in _sort(cells, heading, text))
    return cells


def _sort(cells: _Sorted, heading: Heading, text: str) -> list[Complaint]:
    name = heading.column.name if heading.column else heading.text
    if heading.column is not None and heading.column.role is Role.INSTRUCTION:
        cells.said[name] = text.strip()
    elif heading.visibility is Visibility.INTERNAL:
        cells.internal.append((name, text))
        return [Complaint(name, fault.code, fault.zh, fault.en) for fault in text_faults(name, text)]
    elif heading.column is not None:
        cells.facts[name] = text
    else:
        cells.extra.append((name, text))
    return []


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


def _complaints_of_description(description: Description) -> list[Complaint]:
    found = [Complaint(fault.fact, fault.code, fault.zh, fault.en) for fault in faults(description)]
    for name, text in (*description.facts, *description.extra):
        if name in WATCHED or name not in COLUMNS:
            for oddity in oddities(text):
                zh, en = ODDITY_WORDS[oddity]
                zh, en = f"{zh}；将按原样保存，请核对。", f"Check this: {en}; it will be kept as it is."
                found.append(Complaint(name, oddity, zh, en, Severity.WARNING))
    return found


def _in_order(found: list[tuple[int | None, Complaint]]) -> Iterator[tuple[int | None, Complaint]]:
    """Complaints by column, those about the whole row first; one error a cell, since others follow from it."""
    faulty: set[int] = set()
    for at, complaint in sorted(found, key=lambda pair: -1 if pair[0] is None else pair[0]):
        is_error = complaint.severity is Severity.ERROR
        if at is not None and is_error and at in faulty:
            continue
        if at is not None and is_error:
            faulty.add(at)
        yield at, complaint
