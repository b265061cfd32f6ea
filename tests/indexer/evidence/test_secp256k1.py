"""Who signed: both back ends, and signatures that nobody made."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.errors import SealError
from indexer.evidence import secp256k1
from indexer.evidence.secp256k1 import ORDER, recover, recover_message
from indexer.keccak import keccak256
from tests.indexer.evidence.small_chain import account, key, sign_message

BACK_ENDS = {"coincurve": secp256k1._with_coincurve, "eth_keys": secp256k1._with_eth_keys}
DIGEST = keccak256(b"a message")


@pytest.fixture(params=BACK_ENDS, autouse=True)
def back_end(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch):
    pytest.importorskip(request.param, reason=f"{request.param} is not installed")
    built = BACK_ENDS[request.param]()
    monkeypatch.setattr(secp256k1, "_back_end", lambda: built)


def signature(name: str, digest: bytes = DIGEST) -> bytes:
    return key(name).sign_msg_hash(digest).to_bytes()


def test_the_signer_is_recovered():
    for name in ("one", "two", "three"):
        assert recover(DIGEST, signature(name)) == account(name)


def test_the_malleable_twin_is_by_the_same_key_and_no_message_is_signed_by_it():
    plain = signature("one")
    s = ORDER - int.from_bytes(plain[32:64], "big")
    assert recover(DIGEST, plain[:32] + s.to_bytes(32, "big") + bytes((1 - plain[64],))) == account("one")
    wallet = sign_message("one", b"text")
    twin = ORDER - int.from_bytes(wallet[32:64], "big")
    with pytest.raises(SealError, match="larger"):
        recover_message(b"text", wallet[:32] + twin.to_bytes(32, "big") + bytes((55 - wallet[64],)))


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        bytes(64),
        bytes(65),
        bytes(66),
        b"\x01" * 64 + b"\x02",
        b"\x01" * 64 + b"\x1b",
        ORDER.to_bytes(32, "big") + b"\x01" * 32 + b"\x00",
        b"\x01" * 32 + ORDER.to_bytes(32, "big") + b"\x00",
        b"\xff" * 64 + b"\x00",
    ],
    ids=range(9),
)
def test_what_no_key_can_have_made_is_refused(wrong: bytes):
    with pytest.raises(SealError):
        recover(DIGEST, wrong)


def test_a_number_that_is_no_point_is_refused():
    # 5 is no x coordinate on the curve: 5³ + 7 is no square.
    with pytest.raises(SealError):
        recover(DIGEST, (5).to_bytes(32, "big") + b"\x01" * 32 + b"\x00")


def test_a_message_is_signed_as_wallets_do():
    for text in (b"", b"text", "钤印".encode(), b"x" * 1000):
        assert recover_message(text, sign_message("one", text)) == account("one")
        assert recover_message(text + b".", sign_message("one", text)) != account("one")
    with pytest.raises(SealError):
        recover_message(b"text", signature("one"))


@settings(max_examples=20)
@given(st.integers(0, 519))
def test_one_bit_flipped_is_another_signer_or_none(bit: int):
    touched = bytearray(signature("one"))
    touched[bit // 8] ^= 1 << bit % 8
    with suppress(SealError):
        assert recover(DIGEST, bytes(touched)) != account("one")
