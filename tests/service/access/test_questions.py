"""What regulators asked is kept in a chain of seals: a change anywhere is found at its place."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from service.access.questions import first_broken_seal, questions, record_question
from service.outbox.database import Database


def _ask(database: Database, many: int = 5) -> None:
    for number in range(many):
        record_question(database, "a" * 16, {"path": "/v1/audit/entries", "number": number}, 100 + number)


def test_questions_are_listed_in_order_by_cursor(database: Database) -> None:
    _ask(database)
    first = questions(database, limit=3)
    rest = questions(database, after=first[-1].place)
    assert [one.place for one in [*first, *rest]] == [0, 1, 2, 3, 4]
    assert rest[-1].as_of == 104
    assert '"number":4' in rest[-1].question


def test_seals_that_nobody_touched_stand(database: Database) -> None:
    assert first_broken_seal(database) is None
    _ask(database, 130)
    assert first_broken_seal(database) is None


@pytest.mark.parametrize(
    ("tampering", "place"),
    [
        ("UPDATE questions SET question = '{}' WHERE place = 2", 2),
        ("UPDATE questions SET key_id = 'b' WHERE place = 0", 0),
        ("UPDATE questions SET asked_at = asked_at - 1 WHERE place = 3", 3),
        ("UPDATE questions SET as_of = 1 WHERE place = 4", 4),
        ("DELETE FROM questions WHERE place = 1", 1),
        ("DELETE FROM questions WHERE place = 0", 0),
        ("UPDATE questions SET place = 9 WHERE place = 4", 4),
    ],
)
def test_what_was_changed_moved_or_removed_is_found_at_its_place(
    database: Database, tampering: str, place: int
) -> None:
    _ask(database)
    with database.write() as connection:
        connection.execute(text(tampering))
    assert first_broken_seal(database) == place


def test_questions_asked_at_once_all_have_a_place_of_their_own(database: Database) -> None:
    with ThreadPoolExecutor(4) as pool:
        asked = list(pool.map(lambda n: record_question(database, "c" * 16, {"n": n}, n), range(24)))
    assert sorted(one.place for one in asked) == list(range(24))
    assert first_broken_seal(database) is None
