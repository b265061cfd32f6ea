"""Words of fixed size by one pattern of `struct` a type: the fast path beside the plain one of words.py. Pure.

Whatever the pattern does not take, words.py reads again, and says what is wrong with it; a test holds both together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import IntEnum
from struct import Struct
from typing import Any, TypeVar

from indexer.words import WORD, decode, layout, solidity_type

T = TypeVar("T")

_PATTERNS = {
    "uint8": "31xB",
    "uint16": "30xH",
    "uint32": "28xI",
    "uint64": "24xQ",
    "uint256": "32s",
    "bool": "31x?",
    "bytes32": "32s",
    "address": "12x20s",
}
_VALUE_BITS = {"uint8": 8, "uint16": 16, "uint32": 32, "uint64": 64, "bool": 1, "address": 160}


def pattern(*kinds: str) -> Struct:
    """Give the pattern of words of these Solidity types; a uint256 is its 32 bytes.

    Its `pack` writes what `words.words` does.
    """
    return Struct(">" + "".join(_PATTERNS[kind] for kind in kinds))


def reader(value_type: type[T]) -> Callable[[bytes], T]:
    """Give what reads a dataclass from its canonical encoding, as `words.decode` does.

    Raises (what is given, when called):
        WordsMalformed: as `words.decode`.
    """
    fields = layout(value_type)
    kinds = [solidity_type(annotation) for _, annotation in fields]
    if not set(kinds) <= _PATTERNS.keys():
        return lambda data: decode(value_type, data)
    unpack = pattern(*kinds).unpack
    size, padding = shape(value_type)
    conversions = tuple(
        (place, convert)
        for place, (_, annotation) in enumerate(fields)
        if (convert := _conversion(annotation, kinds[place])) is not None
    )
    as_number = int.from_bytes

    def read(data: bytes) -> T:
        if len(data) != size or as_number(data, "big") & padding:
            return decode(value_type, data)
        values = list(unpack(data))
        try:
            for place, convert in conversions:
                values[place] = convert(values[place])
        except KeyError:
            return decode(value_type, data)
        return value_type(*values)

    return read


def shape(value_type: type[Any]) -> tuple[int, int]:
    """Give the length of a dataclass' canonical encoding, and the bits in it, as one number, that must be zero."""
    kinds = [solidity_type(annotation) for _, annotation in layout(value_type)]
    return WORD * len(kinds), padding_of(kinds)


def padding_of(kinds: Sequence[str]) -> int:
    """Give the bits, in the encoding as one number, that must be zero."""
    mask = 0
    for kind in kinds:
        value_bits = _VALUE_BITS.get(kind, 8 * WORD)
        mask = mask << 8 * WORD | ((1 << 8 * WORD) - (1 << value_bits))
    return mask


def _conversion(annotation: Any, kind: str) -> Callable[[Any], Any] | None:
    if isinstance(annotation, type) and issubclass(annotation, IntEnum):
        return {member.value: member for member in annotation}.__getitem__
    return int.from_bytes if kind == "uint256" else None
