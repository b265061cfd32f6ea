"""Fields of states that have parts of their own, as one column each: their words, packed and read back. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from struct import Struct
from types import MappingProxyType
from typing import Any, NamedTuple

from indexer.events import Policy
from indexer.rights.acts import Alone
from indexer.rights.scope import Scope
from indexer.values import Address
from indexer.words import decode, static_words

_POLICY_BYTES = 7 * 32
_SCOPE = Struct(">H32s16sIII")
_ALONE = Struct(">IH")
_ADDRESS_BYTES = 20
_PART_BYTES = 4


class Packing(NamedTuple):
    """How a field is stored, and read back."""

    store: Callable[[Any], bytes]
    read: Callable[[bytes], Any]


def _pieces(packed: bytes, width: int) -> tuple[bytes, ...]:
    return tuple(packed[at : at + width] for at in range(0, len(packed), width))


def _store_policies(policies: tuple[Policy, ...]) -> bytes:
    return b"".join(map(static_words, policies))


def _read_policies(packed: bytes) -> tuple[Policy, ...]:
    return tuple(decode(Policy, one) for one in _pieces(packed, _POLICY_BYTES))


def _store_scope(scope: Scope) -> bytes:
    territories, languages = scope.territories.to_bytes(32, "big"), scope.languages.to_bytes(16, "big")
    return _SCOPE.pack(scope.rights, territories, languages, scope.media, scope.from_, scope.until)


def _read_scope(packed: bytes) -> Scope:
    rights, territories, languages, media, from_, until = _SCOPE.unpack(packed)
    whole = int.from_bytes
    return Scope(rights, whole(territories, "big"), whole(languages, "big"), media, from_, until)


def _read_accounts(packed: bytes) -> tuple[Address, ...]:
    return tuple(map(Address, _pieces(packed, _ADDRESS_BYTES)))


def _store_parts(parts: tuple[int, ...]) -> bytes:
    return b"".join(part.to_bytes(_PART_BYTES, "big") for part in parts)


def _read_parts(packed: bytes) -> tuple[int, ...]:
    return tuple(int.from_bytes(one, "big") for one in _pieces(packed, _PART_BYTES))


_ACCOUNTS = Packing(b"".join, _read_accounts)

PACKINGS: Mapping[tuple[str, str], Packing] = MappingProxyType(
    {
        ("collections", "policies"): Packing(_store_policies, _read_policies),
        ("estates", "scope"): Packing(_store_scope, _read_scope),
        ("estates", "owners"): _ACCOUNTS,
        ("estates", "parts"): Packing(_store_parts, _read_parts),
        ("estates", "alone"): Packing(
            lambda alone: _ALONE.pack(alone.longest, alone.quota),
            lambda packed: Alone(*_ALONE.unpack(packed)),
        ),
        ("grants", "scope"): Packing(_store_scope, _read_scope),
        ("grants", "grantors"): _ACCOUNTS,
    }
)
"""By table and column."""
