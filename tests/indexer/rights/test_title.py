"""Whose a point of a work's rights is, and what is granted there: on a day, as known by a moment."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from indexer.rights.acts import EstateAssigned, EstateClaimed, EstatesMerged, EstateSplit, GrantKind
from indexer.rights.scope import Axis, Point, Scope, cut
from indexer.rights.state import Grant
from indexer.rights.title import Rights, Step
from indexer.values import Address
from tests.indexer.rights.worlds import (
    ALL,
    ANN,
    BEN,
    CLEO,
    NOW,
    SHOP,
    TODAY,
    Tale,
    boxes,
    days,
    estate,
    grant,
    points,
)

HERE = Point(0, 0, 0, 0, TODAY + 2)


def ids(grants: tuple[Grant, ...]) -> list[int]:
    return [int.from_bytes(one.grant_id, "big") for one in grants]


def test_a_claim_says_whose_all_days_of_its_box_are() -> None:
    past = Scope(0b11, 0b11, 0b11, 0b11, TODAY - 400, TODAY + 4)
    rights = Tale().claimed(estate(scope=past)).known()
    for day in (TODAY - 400, TODAY, TODAY + 3):
        found = rights.tenure_at(replace(HERE, day=day))
        assert found is not None
        assert found.owners == (ANN, BEN)


def test_nobody_has_what_was_not_claimed() -> None:
    rights = Tale().claimed(estate(scope=replace(ALL, rights=0b01))).known()
    assert rights.tenure_at(replace(HERE, right=0)) is not None
    assert rights.tenure_at(replace(HERE, right=1)) is None
    assert rights.tenure_at(replace(HERE, day=TODAY + 4)) is None


def test_an_assignment_does_not_rewrite_whose_it_was_before() -> None:
    one = estate()
    rights = Tale().claimed(one).assigned(one, CLEO, at=days(1)).known(days(3))
    owners = {day: rights.tenure_at(replace(HERE, day=TODAY + day)) for day in range(4)}
    assert [owners[day].owners for day in range(4)] == [(ANN, BEN), (CLEO,), (CLEO,), (CLEO,)]  # type: ignore[union-attr]


def test_what_was_not_recorded_by_then_was_not_known_then() -> None:
    one = estate()
    tale = Tale().claimed(one).assigned(one, CLEO, at=days(1))
    assert tale.known(NOW).tenure_at(HERE).owners == (ANN, BEN)  # type: ignore[union-attr]
    assert tale.known(days(1)).tenure_at(HERE).owners == (CLEO,)  # type: ignore[union-attr]


def test_an_amendment_says_that_it_was_never_otherwise_and_what_was_known_before_stays() -> None:
    wrong, right = replace(ALL, rights=0b01), replace(ALL, rights=0b10)
    one = estate(scope=wrong)
    tale = Tale().claimed(one).amended(one, right, at=days(1))
    now, before = tale.known(days(2)), tale.known(NOW)
    assert now.tenure_at(replace(HERE, right=0, day=TODAY)) is None
    assert now.tenure_at(replace(HERE, right=1, day=TODAY)) is not None
    assert before.tenure_at(replace(HERE, right=0)) is not None
    assert before.tenure_at(replace(HERE, right=1)) is None


def test_the_chain_of_title_leads_through_every_hand_the_oldest_first() -> None:
    one = estate()
    rights = (
        Tale().claimed(one).assigned(one, CLEO, at=days(1)).assigned(one, SHOP, at=days(2)).known(days(3))
    )
    chain = rights.chain(HERE)
    assert [type(step.act) for step in chain] == [EstateClaimed, EstateAssigned, EstateAssigned]
    assert [step.tenure.owners for step in chain] == [(ANN, BEN), (CLEO,), (SHOP,)]
    assert [step.before for step in chain] == [(), (ANN, BEN), (CLEO,)]
    assert len(rights.chain(replace(HERE, day=TODAY))) == 1


def told_apart_and_joined() -> Rights:
    """The whole is divided; both parts go to the shop, the second first; the shop joins them."""
    one = estate()
    first, second = (
        replace(estate(10 + place, scope, (ANN, BEN)), claimed=False)
        for place, scope in enumerate(cut(ALL, Axis.TERRITORIES, (0b01, 0b10)))
    )
    tale = Tale().claimed(one).split(one, Axis.TERRITORIES, (0b01, 0b10), at=days(1))
    tale = tale.assigned(second, SHOP, at=days(2)).assigned(first, SHOP, at=days(2) + 5)
    parts = [replace(part, owners=(SHOP,), parts=(1,)) for part in (first, second)]
    return tale.merged(20, Axis.TERRITORIES, *parts, at=days(3)).known(days(3) + 60)


def told(steps: tuple[Step, ...]) -> list[tuple[type, int, tuple[Address, ...], tuple[Address, ...]]]:
    return [(type(one.act), one.tenure.estate_id, one.before, one.tenure.owners) for one in steps]


def test_the_chain_of_joined_estates_leads_through_all_their_parts_and_both_assignments() -> None:
    both = (ANN, BEN)
    assert told(told_apart_and_joined().chain_of(20)) == [
        (EstateClaimed, 1, (), both),
        (EstateSplit, 10, both, both),
        (EstateSplit, 11, both, both),
        (EstateAssigned, 11, both, (SHOP,)),
        (EstateAssigned, 10, both, (SHOP,)),
        (EstatesMerged, 20, (SHOP,), (SHOP,)),
    ]


def test_the_chain_of_a_point_leads_through_the_part_alone_that_it_lay_in() -> None:
    steps = told_apart_and_joined().chain(replace(HERE, territory=1, day=TODAY + 3))
    assert [one.tenure.estate_id for one in steps] == [1, 11, 11, 20]


def test_the_chain_of_an_estate_that_is_gone_ends_with_it() -> None:
    rights = told_apart_and_joined()
    assert [one.tenure.estate_id for one in rights.chain_of(10)] == [1, 10, 10]
    assert [one.tenure.estate_id for one in rights.chain_of(1)] == [1]
    assert rights.chain_of(99) == ()


def test_a_claim_that_was_amended_away_from_a_point_is_no_title_to_it() -> None:
    wide, other = estate(1, owners=(CLEO,)), estate(2, replace(ALL, rights=0b10), (ANN,))
    narrow = replace(ALL, rights=0b01)
    tale = Tale().claimed(wide).amended(wide, narrow, at=days(1)).claimed(other, at=days(2))
    rights = tale.known(days(3))
    assert [one.tenure.estate_id for one in rights.chain(replace(HERE, right=1, day=TODAY + 3))] == [2]
    assert [one.tenure.scope for one in rights.chain_of(1)] == [ALL, narrow]


def test_a_division_leaves_every_point_in_exactly_one_part() -> None:
    one = estate()
    rights = Tale().claimed(one).split(one, Axis.TERRITORIES, (0b01, 0b10), at=days(0) + 5).known(days(1))
    for point in points():
        here = [each for each in rights.tenures if each.at(days(1)) and each.scope.has(point)]
        assert [each.estate_id for each in here] == [10 + point.territory]


def test_a_grant_binds_from_its_recording_and_one_of_the_backlog_from_its_own_first_day() -> None:
    since = replace(ALL, from_=TODAY - 100)
    late, old = grant(1, since, at=days(1)), grant(2, since, at=days(1), signed_on=TODAY - 200)
    rights = Tale().claimed(estate(scope=since)).granted(late, old).known(days(2))
    assert ids(rights.grants_at(replace(HERE, day=TODAY - 50))) == [2]
    assert ids(rights.grants_at(replace(HERE, day=TODAY + 1))) == [1, 2]


def test_a_sub_licence_dies_with_what_it_is_of() -> None:
    above = grant(1, replace(ALL, until=TODAY + 2))
    below = grant(2, ALL, GrantKind.NON_EXCLUSIVE, parent=1)
    rights = Tale().claimed(estate()).granted(above, below).known()
    assert ids(rights.grants_at(replace(HERE, day=TODAY + 1))) == [1, 2]
    assert rights.grants_at(replace(HERE, day=TODAY + 2)) == ()
    assert rights.depth(below) == 1


def test_a_conflict_on_record_is_told_of_both_sides_and_where_both_are_in_force() -> None:
    since = replace(ALL, from_=TODAY - 100)
    first = grant(1, since, at=days(1))
    second = replace(grant(2, replace(since, territories=0b10), signed_on=TODAY - 200), conflicts=1)
    rights = Tale().claimed(estate(scope=since)).granted(first, second).known(days(2))
    common = replace(ALL, territories=0b10, from_=TODAY + 1)
    assert rights.conflicts(first) == ((second, common),)
    assert rights.conflicts(second) == ((first, common),)


def test_grants_that_do_not_shut_each_other_out_do_not_conflict() -> None:
    first, plain = grant(1, replace(ALL, territories=0b01)), grant(2, ALL, GrantKind.NON_EXCLUSIVE)
    second = replace(grant(3, ALL, GrantKind.NON_EXCLUSIVE, signed_on=TODAY - 9), conflicts=1)
    below = replace(grant(4, ALL, parent=2), conflicts=1)
    rights = Tale().claimed(estate()).granted(first, plain, second, below).known()
    assert rights.conflicts(plain) == rights.conflicts(below) == ()
    assert ids(tuple(one for one, _ in rights.conflicts(first))) == [3]


def test_burdens_are_what_overlaps_from_a_day_on_and_no_sub_licence() -> None:
    early, late = grant(1, replace(ALL, until=TODAY + 1)), grant(2, replace(ALL, from_=TODAY + 2))
    below = grant(3, replace(ALL, from_=TODAY + 2), parent=2)
    rights = Tale().claimed(estate()).granted(early, late, below).known()
    assert ids(rights.burdens(ALL, TODAY + 1)) == [2]
    assert ids(rights.burdens(ALL, TODAY)) == [1, 2]


@given(first=boxes(), second=boxes())
def test_a_grant_is_in_force_at_exactly_the_points_of_its_box(first: Scope, second: Scope) -> None:
    rights = Tale().claimed(estate()).granted(grant(1, first), grant(2, second, parent=1)).known()
    for point in points():
        wanted = [1] * first.has(point) + [2] * (first.has(point) and second.has(point))
        assert ids(rights.grants_at(point)) == wanted


@pytest.mark.parametrize("day", [TODAY, TODAY + 3])
def test_a_day_that_is_not_over_is_asked_of_what_is_known_now(day: int) -> None:
    one = estate()
    rights = Tale().claimed(one).assigned(one, CLEO, at=NOW + 60).known(NOW + 120)
    assert rights.tenure_at(replace(HERE, day=day)).owners == (CLEO,)  # type: ignore[union-attr]
