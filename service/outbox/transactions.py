"""Legacy transactions at gas price zero, signed for one chain (EIP-155). Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from indexer.evidence.rlp import encode, encode_uint
from indexer.keccak import keccak256
from indexer.values import Address, Hash32

PLAIN_GAS = 21_000
"""Gas of a transaction without data, as a self-send is."""


@dataclass(frozen=True, slots=True)
class Unsigned:
    """A transaction before it is signed; moves no value, offers no price."""

    chain_id: int
    nonce: int
    gas: int
    to: Address
    data: bytes

    def digest(self) -> Hash32:
        """What is signed: the fields, the chain id and two zeros (EIP-155)."""
        return keccak256(encode([*self._fields(), encode_uint(self.chain_id), b"", b""]))

    def sealed(self, sign: Callable[[Hash32], bytes]) -> Signed:
        """Sign; `sign` gives 65 bytes r ‖ s ‖ v with v 27 or 28."""
        signature = sign(self.digest())
        parts = (int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:64], "big"))
        v = encode_uint(self.chain_id * 2 + 8 + signature[64])
        raw = encode([*self._fields(), v, *(encode_uint(part) for part in parts)])
        return Signed(raw, keccak256(raw))

    def _fields(self) -> list[bytes]:
        price = value = b""
        return [encode_uint(self.nonce), price, encode_uint(self.gas), bytes(self.to), value, self.data]


@dataclass(frozen=True, slots=True)
class Signed:
    """The bytes that are sent, and their hash."""

    raw: bytes
    hash: Hash32
