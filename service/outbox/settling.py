"""The settling step: from `sent` to `settled` or `refused`, in the order of nonces (docs/states.md, "Settling")."""

from __future__ import annotations

import itertools
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, or_, select

from indexer.evidence.rlp import decode_list, octets
from indexer.store.answers import ProvenanceEntry
from indexer.store.view import View
from indexer.values import Address, Hash32, as_hex
from service.outbox import body, ending, lease, nonces
from service.outbox.decoding import reason_of, refusals
from service.outbox.ending import Recorded
from service.outbox.nodes import Receipt
from service.outbox.nonces import SendingKey
from service.outbox.office import Office
from service.outbox.recognition import recorded, sought
from service.outbox.states import (
    NO_RECORD,
    At,
    Point,
    Reason,
    State,
    dependency_refused,
    read_reason,
)
from service.outbox.tables import DependencyRow, OperationRow

_LOG = logging.getLogger(__name__)
_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class _Final:
    """The attempt at a nonce that is final."""

    row: Any
    receipt: Receipt


class SettlingStep:
    """Decides what became of transactions, once the projection has seen their blocks and counts them as settled."""

    def __init__(self, office: Office, worker: str, at: At) -> None:
        self._office, self._worker, self._at = office, worker, at

    def step(self, key: SendingKey) -> int:
        """Decide the final transactions of a key; how many.

        Raises:
            Unavailable, IndexerError: a node, the projection or the database does not answer; nothing is lost.
        """
        with self._office.database.read() as connection:
            rows = nonces.open_transactions(connection, key, _AT_ONCE)
        if not rows:
            return 0
        receipts = self._office.nodes.receipts([Hash32(row.hash) for row in rows])
        with self._office.projection.view() as view:
            if self._office.nodes.block_hash(view.as_of.number) != view.as_of.hash:
                return 0  # The projection will find out that its chain is not the nodes' any more.
            final = _final(rows, receipts, view.as_of.settled_number)
            if not final:
                self._look_for_taken(key, rows[0], view.as_of.settled_number)
                return 0
            return self._decide_all(key, view, final)

    def _decide_all(self, key: SendingKey, view: View, final: Sequence[_Final]) -> int:
        reverts = {one.row.id: self._revert(key, one) for one in final if not one.receipt.succeeded}
        with self._office.database.write() as connection:
            if not lease.holds(connection, key.lease, self._worker):
                return 0
            for one in final:
                self._decide(connection, view, one, reverts.get(one.row.id))
            self._at(Point.SETTLING)
        self._at(Point.SETTLED)
        return len(final)

    def _decide(self, connection: Connection, view: View, final: _Final, revert: Reason | None) -> None:
        carried = nonces.carried(connection, final.row)
        receipt = final.receipt
        nonces.make_final(
            connection, final.row, receipt.block, receipt.block_hash, succeeded=receipt.succeeded
        )
        entries = self._entries(view, carried)
        found = {place: Recorded(one.record.seq, one.record.block_number) for place, one in entries.items()}
        ending.settle(connection, found)
        left = [row for row in carried if row.place not in found]
        again = [row for row in left if _need_unsettled(connection, row.place, receipt.block)]
        ending.back_to_stored(connection, [row.place for row in again])
        undecided = [row for row in left if row not in again]
        if final.row.attempt > 1:
            self._displaced(connection, undecided, read_reason(final.row.verdict))
        elif receipt.succeeded:
            self._refused(connection, undecided, refusals(receipt, _to(final.row)))
        else:
            self._reverted(connection, undecided, len(carried), revert)

    def _entries(self, view: View, carried: Sequence[Any]) -> Mapping[int, ProvenanceEntry]:
        wanted = {
            row.place: sought(body.from_json(json.loads(row.body)), self._office.case(row)) for row in carried
        }
        return recorded(view, wanted)

    def _refused(self, connection: Connection, rows: Sequence[Any], errors: Mapping[Hash32, bytes]) -> None:
        for row in rows:
            error = errors.get(Hash32(row.name))
            if error is None:
                _LOG.error("operation %s: executed, and no record of it", row.id)
            reason = NO_RECORD if error is None else reason_of(error)
            self._refuse(connection, row.place, reason)

    def _reverted(
        self, connection: Connection, rows: Sequence[Any], company: int, revert: Reason | None
    ) -> None:
        if company > 1:
            ending.back_to_stored(connection, [row.place for row in rows], together=company // 2)
            return
        for row in rows:
            self._refuse(connection, row.place, revert or reason_of(None))

    def _displaced(self, connection: Connection, rows: Sequence[Any], verdict: Reason | None) -> None:
        if verdict is None:
            ending.back_to_stored(connection, [row.place for row in rows], together=max(1, len(rows) // 2))
            return
        for row in rows:
            self._refuse(connection, row.place, verdict)

    def _refuse(self, connection: Connection, place: int, reason: Reason) -> None:
        """Refuse; by name where a request that this one needs was refused before."""
        refuser = ending.refused_need(connection, place)
        ending.refuse(connection, place, reason if refuser is None else dependency_refused(refuser, reason))

    def _revert(self, key: SendingKey, final: _Final) -> Reason:
        """Find the error of a reverted transaction by calling it again."""
        fields = decode_list(final.row.raw)
        to, data = Address(octets(fields[3], 20)), octets(fields[5])
        error = self._office.nodes.replay(key.account, to, data, final.row.gas, final.receipt.block)
        return reason_of(error)

    def _look_for_taken(self, key: SendingKey, oldest: Any, settled_number: int) -> None:
        """See whether somebody else used the nonce that we wait for."""
        chain_next = self._office.nodes.mined_nonce(key.account, settled_number)
        if chain_next <= oldest.nonce:
            return
        with self._office.database.read() as connection:
            if nonces.unreconciled(connection, key) is not None:
                return
            attempts = [
                row
                for row in nonces.open_transactions(connection, key, _AT_ONCE)
                if row.nonce == oldest.nonce
            ]
        if any(self._office.nodes.knows(Hash32(row.hash)) for row in attempts):
            return
        with self._office.database.write() as connection:
            nonces.flag(connection, key, oldest.nonce, chain_next)
        _LOG.error("key %s: somebody else used nonce %d", as_hex(key.account), oldest.nonce)


def _final(rows: Sequence[Any], receipts: Mapping[Hash32, Receipt], settled_number: int) -> list[_Final]:
    """Give the final attempts, nonce by nonce, up to the first nonce that has none."""
    found: list[_Final] = []
    for _, attempts in itertools.groupby(rows, key=lambda row: row.nonce):
        mined = [(row, receipts.get(Hash32(row.hash))) for row in attempts]
        final = [
            _Final(row, receipt) for row, receipt in mined if receipt and receipt.block <= settled_number
        ]
        if not final:
            break
        found.append(final[0])
    return found


def _need_unsettled(connection: Connection, place: int, block: int) -> bool:
    """Say whether something that a request needs had not been recorded when its transaction was executed."""
    query = (
        select(OperationRow.place)
        .join(DependencyRow, DependencyRow.awaits == OperationRow.place)
        .where(DependencyRow.place == place, DependencyRow.needed)
        .where(
            or_(
                OperationRow.state.not_in((State.SETTLED, State.REFUSED)),
                (OperationRow.state == State.SETTLED) & (OperationRow.block > block),
            )
        )
        .limit(1)
    )
    return connection.execute(query).first() is not None


def _to(row: Any) -> Address:
    return Address(octets(decode_list(row.raw)[3], 20))
