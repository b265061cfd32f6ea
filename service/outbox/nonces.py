"""Signed transactions by their nonces. Owns the tables `transactions`, `items` and `unreconciled`."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

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


def open_transactions(connection: Connection, key: SendingKey, most: int) -> Sequence[Any]:
    """Give what is signed or sent and not final, by nonce and attempt."""
    query = select(TransactionRow).where(*_of(key), TransactionRow.state.in_(OPEN))
    return connection.execute(query.order_by(TransactionRow.nonce, TransactionRow.attempt).limit(most)).all()


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


def make_final(
    connection: Connection, transaction: Any, block: int, block_hash: Hash32, *, succeeded: bool
) -> None:
    """Note the end of a transaction; the other attempts at its nonce are displaced."""
    values = {"state": Fate.FINAL, "block": block, "block_hash": block_hash, "succeeded": succeeded}
    connection.execute(update(TransactionRow).where(TransactionRow.id == transaction.id).values(values))
    others = (
        TransactionRow.genesis == transaction.genesis,
        TransactionRow.sender == transaction.sender,
        TransactionRow.nonce == transaction.nonce,
        TransactionRow.id != transaction.id,
    )
    connection.execute(update(TransactionRow).where(*others).values(state=Fate.DISPLACED))


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
