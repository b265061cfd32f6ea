"""How far the projection is behind its chain, and what is wrong. Pure but for one reading of the projection."""

from __future__ import annotations

from dataclasses import dataclass

from indexer.follow import Halt, Header
from indexer.store.answers import AsOf
from indexer.store.view import View

CLOCK_LEEWAY = 15
"""Seconds that a block may be ahead of our clock before that is an alarm."""


@dataclass(frozen=True, slots=True)
class Health:
    """The state of following, in blocks and Unix seconds.

    Attributes:
        as_of: what is indexed.
        lag_blocks, lag_seconds: how far the node's newest block is ahead of it; None where no node answered.
        head_age: seconds since the node's newest block (an idle chain makes none); None as above.
        checkpoint_age: seconds since the ledger's last checkpoint; None where there is none yet.
        ahead_of_clock: the newest block claims a time that has not come: a sealer's clock or ours is wrong.
        halt: why following stopped, if it did.
        stops: subjects whose state could not be followed.
    """

    as_of: AsOf
    lag_blocks: int | None
    lag_seconds: int | None
    head_age: int | None
    checkpoint_age: int | None
    ahead_of_clock: bool
    halt: Halt | None
    stops: int

    @property
    def well(self) -> bool:
        """Whether nothing needs a person: following, node in reach, clock and records as they should be."""
        return (
            self.halt is None and self.lag_blocks is not None and not self.ahead_of_clock and not self.stops
        )


def health(view: View, newest: Header | None, now: int) -> Health:
    """Say how it goes.

    Args:
        view: a reading of the projection.
        newest: the node's newest block, None if no node answers.
        now: Unix seconds.
    """
    as_of = view.as_of
    mark = view.last_checkpoint()
    return Health(
        as_of=as_of,
        lag_blocks=None if newest is None else max(0, newest.number - as_of.number),
        lag_seconds=None if newest is None else max(0, newest.time - as_of.time),
        head_age=None if newest is None else now - newest.time,
        checkpoint_age=None if mark is None else now - mark.record.block_time,
        ahead_of_clock=max(as_of.time, newest.time if newest else 0) > now + CLOCK_LEEWAY,
        halt=view.halt,
        stops=view.stops(),
    )
