"""A worker finds out cheaply what there is to do, and wakes when somebody writes."""

from __future__ import annotations

import time

from sqlalchemy import insert, update

from indexer.values import Hash32
from service.keys.operators import Operator
from service.outbox import lease
from service.outbox.accept import accept
from service.outbox.database import Database
from service.outbox.nonces import SendingKey
from service.outbox.pulse import Bell, Due, Pulse
from service.outbox.states import State
from service.outbox.tables import LeaseRow, OperationRow
from tests.service.outbox.samples import ISSUER, deposit

KEYS = [SendingKey(Hash32(b"\x01" * 32), operator, ISSUER) for operator in Operator]


def test_a_look_sees_what_waits_for_its_files_and_for_which_key(database: Database) -> None:
    pulse = Pulse(database, KEYS)
    assert pulse.look() == Due(accepted=False, stored=frozenset(), open=frozenset())
    accept(database, deposit(1), idempotency_key="k", principal="p")
    assert pulse.look() == Due(accepted=True, stored=frozenset(), open=frozenset())
    with database.write() as connection:
        connection.execute(update(OperationRow).values(state=State.STORED))
    assert pulse.look() == Due(accepted=False, stored=frozenset({Operator.ISSUER}), open=frozenset())
    with database.write() as connection:
        connection.execute(update(OperationRow).values(state=State.SETTLED))
    assert pulse.look() == Due(accepted=False, stored=frozenset(), open=frozenset())


def test_the_bell_rings_once_for_what_another_wrote_and_not_for_nothing(database: Database) -> None:
    bell = Bell(database)
    bell.rang()
    assert not bell.rang()
    accept(database, deposit(1), idempotency_key="k", principal="p")
    assert _rings(bell)
    assert not bell.rang()
    bell.close()
    bell.rang()
    accept(database, deposit(2), idempotency_key="l", principal="p")
    assert _rings(bell)
    bell.close()


def _rings(bell: Bell, seconds: float = 5.0) -> bool:
    """PostgreSQL tells a little later than it answers."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if bell.rang():
            return True
        time.sleep(0.01)
    return False


def test_a_lease_that_was_taken_by_a_clock_put_back_since_is_over(database: Database) -> None:
    with database.write() as connection:
        far = {"name": "far", "worker": "another", "until": time.time() + 86_400}
        near = {"name": "near", "worker": "another", "until": time.time() + 30}
        connection.execute(insert(LeaseRow), [far, near])
        assert lease.take(connection, "far", "me", 6.0)
        assert not lease.take(connection, "near", "me", 6.0)
