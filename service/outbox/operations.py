"""What became of requests: questions about them, and cancelling. Reads the tables of the outbox."""

from __future__ import annotations

import re
import types
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from indexer.values import Hash32, as_hex
from service.errors import Conflict, NotFound
from service.outbox import body, ending
from service.outbox.database import Database
from service.outbox.requests import Request
from service.outbox.states import CANCELLED, UNSIGNED, Reason, State, read_reason
from service.outbox.tables import DependencyRow, OperationRow, TransactionRow

__all__ = [
    "Operation",
    "Reason",
    "State",
    "as_json",
    "by_key",
    "by_keys",
    "cancel",
    "counts",
    "ended_among",
    "operation",
    "operations",
    "read_matching",
]

_CHUNK = 400
_ID = re.compile(r"[0-9a-f]{32}")
_NOTHING: Mapping[int, Request] = types.MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Operation:
    """A request and what became of it.

    Attributes:
        id: 32 hexadecimal digits; cannot be guessed. `place`: in the order of acceptance.
        depends_on: requests it waits or waited for; `waiting_on`: those of them that have not ended.
        accepted_at, ended_at: Unix seconds.
        reason: why it was refused.
        transaction, nonce: of the transaction it is or was last in; None where somebody else's recorded the act.
        seq, block: where its act is in the ledger, once settled.
    """

    id: str
    place: int
    kind: str
    request: Request
    principal: str
    idempotency_key: str
    state: State
    depends_on: tuple[str, ...]
    waiting_on: tuple[str, ...]
    accepted_at: int
    ended_at: int | None
    reason: Reason | None
    transaction: Hash32 | None
    nonce: int | None
    seq: int | None
    block: int | None


def operation(database: Database, operation_id: str) -> Operation:
    """Give one operation.

    Raises:
        NotFound: there is none of this id.
    """
    if not _ID.fullmatch(operation_id):  # What a stranger typed may be no text that a database takes.
        raise unknown(operation_id)
    with database.read() as connection:
        found = read(connection, _all().where(OperationRow.id == operation_id))
    if not found:
        raise unknown(operation_id)
    return found[0]


def by_key(database: Database, principal: str, idempotency_key: str) -> Operation | None:
    """Give the operation that a principal asked for under a key."""
    where = (OperationRow.principal == principal, OperationRow.idempotency_key == idempotency_key)
    with database.read() as connection:
        found = read(connection, _all().where(*where))
    return found[0] if found else None


def by_keys(database: Database, principal: str, idempotency_keys: Collection[str]) -> dict[str, Operation]:
    """Give the operations that a principal asked for under these keys, by their keys."""
    wanted = sorted(idempotency_keys)
    found: list[Operation] = []
    with database.read() as connection:
        for start in range(0, len(wanted), _CHUNK):
            chunk = wanted[start : start + _CHUNK]
            where = (OperationRow.principal == principal, OperationRow.idempotency_key.in_(chunk))
            found += read(connection, _all().where(*where))
    return {one.idempotency_key: one for one in found}


def operations(
    database: Database,
    *,
    principal: str | None = None,
    kind: str | None = None,
    state: State | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Operation]:
    """List operations, newest first; `before`: the place of the last one seen."""
    query = _all().order_by(OperationRow.place.desc()).limit(limit)
    for column, value in (
        (OperationRow.principal, principal),
        (OperationRow.kind, kind),
        (OperationRow.state, state),
    ):
        if value is not None:
            query = query.where(column == value)
    if before is not None:
        query = query.where(OperationRow.place < before)
    with database.read() as connection:
        return read(connection, query)


def ended_among(database: Database, ids: Collection[str]) -> list[Operation]:
    """Give those of these operations that have ended, in the order of acceptance."""
    wanted = sorted(ids)
    found: list[Operation] = []
    ended = (State.SETTLED, State.REFUSED)
    with database.read() as connection:
        for start in range(0, len(wanted), _CHUNK):
            chunk = wanted[start : start + _CHUNK]
            found += read(connection, _all().where(OperationRow.id.in_(chunk), OperationRow.state.in_(ended)))
    return sorted(found, key=lambda one: one.place)


def counts(database: Database) -> dict[State, int]:
    """Count the operations in each state."""
    query = select(OperationRow.state, func.count()).group_by(OperationRow.state)
    with database.read() as connection:
        found = {State(state): number for state, number in connection.execute(query)}
    return {state: found.get(state, 0) for state in State}


def cancel(database: Database, operation_id: str, *, principal: str) -> Operation:
    """Cancel a request that is not signed yet; those that need it are refused by name.

    Raises:
        NotFound: this principal has no operation of this id.
        Conflict: it is signed, or has ended otherwise.
    """
    if not _ID.fullmatch(operation_id):
        raise unknown(operation_id)
    with database.write() as connection:
        found = read(
            connection, _all().where(OperationRow.id == operation_id, OperationRow.principal == principal)
        )
        if not found:
            raise unknown(operation_id)
        if found[0].state in UNSIGNED:
            ending.refuse(connection, found[0].place, CANCELLED)
        elif found[0].reason is None or found[0].reason.code != CANCELLED.code:
            raise Conflict(
                "operation-signed",
                "该操作已签发，不能再撤回；其结果将如实记录。",
                "The operation is signed and cannot be cancelled any more; its outcome will be recorded.",
                operation=operation_id,
                state=str(found[0].state),
            )
        return read(connection, _all().where(OperationRow.id == operation_id))[0]


def as_json(found: Operation) -> dict[str, Any]:
    """Show an operation to whoever asked for it; JSON-safe, times in Unix seconds."""
    reason = found.reason
    return {
        "id": found.id,
        "kind": found.kind,
        "state": found.state.value,
        "accepted_at": found.accepted_at,
        "ended_at": found.ended_at,
        "waiting_on": list(found.waiting_on),
        "transaction": as_hex(found.transaction) if found.transaction else None,
        "block": found.block,
        "seq": found.seq,
        "reason": {"code": reason.code, "zh": reason.zh, "en": reason.en} if reason else None,
    }


def unknown(operation_id: str) -> NotFound:
    """The error for an operation that is not there."""
    return NotFound(
        "operation-unknown",
        "没有这个编号的操作；请核对编号。",
        "There is no operation of this id; check the id.",
        operation=operation_id[:64],
    )


def _all() -> Select[Any]:
    columns = (OperationRow.__table__, TransactionRow.hash, TransactionRow.nonce)
    return select(*columns).outerjoin(TransactionRow, TransactionRow.id == OperationRow.transaction_id)


def read_matching(connection: Connection, *where: ColumnElement[bool]) -> list[Operation]:
    """Give the operations that conditions on their rows hold of, in the order of acceptance."""
    return read(connection, _all().where(*where).order_by(OperationRow.place))


def read(
    connection: Connection, query: Select[Any], known: Mapping[int, Request] = _NOTHING
) -> list[Operation]:
    """Give the operations that a query for rows of theirs finds; `known`: requests that need not be read, by place."""
    rows = connection.execute(query).all()
    waits = _dependencies(connection, [row.place for row in rows])
    return [
        _operation(row, waits[row.place], known.get(row.place) or body.from_text(row.body)) for row in rows
    ]


def of_places(
    connection: Connection, places: Sequence[int], known: Mapping[int, Request] = _NOTHING
) -> dict[int, Operation]:
    """Give operations by their places; `known`: requests that need not be read."""
    found: dict[int, Operation] = {}
    for start in range(0, len(places), _CHUNK):
        chunk = places[start : start + _CHUNK]
        found |= {
            one.place: one for one in read(connection, _all().where(OperationRow.place.in_(chunk)), known)
        }
    return found


def _dependencies(connection: Connection, places: Sequence[int]) -> dict[int, list[tuple[str, State]]]:
    waits: dict[int, list[tuple[str, State]]] = defaultdict(list)
    for start in range(0, len(places), _CHUNK):
        query = (
            select(DependencyRow.place, OperationRow.id, OperationRow.state)
            .join(OperationRow, OperationRow.place == DependencyRow.awaits)
            .where(DependencyRow.place.in_(places[start : start + _CHUNK]))
            .order_by(DependencyRow.place, DependencyRow.awaits)
        )
        for place, operation_id, state in connection.execute(query):
            waits[place].append((operation_id, State(state)))
    return waits


def _operation(row: Any, waits: list[tuple[str, State]], request: Request) -> Operation:
    return Operation(
        id=row.id,
        place=row.place,
        kind=row.kind,
        request=request,
        principal=row.principal,
        idempotency_key=row.idempotency_key,
        state=State(row.state),
        depends_on=tuple(one for one, _ in waits),
        waiting_on=tuple(one for one, state in waits if not state.ended),
        accepted_at=row.accepted_at,
        ended_at=row.ended_at,
        reason=read_reason(row.reason),
        transaction=None if row.hash is None else Hash32(row.hash),
        nonce=row.nonce,
        seq=row.seq,
        block=row.block,
    )
