"""Names of institutions registered at this installation: public, unlike those of persons. Owns their memory."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from threading import Lock

from indexer.values import Address
from service.errors import Unavailable
from service.keys.sealing import SealBroken

log = logging.getLogger(__name__)

RENEW_AFTER = 10.0
"""Seconds after which the register is read anew: a name that was added or erased is seen by then."""


class Institutions:
    """Gives the names; threads may share one.

    Args:
        read: reads them from the register; they are sealed there, like everybody's.
    """

    def __init__(
        self, read: Callable[[], Mapping[Address, str]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._read, self._clock = read, clock
        self._names: Mapping[Address, str] = {}
        self._until = float("-inf")
        self._lock = Lock()

    def names(self) -> Mapping[Address, str]:
        """Give the names by account; none where the key that opens them is not here."""
        with self._lock:
            if self._clock() >= self._until:
                self._names = self._opened()
                self._until = self._clock() + RENEW_AFTER
            return self._names

    def _opened(self) -> Mapping[Address, str]:
        try:
            return self._read()
        except (Unavailable, SealBroken) as fault:
            log.warning("institutions are shown without names: %s", fault)
            return {}
