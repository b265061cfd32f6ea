"""Where the ledger keeps its heads: storage slots of `IProvenanceLedger`. Pure."""

from __future__ import annotations

from indexer.keccak import keccak256
from indexer.values import Hash32

HEAD = Hash32((0).to_bytes(32, "big"))
"""The head of the whole ledger."""

COUNT = Hash32((1).to_bytes(32, "big"))
"""How many records it holds."""

SUBJECT_HEADS = Hash32((2).to_bytes(32, "big"))
"""The mapping from subject to head."""


def subject_slot(subject: Hash32) -> Hash32:
    """Give the storage slot of a subject's head (Solidity layout: mapping)."""
    return keccak256(subject + SUBJECT_HEADS)
