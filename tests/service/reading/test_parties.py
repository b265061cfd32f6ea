"""How accounts are called in public: institutions by name, everybody else by a mask that says nothing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from indexer.values import Address
from indexer.wire import write_address
from service.masking import masked, masked_in_english
from service.reading.parties import Parties

accounts = st.binary(min_size=20, max_size=20).map(Address)
MUSEUM = Address(b"\x01" * 20)


def test_an_institution_is_called_by_its_name_and_not_recognised_without_an_anchor() -> None:
    parties = Parties(None, {MUSEUM: ("某馆", "Some Museum")})
    party = parties.party(MUSEUM)
    assert party.name.text == "某馆"
    assert party.address == write_address(MUSEUM)
    assert not party.recognised
    assert party.named_by == "installation"
    assert party.name.said_here
    assert Parties().party(MUSEUM).named_by == "nobody"


@given(accounts)
def test_everybody_else_is_called_by_a_mask_without_a_digit_of_the_address(account: Address) -> None:
    name = Parties().label(account)
    label = name.text
    assert label == masked(account)
    assert name.first("en") == (masked_in_english(account), "en")
    assert account.hex() not in label
    assert len(label) == len("竹影 3F·7K")


def test_masks_are_told_apart_among_the_holders_of_a_collection() -> None:
    holders = [Address(number.to_bytes(20, "big")) for number in range(1_000)]
    assert len({masked(holder) for holder in holders}) > 990
    assert masked(holders[7]) == masked(Address(holders[7]))
