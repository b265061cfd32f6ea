"""From a row of texts to a contract, and to what is wrong with it, cell by cell. Pure.

A cell that is wrong is an error, and for the contract as good as unknown: so a sheet with errors shows its conflicts
too, and only recording it waits until they are gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from indexer.rights.scope import Axis
from service.files.description import text_faults
from service.files.lookalikes import ODDITY_WORDS, oddities
from service.intake.columns import Heading, Visibility
from service.intake.delimited import calculates
from service.intake.instructions import Complaint
from service.intake.layout import Layout
from service.intake.requests import Severity
from service.intake.rows import Mark, Row
from service.rights.backlog import terms
from service.rights.backlog.columns import LONGEST_NOTE
from service.rights.backlog.contract import Contract, Terms, WorkName, name_key

T = TypeVar("T")
Placed = tuple[int | None, Complaint]
"""A complaint and its column, counted from 0; `None`: about the whole row."""
_WATCHED: Final = ("work", "licensor", "licensee")
"""Names that a reader trusts by their look."""


@dataclass(slots=True)
class _Cells:
    """The cells of a row, and what was found about them so far."""

    layout: Layout
    row: Row
    complaints: list[Placed] = field(default_factory=list)

    def complain(self, complaint: Complaint) -> None:
        self.complaints.append((self.layout.find(complaint.column) if complaint.column else None, complaint))

    def text(self, name: str) -> str:
        """The text of a column; empty where the row says nothing that can be taken in."""
        at = self.layout.find(name)
        if at is None or at >= len(self.row.cells):
            return ""
        text = self.row.cells[at].strip()
        heading = self.layout.heading(at)
        longest = LONGEST_NOTE if heading is None or heading.column is None else heading.column.longest
        found = terms.complaint_of_mark(name, dict(self.row.marks).get(at), text)
        faults = [
            Complaint(name, fault.code, fault.zh, fault.en) for fault in text_faults(name, text, longest)
        ]
        wrong = [found] if found is not None else faults
        self.complaints.extend((at, complaint) for complaint in wrong)
        return "" if wrong else text

    def raw(self, name: str) -> str:
        """The text of a column as it stands, whatever is wrong with it."""
        at = self.layout.find(name)
        return "" if at is None or at >= len(self.row.cells) else self.row.cells[at]

    def known(self, name: str) -> str:
        """The text of a column that says something."""
        text = self.text(name)
        return "" if terms.is_unknown(text) else text

    def read(self, name: str, reader: Callable[[str, str], T | Complaint]) -> T | None:
        """What a column says; None where that is unknown, or wrong."""
        text = self.known(name)
        if not text:
            return None
        found = reader(name, text)
        if isinstance(found, Complaint):
            self.complain(found)
            return None
        return found

    def extra(self) -> Iterator[tuple[str, str]]:
        """What stands in columns of the sheet's own; they are kept as they are."""
        for at, text in enumerate(self.row.cells):
            heading = self.layout.heading(at)
            if heading is None and text.strip():
                zh, en = "这一格的列没有列名。", "The column of this cell has no heading."
                self.complaints.append((at, Complaint("", "heading-missing", zh, en)))
            elif _is_own(heading) and text.strip() and at not in self.layout.unusable:
                yield from self._own(at, heading, text.strip())

    def _own(self, at: int, heading: Heading | None, text: str) -> Iterator[tuple[str, str]]:
        assert heading is not None
        wrong = list(text_faults(heading.text, text, LONGEST_NOTE))
        self.complaints.extend((at, Complaint("", fault.code, fault.zh, fault.en)) for fault in wrong)
        if not wrong:
            yield heading.text, text


def read_contract(layout: Layout, row: Row, today: int) -> tuple[Contract, tuple[Placed, ...]]:
    """Read one row, and find everything wrong in it at once, in the order of its columns."""
    cells = _Cells(layout, row)
    contract = Contract(
        row=row.number,
        work=_work(cells),
        licensor=cells.known("licensor"),
        licensee=cells.known("licensee"),
        terms=_terms(cells),
        kind=cells.read("kind", terms.kind),
        sublicensable=cells.read("sublicensable", terms.yes),
        signed_on=cells.read("signed_on", terms.day),
        number=cells.known("number"),
        scan=cells.known("scan"),
        renewal=cells.read("renewal", terms.renewal),
        sell_off=cells.read("sell_off", terms.span),
        option_until=cells.read("option", _day_after),
        reversion=cells.read("reversion", terms.reversion),
        notes=cells.text("notes"),
        extra=tuple(cells.extra()),
    )
    for complaint in (*_contradictions(contract, today), *_oddities(cells), *_risks(cells)):
        cells.complain(complaint)
    return contract, tuple(_in_order(cells.complaints))


def _is_own(heading: Heading | None) -> bool:
    return heading is not None and heading.column is None and heading.visibility is not Visibility.NEVER


def _work(cells: _Cells) -> WorkName:
    title, named = cells.known("work"), cells.read("work_number", terms.number)
    if named is not None:
        return WorkName(title, *named)
    found = terms.work_id(title)
    return WorkName(title) if found is None else WorkName("", *found)


def _terms(cells: _Cells) -> Terms:
    from_ = cells.read("from", terms.day)

    def end(column: str, text: str) -> int | Complaint | None:
        return terms.end(column, text, from_)

    return Terms(
        rights=cells.read("rights", terms.mask_of(Axis.RIGHTS)),
        territories=cells.read("territories", terms.mask_of(Axis.TERRITORIES)),
        languages=cells.read("languages", terms.mask_of(Axis.LANGUAGES)),
        media=cells.read("media", terms.mask_of(Axis.MEDIA)),
        from_=from_,
        until=cells.read("until", end),
    )


def _day_after(column: str, text: str) -> int | Complaint:
    found = terms.day(column, text)
    return found if isinstance(found, Complaint) else found + 1


def _contradictions(contract: Contract, today: int) -> Iterator[Complaint]:
    """What cannot all be true of one contract."""
    if not contract.work.title and not contract.work.number:
        yield Complaint("work", "work-missing", "须写明作品。", "Name the work.")
    from_, until = contract.terms.from_, contract.terms.until
    if from_ is not None and until is not None and from_ >= until:
        yield Complaint("until", "ends-before-begin", "截止日期早于起始日期。", "It ends before it begins.")
    if contract.signed_on is not None and contract.signed_on > today:
        yield Complaint("signed_on", "signed-in-future", "签订日期在今天之后。", "It was signed after today.")
    if contract.licensor and name_key(contract.licensor) == name_key(contract.licensee):
        zh, en = "授权方与被授权方相同。", "Licensor and licensee are the same."
        yield Complaint("licensee", "self-grant", zh, en)


def _oddities(cells: _Cells) -> Iterator[Complaint]:
    for name in _WATCHED:
        for oddity in oddities(cells.raw(name)):
            zh, en = ODDITY_WORDS[oddity]
            zh, en = f"{zh}；请核对。", f"Check this: {en}."
            yield Complaint(name, oddity, zh, en, Severity.WARNING)


def _risks(cells: _Cells) -> Iterator[Complaint]:
    """A number that may have lost its zeros, a text that a spreadsheet would calculate."""
    at = cells.layout.find("work_number")
    if at is not None and dict(cells.row.marks).get(at) is Mark.NUMBER:
        zh = "此格为数字格式，开头的 0 可能已丢失；请改为文本格式并核对。"
        en = "This is a number cell, which may have lost leading zeros; make it text and check it."
        yield Complaint("work_number", "number-cell", zh, en, Severity.WARNING)
    for name in ("work", "licensor", "licensee", "number", "notes"):
        if calculates(cells.raw(name)):
            zh, en = (
                "开头如同公式；将按原样保存，请核对。",
                "It begins as a formula does; it is kept, check it.",
            )
            yield Complaint(name, "formula-like", zh, en, Severity.WARNING)


def _in_order(found: list[Placed]) -> Iterator[Placed]:
    """By column, the whole row first; the same about a cell once."""
    seen: set[Any] = set()
    for at, complaint in sorted(found, key=lambda placed: -1 if placed[0] is None else placed[0]):
        if (at, complaint.code) not in seen:
            seen.add((at, complaint.code))
            yield at, complaint
