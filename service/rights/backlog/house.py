"""The contracts of the house that has an installation: one body, whoever opens it."""

from __future__ import annotations

from typing import Final

from service.installation import Installation
from service.keys.master import master_sealer
from service.rights.backlog.keeping import Cabinet
from service.rights.backlog.proposing import contracts_behind
from service.rights.ending import Contracts

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


def contracts_kept(installation: Installation, by: str) -> Contracts:
    """Give what finds the contracts behind grants; the house's cabinet is opened when it is called."""
    return lambda grants: contracts_behind(cabinet_of(installation, by), grants)
