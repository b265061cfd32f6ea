"""What there may be to do, in one cheap question, and a bell that rings when somebody writes. Reads the database."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from service.errors import Unavailable
from service.keys.operators import Operator
from service.outbox.database import CHANNEL, Database
from service.outbox.nonces import OPEN, SendingKey
from service.outbox.states import State

_EAR = 0.01
"""Seconds between two looks at the bell."""


@dataclass(frozen=True, slots=True)
class Due:
    """What a look found.

    Attributes:
        accepted: whether requests wait for their files to be stored.
        stored: the keys that requests wait for to be signed with; open: those with transactions that are not final.
    """

    accepted: bool
    stored: frozenset[Operator]
    open: frozenset[Operator]


class Pulse:
    """Asks what there is to do for some keys. A look costs as much with a million rows as with none."""

    def __init__(self, database: Database, keys: Iterable[SendingKey]) -> None:
        self._database = database
        opened = ", ".join(f"'{one}'" for one in OPEN)
        looks = [_look(State.ACCEPTED, "", f"operations WHERE state = '{State.ACCEPTED}'")]
        self._values: dict[str, bytes] = {}
        for number, key in enumerate(keys):
            here = f"state = '{State.STORED}' AND sender = '{key.operator}'"
            sent = f"state IN ({opened}) AND sender = :sender{number} AND genesis = :genesis{number}"
            self._values |= {f"sender{number}": key.account, f"genesis{number}": key.genesis}
            looks.append(_look(State.STORED, key.operator, f"operations WHERE {here}"))
            looks.append(_look(State.SENT, key.operator, f"transactions WHERE {sent}"))
        self._statement = text(" UNION ALL ".join(looks))

    def look(self) -> Due:
        """Look once.

        Raises:
            Unavailable: the database does not answer.
        """
        with self._database.read() as connection:
            found = [(what, sender) for what, sender in connection.execute(self._statement, self._values)]
        return Due(
            accepted=(State.ACCEPTED, "") in found,
            stored=frozenset(Operator(sender) for what, sender in found if what == State.STORED),
            open=frozenset(Operator(sender) for what, sender in found if what == State.SENT),
        )


class Bell:
    """Says whether somebody has written since it was last asked; for the price of a look at one number.

    It may ring for nothing and it may miss somebody, so nobody sleeps on it for ever.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._version: int | None = None
        self._connection: Any = None

    def rang(self) -> bool:
        """Say so; False where the database does not answer."""
        try:
            if self._connection is None:
                self._connection = self._listening()
            return self._changed() if self._database.is_sqlite else self._notified()
        except (self._database.engine.dialect.loaded_dbapi.Error, SQLAlchemyError, Unavailable):
            self.close()
            return False

    def listen(self, stop: threading.Event, seconds: float) -> None:
        """Do nothing for so long, unless somebody writes something or `stop` is set."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and not stop.is_set() and not self.rang():
            stop.wait(min(_EAR, left))

    def close(self) -> None:
        """Let go of its connection; asked again, it takes another."""
        held, self._connection = self._connection, None
        if held is not None:
            held.invalidate()

    def _listening(self) -> Any:
        connection = self._database.engine.raw_connection()
        if not self._database.is_sqlite:
            driver: Any = connection.driver_connection
            driver.autocommit = True
            driver.execute(f"LISTEN {CHANNEL}")
        return connection

    def _changed(self) -> bool:
        """Compare SQLite's count of what other connections have committed."""
        before = self._version
        [self._version] = self._connection.cursor().execute("PRAGMA data_version").fetchone()
        return before is not None and self._version != before

    def _notified(self) -> bool:
        return any(True for _ in list(self._connection.driver_connection.notifies(timeout=0)))


def _look(what: str, sender: str, where: str) -> str:
    return f"SELECT '{what}', '{sender}' WHERE EXISTS (SELECT 1 FROM {where})"  # noqa: S608 - our own words
