"""The headings of a sheet, understood together, and the way from a column's name to a cell. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from service.files.description import LONGEST_HEADING
from service.files.lookalikes import unstorable, visible
from service.intake.columns import VISIBILITY_LABELS, WORKS, Heading, Headings, Role, Visibility
from service.intake.instructions import Complaint
from service.intake.limits import MOST_COLUMNS
from service.intake.requests import Problem, Severity
from service.intake.rows import cell_name, too_much

_UNUSABLE: Final = frozenset({"heading-repeated", "heading-unusable"})


@dataclass(frozen=True, slots=True)
class Layout:
    """The headings of a sheet, column by column; `None` for a column without one."""

    headings: tuple[Heading | None, ...]
    unusable: frozenset[int] = frozenset()
    """Columns whose heading is an error, so that their cells mean nothing."""

    def heading(self, at: int) -> Heading | None:
        """The heading of a column, counted from 0."""
        return self.headings[at] if at < len(self.headings) else None

    def find(self, name: str) -> int | None:
        """The column of this name (or heading of the sheet's own), counted from 0."""
        for at, heading in enumerate(self.headings):
            if (
                heading is not None
                and at not in self.unusable
                and name == (heading.column.name if heading.column else heading.text)
            ):
                return at
        return None


def layout_of(
    number: int, cells: tuple[str, ...], public: frozenset[str], known: Headings = WORKS
) -> tuple[Layout, list[Problem]]:
    """Understand the headings in row `number`, with every problem about them.

    `public` are names of columns, or headings of the sheet's own, to be public where the heading does not say.

    Raises:
        TooLarge: more than `MOST_COLUMNS`.
    """
    if len(cells) > MOST_COLUMNS:
        raise too_much(f"多于 {MOST_COLUMNS} 列。", f"more than {MOST_COLUMNS} columns.")
    headings = tuple(_made_public(known.recognise(text), public) if text.strip() else None for text in cells)
    layout = Layout(headings)
    problems: list[Problem] = []
    unusable = set()
    for at, heading in enumerate(headings):
        if heading is not None:
            found = list(_complaints(layout, number, at, heading))
            problems.extend(place(layout, number, at, complaint) for complaint in found)
            if any(complaint.code in _UNUSABLE for complaint in found):
                unusable.add(at)
    return Layout(tuple(map(_not_loosened, headings)), frozenset(unusable)), problems


def place(layout: Layout, row: int, at: int | None, complaint: Complaint) -> Problem:
    """The problem that a complaint is in this row; `at` is its column, or `None` for the whole row."""
    heading = None if at is None else layout.heading(at)
    cell = str(row) if at is None else cell_name(at, row)
    title = heading.text[:LONGEST_HEADING] if heading is not None else ""
    return Problem(cell, title, complaint.severity, complaint.code, complaint.zh, complaint.en)


def _made_public(heading: Heading, public: frozenset[str]) -> Heading:
    name = heading.column.name if heading.column else heading.text
    if name in public and heading.stated is None:
        return Heading(heading.column, heading.text, Visibility.PUBLIC)
    return heading


def _complaints(layout: Layout, number: int, at: int, heading: Heading) -> Iterator[Complaint]:
    column = heading.column
    first = layout.find(column.name if column else heading.text)
    if first is not None and first < at:
        other = cell_name(first, number)
        yield Complaint("", "heading-repeated", f"与 {other} 是同一列。", f"The same column as {other}.")
    if len(heading.text) > LONGEST_HEADING or unstorable(heading.text):
        zh = f"列名过长（上限 {LONGEST_HEADING}）或含控制字符。"
        en = f"The heading has over {LONGEST_HEADING} characters, or control characters."
        yield Complaint("", "heading-unusable", zh, en)
    if column is None and heading.stated is None:
        shown = visible(heading.text[:LONGEST_HEADING])
        zh = f"不认识的列“{shown}”；按内部资料加密保存。"
        en = f"An unknown column, “{shown}”; it is kept encrypted, as internal."
        yield Complaint("", "heading-unknown", zh, en, Severity.WARNING)
    if column is not None and _is_loosened(column.role, column.visibility, heading.stated):
        zh, en = VISIBILITY_LABELS[column.visibility]
        zh, en = f"此列一律为“{zh}”，不能改。", f"This column is always {en} and cannot be made otherwise."
        yield Complaint("", "visibility-fixed", zh, en)


def _not_loosened(heading: Heading | None) -> Heading | None:
    """What a heading may not say is taken as not said, so that its cells are judged as usual."""
    column = None if heading is None else heading.column
    if heading is None or column is None or not _is_loosened(column.role, column.visibility, heading.stated):
        return heading
    return Heading(column, heading.text, None)


def _is_loosened(role: Role, usual: Visibility, stated: Visibility | None) -> bool:
    return role is not Role.FACT and stated not in (None, usual)
