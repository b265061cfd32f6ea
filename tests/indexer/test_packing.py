"""The fast path of the ABI's words says what the plain one says, of whatever bytes."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.events import ACTS, Distributed, Minted, WorkRegistered
from indexer.packing import pattern, reader
from indexer.words import WordsMalformed, decode, layout, solidity_type, words

WIDTHS = {"uint8": 8, "uint16": 16, "uint32": 32, "uint64": 64, "uint256": 256, "bool": 1}
READERS = {act_type: reader(act_type) for act_type in ACTS.values()}


def outcome(read: Callable[[bytes], object], data: bytes) -> object:
    try:
        return read(data)
    except WordsMalformed as fault:
        return f"refused: {fault}"


@given(st.sampled_from(list(READERS)), st.data())
@settings(max_examples=400)
def test_any_bytes_are_read_or_refused_as_the_plain_path_does(act_type: type, data: st.DataObject) -> None:
    count = len(layout(act_type))
    small = st.integers(0, 8).map(lambda number: number.to_bytes(32, "big"))
    account = st.binary(min_size=20, max_size=20).map(lambda octets: bytes(12) + octets)
    word = st.one_of(small, account, st.binary(min_size=32, max_size=32))
    octets = b"".join(data.draw(st.lists(word, min_size=count - 1, max_size=count + 1)))
    plain = outcome(lambda found: decode(act_type, found), octets)
    assert outcome(READERS[act_type], octets) == plain


@pytest.mark.parametrize("act_type", [Minted, Distributed, WorkRegistered])
def test_every_bit_of_padding_that_is_not_zero_is_refused(act_type: type) -> None:
    clean = b"".join(word_of(solidity_type(annotation)) for _, annotation in layout(act_type))
    assert outcome(READERS[act_type], clean) == decode(act_type, clean)
    refused = 0
    for bit in range(8 * len(clean)):
        bent = (int.from_bytes(clean, "big") ^ 1 << bit).to_bytes(len(clean), "big")
        found = outcome(READERS[act_type], bent)
        assert found == outcome(lambda octets: decode(act_type, octets), bent)
        refused += isinstance(found, str)
    assert refused > 8 * 12, "the padding of an address alone has as many bits"


@given(st.lists(st.sampled_from([*WIDTHS, "bytes32", "address"]), min_size=1, max_size=14), st.randoms())
def test_a_pattern_writes_the_words_that_the_plain_path_writes(kinds: list[str], dice: random.Random) -> None:
    values = [value_of(kind, dice) for kind in kinds]
    packed = [
        value.to_bytes(32, "big") if kind == "uint256" and isinstance(value, int) else value
        for kind, value in zip(kinds, values, strict=True)
    ]
    assert pattern(*kinds).pack(*packed) == words(*values)


def word_of(kind: str) -> bytes:
    return bytes(12) + b"\xff" * 20 if kind == "address" else bytes(31) + b"\1"


def value_of(kind: str, dice: random.Random) -> int | bytes:
    if kind in WIDTHS:
        return dice.choice([0, (1 << WIDTHS[kind]) - 1, dice.getrandbits(WIDTHS[kind])])
    return dice.randbytes(20 if kind == "address" else 32)
