"""Transactions: the bytes that the reference makes."""

from __future__ import annotations

from eth_account import Account
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.values import Address
from indexer.wire import write_address
from service.keys import curve
from service.outbox.transactions import Unsigned


@given(
    st.integers(1, 2**53),
    st.integers(0, 2**40),
    st.integers(21_000, 2**32),
    st.binary(min_size=20, max_size=20).map(Address),
    st.binary(max_size=300),
)
@settings(max_examples=40, deadline=None)
def test_a_transaction_is_signed_as_the_reference_signs_it(
    chain_id: int, nonce: int, gas: int, to: Address, data: bytes
) -> None:
    key = curve.new_key()
    ours = Unsigned(chain_id, nonce, gas, to, data).sealed(lambda digest: curve.sign(key, digest))
    fields = {"chainId": chain_id, "nonce": nonce, "gas": gas, "to": write_address(to), "data": data}
    theirs = Account.sign_transaction(fields | {"gasPrice": 0, "value": 0}, key.reveal())
    assert (ours.raw, ours.hash) == (theirs.raw_transaction, theirs.hash)
