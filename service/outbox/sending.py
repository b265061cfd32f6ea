"""The sending step: from `signed` to `sent`, and the same bytes again until they are final (docs/states.md)."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from indexer.values import Hash32, as_hex
from service.errors import Unavailable
from service.outbox import nonces
from service.outbox.answers import Answer
from service.outbox.nonces import Fate, SendingKey
from service.outbox.office import Office
from service.outbox.states import At, Point, Reason
from service.outbox.supersede import free_nonce
from service.outbox.waves import Wave

_LOG = logging.getLogger(__name__)
_AT_ONCE = 64
_LOOKS_BACK = 5
"""Sendings between two looks at whether a node lacks what was final."""


class SendingStep:
    """Hands bytes to all nodes. It needs no lease to be safe, since the bytes are always the same."""

    def __init__(self, office: Office, at: At) -> None:
        self._office, self._at = office, at
        self._looked_back: dict[SendingKey, float] = {}
        self._waves: dict[SendingKey, Wave] = {}
        self._windows: dict[SendingKey, int] = {}

    def under_way(self, key: SendingKey) -> bool:
        """Say whether the last wave of a key is not mined yet (`waves`)."""
        wave = self._waves.get(key)
        if wave is None:
            return False
        mined: int | None = None
        with suppress(Unavailable):
            mined = self._office.nodes.latest_nonce(key.account)
        now = time.monotonic()
        if not wave.over(mined, now):
            return True
        self._windows[key] = wave.next_window(now)
        del self._waves[key]
        return False

    def step(self, key: SendingKey, *, again_only: bool = False) -> int:
        """Send what was never sent, and again what is due; how many transactions were sent for the first time.

        Args:
            again_only: leave what was never sent for later.

        Raises:
            WrongChain: a node answers for another chain; the bytes might mean something there.
            Unavailable: no node answers, or the database does not.
        """
        window = 0 if again_only else self._windows.get(key, 1)
        due = self._due(key)
        beyond = [row for row in due if row.state == Fate.SIGNED][window:]
        due = [row for row in due if row not in beyond]
        if not due:
            return 0
        self._office.nodes.check(self._office.deployment)
        answers: list[tuple[int, str]] = []
        never: list[tuple[Any, str]] = []
        for row in due:
            answer, said = best(self._office.nodes.send(row.raw))
            if not answers:
                self._at(Point.SENDING)
            answers.append((row.id, f"{answer}: {said}" if said else str(answer)))
            if answer is Answer.NEVER:
                never.append((row, said))
            if answer is Answer.NONE:
                break  # Nobody answers: the others would wait as long each.
        self._write(answers)
        self._free(key, never)
        first = [row for row in due[: len(answers)] if row.state == Fate.SIGNED]
        if first:
            self._waves[key] = Wave(first[-1].nonce, time.monotonic(), window)
        return len(first)

    def looks_back(self, key: SendingKey) -> bool:
        """Say whether it is time to see whether a node lacks what was final."""
        return (
            time.monotonic()
            >= self._looked_back.get(key, -math.inf) + _LOOKS_BACK * self._office.settings.resend
        )

    def _due(self, key: SendingKey) -> Sequence[Any]:
        now, resend = time.time(), self._office.settings.resend
        with self._office.database.read() as connection:
            due = nonces.open_transactions(connection, key, _AT_ONCE, not_since=now - resend)
        return [*self._gone(key), *due][:_AT_ONCE]

    def _gone(self, key: SendingKey) -> Sequence[Any]:
        """Give what was final once and whose nonce a node does not have (any more)."""
        if not self.looks_back(key):
            return []
        self._looked_back[key] = time.monotonic()
        with self._office.database.read() as connection:
            if not nonces.next_nonce(connection, key):
                return []
        try:
            nonce = self._office.nodes.latest_nonce(key.account)
        except Unavailable:
            return []
        with self._office.database.read() as connection:
            rows = nonces.final_from(connection, key, nonce, _AT_ONCE)
        if rows:
            _LOG.warning(
                "a node lacks %d final transactions of %s; sent again", len(rows), as_hex(key.account)
            )
        return rows

    def _write(self, answers: list[tuple[int, str]]) -> None:
        with self._office.database.write() as connection:
            nonces.note_answers(connection, answers)
        self._at(Point.SENT)

    def _free(self, key: SendingKey, never: list[tuple[Any, str]]) -> None:
        for row, said in never:
            if not (row.answer or "").startswith(Answer.NEVER):
                _LOG.error("transaction %s will not be taken: %s", as_hex(Hash32(row.hash)), said)
            with self._office.database.write() as connection:
                alone = len(nonces.carried(connection, row)) <= 1
                free_nonce(self._office, connection, key, row.nonce, _node_refused(said) if alone else None)


def best(answers: Sequence[tuple[Answer, str]]) -> tuple[Answer, str]:
    """Of what several nodes said, give what matters: one that has it outweighs all, silence outweighs nothing."""
    order = (Answer.HAS_IT, Answer.NONCE_USED, Answer.OTHER_ATTEMPT, Answer.NEVER, Answer.NONE)
    return min(answers, key=lambda one: order.index(one[0]))


def _node_refused(said: str) -> Reason:
    return Reason(
        "node-refused",
        "节点不接受这笔交易；它未生效。",
        "The nodes do not take the transaction; it took no effect.",
        {"said": said},
    )
