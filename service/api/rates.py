"""How often somebody may ask: a bucket of tokens for each key, and for each address that presents none.

Each process counts for itself, so `n` processes behind one address let through up to `n` times as much; where that is
too much, the proxy before them counts, or another `Meter` is handed in, e.g. over a database that they share.
"""

from __future__ import annotations

import hashlib
import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Lock
from typing import Protocol

from starlette.datastructures import Headers
from starlette.types import Scope

from service.api.problems import TooMany
from service.settings import Settings

BURST = 10.0
"""Seconds of its rate that may come at once."""
UNKNOWN_KEY = 20.0
"""What a key that is unknown costs its address: so guessing is slower than reading."""
MOST_BUCKETS = 50_000
_NOTHING = hashlib.sha256(b"").digest()


class Meter(Protocol):
    """What counts; threads share it."""

    def take(self, name: str, rate: float, cost: float) -> float:
        """Take `cost` from a name's tokens, which come at `rate` a second; give the seconds until there are enough."""


@dataclass(slots=True)
class Buckets:
    """Counts in memory. The names not seen for longest are forgotten, which gives them a full bucket again."""

    clock: Callable[[], float] = time.monotonic
    held: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)
    lock: Lock = field(default_factory=Lock)

    def take(self, name: str, rate: float, cost: float) -> float:
        """Take tokens; nothing is taken where there are too few. A cost beyond the bucket's size empties it."""
        now, size = self.clock(), rate * BURST
        with self.lock:
            tokens, since = self.held.pop(name, (size, now))
            tokens = min(size, tokens + max(0.0, now - since) * rate)
            wanted = min(cost, size)
            enough = tokens >= wanted
            self.held[name] = (tokens - wanted if enough else tokens, now)
            if len(self.held) > MOST_BUCKETS:
                self.held.popitem(last=False)
        return 0.0 if enough else (wanted - tokens) / rate


@dataclass(frozen=True, slots=True)
class Rates:
    """How often: requests a second; 0: no limit.

    Attributes:
        public: of one address without a key, or with what was not found to be one. keyed: of one key.
        known: digests of keys that were found good, each with the id of its key.
    """

    public: float
    keyed: float
    meter: Meter
    known: OrderedDict[bytes, str] = field(default_factory=OrderedDict)
    lock: Lock = field(default_factory=Lock)

    def refuses(self, scope: Scope) -> TooMany | None:
        """Say whether to refuse a request: by its key if that was found good before, else by its address."""
        with self.lock:
            key_id = self.known.get(_presented(scope))
        if key_id is not None:
            return self._counted(f"key {key_id}", self.keyed, 1.0)
        return self._counted(_named(scope), self.public, 1.0)

    def bearer(self, scope: Scope, key_id: str) -> None:
        """Count the first request of a key that was found good; the next are counted by `refuses`.

        Raises:
            TooMany: it came too soon.
        """
        presented = _presented(scope)
        with self.lock:
            seen = presented in self.known
            self.known[presented] = key_id
            self.known.move_to_end(presented)
            if len(self.known) > MOST_BUCKETS:
                self.known.popitem(last=False)
        if not seen and (refusal := self._counted(f"key {key_id}", self.keyed, 1.0)):
            raise refusal

    def unknown(self, scope: Scope) -> None:
        """Count a key that nobody was given, or that was revoked.

        Raises:
            TooMany: too many came from this address.
        """
        with self.lock:
            self.known.pop(_presented(scope), None)
        if refusal := self._counted(_named(scope), self.public, UNKNOWN_KEY):
            raise refusal

    def _counted(self, name: str, rate: float, cost: float) -> TooMany | None:
        return _refusal(self.meter.take(name, rate, cost)) if rate else None


def rates_of(settings: Settings) -> Rates:
    """Give the limits of an installation, counted in this process."""
    return Rates(settings.public_rate, settings.key_rate, Buckets())


def _refusal(wait: float) -> TooMany | None:
    if wait <= 0:
        return None
    seconds = math.ceil(wait)
    return TooMany(
        "too-many-requests",
        f"请求过于频繁，本次未处理；请在 {seconds} 秒后再试。",
        f"Too many requests, so this one was not looked at; try again in {seconds} seconds.",
        retry_after=seconds,
    )


def _presented(scope: Scope) -> bytes:
    """Name what was presented as a key, without keeping it."""
    presented = Headers(scope=scope).get("authorization")
    return hashlib.sha256(presented.encode("latin-1")).digest() if presented else _NOTHING


def _named(scope: Scope) -> str:
    """Name who asks."""
    return _at((scope.get("client") or ("", 0))[0])


@lru_cache(maxsize=1 << 12)
def _at(host: str) -> str:
    """Name an address, of IPv6 by its first 64 bits, since whoever has one has all that begin so."""
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return f"at {host}"
    if found.version == 6 and found.ipv4_mapped is None:
        return f"at {ipaddress.ip_network((found, 64), strict=False)}"
    return f"at {found}"
