"""The contracts of the house that has an installation: one body, whoever opens it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from indexer.values import Hash32
from service.installation import Installation
from service.keys.master import master_sealer
from service.rights.backlog.contract import Contract
from service.rights.backlog.keeping import Cabinet
from service.rights.proposals import ids_of

HOUSE: Final = "installation"
"""The house of whoever has the home folder."""


def cabinet_of(installation: Installation, by: str) -> Cabinet:
    """Open the house's cabinet.

    Args:
        by: who takes in or strikes out.

    Raises:
        Unavailable: the master key is not here.
    """
    sealer = master_sealer(installation.settings)
    return Cabinet(installation.database, sealer, installation.files, HOUSE, by)


def contracts_behind(installation: Installation, grants: Iterable[Hash32]) -> dict[Hash32, Contract]:
    """Give the contracts that grants were recorded from, of those the house has kept, by grant.

    Raises:
        Unavailable: there are such proposals, and the master key is not here.
    """
    proposed = ids_of(installation.database, list(grants))
    if not proposed:
        return {}
    kept = cabinet_of(installation, "").of_proposals(list(proposed))
    return {proposed[one.proposal]: one.contract for one in kept if one.proposal is not None}
