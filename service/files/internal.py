"""Internal columns: encrypted under a data key, committed by a salted digest, erased by destroying the key. Pure.

The commitment goes into the public manifest: whoever is shown the columns and the salt later can check that
they are the ones of that day, and nobody can guess them from it. Salt and nonce are derived from the data key,
the context and the columns, so that a worker that was killed and starts again seals the same bytes; once the
key is destroyed, nothing is left to test a guess against. `context` names the request: the same columns in two
works then have unlike commitments.

    salt       = HMAC-SHA256(k, "salt" ‖ SHA-256(context) ‖ columns)
    commitment = SHA-256("Qianyin internal columns v1" ‖ salt ‖ columns)
    sealed     = "QYI1" ‖ nonce ‖ AES-256-GCM(e, nonce, {columns, salt}, associated data "QYI1" ‖ commitment)

where `columns` is canonical JSON (RFC 8785), the nonce is the first 12 bytes of HMAC-SHA256(k, "nonce" ‖
commitment), and k and e come from the data key by HKDF-SHA256 (RFC 5869).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import rfc8785
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from indexer.values import Hash32
from service.files.store import Damaged

MAGIC: Final = b"QYI1"
DOMAIN: Final = b"Qianyin internal columns v1"
DATA_KEY_SIZE: Final = 32
NONCE_SIZE: Final = 12


@dataclass(frozen=True, slots=True)
class SealedColumns:
    """`commitment` is public (it stands in the manifest); `sealed` is kept apart from it."""

    commitment: Hash32
    sealed: bytes


@dataclass(frozen=True, slots=True)
class InternalColumns:
    """The opened columns by heading or name, and the salt that a stranger needs to check the commitment."""

    columns: dict[str, str]
    salt: Hash32


def seal_columns(columns: Mapping[str, str], data_key: bytes, context: bytes) -> SealedColumns:
    """Encrypt and commit to columns; the same arguments give the same bytes.

    Raises:
        ValueError: the data key has not 32 bytes.
    """
    encryption, derivation = _keys(data_key)
    body = rfc8785.dumps(dict(columns))
    salt = _hmac(derivation, b"salt" + hashlib.sha256(context).digest() + body)
    commitment = commitment_of(columns, Hash32(salt))
    nonce = _hmac(derivation, b"nonce" + commitment)[:NONCE_SIZE]
    plain = rfc8785.dumps({"columns": dict(columns), "salt": salt.hex()})
    return SealedColumns(
        commitment, MAGIC + nonce + AESGCM(encryption).encrypt(nonce, plain, MAGIC + commitment)
    )


def open_columns(sealed: bytes, data_key: bytes, commitment: Hash32) -> InternalColumns:
    """Decrypt columns and check them against the commitment in the manifest.

    Raises:
        Damaged: another key, changed bytes, or columns other than those committed to.
        ValueError: the data key has not 32 bytes.
    """
    encryption, _ = _keys(data_key)
    nonce, body = sealed[len(MAGIC) : len(MAGIC) + NONCE_SIZE], sealed[len(MAGIC) + NONCE_SIZE :]
    try:
        plain = json.loads(AESGCM(encryption).decrypt(nonce, body, MAGIC + commitment))
        opened = InternalColumns(plain["columns"], Hash32(bytes.fromhex(plain["salt"])))
    except (InvalidTag, ValueError, KeyError, TypeError) as error:
        raise _unopened() from error
    if sealed[: len(MAGIC)] != MAGIC or commitment_of(opened.columns, opened.salt) != commitment:
        raise _unopened()
    return opened


def commitment_of(columns: Mapping[str, str], salt: Hash32) -> Hash32:
    """The commitment a stranger computes from columns and salt that were shown to it."""
    return Hash32(hashlib.sha256(DOMAIN + salt + rfc8785.dumps(dict(columns))).digest())


def _keys(data_key: bytes) -> tuple[bytes, bytes]:
    if len(data_key) != DATA_KEY_SIZE:
        raise ValueError(f"a data key has {DATA_KEY_SIZE} bytes, got {len(data_key)}")
    return _derive(data_key, b"encrypt"), _derive(data_key, b"derive")


def _derive(data_key: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=DOMAIN + b"/" + purpose).derive(data_key)


def _hmac(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, "sha256")


def _unopened() -> Damaged:
    return Damaged(
        "internal-unopened",
        "内部资料无法解密，或与存证时的承诺不符。",
        "The internal columns cannot be decrypted, or are not those committed to at the deposit.",
    )
