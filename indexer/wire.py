"""The one text form each value has at a border: lower-case hex, EIP-55 addresses, decimal integers. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache

from indexer.keccak import keccak256
from indexer.values import Address, Hash32

UINT256_MAX = (1 << 256) - 1

_HEX = re.compile(r"0x(?:[0-9a-f]{2})*", re.ASCII)
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}", re.ASCII)
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,77}", re.ASCII)


def read_octets(text: str) -> bytes:
    """Read `0x` and lower-case digits, two a byte.

    Raises:
        ValueError: another form.
    """
    if not _HEX.fullmatch(text):
        raise ValueError(f"expected 0x and lower-case hexadecimal digits, two a byte, got {text[:80]!r}")
    return bytes.fromhex(text[2:])


def read_hash(text: str) -> Hash32:
    """Read `0x` and 64 lower-case digits.

    Raises:
        ValueError: another form.
    """
    octets = read_octets(text)
    if len(octets) != 32:
        raise ValueError(f"expected 32 bytes, got {len(octets)}")
    return Hash32(octets)


def read_address(text: str) -> Address:
    """Read an address whose letters carry the checksum of EIP-55.

    Raises:
        ValueError: another form or a wrong checksum.
    """
    if not _ADDRESS.fullmatch(text):
        raise ValueError(f"expected 0x and 40 hexadecimal digits, got {text[:80]!r}")
    found = Address(bytes.fromhex(text[2:]))
    if write_address(found) != text:
        raise ValueError(f"the letters of {text} do not carry the checksum of EIP-55")
    return found


@lru_cache(maxsize=1 << 14)  # the same few stand in most records
def write_address(address: Address) -> str:
    """Write an address with the checksum of EIP-55 in the case of its letters."""
    digits = address.hex()
    mask = keccak256(digits.encode("ascii")).hex()
    return "0x" + "".join(d.upper() if m >= "8" else d for d, m in zip(digits, mask, strict=False))


def read_uint(text: str, most: int = UINT256_MAX) -> int:
    """Read a decimal integer without sign or leading zeros, at most `most`.

    Raises:
        ValueError: another form, or larger.
    """
    if not _DECIMAL.fullmatch(text):
        raise ValueError(f"expected a decimal integer without leading zeros, got {text[:90]!r}")
    number = int(text)
    if number > most:
        raise ValueError(f"{text} is larger than {most}")
    return number


def write_time(seconds: int) -> str:
    """Write Unix seconds as UTC (RFC 3339), or as they are where no calendar reaches."""
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OverflowError, ValueError, OSError):
        return str(seconds)
