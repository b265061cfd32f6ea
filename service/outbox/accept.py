"""Takes requests in: accepted means committed. Writes the tables of the outbox, one transaction a call."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, func, insert, select

from service.errors import BadInput, Conflict
from service.outbox import body
from service.outbox.database import Database
from service.outbox.operations import Operation, of_places
from service.outbox.order import Dependency, Queues
from service.outbox.ranges import check
from service.outbox.requests import Mode, Request, Touch
from service.outbox.states import State
from service.outbox.tables import AttachmentRow, DependencyRow, OperationRow, TouchRow

LONGEST_KEY = 200
_CHUNK = 400
_STRENGTH = (Mode.FOUND, Mode.CHANGE, Mode.USE, Mode.ORDER)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A request as somebody asks for it. `after`: ids of operations, or idempotency keys of the same call before it."""

    request: Request
    idempotency_key: str
    after: tuple[str, ...] = ()


def accept(
    database: Database, request: Request, *, idempotency_key: str, principal: str, after: Sequence[str] = ()
) -> Operation:
    """Accept one request, durably; asked again with the same key, give the same operation.

    Args:
        principal: who asks; keys of different principals do not meet.
        after: ids of operations that must be settled before.

    Raises:
        BadInput: a field is out of its range, or `after` names no operation.
        Conflict: the key was used for another request, or one of `after` was refused.
        Unavailable: the database does not answer; asking again is safe.
    """
    return accept_all(database, [Wanted(request, idempotency_key, tuple(after))], principal=principal)[0]


def accept_all(database: Database, wanted: Sequence[Wanted], *, principal: str) -> list[Operation]:
    """Accept requests in their order: all of them durably, or none.

    Raises:
        BadInput, Conflict, Unavailable: as `accept`; `index` says which request.
    """
    for index, one in enumerate(wanted):
        _check(one, index)
    with database.write() as connection:
        intake = _Intake(connection, principal)
        intake.learn(wanted)
        places = [intake.take(one, index) for index, one in enumerate(wanted)]
        intake.write()
        found = of_places(connection, sorted(set(places)))
    return [found[place] for place in places]


def _check(one: Wanted, index: int) -> None:
    if not 0 < len(one.idempotency_key) <= LONGEST_KEY:
        raise BadInput(
            "idempotency-key-malformed",
            f"幂等键须为 1 至 {LONGEST_KEY} 个字符。",
            f"An idempotency key has 1 to {LONGEST_KEY} characters.",
            index=index,
        )
    try:
        check(one.request)
    except BadInput as fault:
        fault.facts["index"] = index
        raise


@dataclass(slots=True)
class _Intake:
    """One call: what the database knows of it, and what will be written, all in one go at the end."""

    connection: Connection
    principal: str
    held: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    queues: Queues = field(default_factory=Queues)
    next_place: int = 0
    rows: dict[Any, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))

    def learn(self, wanted: Sequence[Wanted]) -> None:
        """Read the keys used before, who touches the same subjects, and the next place."""
        for chunk in _chunks({one.idempotency_key for one in wanted}):
            query = select(OperationRow.idempotency_key, OperationRow.place, OperationRow.digest).where(
                OperationRow.principal == self.principal, OperationRow.idempotency_key.in_(chunk)
            )
            self.held |= {key: (place, digest) for key, place, digest in self.connection.execute(query)}
        for chunk in _chunks({touch.subject for one in wanted for touch in touches_of(one.request)}):
            self._learn_touches(chunk)
        self.next_place = (self.connection.execute(select(func.max(OperationRow.place))).scalar() or 0) + 1

    def take(self, one: Wanted, index: int) -> int:
        """Give the place of a request: of the operation it is already, or a new one's."""
        text = body.canonical(one.request)
        digest = hashlib.sha256(text).digest()
        known = self.held.get(one.idempotency_key)
        if known is not None:
            if known[1] != digest:
                raise _key_reused(one.idempotency_key, index)
            return known[0]
        place, self.next_place = self.next_place, self.next_place + 1
        self.held[one.idempotency_key] = (place, digest)
        self._depend(one, place, index)
        self._append(one, place, text, digest)
        return place

    def write(self) -> None:
        """Insert everything."""
        for table in (OperationRow, TouchRow, DependencyRow, AttachmentRow):
            if self.rows[table]:
                self.connection.execute(insert(table), self.rows[table])

    def _learn_touches(self, subjects: list[str]) -> None:
        query = (
            select(TouchRow.subject, TouchRow.place, TouchRow.mode, OperationRow.sender)
            .join(OperationRow, OperationRow.place == TouchRow.place)
            .where(TouchRow.subject.in_(subjects))
            .order_by(TouchRow.place)
        )
        for subject, place, mode, sender in self.connection.execute(query):
            self.queues.append(place, (Touch(subject, Mode(mode)),), sender)

    def _depend(self, one: Wanted, place: int, index: int) -> None:
        sender = one.request.SENDER
        touches = touches_of(one.request)
        waits = self.queues.dependencies(touches, sender)
        for named in one.after:
            awaited = self._awaited(named, index)
            waits[awaited] = Dependency(awaited, needed=True, piped=False)
        self.queues.append(place, touches, sender)
        self.rows[TouchRow] += [
            {"place": place, "subject": touch.subject, "mode": touch.mode} for touch in touches
        ]
        self.rows[DependencyRow] += [
            {"place": place, "awaits": wait.awaits, "needed": wait.needed, "piped": wait.piped}
            for wait in waits.values()
        ]

    def _awaited(self, named: str, index: int) -> int:
        if named in self.held:
            return self.held[named][0]
        query = select(OperationRow.place, OperationRow.state).where(OperationRow.id == named)
        row = self.connection.execute(query).one_or_none()
        if row is None:
            raise BadInput(
                "after-unknown",
                f"没有编号为 {named[:64]} 的操作可供等待。",
                f"There is no operation {named[:64]} to wait for.",
                index=index,
            )
        if row.state == State.REFUSED:
            raise Conflict(
                "dependency-refused",
                f"所等待的操作 {named} 已被拒绝。",
                f"The operation {named}, which is to be settled before, was refused.",
                index=index,
            )
        place: int = row.place
        return place

    def _append(self, one: Wanted, place: int, text: bytes, digest: bytes) -> None:
        request = one.request
        self.rows[OperationRow].append(
            {
                "place": place,
                "id": secrets.token_hex(16),
                "principal": self.principal,
                "idempotency_key": one.idempotency_key,
                "kind": request.KIND,
                "body": text.decode(),
                "digest": digest,
                "sender": str(request.SENDER),
                "state": State.ACCEPTED,
                "together": 0,
                "accepted_at": int(time.time()),
            }
        )
        for position, file in enumerate(getattr(request, "attachments", ())):
            values = {name: getattr(file, name) for name in file.__dataclass_fields__}
            self.rows[AttachmentRow].append({"place": place, "position": position, **values})


def touches_of(request: Request) -> tuple[Touch, ...]:
    """Give what a request touches, each subject once: a gift to oneself is for the contract to refuse, not for us."""
    strongest: dict[str, Touch] = {}
    for touch in sorted(request.touches(), key=lambda one: _STRENGTH.index(one.mode)):
        strongest.setdefault(touch.subject, touch)
    return tuple(strongest.values())


def _chunks(values: Iterable[str]) -> Iterable[list[str]]:
    ordered = sorted(values)
    return (ordered[start : start + _CHUNK] for start in range(0, len(ordered), _CHUNK))


def _key_reused(key: str, index: int) -> Conflict:
    return Conflict(
        "idempotency-key-reused",
        "这个幂等键已用于另一个请求；请为新的请求换一个键。",
        "This idempotency key was used for another request; use a new key for a new request.",
        index=index,
        key=key,
    )
