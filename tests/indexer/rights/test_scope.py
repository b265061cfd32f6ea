"""Boxes behave as the sets of their points do."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.rights.codes import LANGUAGES, TERRITORIES
from indexer.rights.scope import (
    NO_END,
    Axis,
    Point,
    Scope,
    ScopeRefused,
    Slice,
    are_disjoint,
    check_estate,
    check_grant,
    cut,
    merge,
    partition,
    residual_at,
    residual_on,
    whole_world,
)

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "scopes.json").read_bytes())


def scope_of(box: dict[str, Any]) -> Scope:
    masks = (int(box[name]) for name in ("rights", "territories", "languages", "media"))
    return Scope(*masks, box["from"], box["until"])


def unless_empty(scope: Scope) -> Scope | None:
    return None if scope.is_empty() else scope


def or_none(make: Callable[[], Any]) -> Any:
    try:
        return make()
    except ScopeRefused:
        return None


ANSWERS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "contains": lambda case: scope_of(case["a"]).contains(scope_of(case["b"])),
    "overlaps": lambda case: scope_of(case["a"]).overlaps(scope_of(case["b"])),
    "intersect": lambda case: unless_empty(scope_of(case["a"]).intersect(scope_of(case["b"]))),
    "volume": lambda case: str(scope_of(case["a"]).volume()),
    "onwards": lambda case: unless_empty(scope_of(case["a"]).onwards(case["day"])),
    "cut": lambda case: or_none(
        lambda: list(cut(scope_of(case["a"]), Axis(case["axis"]), [int(one) for one in case["cuts"]]))
    ),
    "merge": lambda case: or_none(
        lambda: merge([scope_of(part) for part in case["parts"]], Axis(case["axis"]))
    ),
    "partition": lambda case: partition(scope_of(case["a"]), [scope_of(part) for part in case["parts"]]),
    "residual": lambda case: residual_at(
        scope_of(case["a"]), [scope_of(one) for one in case["taken"]], Point(**case["point"])
    ),
}


def expected(case: dict[str, Any]) -> Any:
    value = case["expected"]
    if isinstance(value, list):
        return [scope_of(box) for box in value]
    return scope_of(value) if isinstance(value, dict) else value


@pytest.mark.parametrize("op", ANSWERS)
def test_answers_are_those_of_the_shared_vectors(op: str) -> None:
    asked = [case for case in VECTORS if case["op"] == op]
    assert len(asked) >= 40
    for case in asked:
        assert ANSWERS[op](case) == expected(case), case


def test_the_vectors_ask_every_question() -> None:
    assert {case["op"] for case in VECTORS} == set(ANSWERS)
    assert {
        op for op in ANSWERS if len({str(expected(case)) for case in VECTORS if case["op"] == op}) < 2
    } == set()


# a universe small enough for every pair of boxes: one right, two territories, two languages, one medium, three days

SMALL = [
    Scope(1, territories, languages, 1, from_, until)
    for territories in range(4)
    for languages in range(4)
    for from_, until in itertools.combinations_with_replacement(range(4), 2)
]


def test_every_pair_of_small_boxes_relates_as_its_points_do() -> None:
    points = {scope: set(scope.points()) for scope in SMALL}
    for one, other in itertools.product(SMALL, repeat=2):
        assert one.contains(other) == (points[other] <= points[one])
        assert one.overlaps(other) == bool(points[one] & points[other])
        assert set(one.intersect(other).points()) == points[one] & points[other]
    assert all(scope.volume() == len(points[scope]) for scope in SMALL)
    assert all(scope.is_empty() == (not points[scope]) for scope in SMALL)


def test_a_point_is_in_a_small_box_if_it_is_among_its_points() -> None:
    everywhere = [Point(0, t, n, 0, day) for t, n, day in itertools.product(range(2), range(2), range(4))]
    for scope in SMALL:
        assert {point for point in everywhere if scope.has(point)} == set(scope.points())


def test_every_cut_of_a_small_box_is_a_partition_and_every_other_is_refused() -> None:
    accepted = 0
    for scope in SMALL:
        for cuts in itertools.product(range(4), repeat=2):
            parts = or_none(lambda: cut(scope, Axis.TERRITORIES, cuts))  # noqa: B023
            fair = all(cuts) and not cuts[0] & cuts[1] and cuts[0] | cuts[1] == scope.territories
            assert (parts is not None) == fair
            if parts is not None and not scope.is_empty():
                accepted += 1
                assert partition(scope, parts)
                assert merge(parts, Axis.TERRITORIES) == scope
    assert accepted


# properties of boxes of any size


def masks(bits: int) -> st.SearchStrategy[int]:
    return st.one_of(st.integers(1, (1 << bits) - 1), st.integers(0, bits - 1).map(lambda bit: 1 << bit))


spans = (
    st.tuples(st.integers(0, NO_END), st.integers(0, NO_END)).filter(lambda two: two[0] != two[1]).map(sorted)
)
scopes = st.builds(
    lambda rights, territories, languages, media, span: Scope(rights, territories, languages, media, *span),
    masks(13),
    masks(256),
    masks(128),
    masks(32),
    spans,
)


@given(scopes, scopes)
def test_the_common_box_is_in_both_and_is_the_same_either_way(one: Scope, other: Scope) -> None:
    common = one.intersect(other)
    assert common == other.intersect(one)
    assert one.contains(common)
    assert other.contains(common)
    assert one.overlaps(other) == bool(common.volume())


@given(scopes, scopes)
def test_two_boxes_that_contain_each_other_are_one(one: Scope, other: Scope) -> None:
    assert (one.contains(other) and other.contains(one)) == (one == other)


@given(scopes, st.sampled_from(list(Axis)), st.data())
def test_the_parts_of_a_cut_cover_the_box_once_and_merge_again(
    scope: Scope, axis: Axis, data: st.DataObject
) -> None:
    if axis is Axis.TIME:
        days = st.integers(scope.from_, scope.until)
        cuts = sorted(set(data.draw(st.lists(days, max_size=5))) - {scope.from_, scope.until})
    else:
        first = data.draw(masks(256)) & scope.masks[axis]
        cuts = [mask for mask in (first, scope.masks[axis] & ~first) if mask]
    if len(cuts) < (1 if axis is Axis.TIME else 2):
        with pytest.raises(ScopeRefused):
            cut(scope, axis, cuts)
        return
    parts = cut(scope, axis, cuts)
    assert partition(scope, parts)
    assert sum(part.volume() for part in parts) == scope.volume()
    assert merge(parts, axis) == scope


@given(scopes, st.lists(scopes, max_size=4), st.data())
def test_a_plane_of_what_is_left_agrees_with_every_point_on_it(
    whole: Scope, taken: list[Scope], data: st.DataObject
) -> None:
    plane = Slice(
        data.draw(st.integers(0, 127)), data.draw(st.integers(0, 31)), data.draw(st.integers(0, NO_END - 1))
    )
    left = residual_on(whole, taken, plane)
    assert all(left.values())
    right, territory = data.draw(st.integers(0, 12)), data.draw(st.integers(0, 255))
    point = Point(right, territory, plane.language, plane.medium, plane.day)
    assert bool(left.get(right, 0) >> territory & 1) == residual_at(whole, taken, point)


@given(scopes, st.integers(0, NO_END))
def test_before_a_day_and_from_it_on_a_box_is_whole(scope: Scope, day: int) -> None:
    before, onwards = scope.before(day), scope.onwards(day)
    assert before.volume() + onwards.volume() == scope.volume()
    assert are_disjoint([before, onwards])


# what is refused, and how it is named

BOX = Scope(0b111, 0b1110, 0b11, 0b1, 100, 200)


@pytest.mark.parametrize(
    ("axis", "cuts", "rule", "place"),
    [
        (Axis.TERRITORIES, [0b1110], "CutMalformed", 1),
        (Axis.TERRITORIES, [0b10] * 17, "CutMalformed", 17),
        (Axis.TERRITORIES, [0b1110, 0], "CutMalformed", 1),
        (Axis.TERRITORIES, [0b1111, 0b10], "CutMalformed", 0),
        (Axis.TERRITORIES, [0b110, 0b1010], "PartsOverlap", 1),
        (Axis.TERRITORIES, [0b10, 0b100], "PartsIncomplete", None),
        (Axis.TIME, [], "CutMalformed", 0),
        (Axis.TIME, list(range(101, 117)), "CutMalformed", 16),
        (Axis.TIME, [100], "CutMalformed", 0),
        (Axis.TIME, [200], "CutMalformed", 0),
        (Axis.TIME, [150, 150], "CutMalformed", 1),
        (Axis.TIME, [250, 150], "CutMalformed", 0),
    ],
)
def test_a_cut_that_is_none_is_refused_by_the_name_of_the_contracts_error(
    axis: Axis, cuts: list[int], rule: str, place: int | None
) -> None:
    with pytest.raises(ScopeRefused) as refused:
        cut(BOX, axis, cuts)
    assert (refused.value.rule, refused.value.place) == (rule, place)


def test_as_many_parts_as_are_allowed_are_cut() -> None:
    assert len(cut(BOX, Axis.TIME, list(range(101, 116)))) == 16
    assert len(cut(replace(BOX, territories=0xFFFF), Axis.TERRITORIES, [1 << bit for bit in range(16)])) == 16


@pytest.mark.parametrize(
    "parts",
    [
        [BOX],
        [BOX] * 17,
        [BOX, BOX],
        [BOX, replace(BOX, territories=1, languages=1)],
        [BOX, replace(BOX, territories=1, until=201)],
    ],
)
def test_what_is_not_one_box_is_not_merged(parts: list[Scope]) -> None:
    with pytest.raises(ScopeRefused):
        merge(parts, Axis.TERRITORIES)


def test_eras_are_merged_in_order_and_without_a_gap_only() -> None:
    early, late = replace(BOX, until=150), replace(BOX, from_=150)
    assert merge([early, late], Axis.TIME) == BOX
    for parts in ([late, early], [early, replace(late, from_=151)]):
        with pytest.raises(ScopeRefused):
            merge(parts, Axis.TIME)


def test_time_has_no_mask() -> None:
    with pytest.raises(ValueError, match="time"):
        BOX.with_mask(Axis.TIME, 1)


def test_an_estate_may_use_every_bit_but_those_of_rights_and_a_grant_only_assigned_ones() -> None:
    check_estate(whole_world(0))
    named = replace(BOX, territories=TERRITORIES.assigned, languages=LANGUAGES.assigned)
    check_grant(named)
    refusals = {
        "rights": (check_estate, replace(BOX, rights=1 << 13)),
        "media": (check_estate, replace(BOX, media=0)),
        "until": (check_estate, replace(BOX, until=100)),
        "territories": (check_grant, replace(named, territories=1 << 249)),
        "languages": (check_grant, replace(named, languages=1 << 64)),
    }
    for field, (check, scope) in refusals.items():
        with pytest.raises(ScopeRefused) as refused:
            check(scope)
        assert (refused.value.rule, refused.value.place) == ("ScopeMalformed", field)


def test_what_is_no_partition_is_told_apart_from_one() -> None:
    one, two = cut(BOX, Axis.TERRITORIES, [0b10, 0b1100])
    assert partition(BOX, [two, one])
    assert not partition(BOX, [one])
    assert not partition(BOX, [one, BOX])
    assert not partition(BOX, [one, two, replace(two, from_=300, until=300)])
    assert not partition(one, [one, two])
