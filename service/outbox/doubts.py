"""What others said that may be so for a moment only: it is believed once it was said for a while. Owns the waiting."""

from __future__ import annotations

import time
from collections.abc import Hashable


class Doubts:
    """Remembers since when each thing is said.

    Args:
        seconds: for how long it has to be said before something final follows from it.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._since: dict[Hashable, float] = {}

    def last(self, what: Hashable) -> bool:
        """Note that it is said now; say whether it was for long enough, and then forget it."""
        now = time.monotonic()
        lasts = now >= self._since.setdefault(what, now) + self._seconds
        if lasts:
            self.drop(what)
        return lasts

    def drop(self, what: Hashable) -> None:
        """Forget it: another answer came."""
        self._since.pop(what, None)
