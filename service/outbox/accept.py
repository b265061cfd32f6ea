"""Takes requests in: accepted means committed. Writes the tables of the outbox.

Calls that come at the same time share one transaction, for what a commit waits for is the disk; each is still accepted
or refused by itself.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, func, insert, select

from service.errors import BadInput, Conflict, QianyinError
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
    call = _Call([_Asked.of(one, principal, index) for index, one in enumerate(wanted)])
    database.crowd.join(call, lambda calls: _accept_together(database, calls))
    if call.fault is not None:
        raise call.fault
    return call.operations


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request with all that follows from it alone, made before anybody has to wait for it."""

    wanted: Wanted
    principal: str
    index: int
    text: str
    digest: bytes
    touches: tuple[Touch, ...]

    @classmethod
    def of(cls, wanted: Wanted, principal: str, index: int) -> _Asked:
        _check(wanted, index)
        text = body.canonical(wanted.request)
        digest = hashlib.sha256(text).digest()
        return cls(wanted, principal, index, text.decode(), digest, touches_of(wanted.request))

    @property
    def key(self) -> tuple[str, str]:
        return self.principal, self.wanted.idempotency_key


@dataclass(slots=True, eq=False)
class _Call:
    """One call of `accept_all`, and its answer: operations, or what is wrong with one of its requests."""

    asked: list[_Asked]
    operations: list[Operation] = field(default_factory=list)
    fault: QianyinError | None = None


def _accept_together(database: Database, calls: Sequence[_Call]) -> None:
    """Serve calls in one transaction; one that has something wrong leaves nothing behind in it."""
    faults: dict[int, QianyinError] = {}
    places: list[list[int]] = []
    with database.write() as connection:
        intake = _Intake(connection)
        intake.learn([one for call in calls for one in call.asked])
        for at, call in enumerate(calls):
            try:
                intake.examine(call.asked)
            except QianyinError as fault:
                faults[at] = fault
                places.append([])
            else:
                places.append([intake.take(one) for one in call.asked])
        intake.write()
        found = of_places(connection, sorted({place for some in places for place in some}), intake.requests)
    for at, call in enumerate(calls):  # Only now is it durable.
        call.fault = faults.get(at)
        call.operations = [found[place] for place in places[at]]


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
    """One transaction: what the database knows of it, and what will be written, all in one go at the end."""

    connection: Connection
    requests: dict[int, Request] = field(default_factory=dict)
    held: dict[tuple[str, str], tuple[int, bytes]] = field(default_factory=dict)
    refused: set[tuple[str, str]] = field(default_factory=set)
    queues: Queues = field(default_factory=Queues)
    next_place: int = 0
    rows: dict[Any, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))

    def learn(self, asked: Sequence[_Asked]) -> None:
        """Read the keys used before, who touches the same subjects, and the next place."""
        keys: dict[str, set[str]] = defaultdict(set)
        for one in asked:
            keys[one.principal].add(one.wanted.idempotency_key)
        for principal, used in keys.items():
            for chunk in _chunks(used):
                self._learn_keys(principal, chunk)
        self._learn_touches([touch for one in asked for touch in one.touches])
        self.next_place = (self.connection.execute(select(func.max(OperationRow.place))).scalar() or 0) + 1

    def examine(self, asked: Sequence[_Asked]) -> None:
        """See whether the requests of a call can be taken, all of them.

        Raises:
            BadInput, Conflict: one cannot; nothing has changed.
        """
        before: dict[tuple[str, str], bytes] = {}
        for one in asked:
            known = self.held[one.key][1] if one.key in self.held else before.get(one.key)
            if known is None:
                for named in one.wanted.after:
                    self._examine_after((one.principal, named), before, one.index)
            elif known != one.digest:
                raise _key_reused(one.wanted.idempotency_key, one.index)
            before[one.key] = one.digest

    def _examine_after(self, named: tuple[str, str], before: Collection[tuple[str, str]], index: int) -> None:
        if named not in before:
            self._awaited(named[1], index)
        elif named in self.refused:
            raise _awaited_refused(named[1], index)

    def take(self, one: _Asked) -> int:
        """Give the place of a request that was examined: of the operation it is already, or a new one's."""
        if one.key in self.held:
            return self.held[one.key][0]
        place, self.next_place = self.next_place, self.next_place + 1
        self._depend(one, place)
        self.held[one.key] = (place, one.digest)
        if not getattr(one.wanted.request, "attachments", ()):  # Else what is read has not their content.
            self.requests[place] = one.wanted.request
        self._append(one, place)
        return place

    def write(self) -> None:
        """Insert everything."""
        for table in (OperationRow, TouchRow, DependencyRow, AttachmentRow):
            if self.rows[table]:
                self.connection.execute(insert(table), self.rows[table])

    def _learn_keys(self, principal: str, keys: list[str]) -> None:
        row = OperationRow
        query = select(row.idempotency_key, row.place, row.digest, row.state)
        where = (row.principal == principal, row.idempotency_key.in_(keys))
        for key, place, digest, state in self.connection.execute(query.where(*where)):
            self.held[principal, key] = (place, digest)
            if state == State.REFUSED:
                self.refused.add((principal, key))

    def _learn_touches(self, touches: Sequence[Touch]) -> None:
        """Read who touches these subjects; of those that are only used, not the other users: they do not matter."""
        stronger = {touch.subject for touch in touches if touch.mode is not Mode.USE}
        for chunk in _chunks(stronger):
            self._learn_queues(chunk, list(Mode))
        for chunk in _chunks({touch.subject for touch in touches} - stronger):
            self._learn_queues(chunk, [mode for mode in Mode if mode is not Mode.USE])

    def _learn_queues(self, subjects: list[str], modes: list[Mode]) -> None:
        query = (
            select(TouchRow.subject, TouchRow.place, TouchRow.mode, OperationRow.sender)
            .join(OperationRow, OperationRow.place == TouchRow.place)
            .where(TouchRow.subject.in_(subjects), TouchRow.mode.in_(modes))
            .order_by(TouchRow.place)
        )
        for subject, place, mode, sender in self.connection.execute(query):
            self.queues.append(place, (Touch(subject, Mode(mode)),), sender)

    def _depend(self, one: _Asked, place: int) -> None:
        sender = one.wanted.request.SENDER
        waits = self.queues.dependencies(one.touches, sender)
        for named in one.wanted.after:
            held = self.held.get((one.principal, named))
            awaited = held[0] if held is not None else self._awaited(named, one.index)
            waits[awaited] = Dependency(awaited, needed=True, piped=False)
        self.queues.append(place, one.touches, sender)
        self.rows[TouchRow] += [
            {"place": place, "subject": touch.subject, "mode": touch.mode} for touch in one.touches
        ]
        self.rows[DependencyRow] += [
            {"place": place, "awaits": wait.awaits, "needed": wait.needed, "piped": wait.piped}
            for wait in waits.values()
        ]

    def _awaited(self, named: str, index: int) -> int:
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
            raise _awaited_refused(named, index)
        place: int = row.place
        return place

    def _append(self, one: _Asked, place: int) -> None:
        request = one.wanted.request
        self.rows[OperationRow].append(
            {
                "place": place,
                "id": secrets.token_hex(16),
                "principal": one.principal,
                "idempotency_key": one.wanted.idempotency_key,
                "kind": request.KIND,
                "body": one.text,
                "digest": one.digest,
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


def _awaited_refused(named: str, index: int) -> Conflict:
    return Conflict(
        "dependency-refused",
        f"所等待的操作 {named} 已被拒绝。",
        f"The operation {named}, which is to be settled before, was refused.",
        index=index,
    )


def _key_reused(key: str, index: int) -> Conflict:
    return Conflict(
        "idempotency-key-reused",
        "这个幂等键已用于另一个请求；请为新的请求换一个键。",
        "This idempotency key was used for another request; use a new key for a new request.",
        index=index,
        key=key,
    )
