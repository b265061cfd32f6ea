"""Signing on secp256k1: coincurve where installed (25 times faster), else cryptography. Pure.

Deterministic (RFC 6979) and with the smaller of the two possible numbers (EIP-2), so the same digest under the same key
is the same 65 bytes by either back end.
"""

from __future__ import annotations

import functools
import secrets
from collections.abc import Callable

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

from indexer.errors import SealError
from indexer.evidence.secp256k1 import ORDER, recover
from indexer.keccak import keccak256
from indexer.values import Address, Hash32
from service.keys.secret import Secret

_OFFSET = 27  # Of the last byte, as contracts and wallets write it.
_Sign = Callable[[bytes, Hash32], bytes]


def new_key() -> Secret:
    """Make a key from the system's randomness."""
    return Secret((secrets.randbelow(ORDER - 1) + 1).to_bytes(32, "big"))


def address_of(key: Secret) -> Address:
    """Give the account of a key.

    Raises:
        ValueError: not a key: zero, or not below the group's order.
    """
    private = ec.derive_private_key(int.from_bytes(key.reveal(), "big"), ec.SECP256K1())
    point = private.public_key().public_numbers()
    return Address(keccak256(point.x.to_bytes(32, "big") + point.y.to_bytes(32, "big"))[12:])


def sign(key: Secret, digest: Hash32) -> bytes:
    """Sign a digest: 65 bytes r ‖ s ‖ v, where v is 27 or 28."""
    signature = _back_end()(key.reveal(), digest)
    return signature[:64] + bytes((signature[64] + _OFFSET,))


def signer_of(digest: Hash32, signature: bytes) -> Address | None:
    """Give the account that signed, or None: no account can have, or it is the malleable twin of a signature."""
    if len(signature) != 65 or signature[64] not in (_OFFSET, _OFFSET + 1):
        return None
    if int.from_bytes(signature[32:64], "big") > ORDER // 2:
        return None
    try:
        return recover(digest, signature[:64] + bytes((signature[64] - _OFFSET,)))
    except SealError:
        return None


@functools.cache
def _back_end() -> _Sign:
    try:
        return with_coincurve()
    except ImportError:
        return with_cryptography()


def with_coincurve() -> _Sign:
    """Give the fast back end.

    Raises:
        ImportError: it is not installed.
    """
    from coincurve import PrivateKey

    def signing(key: bytes, digest: Hash32) -> bytes:
        return PrivateKey(key).sign_recoverable(digest, hasher=None)

    return signing


def with_cryptography() -> _Sign:
    """Give the slow back end, which every installation has."""
    algorithm = ec.ECDSA(utils.Prehashed(hashes.SHA256()), deterministic_signing=True)

    def signing(key: bytes, digest: Hash32) -> bytes:
        private = ec.derive_private_key(int.from_bytes(key, "big"), ec.SECP256K1())
        r, s = utils.decode_dss_signature(private.sign(digest, algorithm))
        half = r.to_bytes(32, "big") + min(s, ORDER - s).to_bytes(32, "big")
        account = address_of(Secret(key))
        parity = 0 if _recovers(digest, half + b"\0", account) else 1
        return half + bytes((parity,))

    return signing


def _recovers(digest: Hash32, signature: bytes, account: Address) -> bool:
    try:
        return recover(digest, signature) == account
    except SealError:
        return False
