"""What a look at the outbox says: nothing while all is well, and what to run where something is stuck."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert, update

from service.examining.finding import Finding, Grade
from service.examining.outbox import STUCK_AFTER, outbox
from service.installation import Installation
from service.outbox.accept import accept
from service.outbox.tables import LeaseRow, OperationRow, TransactionRow
from service.settings import read_settings
from tests.service.outbox.samples import deposit


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Installation]:
    """A home without a chain."""
    opened = Installation(read_settings({}, tmp_path))
    yield opened
    opened.close()


def only(home: Installation) -> Finding:
    [found] = outbox(home)
    return found


def test_an_empty_outbox_is_well(home: Installation):
    assert only(home).grade is Grade.WELL


def test_what_waits_without_a_worker_is_said_and_with_one_it_is_not(home: Installation):
    accept(home.database, deposit(1), idempotency_key="a", principal="p")
    assert only(home).grade is Grade.ILL
    assert "qianyin worker" in only(home).todo_en
    with home.database.write() as connection:
        connection.execute(insert(LeaseRow).values(name="key", worker="w", until=time.time() + 60))
    assert only(home).grade is Grade.WELL


def test_a_transaction_that_is_not_final_for_long_is_named_by_its_operation(home: Installation):
    with home.database.write() as connection:
        connection.execute(insert(LeaseRow).values(name="key", worker="w", until=time.time() + 60))
    accepted = accept(home.database, deposit(1), idempotency_key="a", principal="p")
    signed_at = int(time.time()) - STUCK_AFTER - 60
    with home.database.write() as connection:
        values = {
            "genesis": bytes(32), "sender": bytes(20), "nonce": 7, "attempt": 1, "operator": "issuer",
            "state": "sent", "signed_at": signed_at,
        }  # fmt: skip
        [key] = connection.execute(insert(TransactionRow).values(values)).inserted_primary_key or ()
        connection.execute(
            update(OperationRow).where(OperationRow.id == accepted.id).values(transaction_id=key)
        )
    assert only(home).grade is Grade.WARNING
    assert f"qianyin supersede {accepted.id}" in only(home).todo_en
    with home.database.write() as connection:
        connection.execute(update(TransactionRow).values(signed_at=int(time.time())))
    assert only(home).grade is Grade.WELL
