"""Which requests share a transaction."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from service.outbox.plan import ALONE, Bounds, Candidate, plan

BOUNDS = Bounds(items=5, size=1_000, gas=2_000_000)


@st.composite
def backlogs(draw: st.DrawFn) -> list[Candidate]:
    count = draw(st.integers(0, 25))
    return [
        Candidate(
            place=place,
            group=draw(st.sampled_from((ALONE, "mint", "deposit", "give"))),
            name=bytes((draw(st.integers(0, 9)),)),
            size=draw(st.integers(1, 300)),
            gas=draw(st.integers(1, 700_000)),
            together=draw(st.sampled_from((0, 0, 0, 1, 3))),
            behind=frozenset(draw(st.sets(st.integers(0, place - 1), max_size=3)) if place else ()),
        )
        for place in range(count)
    ]


def _plan_again_and_again(backlog: list[Candidate]) -> list[tuple[int, ...]]:
    planned: list[tuple[int, ...]] = []
    while left := [
        one for one in backlog if one.place not in {place for batch in planned for place in batch}
    ]:
        planned += plan(left, BOUNDS, 1_000)
    return planned


@given(backlogs())
def test_everything_is_planned_once(backlog: list[Candidate]) -> None:
    planned = [place for batch in _plan_again_and_again(backlog) for place in batch]
    assert sorted(planned) == [one.place for one in backlog]


@given(backlogs())
def test_what_is_planned_while_others_are_under_way_is_full(backlog: list[Candidate]) -> None:
    all_of_them = plan(backlog, BOUNDS, 1_000)
    full = plan(backlog, BOUNDS, 1_000, full_only=True)
    assert full == all_of_them[: len(full)]
    alone = {one.place for one in backlog if one.group == ALONE}
    room = {one.place: one.together or BOUNDS.items for one in backlog}
    for batch in full:
        rest = [one for one in backlog if one.place not in batch]
        kin = [one for one in backlog if one.place in batch]
        left = BOUNDS.size - BOUNDS.base_size - sum(one.size for one in kin)
        gas = BOUNDS.gas - BOUNDS.base_gas - sum(one.gas for one in kin)
        others = [one for one in rest if one.group == kin[0].group]
        assert (
            batch[0] in alone
            or len(batch) >= min(room[place] for place in batch)
            or any(one.size > left or one.gas > gas or (one.together or 9) <= len(batch) for one in others)
        )


def test_what_remains_of_a_kind_after_full_transactions_waits_for_more() -> None:
    backlog = [Candidate(place, "mint", bytes((place,)), 10, 10) for place in range(12)]
    assert [len(batch) for batch in plan(backlog, BOUNDS, 1_000)] == [5, 5]
    assert [len(batch) for batch in plan(backlog[10:], BOUNDS, 1_000)] == [2]
    assert plan(backlog[10:], BOUNDS, 1_000, full_only=True) == []


@given(backlogs())
def test_nothing_is_planned_before_what_it_is_behind(backlog: list[Candidate]) -> None:
    at = {place: number for number, batch in enumerate(_plan_again_and_again(backlog)) for place in batch}
    assert all(at[other] < at[one.place] for one in backlog for other in one.behind)


@given(backlogs())
def test_a_transaction_keeps_to_its_bounds_unless_it_carries_one_request(backlog: list[Candidate]) -> None:
    by_place = {one.place: one for one in backlog}
    for batch in plan(backlog, BOUNDS, 1_000):
        items = [by_place[place] for place in batch]
        if len(items) == 1:
            continue
        assert len({one.group for one in items}) == 1
        assert items[0].group != ALONE
        assert len({one.name for one in items}) == len(items) <= BOUNDS.items
        assert sum(one.size for one in items) + BOUNDS.base_size <= BOUNDS.size
        assert sum(one.gas for one in items) + BOUNDS.base_gas <= BOUNDS.gas
        assert all(one.together == 0 or len(items) <= one.together for one in items)


@given(backlogs(), st.integers(0, 4))
def test_a_shorter_plan_is_the_beginning_of_the_longer_one(backlog: list[Candidate], most: int) -> None:
    assert plan(backlog, BOUNDS, most) == plan(backlog, BOUNDS, 1_000)[:most]


def _one(place: int, group: str, *behind: int) -> Candidate:
    return Candidate(place, group, bytes((place,)), 10, 10, behind=frozenset(behind))


def test_objects_accepted_one_after_another_leave_as_full_batches() -> None:
    groups = ("deposit", "edition", "mint", "distribute")
    backlog = [
        _one(4 * number + step, groups[step], *([4 * number + step - 1] if step else []))
        for number in range(5)
        for step in range(4)
    ]
    assert plan(backlog, BOUNDS, 9) == [tuple(range(step, 20, 4)) for step in range(4)]


def test_one_that_is_alone_does_not_keep_others_of_its_name_waiting_for_ever() -> None:
    twins = [Candidate(place, "mint", b"same", 10, 10) for place in range(3)]
    assert plan(twins, BOUNDS, 9) == [(0,), (1,), (2,)]
