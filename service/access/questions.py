"""What regulators asked, kept and sealed in a chain of hashes (domain rule 7). Owns the table `questions`."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import rfc8785
from sqlalchemy import insert, select

from service.access.tables import QuestionRow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from service.outbox.database import Database

FIRST_SEAL = hashlib.sha256(b"qianyin questions v1").digest()


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a regulator: when (Unix seconds), by which key, what, read as of which block."""

    place: int
    key_id: str
    asked_at: int
    question: str
    as_of: int
    seal: bytes


def record_question(database: Database, key_id: str, question: Mapping[str, Any], as_of: int) -> Question:
    """Keep a question before it is answered.

    Args:
        question: JSON-safe path and parameters.
        as_of: number of the block that the answer is read as of.
    """
    words = rfc8785.dumps(dict(question)).decode()
    with database.write() as connection:
        last = connection.execute(
            select(QuestionRow.place, QuestionRow.seal).order_by(QuestionRow.place.desc()).limit(1)
        ).one_or_none()
        place = 0 if last is None else last.place + 1
        before = FIRST_SEAL if last is None else last.seal
        asked_at = int(time.time())
        kept = Question(
            place, key_id, asked_at, words, as_of, _seal(before, place, key_id, asked_at, words, as_of)
        )
        connection.execute(
            insert(QuestionRow).values(
                place=place, key_id=key_id, asked_at=asked_at, question=words, as_of=as_of, seal=kept.seal
            )
        )
    return kept


def questions(database: Database, after: int = -1, limit: int = 100) -> list[Question]:
    """List questions in order, from after a place on."""
    with database.read() as connection:
        rows = connection.execute(
            select(QuestionRow.__table__)
            .where(QuestionRow.place > after)
            .order_by(QuestionRow.place)
            .limit(limit)
        )
        return [
            Question(row.place, row.key_id, row.asked_at, row.question, row.as_of, row.seal) for row in rows
        ]


def first_broken_seal(database: Database) -> int | None:
    """Give the place of the first question that was changed, moved or follows one that was removed; None: all stand."""
    before, after = FIRST_SEAL, -1
    while batch := questions(database, after):
        for question in batch:
            expected = _seal(
                before, after + 1, question.key_id, question.asked_at, question.question, question.as_of
            )
            if question.place != after + 1 or question.seal != expected:
                return after + 1
            before, after = question.seal, question.place
    return None


def _seal(before: bytes, place: int, key_id: str, asked_at: int, question: str, as_of: int) -> bytes:
    return hashlib.sha256(before + rfc8785.dumps([place, key_id, asked_at, question, as_of])).digest()
