"""Chains whose headers carry no seal that a stranger can check, such as anvil's. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indexer.evidence.phrase import Phrase
from indexer.evidence.seals.finding import Binding, Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from indexer.evidence.anchor import Consensus
    from indexer.evidence.header import Header

_UNSEALED = Phrase(
    "此链的区块头不带可供他人核验的签封，因此无法确认区块由谁认可。",
    "The headers of this chain carry no seal that a stranger can check, so nobody can be shown to stand behind them.",
)


def judge(header: Header, following: Sequence[Header], consensus: Consensus) -> Finding:  # noqa: ARG001
    """Say that nothing can be said: there are no seals."""
    return Finding(Binding.OPEN, _UNSEALED, header.hash)
