"""Who may do what with a work's rights, and on what proof. Pure.

Two times. What was *known* is the records up to a moment: whoever folds them chooses. What *holds* on a day is asked of
that: an act binds from its recording, so whose an estate was last year is not rewritten by an assignment of this year,
and a grant is in force from its first day or the day of its recording, whichever is later. A contract older than the
claim, recorded as such (`signed_on`), is in force from its own first day; a claim speaks of all the days of its box.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from indexer.china import china_day, day_begins
from indexer.events import Act
from indexer.record import Record
from indexer.rights.acts import EstateAmended, EstateClaimed
from indexer.rights.scope import Point, Scope
from indexer.rights.state import Attestation, Estate, EstateStatus, Grant
from indexer.values import ZERO_HASH, Address, Hash32


@dataclass(frozen=True, slots=True)
class Tenure:
    """An estate in the hands of its owners for a while.

    Attributes:
        scope: its box. owners, parts: whose, and how many parts of the sum of all.
        since: block time from which it was so; None: since ever, as far as the claim says.
        until: block time from which it was so no more; None: it is so now.
        by: place in the ledger of the record that made it so.
        of: places, among all tenures, of those it was made of: the same estate before, the whole, or the parts.
    """

    estate_id: int
    scope: Scope
    owners: tuple[Address, ...]
    parts: tuple[int, ...]
    since: int | None
    until: int | None
    by: int
    of: tuple[int, ...] = ()

    def at(self, moment: int) -> bool:
        """Whether it was so at a moment, in Unix seconds."""
        begun = self.since is None or self.since <= moment
        return begun and (self.until is None or moment < self.until)


@dataclass(frozen=True, slots=True)
class Step:
    """A record that made somebody the owner of what a point lies in; `before`: who owned it until then."""

    record: Record
    act: Act
    tenure: Tenure
    before: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True)
class Rights:
    """All that was known of the rights of a work by a moment.

    Attributes:
        known_at: that moment, Unix seconds.
        tenures: every estate there was, in every hand it was in, in the order of the records.
        grants: all of them, by name. acts: the record and words of each step, by place in the ledger.
        attested: papers that stood for a signature, by what was agreed to and for whom.
    """

    known_at: int
    tenures: tuple[Tenure, ...]
    grants: Mapping[Hash32, Grant]
    acts: Mapping[int, tuple[Record, Act]]
    attested: Mapping[tuple[Hash32, Address], Attestation] = field(default_factory=dict)

    def moment(self, day: int) -> int:
        """Give the moment at which ownership is looked at for a day: its end, or now where that is not over."""
        return min(day_begins(day + 1) - 1, self.known_at)

    def tenure_at(self, point: Point) -> Tenure | None:
        """Say in whose hands the estate is, or was, that a point lies in; None where nobody claims it."""
        place = self._place_at(point)
        return None if place is None else self.tenures[place]

    def chain(self, point: Point) -> tuple[Step, ...]:
        """Give the records that led to the owners of a point, the oldest first; none where nobody claims it."""
        place = self._place_at(point)
        return () if place is None else self._led_to(place, lambda scope: scope.has(point))

    def chain_of(self, estate_id: int) -> tuple[Step, ...]:
        """Give the records that led to the owners of an estate, to the last it had, the oldest first."""
        places = (place for place, one in enumerate(self.tenures) if one.estate_id == estate_id)
        place = max(places, default=None)
        return () if place is None else self._led_to(place, self.tenures[place].scope.overlaps)

    def _place_at(self, point: Point) -> int | None:
        moment = self.moment(point.day)
        here = (place for place, one in enumerate(self.tenures) if one.at(moment) and one.scope.has(point))
        return next(here, None)

    def _led_to(self, last: int, concerned: Callable[[Scope], bool]) -> tuple[Step, ...]:
        """Go back from a tenure through those it was made of; of parts, through those that are concerned."""
        led, pending = {last}, [last]
        while pending:
            one = self.tenures[pending.pop()]
            for place in one.of:
                before = self.tenures[place]
                if place not in led and (before.estate_id == one.estate_id or concerned(before.scope)):
                    led.add(place)
                    pending.append(place)
        return tuple(map(self._step, sorted(led)))

    def _step(self, place: int) -> Step:
        one = self.tenures[place]
        before = dict.fromkeys(owner for earlier in one.of for owner in self.tenures[earlier].owners)
        return Step(*self.acts[one.by], one, tuple(before))

    def grants_at(self, point: Point) -> tuple[Grant, ...]:
        """Give the grants in force at a point, the strongest first, sub-licences after what they are of."""
        found = [one for one in self.grants.values() if one.scope.has(point) and self.force(one).has(point)]
        return tuple(sorted(found, key=lambda one: (self.depth(one), one.kind, one.granted_at)))

    def force(self, grant: Grant) -> Scope:
        """Give the box in which a grant is, was or will be in force; it may be empty.

        It and all its ancestors have to be, each from its recording on, if it is not of the backlog.
        """
        box = _own_force(grant)
        while grant.parent_id != ZERO_HASH:
            grant = self.grants[grant.parent_id]
            box = box.intersect(_own_force(grant))
        return box

    def ends(self, grant: Grant) -> int:
        """Give the day on which a grant or one of its ancestors ends."""
        until = grant.scope.until
        while grant.parent_id != ZERO_HASH:
            grant = self.grants[grant.parent_id]
            until = min(until, grant.scope.until)
        return until

    def depth(self, grant: Grant) -> int:
        """Say how many ancestors a grant has."""
        deep = 0
        while grant.parent_id != ZERO_HASH:
            grant, deep = self.grants[grant.parent_id], deep + 1
        return deep

    def conflicts(self, grant: Grant) -> tuple[tuple[Grant, Scope], ...]:
        """Give the siblings that contradict a grant, each with where both are in force, whichever was recorded first.

        That two clash is written down with the later one alone.
        """
        force = self.force(grant)
        others = (one for one in self.grants.values() if _contradict(grant, one))
        found = ((one, force.intersect(self.force(one))) for one in others)
        return tuple((one, common) for one, common in found if not common.is_empty())

    def burdens(self, scope: Scope, day: int) -> tuple[Grant, ...]:
        """Give the grants of estates that overlap a box from a day on: whoever acquires it takes them along."""
        return tuple(one for one, _ in self.given(scope.onwards(day)))

    def given(self, scope: Scope) -> Iterator[tuple[Grant, Scope]]:
        """Go through the grants of estates that are in force somewhere in a box, each with where that is."""
        return self.in_force(scope, lambda one: one.parent_id == ZERO_HASH)

    def in_force(self, scope: Scope, wanted: Callable[[Grant], bool]) -> Iterator[tuple[Grant, Scope]]:
        """Go through the grants that are wanted and in force somewhere in a box, each with where that is."""
        for one in self.grants.values():
            if one.scope.overlaps(scope) and wanted(one):
                force = self.force(one)
                if force.overlaps(scope):
                    yield one, force

    def is_outermost(self, grant: Grant, among: Container[Hash32]) -> bool:
        """Whether a grant is one of those named, and none that it is a sub-licence of is."""
        return grant.grant_id in among and not any(one.grant_id in among for one in self.above(grant))

    def above(self, grant: Grant) -> Iterator[Grant]:
        """Go through what a grant is a sub-licence of, the nearest first."""
        while grant.parent_id != ZERO_HASH:
            grant = self.grants[grant.parent_id]
            yield grant


def rights_of(history: Iterable[tuple[Record, Act, Mapping[Hash32, object]]], known_at: int) -> Rights:
    """Gather what the records of rights(work) say.

    Args:
        history: each record with its words and the states that it changed (`indexer.state.step`), in order.
        known_at: the moment up to which they were taken, Unix seconds.
    """
    tenures = _Tenures()
    grants: dict[Hash32, Grant] = {}
    acts: dict[int, tuple[Record, Act]] = {}
    attested: dict[tuple[Hash32, Address], Attestation] = {}
    for record, act, changed in history:
        acts[record.seq] = (record, act)
        tenures.enter(record, act, [state for state in changed.values() if isinstance(state, Estate)])
        for state in changed.values():
            if isinstance(state, Grant):
                grants[state.grant_id] = state
            elif isinstance(state, Attestation):
                attested[state.intent, state.party] = state
    return Rights(known_at, tuple(tenures.all), grants, acts, attested)


class _Tenures:
    """Tenures as they come to be. `_present` says, by estate, which of them is not over."""

    def __init__(self) -> None:
        self.all: list[Tenure] = []
        self._present: dict[int, int] = {}

    def enter(self, record: Record, act: Act, estates: Iterable[Estate]) -> None:
        """Enter what estates have become: claimed, in other hands, otherwise bounded, or continued by others."""
        changed = [one for one in estates if not self._stays(one)]
        ended = self._end(record, act, changed)
        for one in changed:
            if one.status is EstateStatus.LIVE:
                own = ended.get(one.estate_id)
                of = tuple(sorted(ended.values())) if own is None else (own,)
                made = (one.estate_id, one.scope, one.owners, one.parts)
                self._present[one.estate_id] = len(self.all)
                self.all.append(Tenure(*made, self._since(record, act, of), None, record.seq, of))

    def _stays(self, estate: Estate) -> bool:
        """Whether an estate was only held, released, or granted of."""
        place = self._present.get(estate.estate_id)
        if place is None or estate.status is not EstateStatus.LIVE:
            return False
        one = self.all[place]
        return (estate.scope, estate.owners, estate.parts) == (one.scope, one.owners, one.parts)

    def _end(self, record: Record, act: Act, changed: Iterable[Estate]) -> dict[int, int]:
        """End the tenures that there were; give their places, by estate."""
        ended = {
            one.estate_id: self._present.pop(one.estate_id)
            for one in changed
            if one.estate_id in self._present
        }
        for place in ended.values():
            one = self.all[place]
            # What was amended never was as it was entered, as far as is known now.
            over = (one.since or 0) if isinstance(act, EstateAmended) else record.block_time
            self.all[place] = replace(one, until=over)
        return ended

    def _since(self, record: Record, act: Act, of: tuple[int, ...]) -> int | None:
        if isinstance(act, EstateClaimed):
            return None
        return self.all[of[0]].since if isinstance(act, EstateAmended) and of else record.block_time


def _own_force(grant: Grant) -> Scope:
    """Give the box in which a grant by itself is in force: from its recording on, if it is not of the backlog."""
    return grant.scope if grant.signed_on else grant.scope.onwards(china_day(grant.granted_at))


def _contradict(grant: Grant, other: Grant) -> bool:
    """Whether two grants of one grantor cannot overlap, and one of them was recorded although it did."""
    recorded = bool(grant.conflicts or other.conflicts)
    siblings = grant.grant_id != other.grant_id and grant.parent_id == other.parent_id
    return recorded and siblings and grant.kind.clashes_with(other.kind)
