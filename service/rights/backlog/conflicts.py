"""What contradicts what among a house's contracts: nothing is refused, everything is said. Pure.

Two contracts of one work conflict if their boxes overlap and one of them shuts the other out. A contract of the one
party that another contract gave its rights is no rival of that one but lies under it: there it is asked whether it
gives more than was got. A term that nobody knows may be anything, so that what depends on one is a possible conflict,
with the terms that it depends on. The pairs of a work are looked at one by one, which is quick for thousands.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations, islice
from typing import Final

from indexer.rights.acts import GrantKind
from indexer.rights.codes import LISTS
from indexer.rights.scope import MASKS, NO_END, Scope
from service.rights.backlog.contract import Contract, name_key
from service.rights.backlog.terms import after
from service.rights.backlog.works import surely_same, works

MOST_CONFLICTS: Final = 10_000


class Why(StrEnum):
    """What is wrong between two contracts."""

    CLASH = "clash"
    BEYOND = "beyond"
    STRONGER = "stronger"
    NOT_SUBLICENSABLE = "not_sublicensable"


class Between(StrEnum):
    """How the two parties of a clash stand to each other."""

    ONE_LICENSOR = "one_licensor"
    TWO_LICENSORS = "two_licensors"
    ONE_LICENSEE = "one_licensee"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Conflict:
    """A contradiction of two contracts.

    Attributes:
        older, newer: by the day of signing, else by the first day; of a sub-licence, `older` is what it lies under.
        is_age_known: whether that is certain; otherwise they are in the order of their rows.
        overlap: the box of the contradiction, as wide as it may be, with days of renewal or sell-off only if they
            make it.
        depends: names of the unknown terms that it depends on, as `older.territories`; none: it is certain.
        is_over: the overlap ended before today.
    """

    why: Why
    between: Between
    older: Contract
    newer: Contract
    is_age_known: bool
    overlap: Scope
    depends: tuple[str, ...] = ()
    is_over: bool = False

    @property
    def is_certain(self) -> bool:
        """Whether it is there whatever the unknown terms are."""
        return not self.depends


def conflicts(contracts: Sequence[Contract], today: int) -> tuple[Conflict, ...]:
    """Give every conflict: certain ones first, those in force before those that are over, then by rows.

    Where there are more than `MOST_CONFLICTS`, so many of them: nobody reads more, and a sheet of one book granted
    thousands of times would fill the memory.
    """
    every = (one for group in works(contracts) for one in _of_work(group, today))
    found = list(islice(every, MOST_CONFLICTS))
    found.sort(key=lambda one: (not one.is_certain, one.is_over, one.newer.row, one.older.row))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Party:
    """A contract, and all about it that pairs are compared by."""

    contract: Contract
    licensor: str
    licensee: str
    box: Scope
    """As wide as it may be, in days too: it may be renewed, and stock sold off."""
    excludes: bool
    """Whether it shuts others out, or may."""


def _of_work(group: Sequence[Contract], today: int) -> Iterator[Conflict]:
    parties = [_party(contract) for contract in group]
    above = _ancestors(parties)
    for one, other in combinations(parties, 2):
        if not (one.excludes or other.excludes) or not _overlap(one.box, other.box):
            continue
        if not (_is_above(one, other, above) or _is_above(other, one, above)):
            conflict = _clash(one, other, today)
            if conflict is not None:
                yield conflict
    yield from _below(parties, today)


def _party(contract: Contract) -> _Party:
    excludes = contract.kind is not GrantKind.NON_EXCLUSIVE
    box = _widest(contract)
    return _Party(contract, name_key(contract.licensor), name_key(contract.licensee), box, excludes)


def _widest(contract: Contract) -> Scope:
    box = contract.terms.widest()
    until = box.until
    if contract.renewal is not None:
        until = NO_END
    elif contract.sell_off is not None and until != NO_END:
        until = after(until, contract.sell_off)
    return Scope(*box.masks, box.from_, until)


def _overlap(one: Scope, other: Scope) -> bool:
    """Whether two boxes overlap; without making the box of both, since it is asked of every pair."""
    return bool(
        one.territories & other.territories
        and one.languages & other.languages
        and one.rights & other.rights
        and one.media & other.media
        and one.from_ < other.until
        and other.from_ < one.until
    )


def _ancestors(parties: Sequence[_Party]) -> dict[str, set[str]]:
    """By party, all from whom its rights may come, over any number of contracts."""
    from_whom: dict[str, set[str]] = defaultdict(set)
    for party in parties:
        if party.licensor and party.licensee:
            from_whom[party.licensee].add(party.licensor)
    found: dict[str, set[str]] = {}
    for name in from_whom:
        seen: set[str] = set()
        waiting = [name]
        while waiting:
            for above in from_whom.get(waiting.pop(), set()) - seen:
                seen.add(above)
                waiting.append(above)
        found[name] = seen
    return found


def _is_above(one: _Party, other: _Party, above: dict[str, set[str]]) -> bool:
    """Whether the rights of the other contract may come out of the one."""
    if not one.licensee or not other.licensor:
        return False
    return one.licensee == other.licensor or one.licensee in above.get(other.licensor, set())


def _clash(one: _Party, other: _Party, today: int) -> Conflict | None:
    first, second, is_age_known = _by_age(one, other)
    stated = one.contract.terms.widest().intersect(other.contract.terms.widest())
    overlap = one.box.intersect(other.box) if stated.is_empty() else stated
    between = _between(one, other)
    depends = (
        *_kinds(first.contract, second.contract),
        *_terms(first.contract, second.contract),
        *_identity(one, other, between),
    )
    return Conflict(
        Why.CLASH,
        between,
        first.contract,
        second.contract,
        is_age_known,
        overlap,
        depends,
        is_over=overlap.until <= today,
    )


def _by_age(one: _Party, other: _Party) -> tuple[_Party, _Party, bool]:
    for days in (
        (one.contract.signed_on, other.contract.signed_on),
        (one.contract.terms.from_, other.contract.terms.from_),
    ):
        mine, others = days
        if mine is not None and others is not None and mine != others:
            return (one, other, True) if mine < others else (other, one, True)
    return one, other, False


def _between(one: _Party, other: _Party) -> Between:
    if one.licensee and one.licensee == other.licensee:
        return Between.ONE_LICENSEE
    if not one.licensor or not other.licensor:
        return Between.UNKNOWN
    return Between.ONE_LICENSOR if one.licensor == other.licensor else Between.TWO_LICENSORS


def _kinds(older: Contract, newer: Contract) -> Iterator[str]:
    """The unknown kinds on which it depends: an exclusive or sole contract clashes with every other."""
    shuts_out = (GrantKind.EXCLUSIVE, GrantKind.SOLE)
    if older.kind in shuts_out or newer.kind in shuts_out:
        return
    if older.kind is None:
        yield "older.kind"
    if newer.kind is None:
        yield "newer.kind"


def _terms(older: Contract, newer: Contract) -> Iterator[str]:
    """The unknown terms on which it depends that the boxes overlap."""
    sides = (("older", older), ("newer", newer))
    masks = zip(MASKS, LISTS, older.terms.masks, newer.terms.masks, strict=True)
    for name, known, mine, others in masks:
        # What is unknown overlaps with everything.
        if known.assigned not in (mine, others):
            yield from (
                f"{side}.{name}"
                for (side, _), mask in zip(sides, (mine, others), strict=True)
                if mask is None
            )
    if not _days_surely_meet(older, newer):
        for side, contract in sides:
            yield from (f"{side}.{name}" for name in _open_days(contract))


def _open_days(contract: Contract) -> Iterator[str]:
    if contract.terms.from_ is None:
        yield "from"
    if contract.terms.until is None:
        yield "until"
    elif contract.renewal is not None:
        yield "renewal"
    elif contract.sell_off is not None:
        yield "sell_off"


def _days_surely_meet(one: Contract, other: Contract) -> bool:
    mine, others = _sure_days(one), _sure_days(other)
    return mine is not None and others is not None and mine[0] < others[1] and others[0] < mine[1]


def _sure_days(contract: Contract) -> tuple[int, int] | None:
    """The days on which it is in force whatever is unknown: of one known end at least that day."""
    from_, until = contract.terms.from_, contract.terms.until
    if from_ is None:
        return None if until is None or until == NO_END else (until - 1, until)
    return (from_, from_ + 1) if until is None else (from_, until)


def _identity(one: _Party, other: _Party, between: Between) -> Iterator[str]:
    """Whether it is one work at all, where the title alone says so and the licensors are not the same."""
    mine, others = one.contract.work, other.contract.work
    by_title = not (mine.number and mine.number == others.number)
    if not surely_same(mine, others) or (by_title and between is Between.TWO_LICENSORS):
        yield "work"


def _below(parties: Sequence[_Party], today: int) -> Iterator[Conflict]:
    """Sub-licences against what their grantor got: it is enough if one contract gives all of it."""
    by_licensee: dict[str, list[_Party]] = defaultdict(list)
    for party in parties:
        if party.licensee:
            by_licensee[party.licensee].append(party)
    for party in parties:
        got = [one for one in by_licensee.get(party.licensor, ()) if party.licensor and one is not party]
        found = [_against(one, party, today, len(got)) for one in got]
        if found and all(found):
            yield min((one for one in found if one is not None), key=_nearest)


def _nearest(conflict: Conflict) -> tuple[int, int]:
    """Of several contracts none of which gives enough, the one that is told: it may give most."""
    return len(conflict.depends) == 0, -conflict.older.terms.widest().intersect(conflict.overlap).volume()


def _against(parent: _Party, child: _Party, today: int, among: int) -> Conflict | None:
    """What a sub-licence gives that its grantor has not got by this contract; None if nothing."""
    why, depends = _excess(parent.contract, child.contract)
    if why is None:
        return None
    if among > 1:
        # Several together may give what none gives alone.
        depends = (*depends, "older.several")
    over = child.box.until <= today
    overlap = child.contract.terms.widest()
    return Conflict(
        why, Between.ONE_LICENSOR, parent.contract, child.contract, True, overlap, depends, is_over=over
    )


def _excess(parent: Contract, child: Contract) -> tuple[Why | None, tuple[str, ...]]:
    """Why a sub-licence is too much, and on which unknown terms that depends."""
    found = [*_beyond_masks(parent, child), *_beyond_days(parent, child)]
    if not all(found):
        return Why.BEYOND, ()
    if parent.sublicensable is False:
        return Why.NOT_SUBLICENSABLE, ()
    if parent.kind is not None and child.kind is not None and child.kind < parent.kind:
        return Why.STRONGER, ()
    return (Why.BEYOND, tuple(found)) if found else (None, ())


def _beyond_masks(parent: Contract, child: Contract) -> Iterator[str]:
    """By axis: on what it depends that the sub-licence is too wide, empty if on nothing."""
    for name, known, whole, mine in zip(MASKS, LISTS, parent.terms.masks, child.terms.masks, strict=True):
        if whole is None:
            yield f"older.{name}"
        elif mine is None and whole != known.assigned:
            yield f"newer.{name}"
        elif mine is not None and mine & ~whole:
            yield ""


def _beyond_days(parent: Contract, child: Contract) -> Iterator[str]:
    """The same of the days."""
    begins, first = parent.terms.from_, child.terms.from_
    if begins is None or first is None:
        yield "older.from" if begins is None else "newer.from"
    elif first < begins:
        yield ""
    ends, last = parent.terms.until, child.terms.until
    if ends == NO_END:
        return
    if ends is None or last is None:
        yield "older.until" if ends is None else "newer.until"
    elif last > ends:
        yield "older.renewal" if parent.renewal is not None else ""
