"""What all steps of a worker share: settings, database, keys, nodes, the projection, names. Opens them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from indexer import deployment as deployments
from indexer.deployment import Deployment
from indexer.store import Projection
from indexer.store.view import View
from indexer.values import Address
from service.keys import guard
from service.keys.intents import Domain, Intent, digest, slot
from service.keys.operators import Operator
from service.keys.vault import KeyVault, open_vault
from service.outbox.database import Database, open_database
from service.outbox.naming import Asked, Case, Names, names_of
from service.outbox.nodes import Nodes
from service.outbox.nonces import SendingKey
from service.outbox.parts import Circumstances
from service.settings import Settings


@dataclass(frozen=True, slots=True)
class Office:
    """One installation, opened for writing to its chain."""

    settings: Settings
    database: Database
    vault: KeyVault
    deployment: Deployment
    nodes: Nodes
    projection: Projection
    names: Names

    def key(self, operator: Operator) -> SendingKey:
        """Give an operator's key on this chain."""
        return SendingKey(self.deployment.genesis_hash, operator, self.vault.operator(operator))

    def case(self, row: Any) -> Case:
        """Give the circumstances of a request, from its row."""
        return Case(self.names, Asked(row.id, row.accepted_at, self.settings.intent_life))

    def circumstances(self, connection: Connection, view: View, case: Case) -> Circumstances:
        """Give what a call needs; what kept keys sign is claimed in the transaction of `connection`."""

        def sign_as_kept(account: Address, domain: Domain, intent: Intent) -> bytes:
            named = digest(domain, intent)
            guard.claim(connection, account, domain.separator(), slot(intent), named)
            return self.vault.sign_as_kept(connection, account, named)

        def holder(token_id: int) -> Address | None:
            known = view.token(token_id)
            return None if known is None else known.state.holder

        return Circumstances(case, sign_as_kept, holder)

    def look_again(self) -> None:
        """Turn to the addresses that the deployment names now: a node that was started again may have another."""
        if self.settings.rpc:
            return
        with suppress(deployments.DeploymentUnreadable):
            found = deployments.read(self.settings.deployment)
            if found.genesis_hash == self.deployment.genesis_hash:
                self.nodes.turn_to(found.rpc)

    def close(self) -> None:
        """Close everything that was opened."""
        self.nodes.close()
        self.projection.close()
        self.database.close()


@contextmanager
def opened(settings: Settings) -> Iterator[Office]:
    """Open an installation for the time of a `with`."""
    office = open_office(settings)
    try:
        yield office
    finally:
        office.close()


def open_office(settings: Settings) -> Office:
    """Open an installation.

    Raises:
        DeploymentUnreadable: nothing is deployed here yet.
        Unavailable: the database or a key cannot be read.
    """
    deployment = deployments.read(settings.deployment)
    return Office(
        settings=settings,
        database=open_database(settings.outbox_url),
        vault=open_vault(settings),
        deployment=deployment,
        nodes=Nodes(settings.rpc or deployment.rpc),
        projection=Projection.open(settings.index_url),
        names=names_of(deployment),
    )
