"""The settling step: from `sent` to `settled` or `refused`, in the order of nonces (docs/states.md, "Settling")."""

from __future__ import annotations

import itertools
import logging
import time
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
from service.outbox.doubts import Doubts
from service.outbox.ending import Recorded
from service.outbox.nonces import SendingKey
from service.outbox.office import Office
from service.outbox.receipts import Receipt
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
_LOOK_AGAIN = 1.0
"""Seconds after which a node is asked again though nothing moved: it may have said an older nonce than it has."""
_SURE = 2.0
"""Seconds for which nodes have to say the same before something final follows from it: one that lags behind its own
chain has no receipts, or not all logs of one, for a moment."""


@dataclass(frozen=True, slots=True)
class _Final:
    """The attempt at a nonce that is final; the receipt, where it had to be asked for."""

    row: Any
    block: int
    block_hash: Hash32
    succeeded: bool
    receipt: Receipt | None = None


@dataclass(frozen=True, slots=True)
class _Ripe:
    """What the projection says of nonces that settled blocks have used.

    Attributes:
        attempts: rows of transactions, by nonce, in order.
        carried: rows of requests, by nonce.
        entries: records of those that have one, by place.
    """

    attempts: Mapping[int, list[Any]]
    carried: Mapping[int, list[Any]]
    entries: Mapping[int, ProvenanceEntry]

    def plain(self, nonce: int) -> _Final | None:
        """Give the attempt that recorded all that it carries, as the projection shows: no receipt adds to that."""
        found = [self.entries.get(row.place) for row in self.carried.get(nonce, ())]
        for row in self.attempts[nonce]:
            ours = [one for one in found if one is not None and one.transaction_hash == row.hash]
            if ours and None not in found:
                return _Final(row, ours[0].record.block_number, ours[0].block_hash, succeeded=True)
        return None


class SettlingStep:
    """Decides what became of transactions, once the projection has seen their blocks and counts them as settled."""

    def __init__(self, office: Office, worker: str, at: At) -> None:
        self._office, self._worker, self._at = office, worker, at
        self._nothing_at: dict[SendingKey, tuple[tuple[Any, ...], float]] = {}
        self._missing, self._incomplete = Doubts(_SURE), Doubts(_SURE)

    def step(self, key: SendingKey) -> int:
        """Decide the final transactions of a key; how many.

        Raises:
            Unavailable, IndexerError: a node, the projection or the database does not answer; nothing is lost.
        """
        with self._office.database.read() as connection:
            rows = nonces.open_attempts(connection, key, _AT_ONCE)
        if not rows:
            return 0
        with self._office.projection.view() as view:
            as_of = view.as_of
            here = (as_of.hash, as_of.settled_number, rows[0].id)
            seen_before, until = self._nothing_at.get(key, ((), 0.0))
            if seen_before == here and time.monotonic() < until:
                return 0  # Neither chain nor rows have moved since there was nothing to decide.
            seen = self._office.nodes.standing(key.account, as_of.settled_number, as_of.number)
            if seen.block_hash != as_of.hash:
                return 0  # The projection will find out that its chain is not the nodes' any more.
            used = [row for row in rows if seen.nonce is None or row.nonce < seen.nonce]
            if not used:
                self._nothing_at[key] = here, time.monotonic() + _LOOK_AGAIN
                return 0
            ripe = self._ripe(key, view, used)
            final = self._final(ripe, view)
        if final:
            return self._decide_all(key, ripe, final)
        if seen.nonce is not None:
            self._note_taken(key, rows[0].nonce, seen.nonce)
        return 0

    def _ripe(self, key: SendingKey, view: View, rows: Sequence[Any]) -> _Ripe:
        attempts = {nonce: list(group) for nonce, group in itertools.groupby(rows, key=lambda row: row.nonce)}
        with self._office.database.read() as connection:
            carried = nonces.carried_by(connection, key, list(attempts))
        wanted = {row.place: sought(body.from_text(row.body), self._office.case(row)) for row in carried}
        by_nonce = itertools.groupby(carried, key=lambda row: row.nonce)
        return _Ripe(attempts, {nonce: list(group) for nonce, group in by_nonce}, recorded(view, wanted))

    def _final(self, ripe: _Ripe, view: View) -> list[_Final]:
        """Give the final attempts, nonce by nonce, up to the first that has none; receipts where rows do not tell."""
        plain = {nonce: ripe.plain(nonce) for nonce in ripe.attempts}
        unclear = [row for nonce, one in plain.items() if one is None for row in ripe.attempts[nonce]]
        receipts = self._receipts(view, [Hash32(row.hash) for row in unclear]) if unclear else {}
        found: list[_Final] = []
        for nonce, attempts in ripe.attempts.items():
            final = plain[nonce] or _by_receipt(attempts, receipts)
            if final is None or not self._accounts_for_all(ripe, final):
                break
            found.append(final)
        return found

    def _receipts(self, view: View, hashes: Sequence[Hash32]) -> Mapping[Hash32, Receipt]:
        """Give the receipts in settled blocks of the projection's chain: who answers now may be on another branch.

        A settled block without records is not held; then a node is asked, if it has the projection's last block.
        """
        as_of, nodes = view.as_of, self._office.nodes
        found = {
            one: receipt
            for one, receipt in nodes.receipts(hashes).items()
            if receipt.block <= as_of.settled_number
        }
        blocks = {number: view.block(number) for number in {one.block for one in found.values()}}
        known = {number: block.hash for number, block in blocks.items() if block is not None}
        if len(known) < len(blocks):
            said = nodes.block_hashes([*sorted(blocks.keys() - known), as_of.number])
            known |= said if said.get(as_of.number) == as_of.hash else {}
        return {
            one: receipt for one, receipt in found.items() if known.get(receipt.block) == receipt.block_hash
        }

    def _accounts_for_all(self, ripe: _Ripe, final: _Final) -> bool:
        """Say whether a receipt names an error for all that has no record; after a while one is taken as it is.

        A node may leave logs out, and the next answer may have them.
        """
        left = [row for row in ripe.carried.get(final.row.nonce, ()) if row.place not in ripe.entries]
        if not left or final.receipt is None or not final.succeeded or final.row.attempt > 1:
            return True
        with self._office.database.read() as connection:
            errors = _errors(connection, final)
        if all(Hash32(row.name) in errors for row in left):
            self._incomplete.drop(final.row.id)
            return True
        return self._incomplete.last(final.row.id)

    def _decide_all(self, key: SendingKey, ripe: _Ripe, final: Sequence[_Final]) -> int:
        reverts = {one.row.id: self._revert(key, one) for one in final if not one.succeeded}
        decided = [one.row.nonce for one in final]
        with self._office.database.write() as connection:
            if not lease.holds(connection, key.lease, self._worker):
                return 0
            undecided = nonces.still_open(connection, key, decided)
            ends = [
                nonces.Final(one.row.id, one.row.nonce, one.block, one.block_hash, one.succeeded)
                for one in final
            ]
            nonces.make_final(connection, key, ends)
            found = {place: one for place, one in ripe.entries.items() if place in undecided}
            ending.settle(
                connection,
                {place: Recorded(one.record.seq, one.record.block_number) for place, one in found.items()},
            )
            for one in final:
                carried = [row for row in ripe.carried.get(one.row.nonce, ()) if row.place in undecided]
                left = [row for row in carried if row.place not in found]
                self._decide(connection, one, left, len(carried), reverts.get(one.row.id))
            self._at(Point.SETTLING)
        self._at(Point.SETTLED)
        return len(final)

    def _decide(
        self, connection: Connection, final: _Final, left: Sequence[Any], company: int, revert: Reason | None
    ) -> None:
        """Decide those of a transaction that have no record."""
        again = {row.place for row in left if _need_unsettled(connection, row.place, final.block)}
        ending.back_to_stored(connection, sorted(again))
        undecided = [row for row in left if row.place not in again]
        if final.row.attempt > 1:
            self._displaced(connection, undecided, read_reason(final.row.verdict))
        elif final.succeeded:
            self._refused(connection, undecided, _errors(connection, final) if undecided else {})
        else:
            self._reverted(connection, undecided, company, revert)

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
        with self._office.database.read() as connection:
            fields = decode_list(nonces.raw(connection, final.row.id))
        to, data = Address(octets(fields[3], 20)), octets(fields[5])
        return reason_of(self._office.nodes.replay(key.account, to, data, final.row.gas, final.block))

    def _note_taken(self, key: SendingKey, nonce: int, chain_next: int) -> None:
        """See whether somebody else used the nonce that we wait for."""
        with self._office.database.read() as connection:
            if nonces.unreconciled(connection, key) is not None:
                return
            attempts = [row for row in nonces.open_attempts(connection, key, _AT_ONCE) if row.nonce == nonce]
        if any(self._office.nodes.knows(Hash32(row.hash)) for row in attempts):
            self._missing.drop((key, nonce))
            return
        if not self._missing.last((key, nonce)):
            return
        with self._office.database.write() as connection:
            nonces.flag(connection, key, nonce, chain_next)
        _LOG.error("key %s: somebody else used nonce %d", as_hex(key.account), nonce)


def _by_receipt(attempts: Sequence[Any], receipts: Mapping[Hash32, Receipt]) -> _Final | None:
    """Give the attempt that has a receipt."""
    for row in attempts:
        receipt = receipts.get(Hash32(row.hash))
        if receipt is not None:
            return _Final(row, receipt.block, receipt.block_hash, receipt.succeeded, receipt)
    return None


def _errors(connection: Connection, final: _Final) -> Mapping[Hash32, bytes]:
    """Give the errors of the items that the contract refused, by name."""
    to = Address(octets(decode_list(nonces.raw(connection, final.row.id))[3], 20))
    return {} if final.receipt is None else refusals(final.receipt, to)


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
