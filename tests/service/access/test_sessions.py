"""Signing in: what a session lets in, and what ends it."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from service.access import sessions
from service.access.bearer import Scope
from service.access.bearers import bearer_of, give_out, revoke
from service.access.sessions import bearer_of_session, close_session, open_session
from service.access.tables import BrowserSessionRow
from service.outbox.database import Database


def opened(database: Database) -> tuple[str, str]:
    key = give_out(database, Scope.ISSUER, "出版社")
    bearer = bearer_of(database, key.text)
    assert bearer is not None
    return open_session(database, bearer), key.key_id


def test_a_session_lets_in_who_showed_the_key(database: Database) -> None:
    token, key_id = opened(database)
    found = bearer_of_session(database, token)
    assert found is not None
    assert (found.key_id, found.scope, found.label) == (key_id, Scope.ISSUER, "出版社")


@pytest.mark.parametrize("token", ["", "0" * 64, "qy_", "\udcff", "é"])
def test_a_session_that_was_not_opened_lets_nobody_in(database: Database, token: str) -> None:
    opened(database)
    assert bearer_of_session(database, token) is None


def test_a_session_ends_with_its_key(database: Database) -> None:
    token, key_id = opened(database)
    revoke(database, key_id)
    assert bearer_of_session(database, token) is None


def test_a_session_ends_when_its_reader_signs_out_and_no_other_does(database: Database) -> None:
    first, _ = opened(database)
    second, _ = opened(database)
    close_session(database, first)
    close_session(database, first)
    assert bearer_of_session(database, first) is None
    assert bearer_of_session(database, second) is not None


def test_a_session_ends_after_its_time_and_is_swept_out_by_the_next(database: Database) -> None:
    token, _ = opened(database)
    with database.write() as connection:
        connection.execute(
            update(BrowserSessionRow).values(ends_at=BrowserSessionRow.ends_at - sessions.LASTS)
        )
    assert bearer_of_session(database, token) is None
    opened(database)
    with database.read() as connection:
        assert len(connection.execute(BrowserSessionRow.__table__.select()).all()) == 1


def test_the_session_itself_is_stored_nowhere(database: Database) -> None:
    token, _ = opened(database)
    with database.read() as connection:
        rows = connection.execute(BrowserSessionRow.__table__.select()).all()
    assert len(rows) == 1
    assert token.encode() not in b"".join(row.digest for row in rows)
    assert bytes.fromhex(token) not in [row.digest for row in rows]
