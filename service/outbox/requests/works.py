"""What can be asked about works. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from indexer.events import (
    WorkKind,
    anchor_id,
    work_id,
)
from indexer.values import ZERO_HASH, Address, Hash32
from service.keys.operators import Operator
from service.outbox.attachments import Attachment
from service.outbox.requests import touching
from service.outbox.requests.touching import Touch


@dataclass(frozen=True, slots=True)
class Deposit:
    """Claim a work, and keep its files. `registrant` is the issuer's account."""

    KIND: ClassVar[str] = "deposit"
    SENDER: ClassVar[Operator] = Operator.ISSUER
    registrant: Address
    kind: WorkKind
    file_digest: Hash32
    manifest_digest: Hash32
    acknowledged_claims: int = 0
    anchor_id: Hash32 = ZERO_HASH
    anchor_salt: Hash32 = ZERO_HASH
    anchor_proof: tuple[Hash32, ...] = ()
    attachments: tuple[Attachment, ...] = ()

    @property
    def work_id(self) -> Hash32:
        """The name of the claim."""
        return work_id(self.registrant, self.file_digest, self.manifest_digest)

    def touches(self) -> tuple[Touch, ...]:
        """Found the work, behind the earlier claims to the same bytes."""
        anchor = (
            () if self.anchor_id == ZERO_HASH else (touching.use(touching.named("anchor", self.anchor_id)),)
        )
        return (
            touching.found(touching.named("work", self.work_id)),
            touching.use(touching.account(self.registrant)),
            touching.order(touching.named("file", self.file_digest)),
            *anchor,
        )


@dataclass(frozen=True, slots=True)
class Anchor:
    """Deposit `leaves` claims under one Merkle root."""

    KIND: ClassVar[str] = "anchor"
    SENDER: ClassVar[Operator] = Operator.ISSUER
    depositor: Address
    root: Hash32
    leaves: int

    @property
    def anchor_id(self) -> Hash32:
        """The name of the anchor."""
        return anchor_id(self.depositor, self.root)

    def touches(self) -> tuple[Touch, ...]:
        """Found the anchor."""
        return (
            touching.found(touching.named("anchor", self.anchor_id)),
            touching.use(touching.account(self.depositor)),
        )


@dataclass(frozen=True, slots=True)
class AmendWork:
    """Give a work a new reading; the old one stays. `expected_amendments`: how many there were before."""

    KIND: ClassVar[str] = "amend-work"
    SENDER: ClassVar[Operator] = Operator.ISSUER
    work_id: Hash32
    expected_amendments: int
    manifest_digest: Hash32
    reason: str
    attachments: tuple[Attachment, ...] = ()

    def touches(self) -> tuple[Touch, ...]:
        """Change the work."""
        return (touching.change(touching.named("work", self.work_id)),)


@dataclass(frozen=True, slots=True)
class WithdrawWork:
    """Strike a claim out, with a reason."""

    KIND: ClassVar[str] = "withdraw-work"
    SENDER: ClassVar[Operator] = Operator.ISSUER
    work_id: Hash32
    reason: str

    def touches(self) -> tuple[Touch, ...]:
        """Change the work."""
        return (touching.change(touching.named("work", self.work_id)),)
