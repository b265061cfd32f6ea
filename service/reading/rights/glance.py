"""A work's rights at a glance for its parties, and what the public may ask of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from indexer.china import china_day
from indexer.events import Act, UnknownAct
from indexer.rights.acts import MoralRightsRecorded
from indexer.rights.codes import LANGUAGES, MEDIA, RIGHTS, TERRITORIES, CodeList
from indexer.rights.residual import NOTHING, Cell, free_at
from indexer.rights.scope import Point, Scope
from indexer.rights.state import Estate, EstateStatus, Grant
from indexer.rights.text import write_day
from indexer.rights.title import Rights
from indexer.state import Work
from indexer.store.answers import Known
from indexer.values import ZERO_ADDRESS, Address, Hash32, as_hex
from service.outbox.database import Database
from service.pages.views import (
    Answer,
    AvailabilityPage,
    Bilingual,
    Choice,
    EstateLine,
    HistoryView,
    Matrix,
    Name,
    ProposalLine,
    RightsPage,
    Row,
)
from service.pages.views import Cell as CellView
from service.pages.views import Question as QuestionView
from service.reading.context import Context
from service.reading.rights.phrasing import Phrasing, scope_view
from service.reading.timeline import timeline
from service.rights.asking import AVAILABLE, UNDISCLOSED, available, laid_out, sight_of
from service.rights.audience import Audience
from service.rights.book import Book, unknown_work

COLUMNS: tuple[tuple[str, str, str], ...] = (
    ("中国大陆", "Mainland of China", "CN"),
    ("中国港澳台", "Hong Kong, Macao, Taiwan", "HK MO TW"),
    ("日本", "Japan", "JP"),
    ("韩国", "Korea", "KR"),
    ("东南亚", "Southeast Asia", "BN ID KH LA MM MY PH SG TH TL VN"),
    ("欧洲", "Europe", ""),
    ("北美", "North America", "US CA"),
)
"""The columns of the matrix, each by its codes; Europe is the group of that name, and all else is the last column."""
_GROUPS = {group.zh: group.mask for group in TERRITORIES.groups}
READING_AS = Literal["owner", "licensee", "registrant", "regulator", "shown"]
Call = Callable[[Address], Name]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader filled in; None: nothing is asked yet. Days are numbers, `known_at` Unix seconds."""

    point: Point | None = None
    known_at: int | None = None
    languages: int = LANGUAGES.assigned
    media: int = MEDIA.assigned
    day: int | None = None


@dataclass
class Reading:
    """One work's rights, read for one audience.

    Attributes:
        call: gives the name of an account as this audience may know it.
        until: nothing that was recorded later is read; None: all of it is.
    """

    context: Context
    book: Book
    audience: Audience
    work_id: Hash32
    call: Call
    until: int | None = None

    @cached_property
    def rights(self) -> Rights:
        """What is known of them now, or was by then."""
        return self.book.known(self.work_id, self.context.now if self.until is None else self.until)

    def of(self, estate: Estate) -> Reading:
        """Read them as they were at the end of an estate; as they are, where it stands."""
        if estate.status is EstateStatus.LIVE:
            return self
        return replace(self, until=self.book.known_of(estate, self.context.now).known_at)

    @property
    def today(self) -> int:
        """The day in UTC+8."""
        return china_day(self.context.now)

    @cached_property
    def live(self) -> tuple[Estate, ...]:
        """Its estates that stand, whoever sees them."""
        return self.book.live_estates(self.work_id)

    @cached_property
    def title(self) -> Name:
        """The title of the work."""
        return self.context.work_title(self.work)

    @cached_property
    def work(self) -> Work:
        """The work."""
        return self.book.work(self.work_id)

    @cached_property
    def phrasing(self) -> Phrasing:
        """Say things to this audience, as they are known now."""
        return self.phrasing_of(self.rights)

    def phrasing_of(self, rights: Rights) -> Phrasing:
        """Say things to this audience, as they were known."""
        mine, now = self.audience.accounts, self.context.now
        return Phrasing(self.call, mine, rights, self.work.registrant, now, self.today, self.book.view)

    def shows(self, act: Act | UnknownAct) -> bool:
        """Say whether a record is for this audience to see."""
        return self.audience.sees_record(self.book, act)

    @cached_property
    def reading_as(self) -> READING_AS | None:
        """Whose eyes these are; None where nothing of the work's rights is for this audience.

        Raises:
            NotFound: the work is not there.
        """
        book, audience, work = self.book, self.audience, self.work
        if audience.sees_all:
            return "regulator"
        if any(audience.owns(one) for one in self.live):
            return "owner"
        if audience.sees_work(book, work.work_id):
            return "registrant"
        seen = [one for one in book.grants(work=work.work_id) if audience.sees_grant(book, one)]
        if any(audience.is_one_of([one.licensee]) for one in seen):
            return "licensee"
        shown = any(audience.sees_estate(book, one) for one in book.estates_of(work.work_id))
        return "shown" if seen or shown else None


def rights_page(reading: Reading, asked: Asked, proposals: Sequence[ProposalLine]) -> RightsPage:
    """Read the page of a work's rights, as far as it is for this audience.

    Raises:
        NotFound: the work is not there, or nothing of its rights is for this audience.
    """
    reading_as = reading.reading_as
    if reading_as is None:
        raise unknown_work()
    phrasing, book, audience = reading.phrasing, reading.book, reading.audience
    grants = [one for one in reading.rights.grants.values() if audience.sees_grant(book, one)]
    known = book.view.work_rights(reading.work_id)
    return RightsPage(
        work_id=as_hex(reading.work_id),
        title=reading.title,
        reading_as=reading_as,
        question=question_view(asked.point, asked.known_at, reading.today, _answer(reading, asked)),
        matrix=matrix_view(reading, asked),
        estates=tuple(estate_line(reading, one) for one in _seen(reading)),
        grants=tuple(phrasing.grant(one) for one in grants),
        proposals=tuple(proposals),
        moral=_moral(reading),
        contests=known.state.contests if known else 0,
        history=_history(reading, known),
        claimed=bool(reading.rights.tenures),
        as_of=reading.context.as_of(known.settled if known else True),
        test_verifier=reading.context.is_test(*_owners(reading)),
    )


def availability_page(
    context: Context, book: Book, database: Database, work_id: Hash32, point: Point | None
) -> AvailabilityPage:
    """Read what the public may ask of a work's rights: whether something can be had, where its owner lets it be said.

    Raises:
        NotFound: there is no such work.
    """
    work, today = book.work(work_id), china_day(context.now)
    asked = question_view(point, None, today, None)
    found = None
    if point is not None:
        answer = available(book, database, work_id, point)
        found = None if answer == UNDISCLOSED else answer == AVAILABLE
    return AvailabilityPage(
        work_id=as_hex(work_id),
        title=context.work_title(work),
        question=replace(asked, on=""),
        asked=scope_view(box_of(point)) if point is not None else None,
        available=found,
        as_of=context.as_of(),
    )


def point_of(right: str, territory: str, language: str, medium: str, day: int) -> Point:
    """Give the point of four codes on a day.

    Raises:
        KeyError: a code is in none of the lists.
    """
    return Point(
        _bit(RIGHTS, right), _bit(TERRITORIES, territory), _bit(LANGUAGES, language), _bit(MEDIA, medium), day
    )


def _bit(known: CodeList, code: str) -> int:
    return known.mask([code]).bit_length() - 1


def box_of(point: Point) -> Scope:
    """Give the box that has one point."""
    masks = (1 << point.right, 1 << point.territory, 1 << point.language, 1 << point.medium)
    return Scope(*masks, point.day, point.day + 1)


def question_view(
    point: Point | None, known_at: int | None, today: int, answer: Answer | None
) -> QuestionView:
    """Say the question with its blanks; before it is asked: the translation into Japanese, in Japan, as an e-book."""
    usual = point_of("translation", "JP", "ja", "ebook", today)
    at = point or usual
    return QuestionView(
        rights=choices(RIGHTS, 1 << at.right),
        territories=choices(TERRITORIES, 1 << at.territory),
        languages=choices(LANGUAGES, 1 << at.language),
        media=choices(MEDIA, 1 << at.medium),
        on=write_day(at.day),
        known=write_day(china_day(known_at)) if known_at is not None else "",
        answer=answer,
    )


def choices(known: CodeList, chosen: int) -> tuple[Choice, ...]:
    """Offer the codes of a list, with those of a mask chosen."""
    return tuple(
        Choice(code.code, Bilingual(code.zh, code.en), bool(code.mask & chosen)) for code in known.codes
    )


def matrix_view(reading: Reading, asked: Asked) -> Matrix:
    """Lay rights by countries out for this audience."""
    day = reading.today if asked.day is None else asked.day
    names, masks = zip(*columns(), strict=True)
    book, audience, work_id = reading.book, reading.audience, reading.work_id
    sight = sight_of(book, audience, work_id, reading.rights, day)
    rows = laid_out(reading.rights, sight, masks, day, asked.languages, asked.media)
    phrasing = reading.phrasing
    return Matrix(
        columns=names,
        rows=tuple(
            Row(Bilingual(code.zh, code.en), tuple(_cells(phrasing, row)))
            for code, row in zip(RIGHTS.codes, rows, strict=True)
        ),
        languages=choices(LANGUAGES, _narrowed(LANGUAGES, asked.languages)),
        media=choices(MEDIA, _narrowed(MEDIA, asked.media)),
        on=write_day(day),
    )


def columns() -> list[tuple[Bilingual, int]]:
    """Give the columns of the matrix: their names, and their masks, which are the whole world together."""
    found, taken = [], 0
    for zh, en, codes in COLUMNS:
        mask = TERRITORIES.mask(codes.split()) if codes else _GROUPS[zh]
        found.append((Bilingual(zh, en), mask & ~taken))
        taken |= mask
    return [*found, (Bilingual("其他", "Elsewhere"), TERRITORIES.rest(taken))]


def _cells(phrasing: Phrasing, row: Iterable[Cell]) -> Iterable[CellView]:
    """Say the cells of a row; neighbours that are alike are one."""
    last: CellView | None = None
    for cell in row:
        view = _cell(phrasing, cell)
        if last is not None and replace(last, width=1) == view:
            last = replace(last, width=last.width + 1)
            continue
        if last is not None:
            yield last
        last = view
    if last is not None:
        yield last


def _cell(phrasing: Phrasing, cell: Cell) -> CellView:
    told = [_in_brief(phrasing, one) for one in cell.grants]
    also = [
        Bilingual(f"本方所得：{one.zh}", f"held by you: {one.en}")
        for one in (_in_brief(phrasing, grant) for grant in cell.held if grant not in cell.grants)
    ]
    passed_on = [
        Bilingual(f"已转授权：{one.zh}", f"passed on: {one.en}")
        for one in (_in_brief(phrasing, grant) for grant in cell.passed_on)
    ]
    held = any(one in cell.grants for one in cell.held)
    count = len(cell.grants)
    return CellView(
        cell.state.value, 1, cell.part, count, (*told, *also, *passed_on), held, len(cell.passed_on)
    )


def _in_brief(phrasing: Phrasing, grant: Grant) -> Bilingual:
    """Say of a grant in a cell whose it is, in which languages and media, and until when."""
    name, box = phrasing.call(grant.licensee), scope_view(grant.scope)
    until = box.span.until
    return Bilingual(
        f"{name.first('zh')[0]}，{box.languages.zh}，{box.media.zh}" + (f"，至 {until}" if until else ""),
        f"{name.first('en')[0]}, {box.languages.en}, {box.media.en}" + (f", to {until}" if until else ""),
    )


def _narrowed(known: CodeList, mask: int) -> int:
    return 0 if mask == known.assigned else mask


def _answer(reading: Reading, asked: Asked) -> Answer | None:
    point = asked.point
    if point is None:
        return None
    known_at = reading.context.now if asked.known_at is None else asked.known_at
    rights = reading.book.known(reading.work_id, known_at)
    phrasing, tenure = reading.phrasing_of(rights), rights.tenure_at(point)
    grants = [one for one in rights.grants_at(point) if reading.audience.sees_grant(reading.book, one)]
    may_see = reading.audience.sees_work(reading.book, reading.work_id) or (
        tenure is not None and reading.audience.is_one_of(tenure.owners)
    )
    free = free_at(rights, point) if may_see else NOTHING
    return Answer(
        grants=tuple(phrasing.grant(one) for one in grants),
        owners=phrasing.owners_of(tenure)
        if tenure is not None and may_see
        else ()
        if tenure is not None
        else None,
        estate_id=str(tenure.estate_id) if tenure is not None and may_see else None,
        free_exclusive=free.exclusive,
        free_non_exclusive=free.non_exclusive,
        owner_may=free.owner_may,
        title=tuple(map(phrasing.step, rights.chain(point))) if may_see else (),
        known=asked.known_at,
    )


def _seen(reading: Reading) -> list[Estate]:
    return [one for one in reading.live if reading.audience.sees_estate(reading.book, one)]


def estate_line(reading: Reading, estate: Estate) -> EstateLine:
    """Say an estate in a list."""
    held = estate.held_until if estate.held_until > reading.context.now else None
    owners = reading.phrasing.owners_of(estate)
    return EstateLine(
        str(estate.estate_id), owners, scope_view(estate.scope), reading.audience.owns(estate), held
    )


def _owners(reading: Reading) -> set[Address]:
    return {owner for one in _seen(reading) for owner in one.owners}


def _moral(reading: Reading) -> tuple[Name, ...]:
    said = [act for _, act in reading.rights.acts.values() if isinstance(act, MoralRightsRecorded)]
    authors = dict.fromkeys(act.author for act in said if act.author != ZERO_ADDRESS)
    return tuple(map(reading.call, authors))


def _history(reading: Reading, known: Known | None) -> HistoryView:  # type: ignore[type-arg]
    """Give the records of the rights, to who sees all of them."""
    if known is None or not reading.audience.sees_history(reading.book, reading.work_id):
        return HistoryView((), 0)
    return history_of(reading, known)


def history_of(reading: Reading, known: Known) -> HistoryView:  # type: ignore[type-arg]
    """Give the newest records of something, those that this audience may see."""
    return timeline(reading.context, known, shows=reading.shows).view
