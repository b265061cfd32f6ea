"""The desk of an installation: what issuing a sheet needs, taken from the opened parts."""

from __future__ import annotations

from indexer.store.projection import NothingIndexed
from indexer.values import Hash32
from service.installation import Installation
from service.issuing.sheet import Desk
from service.keys.master import master_sealer
from service.keys.operators import Operator
from service.people.persons import People
from service.registering import Registry


def desk_of(installation: Installation, principal: str) -> Desk:
    """Make the desk at which the issuer of an installation has sheets issued; `principal` is who asks."""
    settings = installation.settings
    sealer = master_sealer(settings)
    registry = Registry(
        installation.database, People(installation.database, sealer), installation.vault, principal
    )

    def claims(digest: Hash32) -> int:
        try:
            with installation.projection.view() as view:
                return len(view.claims(digest))
        except NothingIndexed:
            return 0

    return Desk(
        database=installation.database,
        sealer=sealer,
        issuer=installation.vault.operator(Operator.ISSUER),
        principal=principal,
        home=settings.home,
        inbox=settings.inbox,
        claims=claims,
        account_of=registry.account_of,
    )
