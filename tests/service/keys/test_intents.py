"""What holders sign: the digest that any wallet computes from the JSON it is shown."""

from __future__ import annotations

from typing import Any

import pytest
from eth_account.messages import _hash_eip191_message, encode_typed_data
from hypothesis import given
from hypothesis import strategies as st

from indexer.rights.acts import Alone, GrantKind, Ground
from indexer.rights.scope import Axis, Scope
from indexer.values import Address, Hash32
from service.keys.agreements import (
    Assignment,
    Claim,
    Confirmation,
    EstateAmendment,
    GrantAmendment,
    Merge,
    Offer,
    Ownership,
    PaperAttested,
    Split,
    Surrender,
    Termination,
    Withdrawal,
)
from service.keys.intents import (
    Acceptance,
    Cancel,
    Domain,
    Gift,
    HandOver,
    Intent,
    Loan,
    StopRecovery,
    digest,
    slot,
    typed_data,
)

addresses = st.binary(min_size=20, max_size=20).map(Address)
hashes = st.binary(min_size=32, max_size=32).map(Hash32)
wide = st.integers(0, 2**256 - 1)
times = st.integers(0, 2**64 - 1)
texts = st.text(max_size=40)
days, short = st.integers(0, 2**32 - 1), st.integers(0, 2**16 - 1)
scopes = st.builds(Scope, short, wide, st.integers(0, 2**128 - 1), days, days, days)
alone = st.builds(Alone, days, short)
owned = st.builds(
    Ownership, st.lists(addresses, max_size=4).map(tuple), st.lists(days, max_size=4).map(tuple)
)
numbers = st.lists(wide, max_size=4).map(tuple)
axes, kinds, grounds = (st.sampled_from(one) for one in (Axis, GrantKind, Ground))
agreements = st.one_of(
    st.builds(Claim, hashes, scopes, owned, alone, days, times),
    st.builds(Split, wide, days, axes, numbers, times),
    st.builds(Merge, numbers, st.lists(days, max_size=4).map(tuple), axes, times),
    st.builds(Assignment, wide, days, owned, hashes, hashes, times),
    st.builds(EstateAmendment, wide, days, scopes, texts, times),
    st.builds(
        Offer,
        *(wide, hashes, days, addresses, kinds, st.booleans(), scopes, short),
        *(hashes, hashes, hashes, days, times),
    ),
    st.builds(Surrender, hashes, days, days, times),
    st.builds(Termination, hashes, days, grounds, days, texts, times),
    st.builds(GrantAmendment, hashes, days, scopes, texts, times),
    st.builds(PaperAttested, hashes, addresses, hashes),
    st.builds(Confirmation, hashes, addresses),
    st.builds(Withdrawal, hashes, addresses),
)
domains = st.builds(Domain, wide, addresses, hashes)
intents = st.one_of(
    st.builds(Gift, wide, addresses, addresses, wide, times),
    st.builds(Acceptance, wide, addresses, addresses, wide, times),
    st.builds(Loan, wide, addresses, addresses, times, wide, times),
    st.builds(Cancel, addresses, wide),
    st.builds(HandOver, addresses, addresses, times),
    st.builds(StopRecovery, addresses, addresses, times),
    agreements,
)
A, B = Address(b"\x01" * 20), Address(b"\x02" * 20)


def _numbers(value: Any) -> Any:
    """Give numbers as numbers, which is what the reference wants; wallets take decimal strings too."""
    if isinstance(value, dict):
        return {name: one if name == "reason" else _numbers(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_numbers(one) for one in value]
    return int(value) if isinstance(value, str) and value.isdecimal() else value


@given(domains, intents)
def test_a_digest_is_what_the_reference_computes_from_the_json(domain: Domain, intent: Intent) -> None:
    shown = typed_data(domain, intent)
    shown |= {"message": _numbers(shown["message"])}
    shown["domain"]["chainId"] = int(shown["domain"]["chainId"])
    assert bytes(_hash_eip191_message(encode_typed_data(full_message=shown))) == digest(domain, intent)


def test_the_types_are_written_as_the_contracts_write_them() -> None:
    shown = typed_data(Domain(1, A, Hash32(bytes(32))), Loan(1, A, B, 2, 3, 4))["types"]["Loan"]
    written = ",".join(f"{one['type']} {one['name']}" for one in shown)
    assert written == "uint256 tokenId,address from,address user,uint64 until,uint256 nonce,uint64 deadline"


@pytest.mark.parametrize("field", ["chain_id", "contract", "salt"])
def test_another_domain_is_another_digest(field: str) -> None:
    values: dict[str, Any] = {"chain_id": 1, "contract": A, "salt": Hash32(bytes(32))}
    others: dict[str, Any] = {"chain_id": 2, "contract": B, "salt": Hash32(b"\x01" * 32)}
    gift = Gift(1, A, B, 1, 1)
    changed = Domain(**(values | {field: others[field]}))
    assert digest(Domain(**values), gift) != digest(changed, gift)


def test_a_gift_a_loan_and_an_acceptance_take_one_slot_and_a_cancel_another() -> None:
    slots = {slot(Gift(1, A, B, 7, 9)), slot(Acceptance(1, A, B, 7, 9)), slot(Loan(1, A, B, 2, 7, 9))}
    assert len(slots) == 1
    assert slot(Cancel(A, 7)) not in slots
    assert slot(Gift(1, A, B, 8, 9)) not in slots


def test_what_is_agreed_about_rights_has_the_slot_of_its_own_words() -> None:
    first, second = (Surrender(Hash32(bytes(32)), 1, until, 9) for until in (2, 3))
    assert slot(first) == slot(first)
    assert slot(first) != slot(second)
