"""Sealed at rest: opened with the same key for the same purpose, and not otherwise."""

from __future__ import annotations

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.keys.sealing import SealBroken, Sealer, new_sealer_key
from service.keys.secret import Secret

SECRET = Secret(b"a key of thirty-two bytes, no less")


@given(st.binary(max_size=200), st.text(max_size=40))
def test_what_is_sealed_is_opened_for_the_same_purpose(octets: bytes, purpose: str) -> None:
    sealer = Sealer(new_sealer_key())
    assert sealer.open(sealer.seal(Secret(octets), purpose), purpose).reveal() == octets


def test_two_seals_of_one_secret_differ() -> None:
    sealer = Sealer(new_sealer_key())
    assert sealer.seal(SECRET, "p") != sealer.seal(SECRET, "p")


def test_what_is_sealed_does_not_open_for_another_purpose() -> None:
    sealer = Sealer(new_sealer_key())
    with pytest.raises(SealBroken, match="seal"):
        sealer.open(sealer.seal(SECRET, "one"), "other")


def test_another_key_is_told_from_damage() -> None:
    sealed = Sealer(new_sealer_key()).seal(SECRET, "p")
    with pytest.raises(SealBroken) as caught:
        Sealer(new_sealer_key()).open(sealed, "p")
    assert caught.value.code == "key-other"


@given(st.integers(0, 70), st.integers(0, 7))
def test_one_changed_bit_anywhere_breaks_it(place: int, bit: int) -> None:
    sealer = Sealer(new_sealer_key())
    sealed = bytearray(sealer.seal(SECRET, "p"))
    sealed[place % len(sealed)] ^= 1 << bit
    with pytest.raises(SealBroken):
        sealer.open(bytes(sealed), "p")


def test_a_cut_off_seal_breaks_it() -> None:
    sealer = Sealer(new_sealer_key())
    sealed = sealer.seal(SECRET, "p")
    for length in range(len(sealed)):
        with pytest.raises(SealBroken):
            sealer.open(sealed[:length], "p")


def test_an_index_finds_equal_texts_under_one_key_and_purpose_only() -> None:
    one, other = Sealer(new_sealer_key()), Sealer(new_sealer_key())
    assert one.index("A-17", "code") == one.index("A-17", "code")
    assert (
        len(
            {
                one.index("A-17", "code"),
                one.index("A-18", "code"),
                one.index("A-17", "x"),
                other.index("A-17", "code"),
            }
        )
        == 4
    )


def test_a_secret_is_in_no_text_and_no_copy_of_it() -> None:
    assert "thirty" not in repr(SECRET)
    assert "thirty" not in str(SECRET)
    assert "thirty" not in f"{SECRET!r:>60} {[SECRET]}"
    for leak in (pickle.dumps, copy.deepcopy, hash):
        with pytest.raises(TypeError):
            leak(SECRET)
