"""Who signed in on the pages: a cookie that stands for a bearer key for a while. Owns the table `browser_sessions`.

A session is 32 random bytes, of which the SHA-256 alone is stored. It ends after `LASTS`, when its reader signs out, or
with its key.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from service.access.bearers import Bearer, bearer_named
from service.access.tables import BrowserSessionRow

if TYPE_CHECKING:
    from service.outbox.database import Database

LASTS = 8 * 3_600
"""Seconds from signing in; then the key is asked for again."""
_OCTETS = 32


def open_session(database: Database, bearer: Bearer) -> str:
    """Let a bearer in; the answer is the only time the session can be read. What has ended is swept out."""
    now, token = int(time.time()), secrets.token_hex(_OCTETS)
    with database.write() as connection:
        connection.execute(delete(BrowserSessionRow).where(BrowserSessionRow.ends_at <= now))
        connection.execute(
            insert(BrowserSessionRow).values(
                digest=_digest(token), key_id=bearer.key_id, opened_at=now, ends_at=now + LASTS
            )
        )
    return token


def bearer_of_session(database: Database, token: str) -> Bearer | None:
    """Say who a session lets in; None for an unknown, ended or malformed one, or if its key was revoked."""
    with database.read() as connection:
        key_id = connection.scalar(
            select(BrowserSessionRow.key_id).where(
                BrowserSessionRow.digest == _digest(token), BrowserSessionRow.ends_at > int(time.time())
            )
        )
    return bearer_named(database, key_id) if key_id is not None else None


def close_session(database: Database, token: str) -> None:
    """End a session; ending it again changes nothing."""
    with database.write() as connection:
        connection.execute(delete(BrowserSessionRow).where(BrowserSessionRow.digest == _digest(token)))


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
