"""Recursive Length Prefix, canonical form only (Ethereum Yellow Paper, appendix B). Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from indexer.errors import RlpError

if TYPE_CHECKING:
    from collections.abc import Sequence

Item: TypeAlias = "bytes | list[Item]"
"""Bytes, or a list of items."""

MAX_DEPTH = 16
"""Lists within lists that `decode` follows; a receipt needs 4."""


def decode(data: bytes) -> Item:
    """Read exactly one item.

    Raises:
        RlpError: cut off, trailing bytes, a length or byte not in its shortest form, or nested too deep.
    """
    item, end = _item(data, 0, len(data), MAX_DEPTH)
    if end != len(data):
        raise RlpError(f"{len(data) - end} bytes follow the item")
    return item


def decode_list(data: bytes) -> list[Item]:
    """Read exactly one item, which must be a list.

    Raises:
        RlpError: as `decode`, or the item is no list.
    """
    item = decode(data)
    if not isinstance(item, list):
        raise RlpError("expected a list")
    return item


def encode(item: bytes | Sequence[Item]) -> bytes:
    """Write an item in its one form."""
    if isinstance(item, bytes):
        if len(item) == 1 and item[0] < 0x80:
            return item
        return _prefix(len(item), 0x80) + item
    payload = b"".join(encode(one) for one in item)
    return _prefix(len(payload), 0xC0) + payload


def encode_uint(number: int) -> bytes:
    """Give the bytes of a non-negative integer as RLP wants them: big-endian, no leading zeros, zero is empty."""
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def octets(item: Item, length: int | None = None) -> bytes:
    """Take an item that must be bytes, of the given length if one is given.

    Raises:
        RlpError: a list, or another length.
    """
    if not isinstance(item, bytes):
        raise RlpError("expected bytes, found a list")
    if length is not None and len(item) != length:
        raise RlpError(f"expected {length} bytes, found {len(item)}")
    return item


def uint(item: Item, width: int = 32) -> int:
    """Take an item that must be an integer of at most `width` bytes, without leading zeros.

    Raises:
        RlpError: a list, too wide, or with leading zeros.
    """
    data = octets(item)
    if len(data) > width:
        raise RlpError(f"an integer of {len(data)} bytes, expected at most {width}")
    if data[:1] == b"\0":
        raise RlpError("an integer with leading zeros")
    return int.from_bytes(data, "big")


def _item(data: bytes, at: int, limit: int, depth: int) -> tuple[Item, int]:
    if at >= limit:
        raise RlpError("cut off where an item should begin")
    first = data[at]
    if first < 0x80:
        return data[at : at + 1], at + 1
    start, end = _span(data, at, limit)
    if first >= 0xC0:
        return _members(data, start, end, depth), end
    if end - start == 1 and data[start] < 0x80:
        raise RlpError("a small byte that needs no prefix has one")
    return data[start:end], end


def _members(data: bytes, start: int, end: int, depth: int) -> list[Item]:
    if depth == 0:
        raise RlpError(f"more than {MAX_DEPTH} lists within lists")
    members: list[Item] = []
    while start < end:
        member, start = _item(data, start, end, depth - 1)
        members.append(member)
    return members


def _span(data: bytes, at: int, limit: int) -> tuple[int, int]:
    """Give start and end of the payload of the item with a prefix at `at`."""
    short = data[at] - (0xC0 if data[at] >= 0xC0 else 0x80)
    start = at + 1
    length = short
    if short > 55:
        start += short - 55
        digits = data[at + 1 : start]
        length = int.from_bytes(digits, "big")
        if start > limit or digits[0] == 0 or length <= 55:
            raise RlpError("a length that is cut off or not in its shortest form")
    if start + length > limit:
        raise RlpError("an item reaches beyond what holds it")
    return start, start + length


def _prefix(length: int, base: int) -> bytes:
    if length <= 55:
        return bytes((base + length,))
    digits = encode_uint(length)
    return bytes((base + 55 + len(digits),)) + digits
