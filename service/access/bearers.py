"""The bearer keys that were given out. Owns the table `bearer_keys`."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from indexer.values import Address
from service.access.bearer import OF_ONE_ACCOUNT, BearerKey, Scope, new_key, parts_of, same_secret
from service.access.tables import BearerKeyRow
from service.errors import NotFound

if TYPE_CHECKING:
    from sqlalchemy import Row

    from service.outbox.database import Database


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who presented a key.

    Attributes:
        account: for a holder's or rights holder's key the one account it acts for, else None.
        label: what its issuer wrote beside it; not shown to others.
    """

    key_id: str
    scope: Scope
    account: Address | None
    label: str
    created_at: int
    revoked_at: int | None


def give_out(database: Database, scope: Scope, label: str, account: Address | None = None) -> BearerKey:
    """Make and store a key; the answer is the only time it can be read.

    Raises:
        ValueError: a holder's or rights holder's key without an account, or another with one.
    """
    if (scope in OF_ONE_ACCOUNT) != (account is not None):
        raise ValueError("a holder's or rights holder's key acts for one account, and no other key does")
    key = new_key()
    with database.write() as connection:
        connection.execute(
            insert(BearerKeyRow).values(
                key_id=key.key_id,
                digest=key.digest,
                scope=scope.value,
                account=account,
                label=label,
                created_at=int(time.time()),
                revoked_at=None,
            )
        )
    return key


def bearer_of(database: Database, text: str) -> Bearer | None:
    """Say who presents this key; None for an unknown, revoked or malformed one."""
    parts = parts_of(text)
    if parts is None:
        return None
    key_id, digest = parts
    with database.read() as connection:
        row = connection.execute(
            select(BearerKeyRow.__table__).where(BearerKeyRow.key_id == key_id)
        ).one_or_none()
    if row is None or not same_secret(digest, row.digest) or row.revoked_at is not None:
        return None
    return _bearer(row)


def bearer_named(database: Database, key_id: str) -> Bearer | None:
    """Say who has the key of this id; None where there is none, or it was revoked."""
    with database.read() as connection:
        row = connection.execute(
            select(BearerKeyRow.__table__).where(
                BearerKeyRow.key_id == key_id, BearerKeyRow.revoked_at.is_(None)
            )
        ).one_or_none()
    return _bearer(row) if row is not None else None


def bearers(database: Database) -> list[Bearer]:
    """List all keys, revoked ones included, oldest first."""
    with database.read() as connection:
        rows = connection.execute(
            select(BearerKeyRow.__table__).order_by(BearerKeyRow.created_at, BearerKeyRow.key_id)
        )
        return [_bearer(row) for row in rows]


def revoke(database: Database, key_id: str) -> None:
    """Take a key back at once; taking it back again changes nothing.

    Raises:
        NotFound: there is no such key.
    """
    with database.write() as connection:
        known = connection.execute(
            select(BearerKeyRow.key_id).where(BearerKeyRow.key_id == key_id)
        ).one_or_none()
        if known is None:
            raise NotFound("unknown-key", f"没有编号为 {key_id} 的密钥。", f"There is no key {key_id}.")
        connection.execute(
            update(BearerKeyRow)
            .where(BearerKeyRow.key_id == key_id, BearerKeyRow.revoked_at.is_(None))
            .values(revoked_at=int(time.time()))
        )


def _bearer(row: Row[tuple[object, ...]]) -> Bearer:
    return Bearer(
        key_id=row.key_id,
        scope=Scope(row.scope),
        account=Address(row.account) if row.account is not None else None,
        label=row.label,
        created_at=row.created_at,
        revoked_at=row.revoked_at,
    )
