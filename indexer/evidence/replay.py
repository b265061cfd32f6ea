"""Replay the histories that a bundle carries. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from indexer import state
from indexer.before import Before, StepRefused
from indexer.events import Act, UnknownAct, read_act
from indexer.rights.state import echoes
from indexer.state import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from collections.abc import Set as AbstractSet

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


def replay(records: Iterable[Record], carried: AbstractSet[Hash32], sources: Sources) -> Replay:
    """Fold the records, ascending in `seq`, of the carried subjects.

    A record changes the state of the subject it names first. Where that one is not carried, its state before is not
    known here; the record is then an act in the history of the others and no more. But where the rights of a work are
    carried, so is everything that happened to its estates, grants and attested consents: these are followed too.
    """
    folding = _Folding(carried, sources)
    for record in records:
        act = read_act(record)
        folding.acts.append((record, act))
        folding.take(record, act)
    return Replay(tuple(folding.acts), folding.kept(), folding.stopped, folding.refused)


_OF_RIGHTS = frozenset(("consents", "rights", "grants"))


class _Folding:
    """The replay as it goes on.

    Attributes:
        wholes: carried rights of works. within: subjects that are followed by them, each with its own.
        lost: subjects whose state depends on one that is stopped.
    """

    def __init__(self, carried: AbstractSet[Hash32], sources: Sources) -> None:
        self.carried = carried
        self.sources = sources
        self.acts: list[tuple[Record, Act | UnknownAct]] = []
        self.states: dict[Hash32, State] = {}
        self.stopped: dict[Hash32, int] = {}
        self.refused: StepRefused | None = None
        self.wholes: set[Hash32] = set()
        self.within: dict[Hash32, Hash32] = {}
        self.lost: set[Hash32] = set()

    def take(self, record: Record, act: Act | UnknownAct) -> None:
        """Fold one record, if nothing was refused before."""
        touched = [one for one in record.subjects if one in self.carried]
        if isinstance(act, UnknownAct):
            self.stopped.update({one: record.seq for one in touched if one not in self.stopped})
            return
        if self.refused is not None:
            return
        if record.source != self.sources.of(act):
            self.refused = StepRefused(record.seq, "the act comes from another contract")
            return
        whole = self._whole(record, act)
        if whole is None and record.subjects[:1] != tuple(touched[:1]):
            self._echo(record, act)
        elif self._is_lost(record, whole):
            self.lost.update(record.subjects if whole is not None else record.subjects[:1])
        else:
            self._step(record, act, whole)

    def kept(self) -> dict[Hash32, State]:
        """Give the states that were followed to the last record."""
        followed = self.carried - self.stopped.keys()
        return {
            one: state
            for one, state in self.states.items()
            if one not in self.stopped and one not in self.lost and self.within.get(one, one) in followed
        }

    def _whole(self, record: Record, act: Act) -> Hash32 | None:
        """Give the carried rights of the work whose estate, grant or attested consent the act is about."""
        if act.SOURCE not in _OF_RIGHTS or record.subjects[:1] == self._named(act):
            return None
        self.wholes.update(one for one in self._named(act) if one in self.carried)
        return next((one for one in record.subjects if one in self.wholes), None)

    def _named(self, act: Act) -> tuple[Hash32, ...]:
        work = getattr(act, "work_id", None)
        return () if work is None else (self.sources.rights_of(work),)

    def _is_lost(self, record: Record, whole: Hash32 | None) -> bool:
        """Whether the state before the record is not known any more."""
        looked_at = record.subjects if whole is not None else record.subjects[:1]
        return any(one in self.stopped or one in self.lost for one in looked_at)

    def _step(self, record: Record, act: Act, whole: Hash32 | None) -> None:
        try:
            changed = state.step(self.states, record, act, self.sources)
        except StepRefused as error:
            self.refused = error
            return
        self.states.update(changed)
        if whole is not None:
            self.within.update({one: whole for one in changed if one != whole})

    def _echo(self, record: Record, act: Act) -> None:
        """Follow a carried estate, or parent of a grant, through an act on another subject."""
        if record.subjects:
            self.states.update(echoes(Before(self.states, record, self.sources), act))
