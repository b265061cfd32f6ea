"""The desk of an installation: what issuing a sheet needs, taken from the opened parts."""

from __future__ import annotations

from collections.abc import Collection

from indexer.store import NothingIndexed
from indexer.values import Address, Hash32
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

    def claims(digests: Collection[Hash32]) -> dict[Hash32, int]:
        try:
            with installation.projection.view() as view:
                found = {digest: len(view.claims(digest)) for digest in digests}
        except NothingIndexed:
            return {}
        return {digest: many for digest, many in found.items() if many}

    accounts: dict[tuple[str, Hash32], Address] = {}

    def account_of(recipient: str, collection: Hash32) -> Address:
        if (recipient, collection) not in accounts:
            accounts[recipient, collection] = registry.account_of(recipient, collection)
        return accounts[recipient, collection]

    return Desk(
        database=installation.database,
        sealer=sealer,
        issuer=installation.vault.operator(Operator.ISSUER),
        principal=principal,
        home=settings.home,
        inbox=settings.inbox,
        claims=claims,
        account_of=account_of,
    )
