"""The replay of acts on rights ends where the contracts end, and refuses what they could not have recorded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import eth_abi
import pytest

from indexer.before import Before, StepRefused
from indexer.events import ACTS, Act, decode
from indexer.record import Record
from indexer.rights import acts
from indexer.rights.acts import Alone, Assent, GrantKind, Ground, assents_of, estate_id, ownership
from indexer.rights.scope import NO_END, Axis, Scope
from indexer.rights.state import (
    RIGHTS_STEPS,
    Attestation,
    ConsentTakenBack,
    Estate,
    EstateStatus,
    Grant,
    GrantStatus,
    WorkRights,
    echoes,
)
from indexer.state import fold, step
from indexer.values import ZERO_ADDRESS, ZERO_HASH, Hash32
from tests.indexer.histories import BASE_TIME, SOURCES, account, word
from tests.indexer.rights.told import BOX, NO_ALONE, RightsHistory

WORK = word("work")
AN, BO, CI, DE = (account(number) for number in range(1, 5))
PART = replace(BOX, territories=0b1, from_=20_400, until=20_700)


def every_act() -> RightsHistory:
    """Each of the acts once at least."""
    told = RightsHistory()
    told.moral_rights(WORK, AN, BO)
    told.contest(WORK, CI, word("rival"))
    told.withdraw_contest(WORK, CI, word("rival"))
    told.attest(WORK, word("intent"), BO)
    told.confirm(WORK, word("intent"), BO)
    told.take_back(word("intent"), CI)
    estate = told.claim(WORK, replace(BOX, media=1), AN, BO, backlog=told.today + 9)
    told.amend_estate(estate, BOX)
    told.hold_estate(estate)
    told.release_estate(estate)
    told.hold_rights(WORK)
    told.release_rights(WORK)
    told.tomorrow()
    parts = told.split(estate, Axis.TERRITORIES, [0b1, 0b10, 0b1100])
    first = told.grant(parts[0], CI, GrantKind.EXCLUSIVE, PART)
    told.grant(
        parts[1], CI, GrantKind.NON_EXCLUSIVE, replace(PART, territories=0b10), by=BO, sublicensable=False
    )
    below = told.sublicense(first, DE, GrantKind.SOLE, replace(PART, languages=1))
    told.hold_grant(below)
    told.release_grant(below)
    told.amend_grant(below, replace(PART, languages=0b10), CI)
    told.amend_grant(first, replace(PART, until=20_690), AN, BO, estates=[parts[0]])
    told.surrender(below, 20_600)
    told.terminate(first, 20_650, AN, BO, ground=Ground.CONDITION)
    told.terminate(first, 20_640, AN, BO)
    told.terminate_by_order(first)
    told.assign(parts[2], CI)
    told.assign(parts[1], CI, parts=[1])
    told.assign_by_order(parts[2], DE)
    told.assign_by_order(parts[1], DE)
    told.merge(parts[1:], Axis.TERRITORIES)
    told.close()
    return told


EVERY = every_act()


def test_the_history_holds_every_act_on_rights() -> None:
    assert {type(decode(record)) for record in EVERY.records} == set(RIGHTS_STEPS)
    assert {act for act in ACTS.values() if act.SOURCE in ("consents", "rights", "grants")} == set(
        RIGHTS_STEPS
    )


def test_the_history_is_replayed_from_its_records_alone() -> None:
    assert fold(EVERY.records, SOURCES) == EVERY.held


def encoded(*values: tuple[str, Any]) -> bytes:
    return eth_abi.encode([kind for kind, _ in values], [value for _, value in values])


def as_scope(scope: Scope) -> tuple[str, Any]:
    fields = (scope.rights, scope.territories, scope.languages, scope.media, scope.from_, scope.until)
    return "(uint16,uint256,uint128,uint32,uint32,uint32)", fields


def test_an_estate_is_hashed_as_an_independent_encoder_writes_it() -> None:
    owners, parts = (AN, BO), (3, 5)
    estate = Estate(
        2**256 - 1, EstateStatus.LIVE, WORK, 7, BOX, owners, parts, Alone(366, 2), word("o"), 9, 1, True, True
    )
    owned = encoded(("address[]", ["0x" + one.hex() for one in owners]), ("uint32[]", parts))
    assert ownership(owners, parts) == keccak(owned)
    assert estate.digest() == keccak(
        encoded(
            ("uint256", 2**256 - 1),
            ("uint8", 1),
            ("bytes32", WORK),
            ("uint32", 7),
            as_scope(BOX),
            ("bytes32", keccak(owned)),
            ("(uint32,uint16)", (366, 2)),
            ("bytes32", word("o")),
            ("uint64", 9),
        )
    )


def keccak(octets: bytes) -> Hash32:
    from indexer.keccak import keccak256

    return keccak256(octets)


def test_a_grant_is_hashed_as_an_independent_encoder_writes_it() -> None:
    grant = EVERY.granted(next(one.grant_id for one in EVERY.held.values() if isinstance(one, Grant)))
    assert grant.digest() == keccak(
        encoded(
            ("bytes32", grant.grant_id),
            ("uint8", grant.status),
            ("bytes32", grant.work_id),
            ("uint256", grant.estate_id),
            ("bytes32", grant.parent_id),
            ("address", "0x" + grant.licensee.hex()),
            ("uint8", grant.kind),
            ("bool", grant.sublicensable),
            ("uint32", grant.revision),
            as_scope(grant.scope),
            ("uint16", grant.notice_days),
            ("bytes32", grant.conditions),
            ("bytes32", grant.agreement),
            ("uint32", grant.signed_on),
            ("uint32", grant.conflicts),
            ("bytes32", grant.hold_order),
            ("uint64", grant.held_until),
        )
    )


def test_the_rights_of_a_work_and_consents_are_hashed_word_by_word() -> None:
    rights = WorkRights(WORK, 1, 2, 3, word("o"), 4)
    words = encoded(
        ("bytes32", WORK), ("uint32", 1), ("uint32", 2), ("uint32", 3), ("bytes32", word("o")), ("uint64", 4)
    )
    assert rights.digest() == keccak(words)
    hands = [("address", "0x" + one.hex()) for one in (CI, DE)]
    attested = Attestation(word("i"), BO, WORK, word("p"), CI, DE, confirmed=True)
    party = ("address", "0x" + BO.hex())
    words = encoded(("bytes32", word("i")), party, ("bytes32", word("p")), *hands, ("bool", True))
    assert attested.digest() == keccak(words)
    assert ConsentTakenBack(word("i"), BO).digest() == keccak(
        encoded(("bytes32", word("i")), party, ("bool", True))
    )


def test_an_estate_is_named_by_its_act_and_its_place_among_the_parts() -> None:
    words = keccak(encoded(("bytes32", word("i")), ("uint256", 3)))
    assert estate_id(word("i"), 3) == int.from_bytes(words, "big")


def test_assents_are_taken_apart_the_first_partys_in_the_lowest_bits() -> None:
    assert assents_of(0x41, 2) == (Assent.OWN_KEY, Assent.PAPER)
    for packed, parties in ((0x41, 1), (0x41, 3), (0x5, 1)):
        with pytest.raises(ValueError, match=r"part|Assent"):
            assents_of(packed, parties)


def test_every_point_of_a_claim_stays_in_exactly_one_live_estate() -> None:
    live = [one for one in EVERY.held.values() if isinstance(one, Estate) and one.status is EstateStatus.LIVE]
    assert sum(one.scope.volume() for one in live) == BOX.volume()
    assert len(live) == 2


def test_grants_raise_the_revision_of_what_they_are_of() -> None:
    told = RightsHistory()
    estate = told.claim(WORK, BOX, AN)
    grant = told.grant(estate, BO, GrantKind.EXCLUSIVE, PART)
    told.sublicense(grant, CI, GrantKind.SOLE, PART)
    assert told.estate(estate).revision == 2
    assert told.estate(estate).granted
    assert told.granted(grant).revision == 2
    told.amend_grant(grant, replace(PART, media=1), AN, estates=[estate])
    assert told.estate(estate).revision == 3
    assert told.granted(grant).revision == 3


def test_holds_raise_no_revision() -> None:
    told = RightsHistory()
    estate = told.claim(WORK, BOX, AN)
    told.hold_estate(estate)
    told.release_estate(estate)
    assert told.estate(estate).revision == 1


def test_what_ends_early_keeps_its_past() -> None:
    told = RightsHistory()
    grant = told.grant(told.claim(WORK, BOX, AN), BO, GrantKind.EXCLUSIVE, PART)
    told.surrender(grant, 20_500)
    assert told.granted(grant).status is GrantStatus.ENDED
    assert told.granted(grant).scope == replace(PART, until=20_500)


def test_who_follows_an_estate_or_a_parent_alone_sees_their_revisions_rise() -> None:
    for of in (Estate, Grant):
        followed: dict[Hash32, Any] = {}
        for record, act, changed in EVERY.told:
            first = record.subjects[0]
            if isinstance(changed[first], of) and not isinstance(act, acts.EstateSplit):
                followed |= {one: state for one, state in changed.items() if isinstance(state, of)}
            else:
                followed |= echoes(Before(followed, record, SOURCES), act)
            seen = {one: state.revision for one, state in changed.items() if one in followed}
            assert {one: followed[one].revision for one in seen} == seen or isinstance(act, acts.EstateSplit)


# what no contract recorded


def begun() -> tuple[RightsHistory, int, Hash32]:
    told = RightsHistory()
    estate = told.claim(WORK, BOX, AN, BO)
    grant = told.grant(estate, CI, GrantKind.SOLE, PART)
    return told, estate, grant


def refused(told: RightsHistory, act: Any, *subjects: Hash32) -> None:
    with pytest.raises(StepRefused):
        told.record(act, *subjects)


def tampered(change: Callable[[Any], Any], kind: type[Any]) -> None:
    """Replay the whole history but for one act of a kind, which is another."""
    place = next(place for place, (_, act, _) in enumerate(EVERY.told) if isinstance(act, kind))
    record, act, _ = EVERY.told[place]
    before = fold(EVERY.records[:place], SOURCES)
    assert step(before, record, act, SOURCES)
    with pytest.raises(StepRefused):
        RIGHTS_STEPS[kind](Before(before, record, SOURCES), change(act))


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        (acts.EstateClaimed, {"estate_id": 5}),
        (acts.EstateClaimed, {"scope": replace(BOX, rights=1 << 13)}),
        (acts.EstateClaimed, {"scope": replace(BOX, until=0)}),
        (acts.EstateClaimed, {"owners": ()}),
        (acts.EstateClaimed, {"owners": (AN, AN)}),
        (acts.EstateClaimed, {"owners": (AN, ZERO_ADDRESS)}),
        (acts.EstateClaimed, {"owners": (AN, CI)}),
        (acts.EstateClaimed, {"parts": (1, 0)}),
        (acts.EstateClaimed, {"parts": (1,)}),
        (acts.EstateClaimed, {"assents": 1}),
        (acts.EstateAmended, {"scope": replace(BOX, media=0)}),
        (acts.EstateAmended, {"assents": 0x111}),
        (acts.EstateSplit, {"cuts": (0b1, 0b10, 0b100)}),
        (acts.EstateSplit, {"cuts": (0b11, 0b10, 0b1100)}),
        (acts.EstateSplit, {"intent": word("another")}),
        (acts.EstateSplit, {"assents": 0}),
        (acts.EstatesMerged, {"axis": Axis.MEDIA}),
        (acts.EstatesMerged, {"estate_id": 5}),
        (acts.EstatesMerged, {"estate_ids": (5, 6)}),
        (acts.EstateAssigned, {"owners": (AN, BO), "parts": (1, 1)}),
        (acts.EstateAssigned, {"owners": (DE,)}),
        (acts.EstateAssignedByOrder, {"order_id": word("another")}),
        (acts.EstateHeld, {"order_id": word("another")}),
        (acts.RightsHeld, {"order_id": word("another")}),
        (acts.MoralRightsRecorded, {"moral_rights": 16}),
        (acts.MoralRightsRecorded, {"moral_rights": 0}),
        (acts.RightsContested, {"rival_id": ZERO_HASH}),
        (acts.ContestWithdrawn, {"by": DE}),
        (acts.Granted, {"kind": GrantKind.NONE}),
        (acts.Granted, {"parent_id": word("another")}),
        (acts.Granted, {"conflicts": 1}),
        (acts.Granted, {"scope": replace(PART, territories=0b11)}),
        (acts.Granted, {"scope": replace(PART, territories=1 << 250)}),
        (acts.Granted, {"licensee": DE}),
        (acts.Granted, {"assents": 0x1111}),
        (acts.Granted, {"work_id": word("another")}),
        (acts.GrantSurrendered, {"until": 20_700}),
        (acts.GrantSurrendered, {"until": 5}),
        (acts.GrantSurrendered, {"assents": 0}),
        (acts.GrantTerminated, {"assents": 0x1}),
        (acts.GrantTerminated, {"until": 5}),
        (acts.GrantTerminated, {"ground": Ground.AGREEMENT}),
        (acts.GrantAmended, {"scope": replace(PART, media=0)}),
        (acts.GrantAmended, {"assents": 0}),
        (acts.GrantHeld, {"order_id": word("another")}),
        (acts.Attested, {"confirmer": account(901)}),
        (acts.AttestationConfirmed, {"assent": Assent.PAPER}),
        (acts.AttestationConfirmed, {"party": DE}),
        (acts.ConsentWithdrawn, {"account": DE}),
    ],
    ids=str,
)
def test_another_act_in_its_place_does_not_follow(kind: type[Any], changes: dict[str, Any]) -> None:
    tampered(lambda act: replace(act, **changes), kind)


def test_nothing_is_done_to_an_estate_that_is_divided_or_held() -> None:
    told, estate, _ = begun()
    told.hold_estate(estate, BASE_TIME + 100)
    for act in (
        lambda: told.split(estate, Axis.MEDIA, [1, 2]),
        lambda: told.assign(estate, CI),
        lambda: told.grant(estate, DE, GrantKind.SOLE, replace(PART, media=1)),
    ):
        with pytest.raises(StepRefused):
            act()
    told.assign_by_order(estate, AN)
    told.close(200)
    told.split(estate, Axis.MEDIA, [1, 2])
    with pytest.raises(StepRefused):
        told.assign(estate, CI)


def test_nothing_is_claimed_divided_or_granted_while_the_rights_of_the_work_are_held() -> None:
    told, estate, grant = begun()
    told.hold_rights(WORK)
    for act in (
        lambda: told.claim(WORK, replace(BOX, rights=1), AN),
        lambda: told.split(estate, Axis.MEDIA, [1, 2]),
        lambda: told.grant(estate, DE, GrantKind.SOLE, replace(PART, media=1)),
        lambda: told.sublicense(grant, DE, GrantKind.SOLE, PART),
    ):
        with pytest.raises(StepRefused):
            act()
    told.release_rights(WORK)
    told.split(estate, Axis.MEDIA, [1, 2])


def test_one_co_owner_grants_alone_what_was_agreed_and_no_more() -> None:
    told, estate, _ = begun()
    weak = replace(PART, territories=0b10)
    told.grant(estate, DE, GrantKind.NON_EXCLUSIVE, weak, by=AN, sublicensable=False)
    for kind, sublicensable, scope in (
        (GrantKind.SOLE, False, weak),
        (GrantKind.NON_EXCLUSIVE, True, weak),
        (GrantKind.NON_EXCLUSIVE, False, replace(weak, until=weak.from_ + 367)),
    ):
        with pytest.raises(StepRefused):
            told.grant(estate, DE, kind, scope, by=AN, sublicensable=sublicensable)


def test_a_grant_by_one_of_several_says_so() -> None:
    told, estate, whole = begun()
    alone = told.grant(
        estate, DE, GrantKind.NON_EXCLUSIVE, replace(PART, territories=0b10), by=BO, sublicensable=False
    )
    assert (told.granted(alone).alone, told.granted(alone).grantors) == (True, (BO,))
    assert (told.granted(whole).alone, told.granted(whole).grantors) == (False, (AN, BO))


def test_a_sub_licence_is_within_its_parent_and_no_stronger() -> None:
    told, _, grant = begun()
    for kind, scope in (
        (GrantKind.EXCLUSIVE, PART),
        (GrantKind.SOLE, replace(PART, territories=0b11)),
        (GrantKind.SOLE, replace(PART, until=PART.until + 1)),
    ):
        with pytest.raises(StepRefused):
            told.sublicense(grant, DE, kind, scope)
    below = told.sublicense(grant, DE, GrantKind.NON_EXCLUSIVE, PART, sublicensable=False)
    with pytest.raises(StepRefused):
        told.sublicense(below, AN, GrantKind.NON_EXCLUSIVE, PART)


def test_a_claim_is_amended_until_something_was_made_or_granted_of_it() -> None:
    told = RightsHistory()
    estate = told.claim(WORK, BOX, AN)
    told.amend_estate(estate, replace(BOX, until=NO_END))
    parts = told.split(estate, Axis.MEDIA, [1, 2])
    granted = told.claim(WORK, replace(BOX, rights=1), AN, alone=NO_ALONE)
    told.grant(granted, BO, GrantKind.SOLE, replace(PART, rights=1))
    for one in (parts[0], granted):
        with pytest.raises(StepRefused):
            told.amend_estate(one, BOX)


def test_an_amendment_is_agreed_to_by_the_registrant_and_the_owners() -> None:
    told = RightsHistory()
    estate = told.claim(WORK, BOX, AN)
    told.assign(estate, BO)
    told.amend_estate(estate, replace(BOX, until=NO_END), registrant=AN)
    state = told.estate(estate)
    said = acts.EstateAmended(estate, BOX, word("alone"), 0x11, "错字")
    of_it = (SOURCES.estate(estate), SOURCES.rights_of(WORK))
    refused(told, said, *of_it, SOURCES.party(AN))
    refused(told, said, *of_it, SOURCES.party(BO), SOURCES.party(AN))
    assert told.estate(estate) == state


def test_the_first_claim_of_a_work_says_how_long_its_backlog_is_open() -> None:
    told = RightsHistory()
    with pytest.raises(StepRefused):
        told.claim(WORK, BOX, AN, backlog=told.today + 367)
    told.claim(WORK, BOX, AN, backlog=told.today + 366)
    last = told.today + 366
    told.tomorrow(9)
    with pytest.raises(StepRefused):
        told.claim(WORK, replace(BOX, rights=1), AN, backlog=last + 1)
    told.claim(WORK, replace(BOX, rights=1), AN, backlog=last - 1)
    rights = told.held[SOURCES.rights_of(WORK)]
    assert isinstance(rights, WorkRights)
    assert (rights.claims, rights.backlog_until) == (2, last)


def test_what_was_merged_of_two_claims_is_as_old_as_the_first() -> None:
    told = RightsHistory()
    first = told.claim(WORK, replace(BOX, media=1), AN)
    day = told.today
    told.tomorrow(9)
    second = told.claim(WORK, replace(BOX, media=2), AN)
    assert told.estate(second).claimed_on == day + 9
    assert told.estate(told.merge([second, first], Axis.MEDIA)).claimed_on == day


def test_estates_of_other_owners_are_not_merged() -> None:
    told = RightsHistory()
    estate = told.claim(WORK, BOX, AN)
    parts = told.split(estate, Axis.TIME, [21_000])
    told.assign(parts[1], BO)
    with pytest.raises(StepRefused):
        told.merge(parts, Axis.TIME)
    told.assign(parts[1], AN)
    assert told.estate(told.merge(parts, Axis.TIME)).scope == BOX


def test_a_grant_alone_is_followed_without_its_estate() -> None:
    told, _, grant = begun()
    told.sublicense(grant, DE, GrantKind.SOLE, PART)
    told.surrender(grant, 20_500)
    held: dict[Hash32, Any] = {}
    for record, act, _ in told.told:
        if SOURCES.grant(grant) in record.subjects:
            held |= _alone(held, record, act, SOURCES.grant(grant))
    assert held[SOURCES.grant(grant)].digest() == told.granted(grant).digest()
    assert held[SOURCES.grant(grant)].grantors == ()


def _alone(held: dict[Hash32, Any], record: Record, act: Act, subject: Hash32) -> dict[Hash32, Any]:
    if record.subjects[0] == subject:
        return {one: state for one, state in step(held, record, act, SOURCES).items() if one == subject}
    return echoes(Before(held, record, SOURCES), act)  # type: ignore[return-value]
