"""Signed transactions by their nonces. Owns the tables `transactions`, `items` and `unreconciled`."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, or_, select, update

from indexer.values import Address, Hash32
from service.keys.operators import Operator
from service.outbox.states import State
from service.outbox.tables import ItemRow, OperationRow, TransactionRow, UnreconciledRow
from service.outbox.transactions import Signed

_CHUNK = 400


class Fate(StrEnum):
    """How far a transaction got."""

    SIGNED = "signed"
    SENT = "sent"
    FINAL = "final"
    DISPLACED = "displaced"
    """Another one has its nonce for good."""
    FOREIGN = "foreign"
    """Not ours: it holds the place of a nonce that was used elsewhere."""


OPEN = (Fate.SIGNED, Fate.SENT)
_BRIEFLY = tuple(column for column in TransactionRow.__table__.columns if column.name != "raw")


@dataclass(frozen=True, slots=True)
class SendingKey:
    """A key on one chain."""

    genesis: Hash32
    operator: Operator
    account: Address

    @property
    def lease(self) -> str:
        """The name of its lease."""
        return f"key:{self.genesis.hex()}:{self.account.hex()}"


def next_nonce(connection: Connection, key: SendingKey) -> int:
    """Give the nonce after the last one in the rows."""
    last: int | None = connection.execute(select(func.max(TransactionRow.nonce)).where(*_of(key))).scalar()
    return 0 if last is None else last + 1


def open_transactions(
    connection: Connection, key: SendingKey, most: int, *, not_since: float | None = None
) -> Sequence[Any]:
    """Give what is signed or sent and not final, by nonce and attempt; or only what was not sent since a time.

    A sending after now is one by a clock that was put back since: it says nothing.
    """
    query = select(TransactionRow).where(*_of(key), TransactionRow.state.in_(OPEN))
    if not_since is not None:
        sent = TransactionRow.sent_at
        query = query.where(or_(sent.is_(None), sent <= not_since, sent > time.time()))
    return connection.execute(query.order_by(TransactionRow.nonce, TransactionRow.attempt).limit(most)).all()


def open_attempts(connection: Connection, key: SendingKey, most: int) -> Sequence[Any]:
    """Give the same without the bytes, for whoever asks often."""
    query = select(*_BRIEFLY).where(*_of(key), TransactionRow.state.in_(OPEN))
    return connection.execute(query.order_by(TransactionRow.nonce, TransactionRow.attempt).limit(most)).all()


def raw(connection: Connection, transaction_id: int) -> bytes:
    """Give the bytes of a transaction."""
    query = select(TransactionRow.raw).where(TransactionRow.id == transaction_id)
    return connection.execute(query).scalar_one() or b""


def count_open(connection: Connection, key: SendingKey) -> int:
    """Count what is signed or sent and not final."""
    query = select(func.count()).select_from(TransactionRow).where(*_of(key), TransactionRow.state.in_(OPEN))
    return connection.execute(query).scalar_one()


def final_from(connection: Connection, key: SendingKey, nonce: int, most: int) -> Sequence[Any]:
    """Give what was final and has this nonce or a larger one: what a chain that went back does not have any more."""
    where = (*_of(key), TransactionRow.state == Fate.FINAL, TransactionRow.nonce >= nonce)
    return connection.execute(
        select(TransactionRow).where(*where).order_by(TransactionRow.nonce).limit(most)
    ).all()


def store(
    connection: Connection,
    key: SendingKey,
    nonce: int,
    signed: Signed,
    gas: int,
    attempt: int = 1,
    verdict: str | None = None,
) -> int:
    """Insert a signed transaction; give the id of its row."""
    values = {
        "genesis": key.genesis,
        "sender": key.account,
        "nonce": nonce,
        "attempt": attempt,
        "operator": key.operator,
        "raw": signed.raw,
        "hash": signed.hash,
        "gas": gas,
        "state": Fate.SIGNED,
        "signed_at": int(time.time()),
        "verdict": verdict,
    }
    row = insert(TransactionRow).values(values).returning(TransactionRow.id)
    return connection.execute(row).scalar_one()


def carry(connection: Connection, transaction_id: int, items: Sequence[tuple[int, bytes]]) -> None:
    """Say which requests, by place and name, a transaction carries: they are `signed`."""
    rows = [
        {"transaction_id": transaction_id, "position": position, "place": place, "name": name}
        for position, (place, name) in enumerate(items)
    ]
    connection.execute(insert(ItemRow), rows)
    values = {"state": State.SIGNED, "transaction_id": transaction_id}
    for start in range(0, len(items), _CHUNK):
        places = [place for place, _ in items[start : start + _CHUNK]]
        connection.execute(update(OperationRow).where(OperationRow.place.in_(places)).values(values))


def note_answers(connection: Connection, answers: Iterable[tuple[int, str]]) -> None:
    """Note that transactions, by id, were handed to the nodes, and what those said; their requests are `sent`."""
    now = int(time.time())
    for transaction_id, answer in answers:
        where = TransactionRow.id == transaction_id
        connection.execute(update(TransactionRow).where(where).values(sent_at=now, answer=answer))
        connection.execute(
            update(TransactionRow).where(where, TransactionRow.state == Fate.SIGNED).values(state=Fate.SENT)
        )
        carried = (OperationRow.transaction_id == transaction_id, OperationRow.state == State.SIGNED)
        connection.execute(update(OperationRow).where(*carried).values(state=State.SENT))


@dataclass(frozen=True, slots=True)
class Final:
    """The attempt at a nonce that is final: the id of its row, its nonce, and the block it is in."""

    id: int
    nonce: int
    block: int
    block_hash: Hash32
    succeeded: bool


def make_final(connection: Connection, key: SendingKey, finals: Sequence[Final]) -> None:
    """Note the ends of transactions; the other attempts at their nonces are displaced."""
    change = update(TransactionRow).where(TransactionRow.id == bindparam("at")).values(state=Fate.FINAL)
    change = change.values({name: bindparam(f"at_{name}") for name in ("block", "block_hash", "succeeded")})
    others = (*_of(key), TransactionRow.nonce == bindparam("at_nonce"), TransactionRow.id != bindparam("at"))
    displace = update(TransactionRow).where(*others).values(state=Fate.DISPLACED)
    connection.execute(
        change,
        [
            {
                "at": one.id,
                "at_block": one.block,
                "at_block_hash": one.block_hash,
                "at_succeeded": one.succeeded,
            }
            for one in finals
        ],
    )
    connection.execute(displace, [{"at": one.id, "at_nonce": one.nonce} for one in finals])


def carried(connection: Connection, transaction: Any) -> Sequence[Any]:
    """Give the requests that wait for a nonce: whichever attempt carries them, with `name`."""
    query = (
        select(OperationRow, ItemRow.name)
        .join(
            ItemRow,
            (ItemRow.place == OperationRow.place) & (ItemRow.transaction_id == OperationRow.transaction_id),
        )
        .join(TransactionRow, TransactionRow.id == OperationRow.transaction_id)
        .where(
            TransactionRow.genesis == transaction.genesis,
            TransactionRow.sender == transaction.sender,
            TransactionRow.nonce == transaction.nonce,
            OperationRow.state.in_((State.SIGNED, State.SENT)),
        )
        .order_by(ItemRow.position)
    )
    return connection.execute(query).all()


def carried_by(connection: Connection, key: SendingKey, nonces: Sequence[int]) -> Sequence[Any]:
    """Give the requests that wait for any of these nonces, as `carried` does, with `nonce`; in order."""
    query = (
        select(OperationRow, ItemRow.name, TransactionRow.nonce)
        .join(
            ItemRow,
            (ItemRow.place == OperationRow.place) & (ItemRow.transaction_id == OperationRow.transaction_id),
        )
        .join(TransactionRow, TransactionRow.id == OperationRow.transaction_id)
        .where(*_of(key), TransactionRow.nonce.in_(nonces))
        .where(OperationRow.state.in_((State.SIGNED, State.SENT)))
        .order_by(TransactionRow.nonce, ItemRow.position)
    )
    return connection.execute(query).all()


def still_open(connection: Connection, key: SendingKey, nonces: Sequence[int]) -> set[int]:
    """Give those places of `carried_by` whose fate is not decided by now."""
    query = (
        select(OperationRow.place)
        .join(TransactionRow, TransactionRow.id == OperationRow.transaction_id)
        .where(*_of(key), TransactionRow.nonce.in_(nonces))
        .where(OperationRow.state.in_((State.SIGNED, State.SENT)))
    )
    return set(connection.execute(query).scalars())


def flag(connection: Connection, key: SendingKey, rows_next: int, chain_next: int) -> None:
    """Let a key sign nothing until it is reconciled."""
    if unreconciled(connection, key) is None:
        values = {"rows_next": rows_next, "chain_next": chain_next, "found_at": int(time.time())}
        row = {"genesis": key.genesis, "sender": key.account, **values}
        connection.execute(insert(UnreconciledRow).values(row))


def unreconciled(connection: Connection, key: SendingKey) -> Any | None:
    """Give what was found where a key signs nothing until it is reconciled."""
    where = (UnreconciledRow.genesis == key.genesis, UnreconciledRow.sender == key.account)
    return connection.execute(select(UnreconciledRow).where(*where)).one_or_none()


def known(connection: Connection, key: SendingKey) -> set[int]:
    """Give every nonce that has a row."""
    return set(connection.execute(select(TransactionRow.nonce).where(*_of(key))).scalars())


def unflag(connection: Connection, key: SendingKey) -> None:
    """Let a key sign again."""
    where = (UnreconciledRow.genesis == key.genesis, UnreconciledRow.sender == key.account)
    connection.execute(delete(UnreconciledRow).where(*where))


def note_foreign(connection: Connection, key: SendingKey, nonces: Iterable[int]) -> None:
    """Write rows for nonces that were used elsewhere, displacing what we signed there."""
    for nonce in nonces:
        here = (*_of(key), TransactionRow.nonce == nonce)
        connection.execute(update(TransactionRow).where(*here).values(state=Fate.DISPLACED))
        values = {"genesis": key.genesis, "sender": key.account, "operator": key.operator, "nonce": nonce}
        kept = {"attempt": 0, "state": Fate.FOREIGN, "gas": 0, "signed_at": int(time.time())}
        connection.execute(insert(TransactionRow).values(values | kept))


def _of(key: SendingKey) -> tuple[Any, Any]:
    return (TransactionRow.genesis == key.genesis, TransactionRow.sender == key.account)
