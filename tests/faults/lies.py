"""What a bad node says in place of the truth, and when: decided by a seed and counted by kind. Pure.

The n-th question about a method gets the same lie whenever the seed is the same, however the questions of several
askers are mixed; so a failure is replayed by its seed, as far as who asks asks alike.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Lock
from typing import Any

Json = dict[str, Any]


class Lie(StrEnum):
    """What can be told instead of the truth."""

    UNHEARD = "question lost"
    UNANSWERED = "answer dropped after the node acted"
    DELAYED = "answer delayed"
    HALF_CLOSED = "connection closed in the middle of the answer"
    LATE = "no answer until who asked gave up"
    HANGING = "half of the answer, and silence until who asked gave up"
    PROXY_ERROR = "a gateway's error page as HTTP 200"
    NODE_ERROR = "an error of the node as HTTP 200"
    NO_RECEIPT = "null for a receipt that is there"
    LOGS_CUT = "logs left out"
    LOGS_TWICE = "logs repeated"
    OLD_HEAD = "an older head"


WAITED_OUT = (Lie.LATE, Lie.HANGING)
"""Told until who asked gives up; told less often than others, since each takes as long as his patience."""
OF_TRANSPORT = (Lie.UNHEARD, Lie.UNANSWERED, Lie.DELAYED, Lie.HALF_CLOSED, Lie.PROXY_ERROR) * 6 + WAITED_OUT
"""Told about a whole exchange, whatever was asked."""

_OF_METHOD: Mapping[str, tuple[Lie, ...]] = {
    "eth_getTransactionReceipt": (Lie.NO_RECEIPT, Lie.LOGS_CUT, Lie.LOGS_TWICE, Lie.NODE_ERROR),
    "eth_getLogs": (Lie.LOGS_CUT, Lie.LOGS_TWICE, Lie.NODE_ERROR),
    "eth_getBlockByNumber": (Lie.OLD_HEAD, Lie.NODE_ERROR),
    "eth_getTransactionCount": (Lie.OLD_HEAD, Lie.NODE_ERROR),
    "eth_blockNumber": (Lie.OLD_HEAD, Lie.NODE_ERROR),
}
_SELDOM = ("eth_getTransactionReceipt", "eth_getLogs")
_TOGETHER = 8
"""Questions in one exchange up to which each is lied about as if it were alone."""
_DETAILS = 64
_OLDER = 3
"""Blocks that an older head is behind, at most."""


@dataclass(frozen=True, slots=True)
class Told:
    """One lie, and a number below 64 that says the rest: how late, how much older, which log."""

    lie: Lie
    at: int


@dataclass
class Liar:
    """Decides and counts. `share`: of the exchanges that are lied about, and of the questions in the others.

    Receipts and logs, which are asked for less often, are lied about three times as much. Where many questions are in
    one exchange, each is lied about less, or no long exchange would ever come through.
    """

    seed: int | str
    share: float
    only: frozenset[Lie] = frozenset(Lie)
    told: Counter[Lie] = field(default_factory=Counter)
    about_methods: Counter[str] = field(default_factory=Counter)
    """The lies told to single questions, by what these asked."""
    _asked: Counter[str] = field(default_factory=Counter)
    _lock: Lock = field(default_factory=Lock)

    def about_exchange(self, methods: list[str]) -> Told | None:
        """Choose what happens to an exchange; `methods` are the questions in it."""
        return self._choose("exchange:" + methods[0], OF_TRANSPORT)

    def about(self, method: str, among: int = 1) -> Told | None:
        """Choose what is said to one question among so many of one exchange."""
        return self._choose(method, _OF_METHOD.get(method, (Lie.NODE_ERROR,)), max(1.0, among / _TOGETHER))

    def note(self, lie: Lie, method: str = "") -> None:
        """Count a lie that was told; `method`, where it was to a single question."""
        with self._lock:
            self.told[lie] += 1
            self.about_methods[method] += 1

    def _choose(self, subject: str, lies: tuple[Lie, ...], crowd: float = 1.0) -> Told | None:
        with self._lock:
            self._asked[subject] += 1
            dice = random.Random(f"{self.seed}:{subject}:{self._asked[subject]}")
        often = 3 if subject in _SELDOM else 1
        if dice.random() >= min(0.5, self.share * often) / crowd:
            return None
        lie = dice.choice(lies)
        return Told(lie, dice.randrange(_DETAILS)) if lie in self.only else None


def asked_instead(told: Told, call: Json, head: int) -> Json:
    """Give the question that is put to the node: for an older head, the one about an older block."""
    if told.lie is not Lie.OLD_HEAD:
        return call
    place = {"eth_getBlockByNumber": 0, "eth_getTransactionCount": 1}.get(call["method"])
    if place is None or call["params"][place] not in ("latest", "pending"):
        return call
    params = list(call["params"])
    params[place] = hex(max(0, head - 1 - told.at % _OLDER))
    return {**call, "params": params}


def bent(told: Told, answer: Json) -> Json:
    """Give what is said instead of an honest answer; the same one where the lie does not fit it."""
    found, lie = answer.get("result"), told.lie
    if lie is Lie.NODE_ERROR:
        return {"error": {"code": -32603, "message": "internal error"}}
    if lie is Lie.NO_RECEIPT and found is not None:
        return {"result": None}
    if lie is Lie.OLD_HEAD and isinstance(found, str):
        return {"result": hex(max(0, int(found, 16) - 1 - told.at % _OLDER))}
    if lie in (Lie.LOGS_CUT, Lie.LOGS_TWICE):
        return _with_other_logs(lie, found, told.at) or answer
    return answer


def _with_other_logs(lie: Lie, found: Any, at: int) -> Json | None:
    in_receipt = isinstance(found, dict)
    logs = found["logs"] if in_receipt else found
    if not isinstance(logs, list) or not logs:
        return None
    at %= len(logs)
    told = [*logs[:at], *logs[at + 1 :]] if lie is Lie.LOGS_CUT else [*logs[: at + 1], *logs[at:]]
    return {"result": {**found, "logs": told} if in_receipt else told}


def page() -> bytes:
    """Give what a gateway says when the node behind it is gone."""
    return b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"


def methods_of(body: bytes) -> tuple[list[Json], bool]:
    """Read the questions of an exchange, and whether they were a batch."""
    asked = json.loads(body)
    return (asked, True) if isinstance(asked, list) else ([asked], False)
