"""Which requests share a transaction, and in which order transactions take their nonces. Pure.

List scheduling: again and again, take the earliest request that may go, and fill its transaction with the earliest of
the same kind that may go too. So deposits, editions, mints and distributions that were accepted one object after
another leave as full batches of deposits, then of editions, then of mints, then of distributions.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

ALONE = ""
"""The group of requests that never share a transaction."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A request that may be signed once those it waits for have a smaller nonce.

    Attributes:
        group: requests of one group may share a transaction; `ALONE`: with none.
        name: what the contract calls it; no two of one name share a transaction.
        size, gas: bounds of its part.
        together: with how many it may share a transaction; 0 for any number.
        behind: places of candidates that must take a smaller nonce.
    """

    place: int
    group: str
    name: bytes
    size: int
    gas: int
    together: int = 0
    behind: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one transaction may hold: requests, bytes, gas. `base_size` and `base_gas`: of the transaction itself."""

    items: int
    size: int
    gas: int
    base_size: int = 400
    base_gas: int = 300_000


def plan(
    candidates: Sequence[Candidate], bounds: Bounds, most: int, *, full_only: bool = False
) -> list[tuple[int, ...]]:
    """Give the transactions, at most `most` of them, in the order of their nonces; each lists the places it carries.

    With `full_only` they end before the first one that more requests of its kind could still join. Otherwise only what
    remains of a kind after full transactions is left for later: it would wait for those to be mined, and not be full.

    A candidate that waits for none of the others, or only for some of them, is always planned before any that waits for
    it. One that is over the bounds by itself gets a transaction of its own.
    """
    schedule = _Schedule(candidates)
    planned: list[tuple[int, ...]] = []
    filled: set[str] = set()
    while len(planned) < most and schedule.any_free():
        group, places, full = schedule.next_transaction(bounds)
        if not full and (full_only or group in filled):
            break
        planned.append(places)
        if full:
            filled.add(group)
    return planned


class _Schedule:
    """Candidates by group, the free ones in heaps by place."""

    def __init__(self, candidates: Iterable[Candidate]) -> None:
        self._all = {one.place: one for one in candidates}
        self._waits = {place: len(one.behind & self._all.keys()) for place, one in self._all.items()}
        self._frees: dict[int, list[int]] = defaultdict(list)
        for place, one in self._all.items():
            for other in one.behind & self._all.keys():
                self._frees[other].append(place)
        self._free: dict[str, list[int]] = defaultdict(list)
        for place, waits in self._waits.items():
            if not waits:
                self._release(place)

    def any_free(self) -> bool:
        return any(self._free.values())

    def next_transaction(self, bounds: Bounds) -> tuple[str, tuple[int, ...], bool]:
        """Give the kind of the next one, the places that it carries, and whether it is full."""
        group = min((heap[0], group) for group, heap in self._free.items() if heap)[1]
        taken, full = self._fill(group, bounds)
        for place in taken:
            for other in self._frees[place]:
                self._waits[other] -= 1
                if not self._waits[other]:
                    self._release(other)
        return group, tuple(taken), full or self._all[taken[0]].group == ALONE

    def _fill(self, group: str, bounds: Bounds) -> tuple[list[int], bool]:
        heap, batch, skipped, full = self._free[group], _Batch(bounds), [], False
        while heap:
            place = heapq.heappop(heap)
            if batch.admits(self._all[place]):
                batch.add(self._all[place])
                continue
            skipped.append(place)
            if not batch.waits_for_a_namesake(self._all[place]):
                full = True
                break
        for place in skipped:
            heapq.heappush(heap, place)
        return batch.places, full or batch.is_full

    def _release(self, place: int) -> None:
        one = self._all[place]
        heapq.heappush(self._free[one.group or f"{ALONE}{place}"], place)


class _Batch:
    """One transaction being filled."""

    def __init__(self, bounds: Bounds) -> None:
        self.places: list[int] = []
        self._names: set[bytes] = set()
        self._most = bounds.items
        self._size, self._gas = bounds.size - bounds.base_size, bounds.gas - bounds.base_gas

    def admits(self, one: Candidate) -> bool:
        if not self.places:
            return True
        room = len(self.places) < min(self._most, one.together or self._most)
        return room and one.size <= self._size and one.gas <= self._gas and one.name not in self._names

    @property
    def is_full(self) -> bool:
        return len(self.places) >= self._most

    def waits_for_a_namesake(self, one: Candidate) -> bool:
        """Whether only its name keeps it out, so that others behind it may still fit."""
        return one.name in self._names

    def add(self, one: Candidate) -> None:
        self.places.append(one.place)
        self._names.add(one.name)
        self._most = min(self._most, one.together or self._most)
        self._size -= one.size
        self._gas -= one.gas
