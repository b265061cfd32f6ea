"""One worker at a time for each sending key. Owns the table `leases`."""

from __future__ import annotations

import os
import secrets
import socket
import time

from sqlalchemy import Connection, insert, select, update

from service.outbox.tables import LeaseRow

_LONGEST = 10
"""Times our own: what another worker's lease may last, whose settings may be others."""


def worker_name() -> str:
    """Name this worker, for the eyes of an operator and unlike any other."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


def take(connection: Connection, name: str, worker: str, seconds: float) -> bool:
    """Take or renew a lease, in a writing transaction; False: another worker has it.

    One that would last longer than any does was taken by a clock that was put back since, and counts as over.
    """
    now = time.time()
    held = connection.execute(select(LeaseRow).where(LeaseRow.name == name)).one_or_none()
    if held is None:
        connection.execute(insert(LeaseRow).values(name=name, worker=worker, until=now + seconds))
        return True
    if held.worker != worker and now < held.until <= now + _LONGEST * seconds:
        return False
    connection.execute(
        update(LeaseRow).where(LeaseRow.name == name).values(worker=worker, until=now + seconds)
    )
    return True


def holds(connection: Connection, name: str, worker: str) -> bool:
    """Say whether the worker still has the lease: asked in the transaction that depends on it."""
    query = select(LeaseRow.until).where(LeaseRow.name == name, LeaseRow.worker == worker)
    until: float | None = connection.execute(query).scalar_one_or_none()
    return until is not None and until > time.time()


def give_back(connection: Connection, worker: str) -> None:
    """End all leases of a worker that stops."""
    connection.execute(update(LeaseRow).where(LeaseRow.worker == worker).values(until=0.0))
