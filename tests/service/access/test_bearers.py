"""Bearer keys: shown once, kept as digests, taken back at once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from indexer.values import Address
from service.access.bearer import Scope, new_key, parts_of, same_secret
from service.access.bearers import bearer_of, bearers, give_out, revoke
from service.errors import NotFound
from service.outbox.database import Database

HOLDER = Address(b"\x07" * 20)


def test_a_key_says_who_presents_it(database: Database) -> None:
    key = give_out(database, Scope.REGULATOR, "文化执法")
    found = bearer_of(database, key.text)
    assert found is not None
    assert (found.key_id, found.scope, found.label) == (key.key_id, Scope.REGULATOR, "文化执法")


def test_the_secret_is_stored_nowhere_and_shown_in_no_repr(database: Database) -> None:
    key = give_out(database, Scope.ISSUER, "x")
    secret = key.text.rpartition("_")[2]
    with database.read() as connection:
        rows = connection.execute(text("SELECT * FROM bearer_keys")).all()
    assert secret not in repr(rows)
    assert bytes.fromhex(secret) not in [value for row in rows for value in row]
    assert secret not in repr(key)


def test_a_key_with_one_digit_changed_is_nobodys(database: Database) -> None:
    key = give_out(database, Scope.ISSUER, "x")
    last = "0" if key.text[-1] != "0" else "1"
    assert bearer_of(database, key.text[:-1] + last) is None
    assert bearer_of(database, key.text.upper()) is None
    assert bearer_of(database, key.text + "\n") is None


def test_a_key_that_was_taken_back_is_nobodys_and_stays_listed(database: Database) -> None:
    kept, lost = (give_out(database, Scope.OPERATOR, label) for label in ("kept", "lost"))
    revoke(database, lost.key_id)
    revoke(database, lost.key_id)
    assert bearer_of(database, lost.text) is None
    assert bearer_of(database, kept.text) is not None
    listed = {one.label: one.revoked_at for one in bearers(database)}
    assert listed["kept"] is None
    assert listed["lost"] is not None


def test_a_key_that_nobody_has_cannot_be_taken_back(database: Database) -> None:
    with pytest.raises(NotFound):
        revoke(database, "0" * 16)


def test_a_holders_key_acts_for_one_account_and_no_other_key_for_any(database: Database) -> None:
    key = give_out(database, Scope.HOLDER, "holder", HOLDER)
    found = bearer_of(database, key.text)
    assert found is not None
    assert found.account == HOLDER
    with pytest.raises(ValueError, match="one account"):
        give_out(database, Scope.HOLDER, "nobody's")
    with pytest.raises(ValueError, match="no other key"):
        give_out(database, Scope.ISSUER, "somebody's", HOLDER)


def test_a_key_reads_back_as_its_parts() -> None:
    key = new_key()
    parts = parts_of(key.text)
    assert parts is not None
    assert parts[0] == key.key_id
    assert same_secret(parts[1], key.digest)
    assert not same_secret(parts[1], new_key().digest)


@given(st.text())
def test_other_texts_are_no_keys(given_text: str) -> None:
    assert parts_of(given_text) is None
    assert parts_of("qy_" + given_text) is None
