"""Encryption at rest: AES-256-GCM (NIST SP 800-38D) under a named key, bound to what it is for. Pure.

A sealed text is `1 ‖ key name (8 bytes) ‖ nonce (12) ‖ ciphertext ‖ tag (16)`. What it is for, e.g. whose key it is, is
authenticated with it, so that one sealed text cannot be put in the place of another.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from types import MappingProxyType

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from service.errors import QianyinError
from service.keys.secret import Secret

KEY_SIZE = 32
_VERSION = b"\x01"
_NAME_SIZE = 8
_NONCE_SIZE = 12


class SealBroken(QianyinError):
    """A sealed text was made under another key, for another purpose, or was changed."""


class Sealer:
    """Seals and opens under one key of 32 bytes.

    Args:
        index_keys: keys of indexes by their purposes, where they do not follow from `key`: the index outlives it.
    """

    def __init__(self, key: Secret, index_keys: Mapping[str, Secret] = MappingProxyType({})) -> None:
        if len(key.reveal()) != KEY_SIZE:
            raise ValueError(f"a key has {KEY_SIZE} bytes")
        self._key = key
        self._index_keys = index_keys
        self.name = hashlib.sha256(b"qianyin key name v1" + key.reveal()).digest()[:_NAME_SIZE]

    def seal(self, secret: Secret, purpose: str) -> bytes:
        """Encrypt, bound to `purpose`."""
        nonce = secrets.token_bytes(_NONCE_SIZE)
        head = _VERSION + self.name
        return head + nonce + self._cipher().encrypt(nonce, secret.reveal(), head + purpose.encode())

    def open(self, sealed: bytes, purpose: str) -> Secret:
        """Decrypt what was sealed for `purpose`.

        Raises:
            SealBroken: it was made under another key, for another purpose, or was changed.
        """
        head, nonce, rest = sealed[:9], sealed[9:21], sealed[21:]
        if head != _VERSION + self.name:
            raise _broken(
                "key-other",
                "这段密文由另一把主密钥加密",
                "it was encrypted under another master key",
                purpose,
            )
        try:
            return Secret(self._cipher().decrypt(nonce, rest, head + purpose.encode()))
        except (InvalidTag, ValueError):
            raise _broken(
                "seal-broken", "这段密文已被改动或被移作他用", "it was changed or moved", purpose
            ) from None

    def sealed(self, sealed: bytes) -> bool:
        """Say whether a text was sealed under this key, by the name of the key in it."""
        return sealed[: 1 + _NAME_SIZE] == _VERSION + self.name

    def index(self, text: str, purpose: str) -> bytes:
        """Hash a text under a key (HMAC-SHA-256), so that equal texts can be found without being read."""
        return hmac.digest(self.index_key(purpose).reveal(), text.encode(), "sha256")

    def index_key(self, purpose: str) -> Secret:
        """Give the key of an index: it stays what it was when the master key is changed."""
        held = self._index_keys.get(purpose)
        if held is not None:
            return held
        return Secret(hmac.digest(self._key.reveal(), b"qianyin index v1\0" + purpose.encode(), "sha256"))

    def _cipher(self) -> AESGCM:
        return AESGCM(self._key.reveal())


def new_sealer_key() -> Secret:
    """Make a key of 32 bytes from the system's randomness."""
    return Secret(secrets.token_bytes(KEY_SIZE))


def _broken(code: str, zh: str, en: str, purpose: str) -> SealBroken:
    return SealBroken(
        code,
        f"无法解开加密内容（{purpose}）：{zh}；请检查主密钥或从备份恢复。",
        f"What is sealed cannot be opened ({purpose}): {en}; check the master key or restore a backup.",
        purpose=purpose,
    )
