"""Register people and institutions: the person here, sealed; the account on chain, by commitment. Writes the outbox."""

from __future__ import annotations

from dataclasses import dataclass

from indexer.events import Custody
from indexer.values import Address, Hash32, address
from service.errors import BadInput
from service.keys.operators import Operator
from service.keys.vault import KeyVault
from service.outbox.accept import accept
from service.outbox.database import Database
from service.outbox.operations import Operation
from service.people.identity import Identity, Verification
from service.people.persons import People, Person


@dataclass(frozen=True, slots=True)
class Registry:
    """Where people are registered; `principal` is who asks."""

    database: Database
    people: People
    vault: KeyVault
    principal: str

    def issuer(self, identity: Identity, verification: Verification) -> tuple[Person, Operation]:
        """Register the institution of this home, with the issuer's key as its account."""
        return self.own(identity, verification, self.vault.operator(Operator.ISSUER), "issuer")

    def own(
        self, identity: Identity, verification: Verification, account: Address, reference: str
    ) -> tuple[Person, Operation]:
        """Register somebody with an account of their own.

        Args:
            reference: the code by which they are found again; registering it again gives the same person.

        Raises:
            Conflict: the account or the reference is another person's.
        """
        person = self.people.known(identity, verification, reference)
        return person, self._register(person, account, Custody.OWN)

    def holder(self, identity: Identity, verification: Verification, reference: str) -> Person:
        """Register a holder without a wallet; accounts are made for it collection by collection (domain rule 14).

        Raises:
            Conflict: the reference is another person's.
        """
        return self.people.known(identity, verification, reference)

    def kept(self, person: Person, collection_id: Hash32) -> tuple[Address, Operation]:
        """Give a person's account in a collection, its key kept here; the first time it is made and registered.

        Raises:
            NotFound: the person was erased.
        """
        with self.database.write() as connection:
            account = self.vault.new_kept(connection, person.id, collection_id)
        return account, self._register(person, account, Custody.KEPT)

    def account_of(self, recipient: str, collection_id: Hash32) -> Address:
        """Give the account of a recipient in a sheet: a registration code, or the address of an own account.

        Raises:
            BadInput: nobody is registered by this code.
        """
        if recipient.startswith("0x"):
            return address(recipient.lower())
        person = self.people.find(recipient)
        if person is None:
            raise BadInput(
                "recipient-unknown",
                "接收人登记码没有对应的登记；请先登记再提交。",
                "Nobody is registered by this recipient's code; register first, then submit again.",
                recipient=recipient,
            )
        account, _ = self.kept(person, collection_id)
        return account

    def _register(self, person: Person, account: Address, custody: Custody) -> Operation:
        with self.database.write() as connection:
            request = self.people.enrol(connection, person.id, account, custody)
        return accept(
            self.database, request, idempotency_key=f"register/{account.hex()}", principal=self.principal
        )
