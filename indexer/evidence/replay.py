"""Replay the histories that a bundle carries. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from indexer import state
from indexer.before import StepRefused
from indexer.events import Act, UnknownAct, read_act
from indexer.state import State

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from indexer.events import Sources
    from indexer.record import Record
    from indexer.values import Hash32

A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class Replay:
    """What the carried records add up to.

    Attributes:
        acts: each record with its words; unknown ones are kept as they are.
        states: of the carried subjects that could be followed to their last record.
        stopped: carried subjects with an act that this version cannot read, and the place of the first.
        refused: the first record that does not follow from those before it, or None.
    """

    acts: tuple[tuple[Record, Act | UnknownAct], ...]
    states: Mapping[Hash32, State]
    stopped: Mapping[Hash32, int]
    refused: StepRefused | None

    def of(self, kind: type[A]) -> Iterator[tuple[Record, A]]:
        """Give the records of one kind of act, in order."""
        return ((record, act) for record, act in self.acts if isinstance(act, kind))

    def state(self, subject: Hash32, kind: type[A]) -> A | None:
        """Give the state of a carried subject, or None if it has not begun or could not be followed."""
        found = self.states.get(subject)
        return found if isinstance(found, kind) else None


def replay(records: Iterable[Record], carried: Collection[Hash32], sources: Sources) -> Replay:
    """Fold the records, ascending in `seq`, of the carried subjects.

    A record changes the state of the subject it names first. Where that one is not carried, its state before is not
    known here; the record is then an act in the history of the others and no more.
    """
    acts: list[tuple[Record, Act | UnknownAct]] = []
    states: dict[Hash32, State] = {}
    stopped: dict[Hash32, int] = {}
    refused: StepRefused | None = None
    for record in records:
        act = read_act(record)
        acts.append((record, act))
        touched = [one for one in record.subjects if one in carried]
        if isinstance(act, UnknownAct):
            stopped.update({one: record.seq for one in touched if one not in stopped})
        elif refused is None:
            known = bool(touched) and record.subjects[0] == touched[0] and touched[0] not in stopped
            refused = _advance(states, record, act, sources, known=known)
    kept = {one: held for one, held in states.items() if one in carried and one not in stopped}
    return Replay(tuple(acts), kept, stopped, refused)


def _advance(
    states: dict[Hash32, State], record: Record, act: Act, sources: Sources, *, known: bool
) -> StepRefused | None:
    """Fold one record into `states`, or, where its first subject is not `known`, look at its source only."""
    if not known:
        stranger = record.source != sources.of(act)
        return StepRefused(record.seq, "the act comes from another contract") if stranger else None
    try:
        states.update(state.step(states, record, act, sources))
    except StepRefused as error:
        return error
    return None
