"""Whom a request waits for, given what touched the same subjects before it (docs/states.md, "Order"). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from service.outbox.requests import Mode, Touch

_WRITES = (Mode.FOUND, Mode.CHANGE)


@dataclass(frozen=True, slots=True)
class Earlier:
    """A request that has not ended and touches a subject, accepted before the one that asks."""

    place: int
    mode: Mode
    sender: str


@dataclass(frozen=True, slots=True)
class Dependency:
    """A request to wait for. `needed`: refused if that one is. `piped`: may be signed with a later nonce meanwhile."""

    on: int
    needed: bool
    piped: bool


def dependencies(
    touches: Iterable[Touch], sender: str, earlier: Mapping[str, list[Earlier]]
) -> dict[int, Dependency]:
    """Say whom a request waits for, by their places.

    Args:
        touches: what it touches, each subject once.
        sender: whose key sends it.
        earlier: what touches the same subjects and has not ended, in the order of acceptance.
    """
    found: dict[int, Dependency] = {}
    for touch in touches:
        for dependency in _on_subject(touch, sender, earlier.get(touch.subject, [])):
            found[dependency.on] = _stronger(found.get(dependency.on), dependency)
    return found


def _on_subject(touch: Touch, sender: str, earlier: list[Earlier]) -> list[Dependency]:
    """Wait for the last that wrote, and for what came after it; a use only for what takes its place there."""
    last = max((index for index, one in enumerate(earlier) if one.mode in _WRITES), default=-1)
    waits = [_on_writer(touch.mode, sender, earlier[last])] if last >= 0 else []
    behind = (one for one in earlier[last + 1 :] if touch.mode is not Mode.USE or one.mode is Mode.ORDER)
    return [*waits, *(Dependency(one.place, needed=False, piped=False) for one in behind)]


def _on_writer(mode: Mode, sender: str, writer: Earlier) -> Dependency:
    needed = mode in (Mode.CHANGE, Mode.USE)
    piped = needed and writer.mode is Mode.FOUND and writer.sender == sender
    return Dependency(writer.place, needed, piped)


def _stronger(held: Dependency | None, other: Dependency) -> Dependency:
    """Join two reasons to wait for one request: needed if either says so, piped only if both do."""
    if held is None:
        return other
    return Dependency(other.on, held.needed or other.needed, held.piped and other.piped)
