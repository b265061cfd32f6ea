"""Lets threads that ask for the same thing at the same time have it done in one go. Pure."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

C = TypeVar("C")


class Crowd(Generic[C]):
    """Callers of one piece of work. Whoever comes first works for all that have come by then; the next for the next.

    Nobody waits for a crowd to gather: a caller who is alone is served alone.
    """

    def __init__(self) -> None:
        self._turn, self._guard = threading.Lock(), threading.Lock()
        self._waiting: list[C] = []

    def join(self, call: C, served: Callable[[C], bool], serve: Callable[[list[C]], None]) -> None:
        """Have a call served, together with those of others.

        Args:
            served: says whether a call has its answer.
            serve: answers every call it is given; what it raises is raised here, and the others try for themselves.
        """
        with self._guard:
            self._waiting.append(call)
        with self._turn:
            if served(call):
                return
            with self._guard:
                calls, self._waiting = self._waiting, []
            if not any(one is call for one in calls):
                calls.append(call)
            serve(calls)
