"""Who signed a digest, by secp256k1 public-key recovery: coincurve where installed, else eth-keys. Pure."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from indexer.errors import SealError
from indexer.keccak import keccak256
from indexer.values import Address, Hash32

if TYPE_CHECKING:
    from collections.abc import Callable

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
"""Order of the group (SEC 2, §2.4.1)."""


def recover(digest: Hash32, signature: bytes) -> Address:
    """Give the address whose key signed `digest`; 65 bytes: r, s, and 0 or 1 for the parity of the point.

    Raises:
        SealError: no key can have made this signature.
    """
    if len(signature) != 65 or signature[64] > 1:
        raise SealError("a signature is 65 bytes, the last of them 0 or 1")
    for half in (signature[:32], signature[32:64]):
        if not 0 < int.from_bytes(half, "big") < ORDER:
            raise SealError("a signature with a number outside the group")
    return Address(keccak256(_back_end()(digest, signature))[12:])


def recover_message(message: bytes, signature: bytes) -> Address:
    """Give the address that signed a message as wallets do (EIP-191, version 0x45 "E"), last byte 27 or 28.

    Raises:
        SealError: no key can have made this signature, or it is the malleable twin of one.
    """
    if len(signature) != 65 or signature[64] not in (27, 28):
        raise SealError("a signature of a message is 65 bytes, the last of them 27 or 28")
    if int.from_bytes(signature[32:64], "big") > ORDER // 2:
        raise SealError("a signature with the larger of two possible numbers")
    digest = keccak256(b"\x19Ethereum Signed Message:\n" + str(len(message)).encode("ascii") + message)
    return recover(digest, signature[:64] + bytes((signature[64] - 27,)))


@functools.cache
def _back_end() -> Callable[[Hash32, bytes], bytes]:
    """Give what recovers the 64 bytes of a public key."""
    try:
        return _with_coincurve()
    except ImportError:
        return _with_eth_keys()


def _with_coincurve() -> Callable[[Hash32, bytes], bytes]:
    from coincurve import PublicKey

    def public_key(digest: Hash32, signature: bytes) -> bytes:
        try:
            return PublicKey.from_signature_and_message(signature, digest, hasher=None).format(False)[1:]
        except ValueError as error:
            raise SealError("no key can have made this signature") from error

    return public_key


def _with_eth_keys() -> Callable[[Hash32, bytes], bytes]:
    from eth_keys.backends.native.main import NativeECCBackend
    from eth_keys.datatypes import Signature
    from eth_keys.exceptions import BadSignature

    backend = NativeECCBackend()

    def public_key(digest: Hash32, signature: bytes) -> bytes:
        try:
            return backend.ecdsa_recover(digest, Signature(signature_bytes=signature)).to_bytes()
        except BadSignature as error:
            raise SealError("no key can have made this signature") from error

    return public_key
