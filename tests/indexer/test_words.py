"""The words of the ABI are written as everybody writes them, and read strictly."""

from __future__ import annotations

from dataclasses import astuple, fields, is_dataclass

import eth_abi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.events import Annulled, CollectionCreated, Gifted, Hand, Measure, OrderFiled, Policy
from indexer.rights.acts import Alone, Assent, EstateClaimed, EstateSplit, GrantAmended
from indexer.rights.scope import Axis, Scope
from indexer.values import Address, Hash32
from indexer.words import WordsMalformed, decode, encode, layout, solidity_type, words

hashes = st.binary(min_size=32, max_size=32).map(Hash32)
accounts = st.binary(min_size=20, max_size=20).map(Address)


def unsigned(bits: int) -> st.SearchStrategy[int]:
    return st.one_of(st.sampled_from([0, 1, 2**bits - 1]), st.integers(0, 2**bits - 1))


policies = st.builds(
    Policy, unsigned(32), unsigned(32), unsigned(16), st.booleans(), unsigned(8), unsigned(8), unsigned(32)
)
scopes = st.builds(
    Scope, unsigned(16), unsigned(256), unsigned(128), unsigned(32), unsigned(32), unsigned(32)
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
    st.builds(
        EstateClaimed,
        unsigned(256),
        hashes,
        scopes,
        st.builds(Alone, unsigned(32), unsigned(16)),
        unsigned(32),
        hashes,
        unsigned(256),
        st.lists(accounts, max_size=3).map(tuple),
        st.lists(unsigned(32), max_size=3).map(tuple),
    ),
    st.builds(
        EstateSplit,
        unsigned(256),
        st.sampled_from(Axis),
        hashes,
        unsigned(256),
        st.lists(unsigned(256), max_size=3).map(tuple),
    ),
    st.builds(GrantAmended, hashes, scopes, unsigned(32), hashes, unsigned(256), st.text(max_size=80)),
)


def reference(value: object) -> bytes:
    """What eth_abi, an independent implementation, writes."""
    kinds = [solidity_type(annotation) for _, annotation in layout(type(value))]
    parts = [plain(getattr(value, field.name)) for field in fields(value)]  # type: ignore[arg-type]
    return eth_abi.encode(kinds, parts)


def plain(part: object) -> object:
    if is_dataclass(part):
        return astuple(part)  # type: ignore[arg-type]
    if isinstance(part, tuple):
        return [plain(one) for one in part]
    return "0x" + part.hex() if isinstance(part, bytes) and len(part) == 20 else part


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


SPLIT = EstateSplit(7, Axis.MEDIA, Hash32(b"\1" * 32), 0, (1, 2))
_SPLIT_HEAD = (7, 3, b"\1" * 32, 0)


@pytest.mark.parametrize(
    ("what", "octets"),
    [
        ("too short", encode(SPLIT)[:-32]),
        ("too long", encode(SPLIT) + bytes(32)),
        ("another offset", words(*_SPLIT_HEAD, 192, 0, 2, 1, 2)),
        ("fewer than it says", words(*_SPLIT_HEAD, 160, 3, 1, 2)),
        ("more than there can be", words(*_SPLIT_HEAD, 160, 2**255, 1, 2)),
    ],
)
def test_lists_that_are_not_canonical_are_refused(what: str, octets: bytes) -> None:
    assert decode(EstateSplit, encode(SPLIT)) == SPLIT
    with pytest.raises(WordsMalformed):
        decode(EstateSplit, octets)


def test_an_owner_with_dirty_padding_is_refused() -> None:
    claimed = EstateClaimed(
        1,
        Hash32(bytes(32)),
        Scope(1, 1, 1, 1, 0, 1),
        Alone(0, 0),
        0,
        Hash32(bytes(32)),
        int(Assent.OWN_KEY),
        (Address(b"\1" * 20),),
        (1,),
    )
    octets = bytearray(encode(claimed))
    assert decode(EstateClaimed, bytes(octets)) == claimed
    octets[-96] = 1
    with pytest.raises(WordsMalformed):
        decode(EstateClaimed, bytes(octets))


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
