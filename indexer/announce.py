"""The header of an audit export, its ends proved. Reads the node and the projection.

A head stands in the state of a block, so a range of the ledger is a range of whole blocks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from indexer.evidence.collect import NotProvable, collect_end
from indexer.evidence.ends import End
from indexer.evidence.export_text import ExportHeader
from indexer.values import ZERO_HASH, Hash32

if TYPE_CHECKING:
    from indexer.evidence.anchor import TrustAnchor
    from indexer.node import Node
    from indexer.store import View


def announce(view: View, node: Node, anchor: TrustAnchor, first_block: int, last_block: int) -> ExportHeader:
    """Announce all records of the blocks `first_block … last_block`, both included.

    The records are then `view.records(header.first_seq, header.last_seq)`, for `write_jsonl` or `write_csv`.

    Raises:
        NotProvable, NodeError: see `collect_end`.
        ValueError: the range is empty of blocks, or begins after the last block indexed.
    """
    last_block = min(last_block, view.as_of.number)
    if last_block < max(first_block, anchor.ledger.block):
        raise ValueError(f"no blocks of the ledger from {first_block} to {last_block}")
    after, until = collect_end(node, anchor, last_block)
    before, first = _before(view, node, anchor, first_block)
    return ExportHeader(
        scope="ledger",
        chain_id=anchor.chain_id,
        genesis_hash=anchor.genesis_hash,
        ledger=anchor.ledger.address,
        subject=None,
        first_seq=first if until > first else None,
        last_seq=until - 1 if until > first else None,
        before=before,
        after=after,
    )


def announce_subject(
    view: View, node: Node, anchor: TrustAnchor, subject: Hash32, last_block: int
) -> ExportHeader:
    """Announce all records of one subject up to a block, which are its whole history until then.

    Raises:
        NotProvable, NodeError: see `collect_end`.
        ValueError: it has no record by then.
    """
    last_block = min(last_block, view.as_of.number)
    first, last = _ends_of(view, subject, last_block)
    after, _ = collect_end(node, anchor, last_block, subject)
    return ExportHeader(
        scope="subject",
        chain_id=anchor.chain_id,
        genesis_hash=anchor.genesis_hash,
        ledger=anchor.ledger.address,
        subject=subject,
        first_seq=first,
        last_seq=last,
        before=End(ZERO_HASH, 0, anchor.genesis_hash),
        after=after,
    )


def _before(view: View, node: Node, anchor: TrustAnchor, first_block: int) -> tuple[End, int]:
    """Give the end before a block; before the ledger's creation no state holds its head, which needs no proof."""
    if first_block > anchor.ledger.block:
        return collect_end(node, anchor, first_block - 1)
    parent = node.block(anchor.ledger.block - 1)
    if parent is None:
        raise NotProvable(f"the node has no block {anchor.ledger.block - 1} (now)")
    return End(view.head_before(0), parent.number, parent.hash), 0


def _ends_of(view: View, subject: Hash32, last_block: int) -> tuple[int, int]:
    after: int | None = None
    first = view.history(subject, limit=1, newest_first=False).items
    while True:
        page = view.history(subject, after)
        for entry in page.items:
            if entry.record.block_number <= last_block:
                return first[0].record.seq, entry.record.seq
        if page.cursor is None:
            raise ValueError(f"the subject has no record up to block {last_block}")
        after = page.cursor
