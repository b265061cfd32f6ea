"""Bearer keys: how they are made, told apart and checked. Pure.

A key reads `qy_<id>_<secret>`: 8 bytes that name it and 32 bytes that prove it, in hexadecimal. Only the SHA-256 of
the secret is stored: it has 256 bits of entropy, so a slow hash would buy nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from enum import StrEnum

_FORM = re.compile(r"qy_([0-9a-f]{16})_([0-9a-f]{64})")


class Scope(StrEnum):
    """What a key lets its bearer do; the public reads without one."""

    ISSUER = "issuer"
    """Deposit works, open collections and editions, mint, distribute, register holders, see their own holders."""
    HOLDER = "holder"
    """Act for one kept account: gifts and acceptances."""
    REGULATOR = "regulator"
    """Query, export, file orders; holders are not masked."""
    OPERATOR = "operator"
    """Execute filed orders, confirm or refuse recoveries, confirm attested papers: the second hand."""
    RIGHTS_HOLDER = "rights_holder"
    """Act for one account in rights: propose, agree, see what concerns it, and let others see it."""


OF_ONE_ACCOUNT = frozenset((Scope.HOLDER, Scope.RIGHTS_HOLDER))
"""Scopes of keys that act for one account."""
PARTIES = (Scope.HOLDER, Scope.RIGHTS_HOLDER, Scope.ISSUER)
"""Scopes of keys that act for an account that has a part in rights; an institution is one."""


@dataclass(frozen=True, slots=True)
class BearerKey:
    """A new key, shown once.

    Attributes:
        key_id: 16 hexadecimal digits; safe to log.
        text: the whole key, to be handed to its bearer; never stored, never logged.
        digest: SHA-256 of the secret, to be stored.
    """

    key_id: str
    text: str
    digest: bytes

    def __repr__(self) -> str:
        """Leave the secret out."""
        return f"BearerKey(key_id={self.key_id!r})"


def new_key() -> BearerKey:
    """Make a key from the system's randomness."""
    key_id, secret = secrets.token_hex(8), secrets.token_hex(32)
    return BearerKey(key_id, f"qy_{key_id}_{secret}", _digest(secret))


def parts_of(text: str) -> tuple[str, bytes] | None:
    """Take a presented key apart into (key id, digest of its secret); None where it has another form."""
    found = _FORM.fullmatch(text)
    return (found[1], _digest(found[2])) if found else None


def same_secret(presented: bytes, stored: bytes) -> bool:
    """Compare two digests in constant time."""
    return hmac.compare_digest(presented, stored)


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("ascii")).digest()
