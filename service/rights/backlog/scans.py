"""Scans of contracts: encrypted before they go into the content store, and opened for who may see them. Pure.

    nonce  = the first 12 bytes of HMAC-SHA256(key, "scan" ‖ SHA-256 of the scan)
    sealed = "QYS1" ‖ nonce ‖ AES-256-GCM(key, nonce, scan, associated data "QYS1" ‖ SHA-256 of the scan)

where the key is derived (HKDF-SHA256, RFC 5869) from the contract's own. So a run that was cut off and starts again
seals the same bytes, and whoever destroys the contract's key destroys the scan.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from indexer.values import Hash32
from service.errors import TooLarge
from service.files.lookalikes import visible
from service.files.store import Damaged
from service.keys.secret import Secret
from service.rights.backlog.contract import Contract

MAGIC: Final = b"QYS1"
NONCE_SIZE: Final = 12
LARGEST_SCAN: Final = 64 * 1024**2
"""Bytes of a scan; it is encrypted whole, in memory."""


def seal_scan(octets: bytes, key: Secret) -> bytes:
    """Encrypt a scan; the same arguments give the same bytes."""
    derived, digest = _derived(key), hashlib.sha256(octets).digest()
    nonce = hmac.digest(derived, b"scan" + digest, "sha256")[:NONCE_SIZE]
    return MAGIC + nonce + AESGCM(derived).encrypt(nonce, octets, MAGIC + digest)


def open_scan(sealed: bytes, key: Secret, sha256: Hash32) -> bytes:
    """Decrypt a scan, and see that it is the one of this digest.

    Raises:
        Damaged: another key, changed bytes, or another scan.
    """
    nonce, body = sealed[len(MAGIC) : len(MAGIC) + NONCE_SIZE], sealed[len(MAGIC) + NONCE_SIZE :]
    try:
        octets = AESGCM(_derived(key)).decrypt(nonce, body, MAGIC + sha256)
    except (InvalidTag, ValueError) as error:
        raise _unopened() from error
    if hashlib.sha256(octets).digest() != sha256 or not sealed.startswith(MAGIC):
        raise _unopened()
    return octets


def scan_too_large(contract: Contract) -> TooLarge:
    """The error for a scan over `LARGEST_SCAN`: of which row, which file, and what the limit is."""
    row, file, limit = contract.row, visible(contract.scan[:200]), LARGEST_SCAN // 1024**2
    return TooLarge(
        "scan-too-large",
        f"第 {row} 行的扫描件 {file} 大于 {limit} MiB 的上限；请压缩或拆分后重试。",
        f"The scan of row {row}, {file}, is over the limit of {limit} MiB; make it smaller and try again.",
        row=row,
        file=file,
        limit=LARGEST_SCAN,
    )


def _derived(key: Secret) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"Qianyin scan v1").derive(key.reveal())


def _unopened() -> Damaged:
    return Damaged(
        "scan-unopened",
        "扫描件无法解密，或不是所记录的那一份。",
        "The scan cannot be decrypted, or is not the one on record.",
    )
