"""The two byte strings that everything is named by, and their text forms. Pure."""

from __future__ import annotations

import re
from typing import NewType

Hash32 = NewType("Hash32", bytes)
"""32 bytes: a keccak-256 or SHA-256 digest, a subject, a storage slot."""

Address = NewType("Address", bytes)
"""20 bytes: an account or a contract."""

_DIGITS = re.compile("0x[0-9a-fA-F]*")
ZERO_HASH = Hash32(bytes(32))
ZERO_ADDRESS = Address(bytes(20))


def hash32(text: str) -> Hash32:
    """Read 64 hexadecimal digits after `0x`.

    Raises:
        ValueError: the text has another form.
    """
    return Hash32(_octets(text, 32))


def address(text: str) -> Address:
    """Read 40 hexadecimal digits after `0x`; the case of the letters is not checked.

    Raises:
        ValueError: the text has another form.
    """
    return Address(_octets(text, 20))


def as_hex(octets: bytes) -> str:
    """Write bytes as `0x` and lower-case digits."""
    return "0x" + octets.hex()


def _octets(text: str, length: int) -> bytes:
    if not _DIGITS.fullmatch(text) or len(text) != 2 + 2 * length:
        raise ValueError(f"expected 0x and {2 * length} hexadecimal digits, got {text[:80]!r}")
    return bytes.fromhex(text[2:])
