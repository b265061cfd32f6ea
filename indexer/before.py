"""What a step of the replay looks at: the states before a record, and how to say that it does not follow. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from indexer.errors import IndexerError

if TYPE_CHECKING:
    from indexer.events import Sources
    from indexer.record import Record
    from indexer.values import Hash32

S = TypeVar("S")


class StepRefused(IndexerError):
    """A record that does not follow from the ones before it.

    Args:
        seq: its place.
        reason: what is wrong, in one English clause.
    """

    def __init__(self, seq: int, reason: str) -> None:
        super().__init__(f"record {seq}: {reason}")
        self.seq = seq
        self.reason = reason


@dataclass(slots=True)  # not frozen: there is one for each record, and freezing doubles what making it takes
class Before:
    """The states that are held before a record."""

    held: Mapping[Hash32, object]
    record: Record
    sources: Sources

    @property
    def time(self) -> int:
        """Time of the record's block."""
        return self.record.block_time

    def need(self, subject: Hash32, kind: type[S]) -> S:
        """Give the state of a subject that must have begun.

        Raises:
            StepRefused: it has not, or is something else.
        """
        state = self.held.get(subject)
        if not isinstance(state, kind):
            raise self.refuse(f"its {kind.__name__.lower()} is unknown before it")
        return state

    def look(self, subject: Hash32, kind: type[S]) -> S | None:
        """Give the state of a subject that may be of no concern here: then its history is not carried.

        Raises:
            StepRefused: it is something else.
        """
        return self.need(subject, kind) if subject in self.held else None

    def fresh(self, subject: Hash32) -> None:
        """Demand that a subject has not begun.

        Raises:
            StepRefused: it has.
        """
        if subject in self.held:
            raise self.refuse("its subject has begun before it")

    def refuse(self, reason: str) -> StepRefused:
        """Give the error that says why the record does not follow."""
        return StepRefused(self.record.seq, reason)
