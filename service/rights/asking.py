"""The questions parties ask of a work's rights: at a glance, who may at a point, what is free. Reads a book.

Nobody is told of what is not for it to see: where another's estate or grant lies, that is all that is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from indexer.rights.codes import LANGUAGES, MEDIA, RIGHTS, TERRITORIES
from indexer.rights.residual import Cell, Sight, State, free_at, matrix
from indexer.rights.scope import Point, Scope, whole_world
from indexer.rights.state import Grant
from indexer.rights.title import Rights, Tenure
from indexer.values import Hash32, as_hex
from service.outbox.database import Database
from service.rights.answers import (
    clashes_body,
    day_text,
    estate_body,
    free_body,
    grant_body,
    step_body,
    tenure_body,
)
from service.rights.audience import Audience
from service.rights.book import Book, unknown_work
from service.rights.showing import openness_of

AVAILABLE, UNAVAILABLE, UNDISCLOSED = "available", "unavailable", "undisclosed"


def glance(book: Book, audience: Audience, work_id: Hash32) -> dict[str, Any]:
    """List what somebody may see of a work's rights.

    Raises:
        NotFound: there is no such work, or nothing of its rights is for it to see.
    """
    work = book.work(work_id)
    estates = [one for one in book.estates_of(work_id) if audience.sees_estate(book, one)]
    grants = [one for one in book.grants(work=work_id) if audience.sees_grant(book, one)]
    whole = audience.sees_work(book, work_id)
    if not (whole or estates or grants):
        raise unknown_work()
    rights = book.rights(work_id) if whole or estates else None
    return {
        "work_id": as_hex(work.work_id),
        "whole": whole,
        "estates": [estate_body(one) for one in estates],
        "grants": [grant_body(one, book.live_until(one)) for one in grants],
        "contests": rights.contests if rights else None,
        "backlog_until": day_text(rights.backlog_until) if rights and rights.backlog_until else None,
        "held_until": rights.held_until if rights else None,
    }


def question(book: Book, audience: Audience, work_id: Hash32, point: Point, known_at: int) -> dict[str, Any]:
    """Say who may do what at a point, on what proof, and what was not granted there.

    Whose it is, by which title, and what is free, is for its owners, the registrant and the regulator.

    Args:
        known_at: Unix seconds; records after it are left out.

    Raises:
        NotFound: nothing there is for whoever asks to see.
    """
    known = book.known(work_id, known_at)
    tenure = known.tenure_at(point)
    grants = [one for one in known.grants_at(point) if audience.sees_grant(book, one)]
    owns = audience.sees_work(book, work_id) or (tenure is not None and audience.is_one_of(tenure.owners))
    if not (owns or grants):
        raise unknown_work()
    return {
        "point": _point(point),
        "known_at": known_at,
        "claimed": tenure is not None,
        "estate": tenure_body(tenure) if tenure and owns else None,
        "grants": [
            {
                **grant_body(one, one.scope.until),
                **_proof(one),
                "clashes": clashes_body(known, one, lambda other: audience.sees_grant(book, other)),
            }
            for one in grants
        ],
        "free": free_body(free_at(known, point)) if owns else None,
        "title": [step_body(one) for one in known.chain(point)] if owns else [],
    }


def slice_of(
    book: Book,
    audience: Audience,
    work_id: Hash32,
    day: int,
    known_at: int,
    *,
    languages: int = LANGUAGES.assigned,
    media: int = MEDIA.assigned,
    territories: Iterable[str] = (),
) -> dict[str, Any]:
    """Lay rights × territories out for a day: what is kept, granted, another's, in no estate.

    Args:
        languages, media: masks it is narrowed to. territories: codes of the columns; none: those that differ.

    Raises:
        NotFound: nothing of it is for whoever asks to see.
    """
    known = book.known(work_id, known_at)
    mine = _tenures(book, audience, work_id, known, day)
    sight = sight_of(book, audience, work_id, known, day)
    if not (mine or sight.seen or (sight.seen is None and known.grants)):
        raise unknown_work()
    columns = [TERRITORIES.mask([code]) for code in territories] or _columns(known, mine, sight, day)
    rows = laid_out(known, sight, columns, day, languages, media)
    whole = audience.sees_work(book, work_id)
    return {
        "work_id": as_hex(work_id),
        "on": day_text(day),
        "known_at": known_at,
        "columns": [[code.code for code in TERRITORIES.of(column)] for column in columns],
        "rows": [
            {"right": code.code, "cells": [_cell(one, counted=whole) for one in row]}
            for code, row in zip(RIGHTS.codes, rows, strict=True)
        ],
    }


def laid_out(
    known: Rights,
    sight: Sight,
    columns: Sequence[int],
    day: int,
    languages: int = LANGUAGES.assigned,
    media: int = MEDIA.assigned,
) -> tuple[tuple[Cell, ...], ...]:
    """Lay rights × columns out on a day, for whoever asks: what is not for it to see is another's, and no more.

    Where no estate is its own, what it holds by a grant or a sub-licence is shown by the kind of that, and another's is
    what that stands out from, as what is kept is to an owner.

    Args:
        sight: what is for it to see on that day, as `sight_of` gives it.
    """
    own = matrix(known, columns, day, sight, languages, media)
    if sight.seen is None:
        return own
    moment = known.moment(day)
    mine = [one for one in known.tenures if one.at(moment) and sight.ours(one)]
    plain = matrix(known, columns, day, replace(sight, ours=lambda _: True, owns=False), languages, media)
    rows = []
    for code, with_others, without in zip(RIGHTS.codes, own, plain, strict=True):
        boxes = (Scope(code.mask, column, languages, media, day, day + 1) for column in columns)
        rows.append(
            tuple(
                one if any(each.scope.overlaps(box) for each in mine) else _of_another(one, other)
                for box, one, other in zip(boxes, with_others, without, strict=True)
            )
        )
    return tuple(rows)


def sight_of(book: Book, audience: Audience, work_id: Hash32, known: Rights, day: int) -> Sight:
    """Say which estates of a day are those of whoever asks, which grants are for it to see, and which it has."""
    names = {(one.estate_id, one.by) for one in _tenures(book, audience, work_id, known, day)}
    grants = known.grants
    seen = None
    if not audience.sees_work(book, work_id):
        seen = frozenset(name for name, one in grants.items() if audience.sees_grant(book, one))
    held = frozenset(name for name, one in grants.items() if audience.is_one_of([one.licensee]))
    return Sight(lambda one: (one.estate_id, one.by) in names, seen, held)


def _of_another(cell: Cell, plain: Cell) -> Cell:
    """Give a cell in which nothing is one's own: `plain` says what it would be to its owner."""
    state = State.OTHERS if plain.state is State.KEPT else plain.state
    return replace(plain, state=state, others=cell.others)


def _tenures(book: Book, audience: Audience, work_id: Hash32, known: Rights, day: int) -> tuple[Tenure, ...]:
    """Give the tenures of a day that are one's own; to the registrant and the regulator, all."""
    moment, whole = known.moment(day), audience.sees_work(book, work_id)
    held = (one for one in known.tenures if one.at(moment))
    return tuple(one for one in held if whole or audience.is_one_of(one.owners))


def available(book: Book, database: Database, work_id: Hash32, point: Point) -> str:
    """Say to anybody whether something can be had at a point today, where its owner lets that be said.

    It is the same answer for a work that is not there, a point nobody claims, and an owner who says nothing.
    """
    if book.view.work(work_id) is None:
        return UNDISCLOSED
    estate = next((one for one in book.live_estates(work_id) if one.scope.has(point)), None)
    said = openness_of(database, estate.estate_id, estate.owners) if estate is not None else None
    if estate is None or said is None or not said.open:
        return UNDISCLOSED
    now, rights = book.view.as_of.time, book.rights(work_id)
    held = estate.held_at(now) or (rights is not None and rights.held_at(now))
    free = not held and free_at(book.known(work_id, now), point).non_exclusive
    return AVAILABLE if free else UNAVAILABLE


def mine(book: Book, audience: Audience) -> dict[str, Any]:
    """List the estates that somebody has a part in, the grants it has, and those given of its estates and grants."""
    estates = {one.estate_id: one for account in audience.accounts for one in book.estates(owner=account)}
    grants = {one.grant_id: one for one in concerning(book, audience)}
    return {
        "estates": [estate_body(one) for one in estates.values()],
        "grants": [grant_body(one, book.live_until(one)) for one in grants.values()],
    }


def concerning(book: Book, audience: Audience) -> Iterable[Grant]:
    """Go through the grants that somebody has, and others it sees of the works it has a part in; one may come twice."""
    works: dict[Hash32, None] = {}
    for account in sorted(audience.accounts):
        taken = list(book.grants(licensee=account))
        yield from taken
        works |= dict.fromkeys(one.work_id for one in book.estates(owner=account))
        works |= dict.fromkeys(one.work_id for one in taken)
    for work_id in works:
        yield from (one for one in book.grants(work=work_id) if audience.sees_grant(book, one))


def _columns(known: Rights, mine: Iterable[Tenure], sight: Sight, day: int) -> list[int]:
    """Give the masks of territories that none of these estates and no grant tells apart that day, the largest first."""

    def is_shown(grant: Grant) -> bool:
        own = grant.grant_id in sight.held or grant.parent_id in sight.held
        return own or sight.outermost(known, grant)

    masks = {one.scope.territories for one in mine}
    masks |= {force.territories for _, force in known.in_force(whole_world(day, day + 1), is_shown)}
    columns = [TERRITORIES.assigned]
    for mask in masks:
        cut = ((one & mask, one & ~mask) for one in columns)
        columns = [part for parts in cut for part in parts if part]
    return sorted(columns, key=lambda one: (-one.bit_count(), one))


def _cell(cell: Cell, *, counted: bool) -> dict[str, Any]:
    """Write a cell; how many others have estates in it is for who sees all: `counted`."""
    return {
        "state": cell.state.value,
        "part": cell.part,
        "grants": [as_hex(one.grant_id) for one in cell.grants],
        "held": [as_hex(one.grant_id) for one in cell.held],
        "passed_on": [as_hex(one.grant_id) for one in cell.passed_on],
        "others": len(cell.others) if counted else min(len(cell.others), 1),
    }


def _proof(grant: Grant) -> dict[str, Any]:
    return {"granted_at": grant.granted_at, "evidence": f"/v1/grants/{as_hex(grant.grant_id)}/evidence"}


def _point(point: Point) -> dict[str, str]:
    return {
        "right": RIGHTS.codes[point.right].code,
        "territory": TERRITORIES.codes[point.territory].code,
        "language": LANGUAGES.codes[point.language].code,
        "medium": MEDIA.codes[point.medium].code,
        "on": day_text(point.day),
    }
