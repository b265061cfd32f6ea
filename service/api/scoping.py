"""Boxes in rights space at the HTTP border: as a lawyer's text, or by codes; days as `2027-01-01`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from pydantic import Field

from indexer.china import EPOCH, china_day, day_of
from indexer.rights.codes import LANGUAGES, LISTS, MEDIA, RIGHTS, TERRITORIES, CodeList
from indexer.rights.names import ScopeUnread
from indexer.rights.scope import NO_END, Axis, Point, Scope
from indexer.rights.text import read
from service.api.shapes import WRITTEN, Body
from service.errors import BadInput
from service.rights.answers import EVERYTHING

Code = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9*_ -]+$")]
Codes = Annotated[list[Code], Field(min_length=1, max_length=256)]
Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", examples=["2027-01-01"])]


class ScopeBody(Body):
    """A box: `text` as a lawyer writes it, or all the rest.

    Codes: rights and media as in `GET /v1/rights/codes`, ISO 3166-1 alpha-2, BCP 47; `*`: everything, known or not
    (estates alone). `until` is the last day that is in it; left out: no end is stated.
    """

    text: Annotated[str, Field(min_length=1, max_length=4_000, pattern=WRITTEN)] | None = None
    rights: Codes | None = None
    territories: Codes | None = None
    languages: Codes | None = None
    media: Codes | None = None
    since: Day | None = None
    until: Day | None = None

    def scope(self) -> Scope:
        """Give the box.

        Raises:
            BadInput: text and codes, a part is missing, or something is not understood.
        """
        given = (self.rights, self.territories, self.languages, self.media)
        if self.text is not None:
            if any(one is not None for one in (*given, self.since, self.until)):
                raise _unclear("text")
            return scope_in(self.text)
        if self.since is None or any(one is None for one in given):
            raise _unclear("scope")
        rights, territories, languages, media = (
            mask_in(known, codes or ()) for known, codes in zip(LISTS, given, strict=True)
        )
        until = NO_END if self.until is None else day_in(self.until) + 1
        return Scope(rights, territories, languages, media, day_in(self.since), until)


def scope_in(text: str) -> Scope:
    """Read a box as a lawyer writes it.

    Raises:
        BadInput: a part is not understood or missing; it is named.
    """
    try:
        return read(text)
    except ScopeUnread as fault:
        raise BadInput("scope-unread", fault.zh, fault.en, part=fault.part) from fault


def mask_in(known: CodeList, codes: Sequence[str]) -> int:
    """Read codes of one list.

    Raises:
        BadInput: one is not in the list.
    """
    if EVERYTHING in codes:  # The law lists all rights there are.
        return known.assigned if known is RIGHTS else known.full
    try:
        return known.mask(codes)
    except KeyError as fault:
        raise BadInput(
            "code-unknown",
            f"没有名为 {fault} 的{known.zh}。",
            f"No {known.en} has the code {fault}.",
            given=str(fault).strip("'"),
        ) from fault


def bit_in(known: CodeList, code: str) -> int:
    """Read one code of a list as its bit.

    Raises:
        BadInput: it is not in the list.
    """
    return mask_in(known, [code if code != EVERYTHING else ""]).bit_length() - 1


def point_in(right: str, territory: str, language: str, medium: str, day: int) -> Point:
    """Read a point.

    Raises:
        BadInput: a code is in none of the lists.
    """
    return Point(
        bit_in(RIGHTS, right),
        bit_in(TERRITORIES, territory),
        bit_in(LANGUAGES, language),
        bit_in(MEDIA, medium),
        day,
    )


def day_in(text: str) -> int:
    """Read a day.

    Raises:
        BadInput: there is no such day, or it is before 1970.
    """
    try:
        day = day_of(date.fromisoformat(text))
    except ValueError as fault:
        raise _no_day(text) from fault
    if day < 0:
        raise BadInput(
            "day-too-early",
            f"不接受 {EPOCH} 之前的日期：{text}。",
            f"Days before {EPOCH} are not taken: {text}.",
            day=text,
            first=EPOCH.isoformat(),
        )
    return day


def day_or_today(text: str | None, now: int) -> int:
    """Read a day; today where none is given."""
    return china_day(now) if text is None else day_in(text)


def cuts_in(axis: Axis, cuts: Sequence[Sequence[str]]) -> tuple[int, ...]:
    """Read where an estate is cut: along a mask the codes of each part, along time the first day of each further part.

    Raises:
        BadInput: a code or day is not understood.
    """
    if axis is Axis.TIME:
        return tuple(day_in(one) for part in cuts for one in part)
    return tuple(mask_in(LISTS[axis], part) for part in cuts)


def _unclear(field: str) -> BadInput:
    return BadInput(
        "scope-unclear",
        "范围请用一段文字写明，或逐项给出代码与起日，二者取一。",
        "Give the scope either as a text, or by its codes and first day, all of them.",
        field=field,
    )


def _no_day(text: str) -> BadInput:
    return BadInput("no-such-day", f"没有 {text} 这一天。", f"There is no day {text}.", day=text)
