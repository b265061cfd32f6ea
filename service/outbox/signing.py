"""The signing step: from `stored` to `signed`. One database transaction takes nonces, signs, and stores the bytes.

Its steps are those of docs/states.md, "Signing".
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, exists, func, not_, select
from sqlalchemy.orm import aliased

from indexer.store.view import View
from indexer.values import Address, as_hex
from service.errors import QianyinError, Unavailable
from service.keys import guard
from service.keys.sealing import SealBroken
from service.outbox import body, ending, lease, nonces
from service.outbox.calls import call_data, part
from service.outbox.ending import Recorded
from service.outbox.nonces import SendingKey
from service.outbox.office import Office
from service.outbox.parts import Circumstances, Part
from service.outbox.plan import Bounds, Candidate, plan
from service.outbox.recognition import recorded, sought
from service.outbox.requests import Request
from service.outbox.states import At, Point, Reason, State
from service.outbox.tables import DependencyRow, OperationRow
from service.outbox.transactions import Unsigned

_LOG = logging.getLogger(__name__)
_MOST_CANDIDATES = 4_000
_FEW = 2
"""Transactions that are looked for while earlier ones are under way: what follows those must not be kept waiting."""
_CHUNK = 400


@dataclass(frozen=True, slots=True)
class _Ready:
    """A request that may be signed, with its part of a transaction."""

    row: Any
    request: Request
    part: Part


class SigningStep:
    """Signs what may be signed, with the keys whose leases this worker has."""

    def __init__(self, office: Office, worker: str, at: At) -> None:
        self._office, self._worker, self._at = office, worker, at
        self._none_full: dict[SendingKey, int] = {}

    def step(self, key: SendingKey, *, full_only: bool = False) -> int:
        """Sign with one key; how many requests moved.

        Args:
            full_only: leave transactions that more requests could still join for later.

        Raises:
            WrongChain: a node answers for another chain.
            Unavailable, IndexerError: a node, the projection or the database does not answer; nothing is lost.
        """
        office = self._office
        with office.database.read() as connection:
            room = office.settings.in_flight - nonces.count_open(connection, key)
            if room <= 0 or not _candidates(connection, key, most=1):
                return 0
            newest = _newest(connection, key)
        if full_only and self._none_full.get(key) == newest:
            return 0  # Nobody has joined since there was none full.
        seen = office.nodes.survey(office.deployment, key.account)
        gas = seen.block_gas // office.settings.block_share
        with office.projection.view() as view, office.database.write() as connection:
            if not self._may_sign(connection, key, seen.next_nonce):
                return 0
            moved = self._sign_all(connection, key, view, room, gas, full_only=full_only)
            if moved:
                self._at(Point.SIGNING)
        if moved:
            self._at(Point.SIGNED)
        self._none_full[key] = newest
        return moved

    def _may_sign(self, connection: Connection, key: SendingKey, chain_next: int) -> bool:
        if not lease.holds(connection, key.lease, self._worker):
            return False
        if nonces.unreconciled(connection, key) is not None:
            return False
        rows_next = nonces.next_nonce(connection, key)
        if chain_next > rows_next:
            nonces.flag(connection, key, rows_next, chain_next)
            _LOG.error(
                "key %s: the chain is at nonce %d, our rows at %d; it signs nothing until reconciled",
                as_hex(key.account),
                chain_next,
                rows_next,
            )
            return False
        return True

    def _sign_all(
        self, connection: Connection, key: SendingKey, view: View, room: int, gas: int, *, full_only: bool
    ) -> int:
        most = _FEW * self._office.settings.batch_items if full_only else _MOST_CANDIDATES
        rows = _candidates(connection, key, most)
        requests = {row.place: body.from_text(row.body) for row in rows}
        done = self._settle_done(connection, view, rows, requests)
        ready: dict[int, _Ready] = {}
        for row in rows:
            if row.place in done:
                continue
            made = self._part(key, requests[row.place], self._circumstances(connection, view, row))
            if isinstance(made, Part):
                ready[row.place] = _Ready(row, requests[row.place], made)
            else:
                ending.refuse(connection, row.place, made)
        self._drop_ended(connection, ready)
        settings = self._office.settings
        bounds = Bounds(settings.batch_items, settings.batch_bytes, gas)
        planned = plan(_to_plan(connection, ready), bounds, room, full_only=full_only)
        nonce = nonces.next_nonce(connection, key)
        for offset, places in enumerate(planned):
            self._sign(connection, key, nonce + offset, [ready[place] for place in places], gas)
        return len(rows) - len(ready) + sum(map(len, planned))

    def _settle_done(
        self, connection: Connection, view: View, rows: Sequence[Any], requests: Mapping[int, Request]
    ) -> set[int]:
        """End what somebody else's transaction has recorded already."""
        wanted = {row.place: sought(requests[row.place], self._office.case(row)) for row in rows}
        entries = recorded(view, wanted)
        found = {place: Recorded(one.record.seq, one.record.block_number) for place, one in entries.items()}
        ending.settle(connection, found)
        return set(found)

    def _circumstances(self, connection: Connection, view: View, row: Any) -> Circumstances:
        return self._office.circumstances(connection, view, self._office.case(row))

    @staticmethod
    def _part(key: SendingKey, request: Request, at: Circumstances) -> Part | Reason:
        hand = _own_hand(request)
        if hand is not None and hand != key.account:
            return _other_hand(hand)
        try:
            return part(request, at)
        except QianyinError as fault:
            if isinstance(fault, SealBroken) and fault.code == "key-other":
                # This worker's master key is another one: nothing is wrong with the request.
                raise Unavailable(fault.code, fault.zh, fault.en, **fault.facts) from fault
            return Reason(fault.code, fault.zh, fault.en, fault.facts)

    @staticmethod
    def _drop_ended(connection: Connection, ready: dict[int, _Ready]) -> None:
        """Leave out what a refusal just now ended by name."""
        for chunk in _chunks(list(ready)):
            query = select(OperationRow.place).where(
                OperationRow.place.in_(chunk), OperationRow.state == State.REFUSED
            )
            for place in connection.execute(query).scalars():
                del ready[place]

    def _sign(
        self, connection: Connection, key: SendingKey, nonce: int, items: list[_Ready], gas: int
    ) -> None:
        parts = [one.part for one in items]
        unsigned = Unsigned(self._office.deployment.chain_id, nonce, gas, parts[0].to, call_data(parts))
        guard.claim(connection, key.account, key.genesis, f"nonce {nonce} attempt 1", unsigned.digest())
        signed = unsigned.sealed(lambda digest: self._office.vault.sign_as_operator(key.operator, digest))
        stored = nonces.store(connection, key, nonce, signed, gas)
        nonces.carry(connection, stored, [(one.row.place, one.part.name) for one in items])


def _candidates(connection: Connection, key: SendingKey, most: int) -> Sequence[Any]:
    """Give the earliest stored requests of a key that wait for none but earlier ones of the same key, by nonce."""
    awaited = aliased(OperationRow)
    open_states = (State.ACCEPTED, State.STORED, State.SIGNED, State.SENT)
    piped_states = (State.STORED, State.SIGNED, State.SENT)
    blocks = (
        exists()
        .where(DependencyRow.place == OperationRow.place, awaited.place == DependencyRow.awaits)
        .where(awaited.state.in_(open_states))
        .where(not_(DependencyRow.piped & awaited.state.in_(piped_states)))
    )
    query = (
        select(OperationRow)
        .where(OperationRow.state == State.STORED, OperationRow.sender == key.operator, ~blocks)
        .order_by(OperationRow.place)
        .limit(most)
    )
    return connection.execute(query).all()


def _newest(connection: Connection, key: SendingKey) -> int:
    """Give the place of the newest stored request of a key."""
    where = (OperationRow.state == State.STORED, OperationRow.sender == key.operator)
    return connection.execute(select(func.max(OperationRow.place)).where(*where)).scalar() or 0


def _to_plan(connection: Connection, ready: Mapping[int, _Ready]) -> list[Candidate]:
    """Give the planner those whose unsigned predecessors are all ready too, or were found done."""
    waits = _unsigned_waits(connection, list(ready))
    free = set(ready)
    while stuck := {place for place in free if not waits[place] <= free}:
        free -= stuck
    return [
        Candidate(
            place=place,
            group=ready[place].part.group,
            name=ready[place].part.name,
            size=ready[place].part.size,
            gas=ready[place].part.gas,
            together=ready[place].row.together,
            behind=frozenset(waits[place]),
        )
        for place in sorted(free)
    ]


def _unsigned_waits(connection: Connection, places: Sequence[int]) -> Mapping[int, set[int]]:
    """Say which unsigned requests each waits for; `coalesce` keeps SQLite from beginning with all that are stored."""
    waits: dict[int, set[int]] = defaultdict(set)
    for chunk in _chunks(places):
        query = (
            select(DependencyRow.place, DependencyRow.awaits)
            .join(OperationRow, OperationRow.place == DependencyRow.awaits)
            .where(DependencyRow.place.in_(chunk), func.coalesce(OperationRow.state, "") == State.STORED)
        )
        for place, awaits in connection.execute(query):
            waits[place].add(awaits)
    return waits


def _chunks(places: Sequence[int]) -> list[Sequence[int]]:
    return [places[start : start + _CHUNK] for start in range(0, len(places), _CHUNK)]


def _own_hand(request: Request) -> Address | None:
    """Give the account that a request says sends it, where its name on chain depends on that."""
    for name in ("registrant", "depositor", "issuer", "contestant"):
        hand: Address | None = getattr(request, name, None)
        if hand is not None:
            return hand
    return None


def _other_hand(hand: Address) -> Reason:
    return Reason(
        "not-our-account",
        f"账户 {as_hex(hand)} 不是本机构的发行方账户。",
        f"The account {as_hex(hand)} is not this installation's issuer.",
        {"account": as_hex(hand)},
    )
