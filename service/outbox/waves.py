"""How many transactions of a key go to the nodes at a time. Pure.

A node that seals on demand executes everything that waits anew for each transaction that comes meanwhile, so what is
sent while it is busy costs it double. So transactions go in waves: the next when the last one is mined, and requests
that come meanwhile fill them. Where blocks come slowly, more go at a time.
"""

from __future__ import annotations

from dataclasses import dataclass

SLOW = 0.5
"""Seconds that a wave may take to be mined before the next one is made larger."""

PATIENCE = 2.0
"""Seconds after which a wave is not waited for any more."""

MOST = 64


@dataclass(frozen=True, slots=True)
class Wave:
    """The last transactions that were sent for the first time.

    Attributes:
        nonce: the largest among them. sent_at: when, in seconds of any steady clock. window: how many they might be.
    """

    nonce: int
    sent_at: float
    window: int

    def over(self, mined: int | None, now: float) -> bool:
        """Say whether the next may go; `mined`: the next nonce of the chain, None where nobody says."""
        return now >= self.sent_at + PATIENCE or mined is None or mined > self.nonce

    def next_window(self, now: float) -> int:
        """Give how many may go next, when this one is over."""
        return min(MOST, self.window * 2) if now > self.sent_at + SLOW else max(1, self.window // 2)
