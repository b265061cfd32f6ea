"""The algebra of boxes by looking at every point: slow, and with nothing of the code that it is to judge."""

from __future__ import annotations

import itertools
import random
from typing import Any

Box = dict[str, Any]
"""A scope as the vectors write it: masks as decimal strings, days as numbers."""
Spot = tuple[int, int, int, int, int]
"""A point: four bits and a day."""

AXES = ("rights", "territories", "languages", "media")
WIDTHS = (13, 256, 128, 32)
LAST_DAY = 2**32 - 1
TIME = 4


def box(masks: tuple[int, int, int, int], from_: int, until: int) -> Box:
    return {
        **{name: str(mask) for name, mask in zip(AXES, masks, strict=True)},
        "from": from_,
        "until": until,
    }


def set_bits(mask: int) -> list[int]:
    return [bit for bit in range(256) if mask >> bit & 1]


def spots(of: Box) -> set[Spot]:
    sides = [set_bits(int(of[name])) for name in AXES]
    return set(itertools.product(*sides, range(of["from"], of["until"])))


def hull(found: set[Spot]) -> Box | None:
    """The smallest box around points; None around nothing."""
    if not found:
        return None
    sides = [{spot[axis] for spot in found} for axis in range(5)]
    masks = tuple(sum(1 << bit for bit in side) for side in sides[:TIME])
    return box(masks, min(sides[TIME]), max(sides[TIME]) + 1)  # type: ignore[arg-type]


def exact(found: set[Spot]) -> Box | None:
    """The box that has exactly these points; None where they are no box."""
    around = hull(found)
    return around if around is not None and spots(around) == found else None


def contains(a: Box, b: Box) -> bool:
    return spots(b) <= spots(a)


def overlaps(a: Box, b: Box) -> bool:
    return bool(spots(a) & spots(b))


def intersect(a: Box, b: Box) -> Box | None:
    return exact(spots(a) & spots(b))


def volume(a: Box) -> str:
    return str(len(spots(a)))


def onwards(a: Box, day: int) -> Box | None:
    return exact({spot for spot in spots(a) if spot[TIME] >= day})


def cut(a: Box, axis: int, cuts: list[int]) -> list[Box] | None:
    """The parts; None where they are not two to 16, or one is empty, or they are no partition of the box."""
    whole = spots(a)
    if axis == TIME:
        parts = [{spot for spot in whole if _era(spot[TIME], cuts) == era} for era in range(len(cuts) + 1)]
        ordered = list(cuts) == sorted(set(cuts))
    else:
        parts = [{spot for spot in whole if mask >> spot[axis] & 1} for mask in cuts]
        ordered = all(bit in {spot[axis] for spot in whole} for mask in cuts for bit in set_bits(mask))
    fair = (
        2 <= len(parts) <= 16
        and all(parts)
        and sum(map(len, parts)) == len(set().union(*parts)) == len(whole)
    )
    if not fair or not ordered:
        return None
    return [found for part in parts if (found := exact(part)) is not None]


def _era(day: int, cuts: list[int]) -> int:
    return sum(day >= one for one in cuts)


def merge(parts: list[Box], axis: int) -> Box | None:
    """The box they are together; None where they overlap, differ elsewhere, are none, or are not in order of time."""
    points = [spots(part) for part in parts]
    if not 2 <= len(parts) <= 16 or sum(map(len, points)) != len(set().union(*points)):
        return None
    others = [{tuple(side for at, side in enumerate(spot) if at != axis) for spot in part} for part in points]
    if any(other != others[0] for other in others):
        return None
    if axis == TIME and any(
        max(spot[TIME] for spot in one) + 1 != min(spot[TIME] for spot in two)
        for one, two in itertools.pairwise(points)
    ):
        return None
    return exact(set().union(*points))


def partition(a: Box, parts: list[Box]) -> bool:
    points = [spots(part) for part in parts]
    return set().union(*points) == spots(a) and sum(map(len, points)) == len(spots(a))


def residual(a: Box, taken: list[Box], point: dict[str, int]) -> bool:
    spot = tuple(point[name] for name in ("right", "territory", "language", "medium", "day"))
    return spot in spots(a) - set().union(*map(spots, taken))


# what is asked


def cases(seed: int = 20_261_130, each: int = 40) -> list[dict[str, Any]]:
    """Questions with the answers that the points give, in a small corner of the space that is another each time."""
    dice = random.Random(seed)
    made: list[dict[str, Any]] = []
    for _ in range(each):
        corner = Corner(dice)
        made += corner.pairs()
        made += corner.cuts()
        made += corner.merges()
        made += corner.leftovers()
    return made


class Corner:
    """Three bits of each mask, high ones too, and ten days, sometimes the last there are."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.sides = [dice.sample((*range(4), width // 2, width - 2, width - 1), 3) for width in WIDTHS]
        self.first = dice.choice((0, 20_819, LAST_DAY - 10))

    def mask(self, axis: int) -> int:
        chosen = self.dice.sample(self.sides[axis], self.dice.randint(1, 3))
        return sum(1 << bit for bit in chosen)

    def box(self) -> Box:
        from_, until = sorted(self.dice.sample(range(11), 2))
        masks = tuple(map(self.mask, range(4)))
        return box(masks, self.first + from_, self.first + until)  # type: ignore[arg-type]

    def part_of(self, whole: Box) -> Box:
        """A box that is within another, or nearly."""
        part = dict(whole)
        name = self.dice.choice(AXES)
        part[name] = str(self.mask(AXES.index(name)))
        part["from"] = self.dice.randint(whole["from"], whole["until"] - 1)
        return part

    def pairs(self) -> list[dict[str, Any]]:
        a = self.box()
        b = self.dice.choice((self.box, lambda: self.part_of(a)))()
        day = self.first + self.dice.randint(0, 10)
        return [
            {"op": "contains", "a": a, "b": b, "expected": contains(a, b)},
            {"op": "overlaps", "a": a, "b": b, "expected": overlaps(a, b)},
            {"op": "intersect", "a": a, "b": b, "expected": intersect(a, b)},
            {"op": "volume", "a": a, "expected": volume(a)},
            {"op": "onwards", "a": a, "day": day, "expected": onwards(a, day)},
        ]

    def cuts(self) -> list[dict[str, Any]]:
        a = self.box()
        axis = self.dice.randrange(5)
        if axis == TIME:
            days = self.dice.sample(
                range(a["from"], a["until"] + 1), self.dice.randint(0, 2) % (a["until"] - a["from"] + 1)
            )
            cuts = self.dice.choice((sorted(days), days))
        else:
            cuts = self.dice.choice((self._fair, self._fair, self._any))(a, axis)
        asked = {"op": "cut", "a": a, "axis": axis, "cuts": [str(one) for one in cuts]}
        return [{**asked, "expected": cut(a, axis, cuts)}]

    def _fair(self, a: Box, axis: int) -> list[int]:
        sides = set_bits(int(a[AXES[axis]]))
        at = self.dice.randint(0, len(sides))
        return [
            sum(1 << bit for bit in part)
            for part in (sides[:at], sides[at:])
            if part or self.dice.random() < 0.3
        ]

    def _any(self, a: Box, axis: int) -> list[int]:
        return [self.mask(axis) for _ in range(self.dice.randint(1, 3))]

    def merges(self) -> list[dict[str, Any]]:
        a = self.box()
        axis = self.dice.randrange(5)
        days = range(a["from"] + 1, a["until"])
        if axis == TIME:
            cuts = sorted(self.dice.sample(days, min(len(days), 2)))
        else:
            cuts = [1 << bit for bit in set_bits(int(a[AXES[axis]]))]
        parts = cut(a, axis, cuts) or [a, self.part_of(a)]
        if self.dice.random() < 0.3:
            parts = self.dice.sample(parts, len(parts))
        if self.dice.random() < 0.3:
            parts = [*parts[:-1], self.part_of(parts[-1])]
        return [
            {"op": "merge", "parts": parts, "axis": axis, "expected": merge(parts, axis)},
            {"op": "partition", "a": a, "parts": parts, "expected": partition(a, parts)},
        ]

    def leftovers(self) -> list[dict[str, Any]]:
        a, taken = self.box(), [self.box(), self.box()]
        names = ("right", "territory", "language", "medium")
        sides = [self.dice.choice((self.sides[axis], set_bits(int(a[AXES[axis]])))) for axis in range(4)]
        point = {name: self.dice.choice(side) for name, side in zip(names, sides, strict=True)}
        point["day"] = self.dice.randint(a["from"], a["until"])
        return [
            {"op": "residual", "a": a, "taken": taken, "point": point, "expected": residual(a, taken, point)}
        ]
