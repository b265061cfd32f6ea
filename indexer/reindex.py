"""Building the projection anew beside the one in use, and putting it in its place. Drives the node and the projection.

1. settled history must be what it was, unless a person accepts that it was replaced
2. everything settled is read and written into tables without indexes
3. indexes and foreign keys are made
4. the rest is followed as always, so that a re-org in it is one like any other
5. the new projection takes the old one's place; who reads the old one goes on until its transaction ends
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from indexer.backfill import stretches
from indexer.deployment import Deployment
from indexer.errors import IndexerError
from indexer.follow import PATIENCE, Halt, Reason, settled_number
from indexer.live import Indexer, followed, header_of
from indexer.node import Block, Node
from indexer.reading import Reader
from indexer.span import LedgerBlock
from indexer.store import NothingIndexed, Projection
from indexer.values import Hash32, as_hex


class NotAccepted(IndexerError):
    """Settled history was replaced, and nobody has accepted that.

    Args:
        halt: the two headers that contradict each other.
    """

    def __init__(self, halt: Halt) -> None:
        super().__init__(
            f"settled history was replaced: block {halt.held.number} was {as_hex(halt.held.hash)}, the node has "
            f"{as_hex(halt.seen.hash)}; reindex --accept-chain {as_hex(halt.seen.hash)} to go on with it"
        )
        self.halt = halt


class ReindexFailed(IndexerError):
    """The new projection could not be completed; the old one is as it was."""


@dataclass(frozen=True, slots=True)
class Reindexed:
    """What was built: up to which block, with how many records; `accepted`: what was accepted as replaced."""

    tip: LedgerBlock
    records: int
    accepted: Halt | None


def reindex(
    node: Node,
    projection: Projection,
    deployment: Deployment,
    *,
    depth: int | None = None,
    accept_chain: Hash32 | None = None,
    heed: Callable[[int, int], None] = lambda _, __: None,
) -> Reindexed:
    """Build the projection of a ledger anew and put it in the place of `projection`.

    Args:
        depth: as for `Indexer`.
        accept_chain: hash of a block of the node's chain by which a person accepts that settled history was replaced.
        heed: is told the number of the last block written and of the last block to write.

    Raises:
        NotAccepted: settled history was replaced, and `accept_chain` is not on the node's chain where that begins.
        NodeError, ChainMoved, LogsMismatch: the node; the old projection is as it was.
        ReindexFailed: the node is on another chain, or contradicts itself.
        BuiltElsewhere: another process does the same.
    """
    accepted = _accept(node, _replaced(node, projection), accept_chain)
    with projection.building() as fresh:
        indexer = Indexer(node, fresh, deployment, depth=depth, patience=PATIENCE)
        _write_settled(indexer, fresh, heed)
        fresh.finish()
        _follow_the_rest(indexer)
        tip = fresh.progress().tip
        projection.install(fresh, accepted)
    return Reindexed(tip, tip.count, accepted)


def _write_settled(indexer: Indexer, fresh: Projection, heed: Callable[[int, int], None]) -> None:
    genesis, newest = indexer.node.look()
    if genesis.hash != indexer.deployment.genesis_hash:
        raise ReindexFailed("the node is on another chain")
    deployment, depth = indexer.deployment, indexer.depth()
    reader = Reader(indexer.node, deployment.ledger.address, depth)
    base = reader.base(deployment.block, deployment.parent_hash, deployment.chain_id, newest.hash)
    fresh.start(followed(deployment), base)
    last = newest.number - depth
    if last <= base.number:
        return
    [until] = indexer.node.blocks([last])
    settled = base.number
    for start, span in stretches(reader, base, until.header):
        settled = settled_number(span.last.number, depth, settled)
        fresh.extend(start, span, settled)
        heed(span.last.number, last)


def _follow_the_rest(indexer: Indexer) -> None:
    ended = indexer.catch_up()
    if isinstance(ended, Halt):
        raise ReindexFailed(f"the chain cannot be followed: {ended.reason.value}")


def _replaced(node: Node, projection: Projection) -> Halt | None:
    """Say whether the node's chain lacks the block that is settled here."""
    try:
        progress = projection.progress()
    except NothingIndexed:
        return None
    settled = header_of(progress.blocks[0])
    there = node.block(settled.number)
    if there is not None and there.hash == settled.hash:
        return None
    if there is None:
        _, newest = node.look()
        return Halt(Reason.SETTLED_REPLACED, settled, newest.header)
    return Halt(Reason.SETTLED_REPLACED, settled, there.header)


def _accept(node: Node, replaced: Halt | None, accept_chain: Hash32 | None) -> Halt | None:
    if replaced is None:
        return None
    named = None if accept_chain is None else node.block_of(accept_chain)
    if (
        named is None
        or not _on_chain(node, named)
        or named.number < min(replaced.held.number, replaced.seen.number)
    ):
        raise NotAccepted(replaced)
    return replaced


def _on_chain(node: Node, named: Block) -> bool:
    there = node.block(named.number)
    return there is not None and there.hash == named.hash
