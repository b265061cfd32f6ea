"""Whom a request waits for, given what touched the same subjects before it (docs/states.md, "Order"). Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from service.outbox.requests import Mode, Touch


@dataclass(frozen=True, slots=True)
class Dependency:
    """A request to wait for. `needed`: refused if that one is. `piped`: may be signed meanwhile, a nonce later."""

    awaits: int
    needed: bool
    piped: bool


@dataclass(slots=True)
class _Queue:
    """What touches one subject: the last that founded or changed it, and what came after that."""

    writer: tuple[int, Mode, str] | None = None
    places: list[int] = field(default_factory=list)
    uses: list[int] = field(default_factory=list)

    def dependencies(self, mode: Mode, sender: str) -> Iterable[Dependency]:
        if self.writer is not None:
            awaits, wrote, by = self.writer
            needed = mode in (Mode.CHANGE, Mode.USE)
            yield Dependency(awaits, needed, piped=needed and wrote is Mode.FOUND and by == sender)
        for awaits in self.places if mode is Mode.USE else (*self.places, *self.uses):
            yield Dependency(awaits, needed=False, piped=False)

    def append(self, place: int, mode: Mode, sender: str) -> None:
        match mode:
            case Mode.USE:
                self.uses.append(place)
            case Mode.ORDER:
                self.places.append(place)
            case _:
                self.writer, self.places, self.uses = (place, mode, sender), [], []


class Queues:
    """Who touches which subject, in the order of acceptance; those that have ended are not in them."""

    def __init__(self) -> None:
        self._queues: dict[str, _Queue] = defaultdict(_Queue)

    def append(self, place: int, touches: Iterable[Touch], sender: str) -> None:
        """Put a request at the end of the queues of all that it touches; places ascend."""
        for touch in touches:
            self._queues[touch.subject].append(place, touch.mode, sender)

    def dependencies(self, touches: Iterable[Touch], sender: str) -> dict[int, Dependency]:
        """Say whom a request waits for, by place, if it came now."""
        found: dict[int, Dependency] = {}
        for touch in touches:
            for one in self._queues[touch.subject].dependencies(touch.mode, sender):
                found[one.awaits] = _joined(found.get(one.awaits), one)
        return found


def _joined(held: Dependency | None, other: Dependency) -> Dependency:
    """Join two reasons to wait for one request: needed if either says so, piped only if both do."""
    if held is None:
        return other
    return Dependency(other.awaits, held.needed or other.needed, held.piped and other.piped)
