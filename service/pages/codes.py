"""The short code of a collectible: what a person reads off a label and types. Pure.

A token's number has up to 58 digits: `edition << 64 | serial`, where the edition is 128 bits of a digest. The code
keeps the first 40 of those bits, in Crockford's base 32 (no I, L, O, U), and the serial: `7K2M-9QXF-7`. It finds a
token; it does not name it for ever: two editions share a code with a chance of one in 10¹² a pair, and then both
are shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans("ILO", "110")
_CODE = re.compile(r"([0-9A-Z]{4})[-\s]?([0-9A-Z]{4})[-\s]?([0-9]{1,20})")
_EDITION_BITS = 128
_SERIAL_BITS = 64
_KEPT_BITS = 40


@dataclass(frozen=True, slots=True)
class Sought:
    """The token ids that a short code stands for: `first <= id <= last` and the low 64 bits equal `serial`."""

    first: int
    last: int
    serial: int


def short_code(token_id: int) -> str:
    """Return the code of a token.

    Raises:
        ValueError: the number is not that of a token (0 ≤ id < 2¹⁹²).
    """
    if not 0 <= token_id < 1 << (_EDITION_BITS + _SERIAL_BITS):
        raise ValueError(f"not a token id: {token_id}")
    kept = token_id >> (_SERIAL_BITS + _EDITION_BITS - _KEPT_BITS)
    letters = "".join(ALPHABET[kept >> shift & 31] for shift in range(_KEPT_BITS - 5, -1, -5))
    return f"{letters[:4]}-{letters[4:]}-{token_id & ((1 << _SERIAL_BITS) - 1)}"


def read_code(text: str) -> Sought | None:
    """Read a short code as typed (any case, O for 0, I and L for 1, spaces for hyphens); None if it is none."""
    match = _CODE.fullmatch(text.strip().upper())
    if match is None:
        return None
    letters = (match[1] + match[2]).translate(_READ_AS)
    serial = int(match[3])
    if any(letter not in ALPHABET for letter in letters) or serial >= 1 << _SERIAL_BITS:
        return None
    kept = 0
    for letter in letters:
        kept = kept << 5 | ALPHABET.index(letter)
    below = _SERIAL_BITS + _EDITION_BITS - _KEPT_BITS
    return Sought(first=kept << below, last=((kept + 1) << below) - 1, serial=serial)
