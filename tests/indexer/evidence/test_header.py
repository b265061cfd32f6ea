"""Headers: their fields and their hash; the real ones are in test_vectors and test_recordings."""

from __future__ import annotations

import pytest

from indexer.errors import HeaderError
from indexer.evidence import rlp
from indexer.evidence.header import MOST_BYTES, MOST_FIELDS, encode_rpc_header, hash_with_extra, read_header
from indexer.keccak import keccak256
from tests.indexer.evidence.small_chain import sealed

PLAIN = sealed(("one",), 7)


def items() -> list[rlp.Item]:
    return rlp.decode_list(PLAIN.raw)


def test_a_header_is_named_by_the_hash_of_its_bytes():
    assert read_header(PLAIN.raw) == PLAIN
    assert PLAIN.hash == keccak256(PLAIN.raw)
    assert (PLAIN.number, PLAIN.fields) == (7, 15)


@pytest.mark.parametrize("more", [1, 2, 6, MOST_FIELDS - 15])
def test_later_fields_are_hashed_and_not_looked_into(more: int):
    raw = rlp.encode([*items(), *[b"\x07"] * more])
    assert read_header(raw).fields == 15 + more
    assert read_header(raw).hash == keccak256(raw)
    assert hash_with_extra(read_header(raw), b"") != hash_with_extra(PLAIN, b"")


@pytest.mark.parametrize("count", [0, 14, MOST_FIELDS + 1])
def test_too_few_or_too_many_fields_are_refused(count: int):
    with pytest.raises(HeaderError):
        read_header(rlp.encode((items() + [b""] * 30)[:count]))


@pytest.mark.parametrize(
    ("at", "value"),
    [
        *((index, b"\x01" * 31) for index in (0, 1, 3, 4, 5, 13)),
        (2, b"\x01" * 19),
        (6, b"\x01" * 255),
        (7, b"\x00"),
        (8, b"\x01" * 9),
        (9, b"\x00"),
        (10, b"\x01" * 9),
        (11, b"\x00\x01"),
        (12, []),
        (14, b"\x01" * 7),
        (3, []),
    ],
)
def test_a_field_of_another_shape_is_refused(at: int, value: rlp.Item):
    changed = items()
    changed[at] = value
    with pytest.raises(HeaderError):
        read_header(rlp.encode(changed))


@pytest.mark.parametrize(
    "raw", [b"", b"\x80", b"\xc0", PLAIN.raw[:-1], PLAIN.raw + b"\0", b"\xc0" * (MOST_BYTES + 1)]
)
def test_something_that_is_no_header_is_refused(raw: bytes):
    with pytest.raises(HeaderError):
        read_header(raw)


def test_only_extra_data_is_exchanged():
    changed = items()
    changed[12] = b"other"
    assert hash_with_extra(PLAIN, b"other") == keccak256(rlp.encode(changed))
    assert hash_with_extra(PLAIN, PLAIN.extra) == PLAIN.hash


def test_a_block_of_a_node_without_a_field_is_refused():
    with pytest.raises(HeaderError):
        encode_rpc_header({"number": "0x1"})
    with pytest.raises(HeaderError, match="later fields"):
        encode_rpc_header({"withdrawalsRoot": "0x" + "11" * 32})
