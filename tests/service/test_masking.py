"""A mask says nothing of a holder and stays the same for one account."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from indexer.values import Address
from service.masking import masked, masked_in_english

accounts = st.binary(min_size=20, max_size=20).map(Address)


@given(accounts)
def test_a_mask_is_two_characters_and_four_signs_that_nobody_confuses(account: Address) -> None:
    assert re.fullmatch(r"[\u4e00-\u9fff]{2} [2-9AC-HJ-NP-Z]{2}·[2-9AC-HJ-NP-Z]{2}", masked(account))


@given(accounts)
def test_a_mask_does_not_hold_the_address(account: Address) -> None:
    assert account.hex()[:6] not in masked(account).lower()
    assert masked(account) == masked(Address(bytes(account)))


@given(accounts)
def test_a_mask_has_an_english_form_with_the_same_signs(account: Address) -> None:
    words, _, signs = masked_in_english(account).rpartition(" ")
    assert re.fullmatch(r"[A-Z][a-z]+( [A-Z][a-z]+)?", words)
    assert signs == masked(account).split(" ")[1]


def test_no_two_masks_have_one_english_form() -> None:
    pairs = {
        (masked(one).split(" ")[0], masked_in_english(one).rpartition(" ")[0])
        for one in (Address(number.to_bytes(20, "big")) for number in range(1000))
    }
    assert len(pairs) == len({zh for zh, _ in pairs}) == len({en for _, en in pairs}) == 32


def test_masks_of_a_thousand_accounts_are_nearly_all_unlike() -> None:
    masks = {masked(Address(number.to_bytes(20, "big"))) for number in range(1000)}
    assert len(masks) > 990
