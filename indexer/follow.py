"""What the indexer does next, decided from the headers it holds and those a node shows. Pure.

held    the settled block first, then every block after it up to the last one indexed
seen    consecutive headers of the node's chain, oldest first, up to its head if it showed that

Extend   the node has more, and it continues what we hold
Rewind   the node left some of what we hold; go back to where both agree
CatchUp  too little was seen to say; look at these heights and decide again
Idle     nothing to do now
Halt     nothing to do without a person: another chain, or settled history replaced
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from indexer.values import Hash32

PATIENCE = 5
"""Looks in a row that a node may end before what we hold until we believe that its chain was rolled back."""

UNKNOWN_DEPTH = 64
"""Blocks until settled on a chain of which nothing is known: two epochs of a proof-of-stake chain."""


@dataclass(frozen=True, slots=True)
class Header:
    """The part of a block header that following a chain needs; `time` in Unix seconds."""

    number: int
    hash: Hash32
    parent_hash: Hash32
    time: int


@dataclass(frozen=True, slots=True)
class Chain:
    """Consecutive headers, oldest first, at least one, and the hash of the block 0 they are said to be on."""

    genesis: Hash32
    headers: tuple[Header, ...]

    def __post_init__(self) -> None:
        if not self.headers:
            raise ValueError("a chain has at least one header")
        for parent, child in zip(self.headers, self.headers[1:], strict=False):
            if child.number != parent.number + 1 or child.parent_hash != parent.hash:
                raise ValueError(f"header {child.number} does not follow header {parent.number}")

    @property
    def first(self) -> Header:
        """The oldest header."""
        return self.headers[0]

    @property
    def last(self) -> Header:
        """The newest header."""
        return self.headers[-1]

    def at(self, number: int) -> Header | None:
        """Give the header of that height, if it is among them."""
        place = number - self.first.number
        return self.headers[place] if 0 <= place < len(self.headers) else None


class Reason(Enum):
    """Why a step is as it is."""

    UP_TO_DATE = "up to date"
    NODE_BEHIND = "the node ends before what we hold"
    OTHER_CHAIN = "another chain is behind this address"
    SETTLED_REPLACED = "settled history replaced"
    LOGS_CONTRADICT = "logs contradict the head that is proved in that block"


@dataclass(frozen=True, slots=True)
class Extend:
    """Index these, in order; the first one's parent is the last block held."""

    headers: tuple[Header, ...]


@dataclass(frozen=True, slots=True)
class Rewind:
    """Forget every block after `to`; `replaced` are those, oldest first."""

    to: Header
    replaced: tuple[Header, ...]


@dataclass(frozen=True, slots=True)
class CatchUp:
    """Look at the heights `first … last`, both included, and decide again."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Idle:
    """Nothing to do now."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Halt:
    """Stop until a person decides; `held` and `seen` are the headers that contradict each other."""

    reason: Reason
    held: Header
    seen: Header


Step: TypeAlias = Extend | Rewind | CatchUp | Idle | Halt


def next_step(held: Chain, seen: Chain, *, looks_behind: int = 0, patience: int = PATIENCE) -> Step:
    """Say what `seen` means, given the headers we hold, oldest first; `held.first` is settled.

    A node that ends before what we hold may only lag (a load-balanced address goes backwards), so nothing is
    forgotten before the look after `patience` such looks in a row (`looks_behind` so far) shows the same.
    """
    if seen.genesis != held.genesis:
        return Halt(Reason.OTHER_CHAIN, held.first, seen.first)
    if seen.last.number > held.last.number:
        return _ahead(held, seen)
    ours = held.at(seen.last.number)
    if ours is None or ours == seen.last:
        return _not_ahead(held, seen, ours, out_of_patience=looks_behind >= patience)
    return _fork(held, seen)


def settled_depth(consensus: str, signers: int) -> int:
    """Say how many blocks must follow one before it counts as settled.

    None on QBFT and with a lone signer. Clique has no finality: a block extended by three of four honest
    signers was seen reverted, hence three times the number of signers. `consensus`: clique, qbft, anvil, or
    anything else.
    """
    if consensus in ("qbft", "anvil") or (consensus == "clique" and signers == 1):
        return 0
    return 3 * signers if consensus == "clique" and signers else UNKNOWN_DEPTH


def settled_number(tip: int, depth: int, before: int) -> int:
    """Give the height of the last settled block: `depth` under the tip, never lower than it was `before`."""
    return max(before, tip - depth)


def _ahead(held: Chain, seen: Chain) -> Step:
    following = seen.at(held.last.number + 1)
    if following is None:
        return CatchUp(held.last.number + 1, seen.last.number)
    if following.parent_hash == held.last.hash:
        return Extend(tuple(header for header in seen.headers if header.number > held.last.number))
    return _fork(held, seen)


def _not_ahead(held: Chain, seen: Chain, ours: Header | None, *, out_of_patience: bool) -> Step:
    if ours == held.last:
        return Idle(Reason.UP_TO_DATE)
    if not out_of_patience:
        return Idle(Reason.NODE_BEHIND)
    if ours is None:
        return Halt(Reason.SETTLED_REPLACED, held.first, seen.last)
    return _back_to(held, ours)


def _fork(held: Chain, seen: Chain) -> Step:
    """Decide where the node's chain, known to differ from ours at its end, leaves it."""
    for header in reversed(seen.headers):
        parent = held.at(header.number - 1)
        if parent is not None and parent.hash == header.parent_hash:
            return _back_to(held, parent)
    contradicting = _contradiction(held.first, seen)
    if contradicting is not None:
        return Halt(Reason.SETTLED_REPLACED, held.first, contradicting)
    return CatchUp(held.first.number, min(seen.last.number, held.last.number + 1))


def _contradiction(settled: Header, seen: Chain) -> Header | None:
    """Find the header seen that cannot be on one chain with the settled one: at its height, or its child."""
    same_height = seen.at(settled.number)
    return same_height if same_height is not None else seen.at(settled.number + 1)


def _back_to(held: Chain, ancestor: Header) -> Rewind:
    return Rewind(ancestor, tuple(header for header in held.headers if header.number > ancestor.number))
