"""RLP, canonical form only; `rlp` of the Ethereum foundation is the second opinion."""

from __future__ import annotations

import pytest
import rlp as reference
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import RlpError
from indexer.evidence import rlp

ITEMS = st.recursive(st.binary(max_size=70), lambda one: st.lists(one, max_size=5), max_leaves=20)


@given(ITEMS)
def test_an_item_survives_and_is_written_as_others_write_it(item: rlp.Item):
    assert rlp.encode(item) == reference.encode(item)
    assert rlp.decode(rlp.encode(item)) == item


@given(st.binary(max_size=80))
def test_what_is_read_is_written_the_same(data: bytes):
    try:
        item = rlp.decode(data)
    except RlpError:
        with pytest.raises(reference.exceptions.DecodingError):
            reference.decode(data)
        return
    assert rlp.encode(item) == data


@given(st.integers(0, 2**256 - 1))
def test_integers_survive(number: int):
    assert rlp.uint(rlp.encode_uint(number)) == number


@pytest.mark.parametrize(
    "text",
    [
        "",  # nothing
        "8100",  # a small byte with a prefix
        "817f",
        "b800",  # a long form of length 0
        "b837" + "00" * 55,  # a long form of a length that fits the short one
        "b90038" + "00" * 56,  # a length with a leading zero
        "8261",  # cut off
        "c261",
        "b8",
        "bf" + "ff" * 8,
        "ff" + "ff" * 8,
        "6161",  # trailing bytes
        "c0c0",
        "c18100",
        "f800",
        "c282ff",  # a member that reaches beyond its list
    ],
)
def test_other_forms_are_refused(text: str):
    with pytest.raises(RlpError):
        rlp.decode(bytes.fromhex(text))


def test_lists_within_lists_have_a_limit():
    def nested(depth: int) -> bytes:
        data = b"\xc0"
        for _ in range(depth - 1):
            data = (
                rlp.encode([]) if not data else bytes((0xC0 + len(data),)) + data if len(data) < 56 else data
            )
        return data

    assert rlp.decode(nested(rlp.MAX_DEPTH)) is not None
    with pytest.raises(RlpError, match="lists within lists"):
        rlp.decode(nested(rlp.MAX_DEPTH + 1))


@pytest.mark.parametrize("item", [[], b"\0", b"\0\1", b"\1" * 33])
def test_what_is_no_integer_is_refused(item: rlp.Item):
    with pytest.raises(RlpError):
        rlp.uint(item)


def test_a_list_where_bytes_belong_is_refused_and_the_reverse():
    with pytest.raises(RlpError):
        rlp.octets([])
    with pytest.raises(RlpError):
        rlp.octets(b"abc", 2)
    with pytest.raises(RlpError):
        rlp.decode_list(b"\x80")
