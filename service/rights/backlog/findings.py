"""All that is found in a house's contracts on a day. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from service.rights.backlog.conflicts import conflicts
from service.rights.backlog.contract import Contract, Span
from service.rights.backlog.facts import SIX_MONTHS, coming, without_end
from service.rights.backlog.reporting import Findings


def findings(contracts: Sequence[Contract], today: int, within: Span = SIX_MONTHS) -> Findings:
    """Compare the contracts with each other, and see what comes within a span."""
    return Findings(
        today,
        tuple(contracts),
        conflicts(contracts, today),
        coming(contracts, today, within),
        without_end(contracts),
    )
