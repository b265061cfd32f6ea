"""Signing: two back ends that give the same bytes, as wallets do."""

from __future__ import annotations

import secrets

import pytest
from eth_account import Account
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.evidence.secp256k1 import ORDER
from indexer.values import Hash32
from service.keys import curve
from service.keys.secret import Secret

keys = st.integers(1, ORDER - 1).map(lambda number: Secret(number.to_bytes(32, "big")))
digests = st.binary(min_size=32, max_size=32).map(Hash32)


@given(keys, digests)
@settings(max_examples=25, deadline=None)
def test_both_back_ends_give_the_same_bytes(key: Secret, digest: Hash32) -> None:
    pytest.importorskip("coincurve")
    assert curve.with_coincurve()(key.reveal(), digest) == curve.with_cryptography()(key.reveal(), digest)


@given(keys, digests)
@settings(max_examples=10, deadline=None)
def test_the_slow_back_end_alone_signs_what_its_account_is_recovered_from(
    key: Secret, digest: Hash32
) -> None:
    signature = curve.with_cryptography()(key.reveal(), digest)
    v = signature[64] + 27
    assert curve.signer_of(digest, signature[:64] + bytes((v,))) == curve.address_of(key)


def test_an_account_and_a_signature_are_those_of_eth_account() -> None:
    key = curve.new_key()
    digest = Hash32(secrets.token_bytes(32))
    theirs = Account.unsafe_sign_hash(digest, key.reveal())
    assert bytes.fromhex(Account.from_key(key.reveal()).address[2:]) == curve.address_of(key)
    assert theirs.signature == curve.sign(key, digest)


def test_the_malleable_twin_of_a_signature_is_refused() -> None:
    key, digest = curve.new_key(), Hash32(secrets.token_bytes(32))
    signature = curve.sign(key, digest)
    twin = (ORDER - int.from_bytes(signature[32:64], "big")).to_bytes(32, "big")
    assert curve.signer_of(digest, signature) == curve.address_of(key)
    assert curve.signer_of(digest, signature[:32] + twin + bytes((55 - signature[64],))) is None


@pytest.mark.parametrize("signature", [b"", bytes(65), b"\xff" * 64 + b"\x1b", bytes(64) + b"\x02"])
def test_bytes_that_no_key_can_have_signed_have_no_signer(signature: bytes) -> None:
    assert curve.signer_of(Hash32(bytes(32)), signature) is None
