"""Lets threads that ask for the same thing at the same time have it done in one go."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

C = TypeVar("C")


@dataclass(slots=True, eq=False)
class _Place(Generic[C]):
    """Somebody who waits: called when served, or when it is their turn to serve."""

    call: C
    called: threading.Event = field(default_factory=threading.Event)
    served: bool = False


class Crowd(Generic[C]):
    """Callers of one piece of work. One at a time works for all that have come by then; the next for the next.

    Nobody waits for a crowd to gather: a caller who is alone is served alone.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: list[_Place[C]] = []
        self._somebody_serves = False

    def join(self, call: C, serve: Callable[[list[C]], None]) -> None:
        """Have a call served, together with those of others.

        Args:
            serve: serves every call it is given; what it raises is raised here, and the others try for themselves.
        """
        place = _Place(call)
        with self._guard:
            self._waiting.append(place)
            first, self._somebody_serves = not self._somebody_serves, True
        if not first:
            place.called.wait()
            if place.served:
                return
        self._serve(place, serve)

    def _serve(self, own: _Place[C], serve: Callable[[list[C]], None]) -> None:
        with self._guard:
            places, self._waiting = self._waiting, []
        try:
            serve([one.call for one in places])
            for one in places:
                one.served = True
        finally:
            with self._guard:
                unserved = [one for one in places if not one.served and one is not own]
                self._waiting = unserved + self._waiting
                self._somebody_serves = bool(self._waiting)
                if self._waiting:
                    self._waiting[0].called.set()
            for one in places:
                if one.served:
                    one.called.set()
