"""Keccak-256 by the fastest back end installed: safe-pysha3, else PyCryptodome (five times slower). Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indexer.values import Hash32

if TYPE_CHECKING:
    from collections.abc import Callable


def _with_pysha3() -> Callable[[bytes], Hash32]:
    from sha3 import keccak_256  # type: ignore[import-untyped,import-not-found,unused-ignore]

    def keccak256(data: bytes) -> Hash32:
        return keccak_256(data).digest()  # type: ignore[no-any-return]

    return keccak256


def _with_pycryptodome() -> Callable[[bytes], Hash32]:
    from Crypto.Hash import keccak

    def keccak256(data: bytes) -> Hash32:
        return Hash32(keccak.new(digest_bits=256, data=data).digest())

    return keccak256


def _fastest() -> tuple[str, Callable[[bytes], Hash32]]:
    try:
        return "safe-pysha3", _with_pysha3()
    except ImportError:
        return "pycryptodome", _with_pycryptodome()


BACKEND, keccak256 = _fastest()
"""`BACKEND`: the distribution that does the hashing, for reports. `keccak256(data)`: the hash of the EVM,
Keccak with its original padding, which is not the SHA3-256 of FIPS 202."""
