"""What was not granted, against a count of points."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from indexer.rights.acts import GrantKind
from indexer.rights.residual import NOTHING, Free, Sight, State, free_at, left_by, matrix, outside
from indexer.rights.scope import Point, Scope, are_disjoint
from tests.indexer.rights.worlds import ALL, ANN, CLEO, TODAY, Tale, boxes, estate, grant, named, points

KINDS = st.sampled_from((GrantKind.EXCLUSIVE, GrantKind.SOLE, GrantKind.NON_EXCLUSIVE))
HERE = Point(0, 0, 0, 0, TODAY)


@given(whole=boxes(), taken=st.lists(boxes(), max_size=4))
def test_what_is_outside_others_is_disjoint_and_exactly_the_other_points(
    whole: Scope, taken: list[Scope]
) -> None:
    left = outside(whole, taken)
    assert are_disjoint(left)
    for point in points():
        wanted = whole.has(point) and not any(one.has(point) for one in taken)
        assert any(one.has(point) for one in left) is wanted


@given(boxes(), boxes())
def test_a_grant_leaves_at_most_six_boxes_the_largest_first(whole: Scope, taken: Scope) -> None:
    volumes = [one.volume() for one in left_by(whole, taken)]
    assert volumes == sorted(volumes, reverse=True)
    assert len(volumes) <= 6


@given(st.lists(st.tuples(boxes(), KINDS), max_size=4))
def test_the_three_kinds_of_what_is_free_follow_from_the_grants_in_force(
    given_: list[tuple[Scope, GrantKind]],
) -> None:
    grants = [grant(n, scope, kind) for n, (scope, kind) in enumerate(given_, start=1)]
    rights = Tale().claimed(estate()).granted(*grants).known()
    for point in points():
        kinds = [one.kind for one in grants if one.scope.has(point)]
        assert free_at(rights, point) == Free(
            exclusive=kinds == [],
            non_exclusive=all(kind is GrantKind.NON_EXCLUSIVE for kind in kinds),
            owner_may=GrantKind.EXCLUSIVE not in kinds,
        )


def test_nothing_is_free_where_nobody_claims_anything() -> None:
    rights = Tale().claimed(estate(scope=replace(ALL, rights=0b10))).known()
    assert free_at(rights, HERE) == NOTHING
    assert free_at(rights, replace(HERE, right=1)) == Free(exclusive=True, non_exclusive=True, owner_may=True)


def test_a_sub_licence_takes_nothing_from_the_owner_beyond_its_parent() -> None:
    plain = grant(1, ALL, GrantKind.NON_EXCLUSIVE)
    rights = Tale().claimed(estate()).granted(plain, grant(2, ALL, GrantKind.NON_EXCLUSIVE, parent=1)).known()
    assert free_at(rights, HERE).non_exclusive


def cells(
    *grants: tuple[Scope, GrantKind], columns: tuple[int, ...] = (0b01, 0b10, 0b11), languages: int = 0b11
) -> list[list[str]]:
    made = [grant(n, scope, kind) for n, (scope, kind) in enumerate(grants, start=1)]
    rights = Tale().claimed(estate()).granted(*made).known()
    table = matrix(rights, columns, TODAY, Sight(lambda one: ANN in one.owners), languages, 0b11)
    assert len(table) == 13
    return [[one.state + ("~" if one.part else "") for one in row] for row in table[:2]]


def test_the_matrix_says_where_what_is_granted_and_where_only_in_part() -> None:
    japan = replace(ALL, rights=0b10, territories=0b10)
    assert cells((japan, GrantKind.EXCLUSIVE)) == [["kept"] * 3, ["kept", "exclusive", "exclusive~"]]
    in_one_language = replace(japan, languages=0b01)
    assert cells((in_one_language, GrantKind.SOLE))[1] == ["kept", "sole~", "sole~"]
    assert cells((in_one_language, GrantKind.SOLE), languages=0b01)[1] == ["kept", "sole", "sole~"]


def test_two_grants_that_cover_a_cell_together_are_the_whole_of_it() -> None:
    halves = [(replace(ALL, languages=mask), GrantKind.NON_EXCLUSIVE) for mask in (0b01, 0b10)]
    assert cells(*halves) == [["non_exclusive"] * 3] * 2
    assert cells(halves[0], (halves[1][0], GrantKind.SOLE)) == [["mixed~"] * 3] * 2


def test_what_is_anothers_and_what_nobody_claims_are_told_apart() -> None:
    mine, other = (
        estate(1, replace(ALL, rights=0b01, territories=0b01)),
        estate(2, replace(ALL, rights=0b10), (CLEO,)),
    )
    rights = Tale().claimed(mine, other).known()
    table = matrix(rights, (0b01, 0b10, 0b11), TODAY, Sight(lambda one: ANN in one.owners), 0b11, 0b11)
    assert [(one.state, one.part) for one in table[0]] == [
        (State.KEPT, False), (State.UNCLAIMED, False), (State.KEPT, True)
    ]  # fmt: skip
    assert {one.state for one in table[1]} == {State.OTHERS}
    assert {one.state for row in table[2:] for one in row} == {State.UNCLAIMED}


def test_the_day_is_what_is_looked_at() -> None:
    tomorrow = replace(ALL, from_=TODAY + 1)
    assert cells((tomorrow, GrantKind.EXCLUSIVE)) == [["kept"] * 3] * 2


def test_who_has_a_sub_licence_alone_reads_that_and_who_is_above_reads_its_own_with_what_it_passed_on() -> (
    None
):
    below = replace(ALL, territories=0b10)
    chain = (grant(1, ALL), grant(2, below, GrantKind.SOLE, parent=1), grant(3, below, parent=2))
    rights = Tale().claimed(estate()).granted(*chain).known()

    def read(sight: Sight) -> list[tuple[str, list[bytes], list[bytes]]]:
        [row, *_] = matrix(rights, (0b01, 0b10), TODAY, sight, 0b11, 0b11)
        return [
            (one.state, [g.grant_id for g in one.held], [g.grant_id for g in one.passed_on]) for one in row
        ]

    first, second, third = map(named, (1, 2, 3))
    everything = frozenset({first, second, third})

    def party(*seen: int, held: int) -> Sight:
        return Sight(lambda _: True, frozenset(map(named, seen)), frozenset({named(held)}), owns=False)

    assert read(Sight(lambda _: True)) == [("exclusive", [], [])] * 2
    assert read(Sight(lambda _: True, everything)) == [("exclusive", [], [])] * 2
    assert read(party(1, 2, 3, held=1)) == [("exclusive", [first], []), ("exclusive", [first], [second])]
    assert read(party(2, 3, held=2)) == [("kept", [], []), ("sole", [second], [third])]
    assert read(party(1, 2, 3, held=2)) == [("exclusive", [], []), ("sole", [second], [third])], (
        "it was let see 1"
    )
    assert read(party(3, held=3)) == [("kept", [], []), ("exclusive", [third], [])]


def test_a_sub_licence_of_what_has_ended_is_not_in_force_in_the_matrix() -> None:
    over = grant(1, replace(ALL, until=TODAY + 1))
    rights = Tale().claimed(estate()).granted(over, grant(2, ALL, parent=1)).known()
    sight = Sight(lambda _: True, frozenset({named(2)}), frozenset({named(2)}), owns=False)
    states = [matrix(rights, (0b11,), day, sight, 0b11, 0b11)[0][0].state for day in (TODAY, TODAY + 1)]
    assert states == ["exclusive", "kept"]
