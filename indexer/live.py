"""The indexer: looks at the node, decides, carries it out, one step at a time. Drives the node and the projection."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy.exc import OperationalError

from indexer.backfill import stretches
from indexer.connection import NodeError
from indexer.deployment import Deployment
from indexer.follow import (
    PATIENCE,
    CatchUp,
    Chain,
    Extend,
    Halt,
    Header,
    Idle,
    Reason,
    Rewind,
    Step,
    next_step,
    settled_depth,
    settled_number,
)
from indexer.node import Block, Node
from indexer.node_json import QBFT_MIX
from indexer.reading import LogsContradict, Reader
from indexer.span import ChainMoved, LedgerBlock, LogsMismatch
from indexer.store import Followed, NothingIndexed, Progress, Projection, TipMoved
from indexer.values import Hash32

NEAR = 64
"""Blocks that are caught up with by their headers; more are backfilled."""

_SOON = 0.01
_SLOWER = 1.1
"""Pauses in seconds: the first after a block, and how many times as long the next one is; 0.2 is reached after 2 s."""

_CLIQUE_EXTRA = 32 + 65
_MOST_DECISIONS = 6


@dataclass(frozen=True, slots=True)
class Trouble:
    """A step that could not be done now; it is tried again. `error` says why."""

    error: Exception


Outcome: TypeAlias = Step | Trouble


class Indexer:
    """Follows one ledger into one projection. Several may run on one database: whoever is late decides again.

    Args:
        node: where the chain is read.
        projection: where it is kept.
        deployment: which ledger.
        depth: blocks until settled; None: what the chain's consensus asks for (`follow.settled_depth`).
        patience: see `follow.next_step`.
    """

    def __init__(
        self,
        node: Node,
        projection: Projection,
        deployment: Deployment,
        *,
        depth: int | None = None,
        patience: int = PATIENCE,
    ) -> None:
        self.node = node
        self.projection = projection
        self.deployment = deployment
        self._depth = depth
        self._patience = patience
        self._looks_behind = 0
        self._stopped = threading.Event()

    def step(self) -> Step:
        """Look at the node once and do what that asks for; say what it was.

        A long way behind, one step catches up as far as the look went, stretch by stretch, each kept when it is
        written; `run`'s stop ends it between two.

        Raises:
            NodeError, ChainMoved, LogsMismatch, TipMoved: try again.
            OtherLedger, NothingIndexed, LedgerUnknown: the projection or the ledger is not what was configured.
        """
        genesis, newest = self._look()
        if genesis != self.deployment.genesis_hash:
            return self._other_chain(genesis, newest)
        progress = self._progress(newest)
        try:
            step = self._decide(progress, Chain(genesis, (newest.header,)))
            self._carry_out(progress, step)
        except LogsContradict as contradiction:
            step = Halt(Reason.LOGS_CONTRADICT, contradiction.held, contradiction.seen)
        self._note(progress.halt, step)
        self._looks_behind = self._looks_behind + 1 if step == Idle(Reason.NODE_BEHIND) else 0
        return step

    def catch_up(self, most_steps: int = 1_000) -> Step:
        """Step until there is nothing more to do now, and say how that ended: `Idle` or `Halt`.

        Raises:
            as `step`; RuntimeError: it did not end in `most_steps`.
        """
        for _ in range(most_steps):
            step = self.step()
            if isinstance(step, Idle | Halt):
                return step
        raise RuntimeError(f"still following after {most_steps} steps")

    def run(
        self,
        stop: threading.Event,
        *,
        poll: float = 1.0,
        heed: Callable[[Outcome], None] = lambda _: None,
    ) -> None:
        """Follow until `stop` is set, looking again soon while blocks come, and later and later while none do.

        Args:
            poll: the longest pause; in trouble it is longer.
            heed: is told the outcome of every step.
        """
        self._stopped = stop
        troubles, pause = 0, poll
        while not stop.is_set():
            outcome = self._try_step()
            heed(outcome)
            troubles = troubles + 1 if isinstance(outcome, Trouble) else 0
            if troubles:
                stop.wait(poll * min(30, 1 << min(troubles, 5)))
            elif isinstance(outcome, Idle | Halt):
                stop.wait(pause)
                pause = min(poll, pause * _SLOWER)
            else:
                pause = min(poll, _SOON)

    def _try_step(self) -> Outcome:
        try:
            return self.step()
        except (NodeError, ChainMoved, LogsMismatch, TipMoved, OperationalError) as fault:
            return Trouble(fault)

    def _look(self) -> tuple[Hash32, Block]:
        """Look at the first node that is on the chain that was asked for, or at the last one if none is."""
        for _ in range(len(self.node) - 1):
            genesis, newest = self.node.look()
            if genesis.hash == self.deployment.genesis_hash:
                return genesis.hash, newest
            self.node.turn()
        genesis, newest = self.node.look()
        return genesis.hash, newest

    def _progress(self, newest: Block) -> Progress:
        try:
            return self.projection.progress()
        except NothingIndexed:
            if newest.number < self.deployment.block:
                raise ChainMoved("the node's chain ends before the ledger's creation") from None
            base = self._reader().base(
                self.deployment.block, self.deployment.parent_hash, self.deployment.chain_id, newest.hash
            )
            self.projection.start(followed(self.deployment), base)
            return self.projection.progress()

    def _decide(self, progress: Progress, seen: Chain) -> Step:
        """Ask the pure decision, and look at what it asks for, until it is something to do.

        Far behind, one block is looked at before the rest is backfilled: it tells whether what is held is still there.
        """
        held = Chain(progress.followed.genesis_hash, tuple(header_of(block) for block in progress.blocks))
        for _ in range(_MOST_DECISIONS):
            step = next_step(held, seen, looks_behind=self._looks_behind, patience=self._patience)
            if not isinstance(step, CatchUp):
                return step
            far = step.last - step.first >= max(NEAR, len(held.headers) + 1)
            blocks = self.node.blocks([step.first] if far else range(step.first, step.last + 1))
            if far and blocks[0].header.parent_hash == held.last.hash:
                return step
            try:
                seen = Chain(seen.genesis, tuple(block.header for block in blocks))
            except ValueError as fault:
                raise ChainMoved(str(fault)) from fault
        raise ChainMoved("the chain changes faster than it can be looked at")

    def _carry_out(self, progress: Progress, step: Step) -> None:
        match step:
            case Extend(headers):
                self._extend(progress, headers[-1])
            case CatchUp(_, last):
                self._extend(progress, self.node.blocks([last])[0].header)
            case Rewind(to, _):
                self.projection.rewind(header_of(progress.tip), to)
            case Idle() | Halt():
                pass

    def _note(self, noted: Halt | None, step: Step) -> None:
        """Write a halt down for everybody who reads, and take it back when following goes on after all."""
        if isinstance(step, Halt):
            if step != noted:
                self.projection.halt(step)
        elif noted is not None and step != Idle(Reason.NODE_BEHIND):
            self.projection.resume()

    def _extend(self, progress: Progress, until: Header) -> None:
        settled = progress.blocks[0].number
        depth = self.depth()
        for start, span in stretches(self._reader(), progress.tip, until, self._stopped.is_set):
            settled = settled_number(span.last.number, depth, settled)
            self.projection.extend(start, span, settled)

    def _reader(self) -> Reader:
        return Reader(self.node, self.deployment.ledger.address, self.depth())

    def depth(self) -> int:
        """Say how many blocks must follow one before it is settled.

        Raises:
            NodeError: it was not given, and the node cannot be asked.
        """
        if self._depth is None:
            [genesis] = self.node.blocks([0])
            self._depth = settled_depth(*consensus_of(genesis, self.node.program()))
        return self._depth

    def _other_chain(self, genesis: Hash32, newest: Block) -> Halt:
        """Halt at another chain; what is held does not change."""
        nowhere = Hash32(bytes(32))
        halt = Halt(
            Reason.OTHER_CHAIN,
            Header(0, self.deployment.genesis_hash, nowhere, 0),
            Header(0, genesis, nowhere, newest.time),
        )
        try:
            noted = self.projection.progress().halt
        except NothingIndexed:
            return halt
        if noted is None or noted.reason is not Reason.OTHER_CHAIN:
            self.projection.halt(halt)
        return halt


def followed(deployment: Deployment) -> Followed:
    """Say which ledger a deployment is.

    Raises:
        KeyError: it lacks a contract.
    """
    return Followed(deployment.chain_id, deployment.genesis_hash, deployment.sources)


def consensus_of(genesis: Block, program: str) -> tuple[str, int]:
    """Guess the consensus from block 0 and the node's name for itself: (clique | qbft | anvil | unknown, signers)."""
    if program.lower().startswith("anvil"):
        return "anvil", 0
    if genesis.sealed.mix_hash == QBFT_MIX:
        return "qbft", 0
    signers, rest = divmod(len(genesis.sealed.extra) - _CLIQUE_EXTRA, 20)
    return ("clique", signers) if signers > 0 and rest == 0 else ("unknown", 0)


def header_of(block: LedgerBlock) -> Header:
    """Give what following the chain needs of a block that is held."""
    return Header(block.number, block.hash, block.parent_hash, block.time)
