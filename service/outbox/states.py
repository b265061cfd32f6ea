"""The states of a request, the points between them, and why one was refused (docs/states.md). Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """How far a request got."""

    ACCEPTED = "accepted"
    STORED = "stored"
    SIGNED = "signed"
    SENT = "sent"
    SETTLED = "settled"
    REFUSED = "refused"

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self in (State.SETTLED, State.REFUSED)


UNSIGNED = (State.ACCEPTED, State.STORED)
UNENDED = (*UNSIGNED, State.SIGNED, State.SENT)


class Point(StrEnum):
    """Where a worker may be killed: just before or after something became durable."""

    TAKEN = "taken"
    STORING = "storing"
    STORED = "stored"
    SIGNING = "signing"
    SIGNED = "signed"
    SENDING = "sending"
    SENT = "sent"
    SETTLING = "settling"
    SETTLED = "settled"


At = Callable[[Point], None]
"""What a worker calls at each point."""


def nowhere(point: Point) -> None:
    """Go on."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a request was refused.

    Attributes:
        code: a stable kebab-case word for programs; for an error of a contract its name, e.g. `holding-period`.
        zh, en: what happened and what it means, as sentences.
        facts: JSON-ready values.
    """

    code: str
    zh: str
    en: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    def to_text(self) -> str:
        """Write for the database."""
        return json.dumps(
            {"code": self.code, "zh": self.zh, "en": self.en, "facts": dict(self.facts)}, ensure_ascii=False
        )


def read_reason(text: str | None) -> Reason | None:
    """Read from the database."""
    return None if text is None else Reason(**json.loads(text))


def dependency_refused(operation_id: str, own: Reason | None = None) -> Reason:
    """Say that a request this one needs was refused."""
    facts: dict[str, Any] = {"operation": operation_id}
    if own is not None:
        facts["own"] = {"code": own.code, "zh": own.zh, "en": own.en}
    return Reason(
        "dependency-refused",
        f"它所依赖的操作 {operation_id} 未被接受，因此未执行。",
        f"It needs the operation {operation_id}, which was refused, so it was not carried out.",
        facts,
    )


CANCELLED = Reason("cancelled", "已在签发前撤回。", "It was cancelled before it was signed.")
SUPERSEDED = Reason(
    "superseded",
    "运维人员以同一序号的另一笔交易替代了它；它不会再生效。",
    "An operator put another transaction in its place; it will not take effect any more.",
)
NO_RECORD = Reason(
    "no-record",
    "交易已执行，账本中却没有相应记录；请联系运维人员。",
    "The transaction was executed, yet the ledger has no record of it; tell the operator.",
)
