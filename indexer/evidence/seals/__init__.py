"""Judge whether a block is sealed by those whom the trust anchor pins; one module a kind of consensus. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TypeAlias

from indexer.evidence.anchor import Consensus
from indexer.evidence.header import Header
from indexer.evidence.seals import clique, none
from indexer.evidence.seals.finding import Finding

Judge: TypeAlias = Callable[[Header, Sequence[Header], Consensus], Finding]
"""Takes the header, the headers that were built on it, in order, and the pinned consensus."""

JUDGES: Mapping[str, Judge] = MappingProxyType({"none": none.judge, "clique": clique.judge})


def judge(header: Header, following: Sequence[Header], consensus: Consensus) -> Finding:
    """Say whether the pinned validators stand behind `header`."""
    return JUDGES[consensus.kind](header, following, consensus)
