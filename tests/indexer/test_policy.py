"""A gift is refused for the reasons the contract has, all of them at once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.china import DAY, china_day
from indexer.events import Custody, Kind, Policy, WorkKind
from indexer.policy import explain_gift, giveable_from, looser
from indexer.state import Collection, Standing, Token, TokenStatus
from indexer.values import ZERO_ADDRESS, ZERO_HASH, Address, Hash32

HOLDER = Address(b"\x01" * 20)
RECEIVER = Address(b"\x02" * 20)
NOW = 1_800_000_000
PERSONS = 1 << Kind.PERSON
POLICY = Policy(
    first_holding=90 * DAY,
    next_holding=30 * DAY,
    gifts_per_day=3,
    acceptance=False,
    receivers=PERSONS,
    work_kinds=1 << WorkKind.PUBLICATION,
    longest_loan=0,
)


def standing(account: Address, kind: Kind = Kind.PERSON) -> Standing:
    return Standing(
        account=account,
        kind=kind,
        custody=Custody.OWN,
        commitment=Hash32(b"\x07" * 32),
        code_hash=ZERO_HASH,
        suspended_until=0,
        suspension_order=ZERO_HASH,
        replaced_by=ZERO_ADDRESS,
        replacement=ZERO_ADDRESS,
        recovery_from=0,
        method=ZERO_HASH,
        verifier=ZERO_HASH,
        verified_at=NOW,
    )


def collection(*policies: Policy) -> Collection:
    return Collection(Hash32(b"\x0c" * 32), Address(b"\x09" * 20), ZERO_HASH, 0, policies or (POLICY,))


TOKEN = Token(
    token_id=(7 << 64) + 1,
    status=TokenStatus.LIVE,
    holder=HOLDER,
    user=ZERO_ADDRESS,
    user_until=0,
    hold_order=ZERO_HASH,
    held_until=0,
    acquired_at=NOW,
    gifts=0,
    distributed=True,
    policy_version=1,
    policy_digest=POLICY.digest(),
    issuer=Address(b"\x09" * 20),
    collection_id=Hash32(b"\x0c" * 32),
    work_id=Hash32(b"\x0d" * 32),
)


def rules(token: Token = TOKEN, *, group: Collection | None = None, **changes: object) -> set[str]:
    arguments: dict[str, object] = {
        "giver": standing(HOLDER),
        "receiver": standing(RECEIVER),
        "gifts_today": 0,
        "accepted": False,
        "at": NOW + 90 * DAY,
    }
    arguments.update(changes)
    return {refusal.rule for refusal in explain_gift(token, group or collection(), **arguments)}  # type: ignore[arg-type]


def test_a_gift_after_the_holding_period_between_registered_parties_is_not_refused() -> None:
    assert rules() == set()


def test_a_gift_one_second_before_the_holding_period_ends_is_refused_and_says_until_when() -> None:
    at = NOW + 90 * DAY - 1
    (refusal,) = explain_gift(
        TOKEN,
        collection(),
        standing(HOLDER),
        standing(RECEIVER),
        gifts_today=0,
        accepted=False,
        at=at,
    )
    assert (refusal.rule, refusal.until, refusal.policy_versions) == ("HoldingPeriod", at + 1, (1,))


@pytest.mark.parametrize(
    ("rule", "token", "changes"),
    [
        ("TokenAnnulled", replace(TOKEN, status=TokenStatus.ANNULLED), {}),
        ("TokenHeld", replace(TOKEN, held_until=NOW + 91 * DAY), {}),
        ("ERC7943CannotSend", TOKEN, {"giver": None}),
        ("ERC7943CannotSend", TOKEN, {"giver": replace(standing(HOLDER), suspended_until=NOW + 91 * DAY)}),
        ("ERC7943CannotReceive", TOKEN, {"receiver": None}),
        ("ERC7943CannotReceive", TOKEN, {"receiver": replace(standing(RECEIVER), replaced_by=HOLDER)}),
        ("GiftToSelf", TOKEN, {"receiver": standing(HOLDER)}),
        ("GiftsPerDayReached", TOKEN, {"gifts_today": 3}),
        ("ReceiverRefused", TOKEN, {"receiver": standing(RECEIVER, Kind.INSTITUTION)}),
        ("AcceptanceMissing", TOKEN, {"group": collection(replace(POLICY, acceptance=True))}),
    ],
)
def test_each_rule_alone_refuses(rule: str, token: Token, changes: dict[str, object]) -> None:
    assert rules(token, **changes) == {rule}  # type: ignore[arg-type]


def test_a_lapsed_hold_and_a_lapsed_suspension_do_not_refuse() -> None:
    at = NOW + 90 * DAY
    token = replace(TOKEN, held_until=at)
    assert rules(token, giver=replace(standing(HOLDER), suspended_until=at)) == set()


def test_all_reasons_are_listed_at_once() -> None:
    token = replace(TOKEN, status=TokenStatus.ANNULLED, held_until=NOW + DAY)
    found = rules(token, giver=None, receiver=None, gifts_today=9, at=NOW)
    assert found == {
        "TokenAnnulled",
        "TokenHeld",
        "ERC7943CannotSend",
        "ERC7943CannotReceive",
        "HoldingPeriod",
        "GiftsPerDayReached",
    }


def test_what_the_issuer_never_handed_out_is_not_given_whatever_the_time() -> None:
    assert rules(replace(TOKEN, distributed=False), at=NOW) == {"NotDistributed"}


def test_the_period_of_a_later_holder_is_the_next_one() -> None:
    assert giveable_from(replace(TOKEN, gifts=1), collection()) == NOW + 30 * DAY


def test_a_later_tighter_policy_does_not_bind_what_is_held() -> None:
    tighter = replace(POLICY, first_holding=720 * DAY, gifts_per_day=1, acceptance=True, receivers=0)
    assert rules(group=collection(POLICY, tighter), gifts_today=2) == set()


def test_a_later_looser_policy_does() -> None:
    assert rules(group=collection(POLICY, replace(POLICY, first_holding=0)), at=NOW) == set()


policies = st.builds(
    Policy,
    first_holding=st.integers(0, 720 * DAY),
    next_holding=st.integers(0, 720 * DAY),
    gifts_per_day=st.integers(1, 65535),
    acceptance=st.booleans(),
    receivers=st.integers(0, 255),
    work_kinds=st.integers(0, 255),
    longest_loan=st.integers(0, 720 * DAY),
)


@given(policies, policies, policies)
def test_the_looser_of_two_policies_is_a_join(a: Policy, b: Policy, c: Policy) -> None:
    assert looser(a, a) == a
    assert looser(a, b) == looser(b, a)
    assert looser(looser(a, b), c) == looser(a, looser(b, c))


@given(st.integers(0, 2**40))
def test_a_day_of_the_quota_begins_at_midnight_in_china(at: int) -> None:
    midnight = china_day(at) * DAY - 8 * 3600
    assert midnight <= at < midnight + DAY
