"""What can be asked about collections and editions. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from indexer.events import (
    Policy,
    collection_id,
    edition_id,
)
from indexer.values import Address, Hash32
from service.keys.operators import Operator
from service.outbox.attachments import Attachment
from service.outbox.requests import touching
from service.outbox.requests.touching import Touch


@dataclass(frozen=True, slots=True)
class CreateCollection:
    """Create a collection with version 1 of its policy. `operation`: 32 bytes that the issuer never used before."""

    KIND: ClassVar[str] = "create-collection"
    SENDER: ClassVar[Operator] = Operator.ISSUER
    issuer: Address
    operation: Hash32
    metadata_digest: Hash32
    policy: Policy
    attachments: tuple[Attachment, ...] = ()

    @property
    def collection_id(self) -> Hash32:
        """The name of the collection."""
        return collection_id(self.issuer, self.operation)

    def touches(self) -> tuple[Touch, ...]:
        """Found the collection."""
        return (
            touching.found(touching.named("collection", self.collection_id)),
            touching.use(touching.account(self.issuer)),
        )


@dataclass(frozen=True, slots=True)
class AmendCollection:
    """Describe a collection anew; the old description stays."""

    KIND: ClassVar[str] = "amend-collection"
    SENDER: ClassVar[Operator] = Operator.ISSUER
    collection_id: Hash32
    expected_amendments: int
    metadata_digest: Hash32
    reason: str
    attachments: tuple[Attachment, ...] = ()

    def touches(self) -> tuple[Touch, ...]:
        """Change the collection."""
        return (touching.change(touching.named("collection", self.collection_id)),)


@dataclass(frozen=True, slots=True)
class SetPolicy:
    """Make `policy` version `version` of a collection's policy: the present one + 1."""

    KIND: ClassVar[str] = "set-policy"
    SENDER: ClassVar[Operator] = Operator.ISSUER
    collection_id: Hash32
    version: int
    policy: Policy

    def touches(self) -> tuple[Touch, ...]:
        """Change the collection."""
        return (touching.change(touching.named("collection", self.collection_id)),)


@dataclass(frozen=True, slots=True)
class OpenEdition:
    """Open edition `number` of a work in a collection, with a cap."""

    KIND: ClassVar[str] = "open-edition"
    SENDER: ClassVar[Operator] = Operator.ISSUER
    collection_id: Hash32
    work_id: Hash32
    number: int
    cap: int

    @property
    def edition_id(self) -> int:
        """The name of the edition."""
        return edition_id(self.collection_id, self.work_id, self.number)

    def touches(self) -> tuple[Touch, ...]:
        """Found the edition."""
        return (
            touching.found(touching.named("edition", self.edition_id)),
            touching.use(touching.named("collection", self.collection_id)),
            touching.use(touching.named("work", self.work_id)),
        )


@dataclass(frozen=True, slots=True)
class LowerCap:
    """Lower the cap of an edition."""

    KIND: ClassVar[str] = "lower-cap"
    SENDER: ClassVar[Operator] = Operator.ISSUER
    edition_id: int
    cap: int

    def touches(self) -> tuple[Touch, ...]:
        """Change the edition."""
        return (touching.change(touching.named("edition", self.edition_id)),)
