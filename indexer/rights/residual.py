"""What of a work's rights was not granted, in its three kinds, at a point and on a slice; and what an act leaves. Pure.

Free for an exclusive grant: no grant is in force there. Free for a non-exclusive one: none that shuts others out. The
owner may use it: none that shuts the owner out. Answered as points and slices: all that a thousand grants leave
is tens of thousands of boxes that nobody reads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from indexer.rights.acts import GrantKind
from indexer.rights.codes import LANGUAGES, MEDIA, RIGHTS, TERRITORIES
from indexer.rights.scope import Axis, Point, Scope
from indexer.rights.state import Grant
from indexer.rights.title import Rights, Tenure
from indexer.values import ZERO_HASH, Hash32


@dataclass(frozen=True, slots=True)
class Free:
    """What may still be done at a point: give an exclusive grant, a non-exclusive one, use it oneself."""

    exclusive: bool
    non_exclusive: bool
    owner_may: bool


NOTHING = Free(exclusive=False, non_exclusive=False, owner_may=False)
"""What may be done where nobody claims anything."""


def free_at(rights: Rights, point: Point) -> Free:
    """Say what the owners may still do at a point."""
    if rights.tenure_at(point) is None:
        return NOTHING
    kinds = {one.kind for one in rights.grants_at(point) if one.parent_id == ZERO_HASH}
    return Free(
        exclusive=not kinds,
        non_exclusive=not kinds & {GrantKind.EXCLUSIVE, GrantKind.SOLE},
        owner_may=GrantKind.EXCLUSIVE not in kinds,
    )


def outside(box: Scope, taken: Iterable[Scope]) -> tuple[Scope, ...]:
    """Give what is left of a box outside others, as disjoint boxes: up to five for each that is taken."""
    left = [box]
    for one in taken:
        left = [part for whole in left for part in _without(whole, one)]
    return tuple(left)


def _without(whole: Scope, taken: Scope) -> list[Scope]:
    """Take one box off another: along each axis, what lies beyond it; within it, the next axis."""
    if not whole.overlaps(taken):
        return [whole]
    common = whole.intersect(taken)
    if common == whole:
        return []
    parts = []
    for axis in (Axis.RIGHTS, Axis.TERRITORIES, Axis.LANGUAGES, Axis.MEDIA):
        mask, inner = whole.masks[axis], common.masks[axis]
        if mask != inner:
            parts.append(whole.with_mask(axis, mask & ~inner))
            whole = whole.with_mask(axis, inner)
    if whole.from_ < common.from_:
        parts.append(whole.before(common.from_))
    if common.until < whole.until:
        parts.append(whole.onwards(common.until))
    return parts


class State(StrEnum):
    """What a slice of the rights is, to who looks."""

    KEPT = "kept"
    EXCLUSIVE = "exclusive"
    SOLE = "sole"
    NON_EXCLUSIVE = "non_exclusive"
    OTHERS = "others"
    MIXED = "mixed"
    UNCLAIMED = "unclaimed"


_OF_KIND = {
    GrantKind.EXCLUSIVE: State.EXCLUSIVE,
    GrantKind.SOLE: State.SOLE,
    GrantKind.NON_EXCLUSIVE: State.NON_EXCLUSIVE,
}


@dataclass(frozen=True, slots=True)
class Cell:
    """A right in some territories on a day.

    Attributes:
        state: what it is; `part`: not all of it.
        grants: those in force somewhere in it, by which it is what it is. others: who else has estates in it.
        held: grants and sub-licences that who looks has in it. passed_on: the sub-licences given of those.
    """

    state: State
    part: bool
    grants: tuple[Grant, ...]
    others: tuple[Tenure, ...]
    held: tuple[Grant, ...] = ()
    passed_on: tuple[Grant, ...] = ()


@dataclass(frozen=True, slots=True)
class Sight:
    """Whose eyes look.

    Attributes:
        ours: whether an estate is its own; the others are "another's".
        seen: names of the grants that are for it to see; None: all are. Of a grant and its sub-licences the outermost
            one that is seen says what a cell is: to the owners the grant, to who has a sub-licence alone that.
        held: names of the grants that are its own.
        owns: whether it looks as an owner, to whom a grant is given. To others their own grant comes before what that
            is a sub-licence of, if they were let see it.
    """

    ours: Callable[[Tenure], bool]
    seen: frozenset[Hash32] | None = None
    held: frozenset[Hash32] = frozenset()
    owns: bool = True

    def outermost(self, rights: Rights, grant: Grant) -> bool:
        """Whether a grant, by itself, says what a cell is."""
        if self.seen is None:
            return grant.parent_id == ZERO_HASH
        own = not self.owns and rights.is_outermost(grant, self.held)
        return own or rights.is_outermost(grant, self.seen)


def matrix(
    rights: Rights,
    columns: Sequence[int],
    day: int,
    sight: Sight,
    languages: int = LANGUAGES.assigned,
    media: int = MEDIA.assigned,
) -> tuple[tuple[Cell, ...], ...]:
    """Lay out rights × territories on a day: one row for each of the thirteen rights, one cell for each column.

    Args:
        columns: masks of territories.
        languages, media: masks that it is narrowed to.
    """
    moment = rights.moment(day)
    plane = Scope(RIGHTS.assigned, TERRITORIES.full, languages, media, day, day + 1)
    tenures = [one for one in rights.tenures if one.at(moment) and one.scope.overlaps(plane)]
    given = list(rights.in_force(plane, lambda one: sight.outermost(rights, one)))
    held = list(rights.in_force(plane, lambda one: one.grant_id in sight.held)) if sight.held else []
    below = list(rights.in_force(plane, lambda one: one.parent_id in sight.held)) if held else []
    rows = []
    for code in RIGHTS.codes:
        row = plane.with_mask(Axis.RIGHTS, code.mask)
        here = [one for one in tenures if one.scope.overlaps(row)]
        there, own, passed_on = (_in(row, some) for some in (given, held, below))
        boxes = (row.with_mask(Axis.TERRITORIES, mask) for mask in columns)
        cells = []
        for box in boxes:
            mine = _in(box, own)
            hidden = set() if sight.owns else _above(rights, mine) - sight.held
            cell = _cell(box, here, [one for one in there if one[0].grant_id not in hidden], sight.ours)
            cells.append(replace(cell, held=_named(mine), passed_on=_named(_in(box, passed_on))))
        rows.append(tuple(cells))
    return tuple(rows)


def _above(rights: Rights, grants: Iterable[tuple[Grant, Scope]]) -> set[Hash32]:
    return {above.grant_id for one, _ in grants for above in rights.above(one)}


def _in(box: Scope, grants: Iterable[tuple[Grant, Scope]]) -> list[tuple[Grant, Scope]]:
    return [(one, force) for one, force in grants if force.overlaps(box)]


def _named(grants: Iterable[tuple[Grant, Scope]]) -> tuple[Grant, ...]:
    return tuple(one for one, _ in grants)


def _cell(
    box: Scope,
    tenures: Iterable[Tenure],
    grants: Iterable[tuple[Grant, Scope]],
    ours: Callable[[Tenure], bool],
) -> Cell:
    """Give a cell; `tenures` and `grants` are those of its row, so that its territories alone tell them apart."""
    here = [one for one in tenures if one.scope.territories & box.territories]
    others = tuple(one for one in here if not ours(one))
    given = [(one, force) for one, force in grants if force.territories & box.territories]
    states = {_OF_KIND[one.kind] for one, _ in given} | ({State.OTHERS} if others else set())
    claimed = not outside(box, (one.scope for one in here))
    if not states:
        return Cell(State.KEPT if here else State.UNCLAIMED, bool(here) and not claimed, (), ())
    if len(states) > 1:
        return Cell(State.MIXED, True, tuple(one for one, _ in given), others)
    covering = [force for _, force in given] or [one.scope for one in others]
    return Cell(states.pop(), bool(outside(box, covering)), tuple(one for one, _ in given), others)


def left_by(estate: Scope, taken: Scope) -> tuple[Scope, ...]:
    """Give what a grant or a part leaves of an estate, the largest first."""
    return tuple(sorted(outside(estate, [taken]), key=Scope.volume, reverse=True))
