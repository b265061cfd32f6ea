"""Reconciles a key with its chain, where the chain is beyond the rows. Writes the tables of transactions."""

from __future__ import annotations

from dataclasses import dataclass

from indexer.values import Hash32
from service.errors import Unavailable
from service.keys.operators import Operator
from service.outbox import ending, nonces
from service.outbox.office import Office


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What was found: nonces that were used elsewhere, and how many requests are tried again (or found done)."""

    foreign: tuple[int, ...]
    tried_again: int


def reconcile(office: Office, operator: Operator) -> Reconciled:
    """Let a key sign again, after an operator has looked into why the chain is beyond its rows.

    Everything that the key ever sent must be in settled blocks that the projection has seen: then what a lost row had
    done is found in the projection, and is not done again.

    Raises:
        Unavailable: that is not so yet, or a node does not answer; try again.
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
    with office.database.write() as connection:
        flagged = nonces.unreconciled(connection, key)
        if flagged is None:
            return Reconciled((), 0)
        opened = [row for row in nonces.open_transactions(connection, key, 10_000) if row.nonce < chain_next]
        ours = {row.nonce for row in opened if office.nodes.knows(Hash32(row.hash))}
        kept = nonces.known(connection, key) - {row.nonce for row in opened if row.nonce not in ours}
        foreign = tuple(sorted(set(range(flagged.rows_next, chain_next)) - kept))
        displaced = [
            row.place for one in opened if one.nonce in foreign for row in nonces.carried(connection, one)
        ]
        nonces.note_foreign(connection, key, foreign)
        ending.back_to_stored(connection, displaced)
        nonces.unflag(connection, key)
    return Reconciled(foreign, len(displaced))
