"""Whether the index keeps up with its chain, for every page: the node is looked at now and then. Owns that look."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock, Thread

from indexer.connection import NodeError
from indexer.follow import Halt, Header, Reason
from indexer.node import Node
from indexer.store.answers import AsOf
from service.pages.views import Stale

LOOK_AFTER = 3.0
"""Seconds between two looks at the node, whoever asks."""
LEEWAY = 15
"""Seconds in which a block may be taken in before the index counts as behind."""
PATIENCE = 2.0
"""Seconds after which a node that says nothing counts as silent."""


@dataclass(frozen=True, slots=True)
class Owed:
    """A block that the chain has and the index has not: its height, and since when it was to be had."""

    number: int
    since: int


@dataclass(frozen=True, slots=True)
class Sight:
    """What the last look at the node gave; times in Unix seconds.

    Attributes:
        newest: its newest block; None where none was ever seen.
        silent_since: when it was first asked in vain; None while it answers.
    """

    newest: Header | None = None
    silent_since: int | None = None


def owed(before: Owed | None, newest: Header | None, number: int, now: int) -> Owed | None:
    """Say which block the index that ends at `number` owes; one that was owed stays it until it was taken in."""
    if before is not None and before.number > number:
        return before
    if newest is None or newest.number <= number:
        return None
    return Owed(newest.number, min(now, newest.time))


def stale(as_of: AsOf, halt: Halt | None, sight: Sight, behind: Owed | None, now: int) -> Stale | None:
    """Say why and since when what the index shows may be out of date; None where it is not known to be."""
    newest = sight.newest.number if sight.newest else None
    if halt is not None:
        reason = "replaced" if halt.reason is Reason.SETTLED_REPLACED else "stopped"
        return Stale(reason, as_of.time, newest)  # type: ignore[arg-type]
    if behind is not None and now - behind.since > LEEWAY:
        return Stale("behind", behind.since, newest)
    if sight.silent_since is not None and now - sight.silent_since > LEEWAY:
        return Stale("silent", sight.silent_since, newest)
    return None


def beside(work: Callable[[], None]) -> None:
    """Do something in a thread of its own."""
    Thread(target=work, name="look at the node", daemon=True).start()


class Watch:
    """Looks at the node for all threads of a process, beside them: a reader takes what was seen last and never waits.

    Args:
        look: gives the newest block of the chain; raises NodeError where no node answers.
        close: hangs up.
        begin: runs a look; by default in a thread of its own.
    """

    def __init__(
        self,
        look: Callable[[], Header],
        close: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.time,
        begin: Callable[[Callable[[], None]], None] = beside,
    ) -> None:
        self._newest, self._hang_up, self._clock, self._begin = look, close, clock, begin
        self._sight, self._owed = Sight(), None  # type: tuple[Sight, Owed | None]
        self._looked = 0.0
        self._looking = Lock()

    def stale(self, as_of: AsOf, halt: Halt | None) -> Stale | None:
        """Say why and since when the index that ends at `as_of` may be out of date."""
        now = self._clock()
        if now - self._looked >= LOOK_AFTER and self._looking.acquire(blocking=False):
            self._looked = now
            self._begin(self._look)
        behind = owed(self._owed, self._sight.newest, as_of.number, int(now))
        self._owed = behind
        return stale(as_of, halt, self._sight, behind, int(now))

    def close(self) -> None:
        """Look no more, and hang up once a look under way has ended."""
        self._looked = math.inf
        with self._looking:
            self._hang_up()

    def _look(self) -> None:
        asked = int(self._clock())
        try:
            self._sight = Sight(self._newest())
        except NodeError:
            self._sight = Sight(self._sight.newest, self._sight.silent_since or asked)
        finally:
            self._looking.release()


def watch(urls: Sequence[str]) -> Watch:
    """Watch the chain through its nodes."""
    node = Node(urls, seconds=PATIENCE)
    return Watch(lambda: node.look()[1].header, node.close)
