"""The words of the ABI are written as everybody writes them, and read strictly."""

from __future__ import annotations

from dataclasses import astuple, fields

import eth_abi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.events import Annulled, CollectionCreated, Gifted, Hand, Measure, OrderFiled, Policy
from indexer.values import Address, Hash32
from indexer.words import WordsMalformed, decode, encode, layout, solidity_type, words

hashes = st.binary(min_size=32, max_size=32).map(Hash32)
accounts = st.binary(min_size=20, max_size=20).map(Address)


def unsigned(bits: int) -> st.SearchStrategy[int]:
    return st.one_of(st.sampled_from([0, 1, 2**bits - 1]), st.integers(0, 2**bits - 1))


policies = st.builds(
    Policy, unsigned(32), unsigned(32), unsigned(16), st.booleans(), unsigned(8), unsigned(8), unsigned(32)
)
values = st.one_of(
    st.builds(
        OrderFiled,
        hashes,
        accounts,
        st.text(max_size=80),
        hashes,
        hashes,
        st.sampled_from(Measure),
        hashes,
        accounts,
        unsigned(64),
        unsigned(64),
        unsigned(64),
        hashes,
    ),
    st.builds(CollectionCreated, hashes, accounts, hashes, hashes, policies),
    st.builds(
        Gifted, unsigned(256), accounts, accounts, hashes, hashes, st.sampled_from(Hand), unsigned(32), hashes
    ),
    st.builds(Annulled, unsigned(256), hashes, st.text(max_size=80)),
)


def reference(value: object) -> bytes:
    """What eth_abi, an independent implementation, writes."""
    kinds = [solidity_type(annotation) for _, annotation in layout(type(value))]
    parts = [
        astuple(part) if isinstance(part, Policy) else "0x" + part.hex() if len_is(part, 20) else part
        for part in (getattr(value, field.name) for field in fields(value))  # type: ignore[arg-type]
    ]
    return eth_abi.encode(kinds, parts)


def len_is(part: object, length: int) -> bool:
    return isinstance(part, bytes) and len(part) == length


@given(values)
def test_values_are_written_as_an_independent_encoder_writes_them(value: object) -> None:
    assert encode(value) == reference(value)


@given(values)
def test_what_was_written_is_read_back(value: object) -> None:
    assert decode(type(value), encode(value)) == value


@given(values, st.data())
def test_no_other_bytes_are_read_as_the_same_value(value: object, data: st.DataObject) -> None:
    octets = bytearray(encode(value))
    place = data.draw(st.integers(0, len(octets) - 1))
    octets[place] ^= data.draw(st.integers(1, 255))
    try:
        read = decode(type(value), bytes(octets))
    except WordsMalformed:
        return
    assert read != value


ANNULLED = Annulled(7, Hash32(b"\1" * 32), "印错")


@pytest.mark.parametrize(
    ("what", "octets"),
    [
        ("too short", encode(ANNULLED)[:-32]),
        ("too long", encode(ANNULLED) + bytes(32)),
        ("dirty padding", encode(ANNULLED)[:-1] + b"\1"),
        ("another offset", words(7, b"\1" * 32, 128) + bytes(32) + encode(ANNULLED)[96:]),
        ("a length beyond the end", words(7, b"\1" * 32, 96, 2**255)),
        ("text that is not UTF-8", words(7, b"\1" * 32, 96, 1) + b"\xff" + bytes(31)),
        ("nothing", b""),
    ],
)
def test_data_that_are_not_canonical_are_refused(what: str, octets: bytes) -> None:
    with pytest.raises(WordsMalformed):
        decode(Annulled, octets)


@pytest.mark.parametrize("word", [2, 2**255])
def test_a_truth_value_other_than_zero_and_one_is_refused(word: int) -> None:
    octets = bytearray(encode(Policy(1, 2, 3, True, 4, 5, 6)))
    octets[96:128] = words(word)
    with pytest.raises(WordsMalformed):
        decode(Policy, bytes(octets))


def test_an_enumeration_value_nobody_declared_is_refused() -> None:
    gift = Gifted(
        1,
        Address(bytes(20)),
        Address(bytes(20)),
        Hash32(bytes(32)),
        Hash32(bytes(32)),
        Hand.OWN_KEY,
        1,
        Hash32(bytes(32)),
    )
    octets = bytearray(encode(gift))
    octets[160:192] = words(9)
    with pytest.raises(WordsMalformed):
        decode(Gifted, bytes(octets))


def test_a_number_that_does_not_fit_is_not_written() -> None:
    with pytest.raises(ValueError, match="uint32"):
        encode(Policy(2**32, 0, 1, False, 0, 0, 0))
