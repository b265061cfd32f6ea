"""Reconciles a key with its chain, where the chain is beyond the rows. Writes the tables of transactions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from indexer.values import Address, Hash32
from service.errors import Unavailable
from service.keys.operators import Operator
from service.outbox import ending, nonces
from service.outbox.nonces import SendingKey
from service.outbox.office import Office

_MOST = 10_000
"""Open transactions of one key that are looked at."""


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What was found: nonces that were used elsewhere, and how many requests are tried again (or found done)."""

    foreign: tuple[int, ...]
    tried_again: int


def reconcile(office: Office, operator: Operator) -> Reconciled:
    """Let a key sign again, after an operator has looked into why the chain is beyond its rows.

    Everything that the key ever sent must be in settled blocks that the projection has seen: then what a lost row had
    done is found in the projection, and is not done again.

    Nodes are asked before the database is written, since nobody else writes meanwhile.

    Raises:
        Unavailable: that is not so yet, a node does not answer, or rows changed while nodes were asked; try again.
        WrongChain: a node answers for another chain.
    """
    key = office.key(operator)
    office.nodes.check(office.deployment)
    with office.projection.view() as view:
        settled_number = view.as_of.settled_number
    chain_next = office.nodes.next_nonce(key.account)
    if office.nodes.mined_nonce(key.account, settled_number) != chain_next:
        raise Unavailable(
            "not-settled-yet",
            "该密钥发出的交易尚未全部入账；请稍后再核对。",
            "Not all that the key sent is in settled blocks yet; reconcile a little later.",
            next=str(chain_next),
        )
    with office.database.read() as connection:
        flagged, opened = _as_it_is(connection, key, chain_next)
    if flagged is None:
        return Reconciled((), 0)
    ours = {row.nonce for row in opened if office.nodes.knows(Hash32(row.hash))}
    with office.database.write() as connection:
        if _as_it_is(connection, key, chain_next) != (flagged, opened):
            raise _changed()
        kept = nonces.known(connection, key) - {row.nonce for row in opened if row.nonce not in ours}
        foreign = tuple(sorted(set(range(flagged.rows_next, chain_next)) - kept))
        displaced = [
            row.place for one in opened if one.nonce in foreign for row in nonces.carried(connection, one)
        ]
        nonces.note_foreign(connection, key, foreign)
        ending.back_to_stored(connection, displaced)
        nonces.unflag(connection, key)
    return Reconciled(foreign, len(displaced))


@dataclass(frozen=True, slots=True)
class _Opened:
    """What of a transaction that is not final matters here; when it was sent again does not."""

    id: int
    genesis: Hash32
    sender: Address
    nonce: int
    hash: Hash32


def _as_it_is(connection: Connection, key: SendingKey, chain_next: int) -> tuple[Any, list[_Opened]]:
    """Give what was found of a key, None if nothing is, and its open transactions at nonces that the chain has used."""
    rows = nonces.open_attempts(connection, key, _MOST)
    opened = [
        _Opened(row.id, key.genesis, key.account, row.nonce, Hash32(row.hash))
        for row in rows
        if row.nonce < chain_next
    ]
    return nonces.unreconciled(connection, key), opened


def _changed() -> Unavailable:
    return Unavailable(
        "changed-meanwhile",
        "核对期间有交易发生了变化，未作任何改动；请再核对一次。",
        "Transactions of the key changed meanwhile, so nothing was done; reconcile once more.",
    )
