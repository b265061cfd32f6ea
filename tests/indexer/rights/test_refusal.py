"""Why an offer would be refused: each rule, and no refusal where none is broken."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.rights import refusal
from indexer.rights.acts import GrantKind
from indexer.rights.refusal import Offer, clashes, refusals
from indexer.rights.scope import Scope
from indexer.rights.state import Estate, EstateStatus, GrantStatus
from indexer.rights.title import Rights
from tests.indexer.rights.worlds import ALL, ANN, HOUSE, NOW, SHOP, TODAY, Tale, boxes, estate, grant, points

KINDS = st.sampled_from((GrantKind.EXCLUSIVE, GrantKind.SOLE, GrantKind.NON_EXCLUSIVE))


def rules(rights: Rights, offer: Offer, work_held_until: int = 0) -> list[str]:
    return [one.rule for one in refusals(rights, offer, NOW, TODAY, work_held_until)]


def offered(of: Any = None, scope: Scope = ALL, kind: GrantKind = GrantKind.EXCLUSIVE, **more: Any) -> Offer:
    return Offer(of or estate(), SHOP, kind, scope, **more)


def test_what_breaks_no_rule_is_not_refused() -> None:
    assert rules(Tale().claimed(estate()).known(), offered()) == []


@pytest.mark.parametrize(
    ("of", "scope", "rule"),
    [
        (estate(scope=replace(ALL, media=0b01)), ALL, "OutsideEstate"),
        (replace(estate(), status=EstateStatus.SPLIT), ALL, "EstateGone"),
        (replace(estate(), held_until=NOW + 1), ALL, "EstateUnderHold"),
        (replace(estate(), owners=(SHOP,), parts=(1,)), ALL, "SelfGrant"),
        (estate(), replace(ALL, rights=0), "ScopeMalformed"),
        (
            estate(scope=replace(ALL, languages=(1 << 128) - 1)),
            replace(ALL, languages=1 << 127),
            "ScopeMalformed",
        ),
        (estate(scope=replace(ALL, from_=1)), replace(ALL, from_=1, until=TODAY), "OfferMalformed"),
    ],
)
def test_an_offer_of_an_estate_that_breaks_a_rule_is_told_which(of: Estate, scope: Scope, rule: str) -> None:
    assert rules(Tale().claimed(of).known(), offered(of, scope)) == [rule]


def test_rights_of_a_work_under_hold_are_not_granted() -> None:
    rights = Tale().claimed(estate()).known()
    assert rules(rights, offered(), NOW + 1) == ["RightsUnderHold"]
    assert rules(rights, offered(), NOW) == []


@pytest.mark.parametrize(
    ("parent", "offer", "rule"),
    [
        ({"sublicensable": False}, {}, "NotSublicensable"),
        ({"kind": GrantKind.SOLE}, {}, "StrongerThanParent"),
        ({"scope": replace(ALL, rights=0b01)}, {}, "OutsideParent"),
        ({"held_until": NOW + 1}, {}, "GrantUnderHold"),
        ({"licensee": SHOP}, {}, "SelfGrant"),
    ],
)
def test_a_sub_licence_that_breaks_a_rule_is_told_which(
    parent: dict[str, Any], offer: dict[str, Any], rule: str
) -> None:
    above = replace(grant(1, ALL), **parent)
    found = refusals(Tale().claimed(estate()).granted(above).known(), offered(above, **offer), NOW, TODAY)
    assert [(one.rule, one.grant) for one in found] == [(rule, above)]


def test_a_sub_licence_of_what_is_over_is_refused_and_of_what_is_not_granted() -> None:
    past = replace(ALL, from_=TODAY - 9, until=TODAY)
    above = grant(1, past, signed_on=TODAY - 20)
    rights = Tale().claimed(estate()).granted(above).known()
    assert "GrantOver" in rules(rights, offered(above))
    alive = grant(2, ALL)
    assert rules(Tale().claimed(estate()).granted(alive).known(), offered(alive)) == []


def test_a_sub_licence_too_many_is_refused() -> None:
    chain = [grant(1, ALL), *(grant(n, ALL, parent=n - 1) for n in range(2, 10))]
    rights = Tale().claimed(estate()).granted(*chain).known()
    assert rules(rights, offered(chain[7])) == ["GrantClashes"]  # the next of the chain itself
    assert rules(rights, offered(chain[8])) == ["TooDeep"]


def test_a_sub_licence_ends_no_later_than_what_is_above_its_parent() -> None:
    above = grant(1, replace(ALL, until=TODAY + 2))
    between = grant(2, ALL, parent=1)
    rights = Tale().claimed(estate()).granted(above).granted(between).known()
    assert rules(rights, offered(between)) == ["OutsideParent"]
    assert rules(rights, offered(between, replace(ALL, until=TODAY + 2))) == []


def test_one_grant_too_many_of_a_work_is_refused_and_one_less_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refusal, "MOST_LIVE", 3)
    tale = Tale().claimed(estate())
    for number in range(3):
        assert rules(tale.known(), offered(kind=GrantKind.NON_EXCLUSIVE)) == []
        tale = tale.granted(grant(number, ALL, kind=GrantKind.NON_EXCLUSIVE))
    assert rules(tale.known(), offered(kind=GrantKind.NON_EXCLUSIVE)) == ["GrantsReached"]


def test_what_was_ended_leaves_room_and_what_ran_out_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refusal, "MOST_LIVE", 1)
    past = replace(ALL, from_=TODAY - 9, until=TODAY)
    for status, said in ((GrantStatus.ENDED, []), (GrantStatus.LIVE, ["GrantsReached"])):
        over = replace(grant(1, past, signed_on=TODAY - 20), status=status)
        assert rules(Tale().claimed(estate()).granted(over).known(), offered()) == said


def test_a_contract_of_the_backlog_is_not_refused_for_clashing() -> None:
    rights = Tale().claimed(estate()).granted(grant(1, ALL)).known()
    assert rules(rights, offered()) == ["GrantClashes"]
    assert rules(rights, offered(signed_on=TODAY - 1)) == []


def test_only_siblings_clash() -> None:
    above = grant(1, ALL)
    below = grant(2, ALL, parent=1)
    rights = Tale().claimed(estate()).granted(above, below).known()
    assert [one.grant for one in clashes(rights, offered(), TODAY)] == [above]
    assert [one.grant for one in clashes(rights, offered(above), TODAY)] == [below]


@given(held=boxes(), held_as=KINDS, wanted=boxes(), wanted_as=KINDS)
def test_two_grants_clash_exactly_where_they_share_a_point_and_one_shuts_others_out(
    held: Scope, held_as: GrantKind, wanted: Scope, wanted_as: GrantKind
) -> None:
    rights = Tale().claimed(estate()).granted(grant(1, held, held_as, licensee=HOUSE)).known()
    found = clashes(rights, offered(scope=wanted, kind=wanted_as), TODAY)
    shared = [point for point in points() if held.has(point) and wanted.has(point)]
    both_plain = held_as is wanted_as is GrantKind.NON_EXCLUSIVE
    assert bool(found) is (bool(shared) and not both_plain)
    for one in found:
        assert one.overlap is not None
        assert [point for point in points() if one.overlap.has(point)] == shared


def test_what_ran_out_clashes_with_nothing_and_what_is_left_does() -> None:
    past = replace(ALL, from_=TODAY - 5, until=TODAY)
    rights = Tale().claimed(estate(scope=replace(ALL, from_=1))).granted(grant(1, past, signed_on=1)).known()
    assert clashes(rights, offered(scope=replace(ALL, from_=TODAY - 3)), TODAY) == ()
    assert clashes(rights, offered(scope=replace(ALL, from_=TODAY - 3)), TODAY - 1) != ()
    assert ANN in estate().owners
