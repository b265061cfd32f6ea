"""How a request ends, and what that does to those that need it. Owns the change of a row to `settled` or `refused`."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, select, update

from service.outbox.states import UNSIGNED, Reason, State, dependency_refused
from service.outbox.tables import AttachmentRow, DependencyRow, OperationRow, TouchRow

_CHUNK = 400


@dataclass(frozen=True, slots=True)
class Recorded:
    """Where the act of a request is: place in the ledger, and block."""

    seq: int
    block: int


def settle(connection: Connection, found: Mapping[int, Recorded]) -> None:
    """End requests, by place, whose acts are recorded."""
    if not found:
        return
    values = {"state": State.SETTLED, "ended_at": int(time.time()), "reason": None}
    change = update(OperationRow).where(OperationRow.place == bindparam("at"))
    change = change.values(**values, seq=bindparam("at_seq"), block=bindparam("at_block"))
    rows = [{"at": place, "at_seq": one.seq, "at_block": one.block} for place, one in found.items()]
    connection.execute(change, rows)
    _let_go(connection, list(found))


def refuse(connection: Connection, place: int, reason: Reason) -> None:
    """End a request that will not be carried out, and by name all unsigned ones that need it, and so on.

    Bytes of its files that wait in the database go; those that wait as files are left to whoever sweeps.
    """
    pending = [(place, reason)]
    while pending:
        at, why = pending.pop()
        values = {"state": State.REFUSED, "ended_at": int(time.time()), "reason": why.to_text()}
        row = connection.execute(
            update(OperationRow).where(OperationRow.place == at).values(values).returning(OperationRow.id)
        ).one()
        _forget_bytes(connection, at)
        _let_go(connection, [at])
        pending += [(one, dependency_refused(row.id)) for one in _unsigned_dependants(connection, at)]


def back_to_stored(connection: Connection, places: Iterable[int], together: int | None = None) -> None:
    """Put requests back whose transaction is final without having decided them; `together`: bound of their batches."""
    values: dict[str, object] = {"state": State.STORED, "transaction_id": None}
    if together is not None:
        values["together"] = together
    for place in places:
        connection.execute(update(OperationRow).where(OperationRow.place == place).values(values))
        refuser = refused_need(connection, place)
        if refuser is not None:
            refuse(connection, place, dependency_refused(refuser))


def refused_need(connection: Connection, place: int) -> str | None:
    """Give the id of a refused request that this one needs, if there is one."""
    query = (
        select(OperationRow.id)
        .join(DependencyRow, DependencyRow.awaits == OperationRow.place)
        .where(DependencyRow.place == place, DependencyRow.needed, OperationRow.state == State.REFUSED)
        .order_by(OperationRow.place)
        .limit(1)
    )
    found: str | None = connection.execute(query).scalar_one_or_none()
    return found


def _unsigned_dependants(connection: Connection, place: int) -> Sequence[int]:
    query = (
        select(OperationRow.place)
        .join(DependencyRow, DependencyRow.place == OperationRow.place)
        .where(DependencyRow.awaits == place, DependencyRow.needed, OperationRow.state.in_(UNSIGNED))
    )
    return connection.execute(query).scalars().all()


def _forget_bytes(connection: Connection, place: int) -> None:
    forget = update(AttachmentRow).where(AttachmentRow.place == place)
    connection.execute(forget.values(content=None, path=None))


def _let_go(connection: Connection, places: Sequence[int]) -> None:
    for start in range(0, len(places), _CHUNK):
        connection.execute(delete(TouchRow).where(TouchRow.place.in_(places[start : start + _CHUNK])))
