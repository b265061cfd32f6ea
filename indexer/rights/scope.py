"""Boxes in rights space: rights × territories × languages × media × days, and what can be asked of them. Pure.

The same algebra as `contracts/rights/Scopes.sol`; `tests/vectors/scopes.json` holds them together.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from indexer.errors import IndexerError
from indexer.rights.codes import LANGUAGES, LISTS, MEDIA, RIGHTS, TERRITORIES
from indexer.words import Uint16, Uint32, Uint128, Uint256

NO_END = (1 << 32) - 1
"""`until` of a box for which no end is stated."""
MOST_PARTS = 16
"""Into how many a box is cut at once, and of how many one is merged."""


class Axis(IntEnum):
    """Along what a box is cut (IRightsRegistry)."""

    RIGHTS = 0
    TERRITORIES = 1
    LANGUAGES = 2
    MEDIA = 3
    TIME = 4


MASKS = ("rights", "territories", "languages", "media")
"""The four masks of a scope, by axis."""


class ScopeRefused(IndexerError):
    """A box, a cut or a merge that is not allowed.

    Args:
        rule: name of the contract's error.
        place: of the part it is about, or the field; None where it is neither.
        reason: what is wrong, in one English clause.
    """

    def __init__(self, rule: str, place: int | str | None, reason: str) -> None:
        super().__init__(f"{rule}: {reason}")
        self.rule = rule
        self.place = place
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Point:
    """One right, in one territory, language and medium, on one day; the first four are bits."""

    right: int
    territory: int
    language: int
    medium: int
    day: int


@dataclass(frozen=True, slots=True)
class Scope:
    """A box (IRightsRegistry): four masks, and days from `from_` to the one before `until`."""

    rights: Uint16
    territories: Uint256
    languages: Uint128
    media: Uint32
    from_: Uint32
    until: Uint32

    @property
    def masks(self) -> tuple[int, int, int, int]:
        """The four masks, by axis."""
        return self.rights, self.territories, self.languages, self.media

    def is_empty(self) -> bool:
        """Whether no point is in it."""
        return not all(self.masks) or self.from_ >= self.until

    def volume(self) -> int:
        """Count its points."""
        if self.is_empty():
            return 0
        volume = self.until - self.from_
        for mask in self.masks:
            volume *= mask.bit_count()
        return volume

    def points(self) -> Iterator[Point]:
        """Go through all its points; there may be more than anybody can wait for."""
        days = range(self.from_, self.until)
        for place in itertools.product(*map(bits, self.masks), days):
            yield Point(*place)

    def has(self, point: Point) -> bool:
        """Whether a point is in it."""
        inside = (
            self.rights >> point.right
            & self.territories >> point.territory
            & self.languages >> point.language
            & self.media >> point.medium
        )
        return bool(inside & 1) and self.from_ <= point.day < self.until

    def contains(self, other: Scope) -> bool:
        """Whether every point of another box is in it; an empty one is in every box."""
        return other.is_empty() or self.intersect(other) == other

    def overlaps(self, other: Scope) -> bool:
        """Whether the two have a point in common."""
        if not (self.rights & other.rights and self.territories & other.territories):
            return False
        if not (self.languages & other.languages and self.media & other.media):
            return False
        return max(self.from_, other.from_) < min(self.until, other.until)

    def intersect(self, other: Scope) -> Scope:
        """Give the box of the points in both; it may be empty."""
        return Scope(
            self.rights & other.rights,
            self.territories & other.territories,
            self.languages & other.languages,
            self.media & other.media,
            max(self.from_, other.from_),
            min(self.until, other.until),
        )

    def onwards(self, day: int) -> Scope:
        """Give what of it is left from a day on; it may be empty."""
        return self if day <= self.from_ else replace(self, from_=day)

    def before(self, day: int) -> Scope:
        """Give what of it comes before a day; it may be empty."""
        return self if day >= self.until else replace(self, until=day)

    def with_mask(self, axis: Axis, mask: int) -> Scope:
        """Give the box with another mask along one axis.

        Raises:
            ValueError: time has no mask.
        """
        if axis is Axis.TIME:
            raise ValueError("time has no mask")
        masks = list(self.masks)
        masks[axis] = mask
        rights, territories, languages, media = masks
        return Scope(rights, territories, languages, media, self.from_, self.until)


def bits(mask: int) -> Iterator[int]:
    """Go through the bits of a mask, the lowest first."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


def check_estate(scope: Scope) -> None:
    """Demand that an estate may have this scope: something of each axis, all bits of a mask allowed but for rights.

    Raises:
        ScopeRefused: it may not.
    """
    _demand(not scope.rights & ~RIGHTS.assigned, "rights")
    for field, mask in zip(MASKS, scope.masks, strict=True):
        _demand(mask != 0, field)
    _demand(scope.from_ < scope.until <= NO_END, "until")


def check_grant(scope: Scope) -> None:
    """Demand that a grant may have this scope: it names what it gives, so that every bit is an assigned one.

    Raises:
        ScopeRefused: it may not.
    """
    check_estate(scope)
    for field, mask, known in zip(MASKS, scope.masks, LISTS, strict=True):
        _demand(not mask & ~known.assigned, field)


def _demand(condition: bool, field: str) -> None:  # noqa: FBT001
    if not condition:
        raise ScopeRefused("ScopeMalformed", field, f"its {field} are none, or more than there are")


def whole_world(from_: int, until: int = NO_END) -> Scope:
    """Give the largest box that an estate can have in these days: everything, known or not."""
    return Scope(RIGHTS.assigned, TERRITORIES.full, LANGUAGES.full, MEDIA.full, from_, until)


def cut(scope: Scope, axis: Axis, cuts: Sequence[int]) -> tuple[Scope, ...]:
    """Divide a box along one axis into disjoint parts that are the whole together.

    Args:
        cuts: along a mask the masks of the parts, two to 16; along time the days at which a further part begins, one
            to 15, ascending.

    Raises:
        ScopeRefused: the parts are too few or too many, one is empty or out of the box, two overlap, or something of
            the box is in none.
    """
    return _cut_time(scope, cuts) if axis is Axis.TIME else _cut_mask(scope, axis, cuts)


def _cut_mask(scope: Scope, axis: Axis, cuts: Sequence[int]) -> tuple[Scope, ...]:
    if not 2 <= len(cuts) <= MOST_PARTS:
        raise ScopeRefused("CutMalformed", len(cuts), f"{len(cuts)} parts")
    whole, taken = scope.masks[axis], 0
    for place, mask in enumerate(cuts):
        if not mask or mask & ~whole:
            raise ScopeRefused("CutMalformed", place, f"part {place} is empty or not within the box")
        if mask & taken:
            raise ScopeRefused("PartsOverlap", place, f"part {place} overlaps one before it")
        taken |= mask
    if taken != whole:
        raise ScopeRefused("PartsIncomplete", None, "something of the box is in none of the parts")
    return tuple(scope.with_mask(axis, mask) for mask in cuts)


def _cut_time(scope: Scope, cuts: Sequence[int]) -> tuple[Scope, ...]:
    if not 1 <= len(cuts) < MOST_PARTS:
        raise ScopeRefused("CutMalformed", len(cuts), f"{len(cuts)} cuts")
    begins = scope.from_
    for place, day in enumerate(cuts):
        if not begins < day < scope.until:
            raise ScopeRefused("CutMalformed", place, f"cut {place} is not within what is left of the box")
        begins = day
    edges = itertools.pairwise((scope.from_, *cuts, scope.until))
    return tuple(replace(scope, from_=earlier, until=later) for earlier, later in edges)


def merge(parts: Sequence[Scope], axis: Axis) -> Scope:
    """Join boxes that differ along one axis alone and are one box together; along time, in order.

    Raises:
        ScopeRefused: they are too few or too many, differ elsewhere too, overlap, or leave a gap.
    """
    if not 2 <= len(parts) <= MOST_PARTS:
        raise ScopeRefused("NotMergeable", len(parts), f"{len(parts)} parts")
    whole = parts[0]
    for place, part in enumerate(parts[1:], start=1):
        joined = _joined(whole, part, axis)
        if joined is None:
            raise ScopeRefused(
                "NotMergeable", place, f"part {place} does not continue the box along the axis"
            )
        whole = joined
    return whole


def _joined(whole: Scope, part: Scope, axis: Axis) -> Scope | None:
    if axis is Axis.TIME:
        same = replace(part, from_=whole.from_, until=whole.until) == whole
        return replace(whole, until=part.until) if same and whole.until == part.from_ else None
    mine, other = whole.masks[axis], part.masks[axis]
    if part.with_mask(axis, mine) != whole or mine & other:
        return None
    return whole.with_mask(axis, mine | other)


def are_disjoint(parts: Sequence[Scope]) -> bool:
    """Whether no two of them have a point in common."""
    return not any(one.overlaps(other) for one, other in itertools.combinations(parts, 2))


def partition(whole: Scope, parts: Sequence[Scope]) -> bool:
    """Whether every point of a box is in exactly one of the parts, and nothing else is.

    Disjoint boxes inside a box cover it exactly if their volumes sum to its volume.
    """
    inside = all(not part.is_empty() and whole.contains(part) for part in parts)
    return inside and are_disjoint(parts) and sum(part.volume() for part in parts) == whole.volume()


def residual_at(whole: Scope, taken: Iterable[Scope], point: Point) -> bool:
    """Whether a point is in a box and in none of those taken of it."""
    return whole.has(point) and not any(one.has(point) for one in taken)


@dataclass(frozen=True, slots=True)
class Slice:
    """Everything in one language and medium on one day: a plane of rights by territories."""

    language: int
    medium: int
    day: int

    def of(self, scope: Scope) -> Mapping[int, int]:
        """Give the territories of a box on the plane, by right; rights that it has not there are left out."""
        if not scope.languages >> self.language & scope.media >> self.medium & 1:
            return {}
        if not scope.from_ <= self.day < scope.until:
            return {}
        return dict.fromkeys(bits(scope.rights), scope.territories)


def residual_on(whole: Scope, taken: Iterable[Scope], plane: Slice) -> dict[int, int]:
    """Give the territories that are left of a box on a plane, by right; none where nothing is left."""
    left = dict(plane.of(whole))
    for one in taken:
        for right, territories in plane.of(one).items():
            left[right] = left.get(right, 0) & ~territories
    return {right: territories for right, territories in left.items() if territories}
