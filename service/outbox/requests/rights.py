"""What can be asked about rights: acts that all concerned have agreed to, and what parties do alone. Pure.

Acts on one estate or one grant take their place: each waits for the end of the one before, for that decides whether its
revision is still the present one; how that one ends does not matter to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from indexer.values import ZERO_ADDRESS, ZERO_HASH, Address, Hash32, as_hex
from service.keys.agreements import (
    Assignment,
    Claim,
    Consent,
    EstateAmendment,
    GrantAmendment,
    Merge,
    Offer,
    Split,
    Surrender,
    Termination,
)
from service.keys.operators import Operator
from service.outbox.requests import touching
from service.outbox.requests.touching import Touch


@dataclass(frozen=True, slots=True)
class ClaimEstate:
    """Constitute an estate; `consents` in the order that the contract wants, here and below."""

    KIND: ClassVar[str] = "claim-estate"
    SENDER: ClassVar[Operator] = Operator.RELAYER
    agreement: Claim
    consents: tuple[Consent, ...]

    def touches(self) -> tuple[Touch, ...]:
        """Rely on the work."""
        work = touching.use(touching.named("work", self.agreement.work_id))
        return (work, *_parties(self.consents), *_owners(self.agreement.ownership.owners))


@dataclass(frozen=True, slots=True)
class SplitEstate:
    """Cut an estate."""

    KIND: ClassVar[str] = "split-estate"
    SENDER: ClassVar[Operator] = Operator.RELAYER
    agreement: Split
    consents: tuple[Consent, ...]

    def touches(self) -> tuple[Touch, ...]:
        """Take its place at the estate."""
        return (touching.order(estate(self.agreement.estate_id)), *_parties(self.consents))


@dataclass(frozen=True, slots=True)
class MergeEstates:
    """Join estates."""

    KIND: ClassVar[str] = "merge-estates"
    SENDER: ClassVar[Operator] = Operator.RELAYER
    agreement: Merge
    consents: tuple[Consent, ...]

    def touches(self) -> tuple[Touch, ...]:
        """Take its place at the estates."""
        estates = (touching.order(estate(one)) for one in self.agreement.estate_ids)
        return (*estates, *_parties(self.consents))


@dataclass(frozen=True, slots=True)
class AssignEstate:
    """Give an estate to others."""

    KIND: ClassVar[str] = "assign-estate"
    SENDER: ClassVar[Operator] = Operator.RELAYER
    agreement: Assignment
    consents: tuple[Consent, ...]

    def touches(self) -> tuple[Touch, ...]:
        """Take its place at the estate."""
        owners = _owners(self.agreement.ownership.owners)
        return (touching.order(estate(self.agreement.estate_id)), *_parties(self.consents), *owners)


@dataclass(frozen=True, slots=True)
class AmendEstate:
    """Enter a claim's box otherwise."""

    KIND: ClassVar[str] = "amend-estate"
    SENDER: ClassVar[Operator] = Operator.RELAYER
    agreement: EstateAmendment
    consents: tuple[Consent, ...]

    def touches(self) -> tuple[Touch, ...]:
        """Take its place at the estate."""
        return (touching.order(estate(self.agreement.estate_id)), *_parties(self.consents))


@dataclass(frozen=True, slots=True)
class GrantRights:
    """Grant some of an estate, or a sub-licence."""

    KIND: ClassVar[str] = "grant"
    SENDER: ClassVar[Operator] = Operator.RELAYER
    agreement: Offer
    consents: tuple[Consent, ...]

    def touches(self) -> tuple[Touch, ...]:
        """Take its place at the estate, or at the grant it is a sub-licence of."""
        offer = self.agreement
        level = grant(offer.parent_id) if offer.parent_id != ZERO_HASH else estate(offer.estate_id)
        return (touching.order(level), *_parties(self.consents), *_owners([offer.licensee]))


@dataclass(frozen=True, slots=True)
class SurrenderGrant:
    """Give up what would come."""

    KIND: ClassVar[str] = "surrender-grant"
    SENDER: ClassVar[Operator] = Operator.RELAYER
    agreement: Surrender
    consents: tuple[Consent, ...]

    def touches(self) -> tuple[Touch, ...]:
        """Take its place at the grant."""
        return (touching.order(grant(self.agreement.grant_id)), *_parties(self.consents))


@dataclass(frozen=True, slots=True)
class TerminateGrant:
    """End a grant. `estate_ids`: not signed; those in which what is left of it lies, ascending; none: a sub-licence."""

    KIND: ClassVar[str] = "terminate-grant"
    SENDER: ClassVar[Operator] = Operator.RELAYER
    agreement: Termination
    estate_ids: tuple[int, ...]
    consents: tuple[Consent, ...]

    def touches(self) -> tuple[Touch, ...]:
        """Take its place at the grant."""
        return (touching.order(grant(self.agreement.grant_id)), *_parties(self.consents))


@dataclass(frozen=True, slots=True)
class AmendGrant:
    """Enter a grant's scope otherwise. `estate_ids`: as in a termination."""

    KIND: ClassVar[str] = "amend-grant"
    SENDER: ClassVar[Operator] = Operator.RELAYER
    agreement: GrantAmendment
    estate_ids: tuple[int, ...]
    consents: tuple[Consent, ...]

    def touches(self) -> tuple[Touch, ...]:
        """Take its place at the grant and at the estates that it burdens: their revisions move with it."""
        estates = (touching.order(estate(one)) for one in self.estate_ids)
        return (touching.order(grant(self.agreement.grant_id)), *estates, *_parties(self.consents))


Agreed: TypeAlias = (
    ClaimEstate
    | SplitEstate
    | MergeEstates
    | AssignEstate
    | AmendEstate
    | GrantRights
    | SurrenderGrant
    | TerminateGrant
    | AmendGrant
)
"""Acts that all concerned have agreed to, each over the digest of its `agreement`."""


@dataclass(frozen=True, slots=True)
class ConfirmAttestation:
    """Agree oneself to what was attested for one.

    `signer`: who stands for the party; `signature` empty: its key is kept here and signs here.
    """

    KIND: ClassVar[str] = "confirm-attestation"
    SENDER: ClassVar[Operator] = Operator.RELAYER
    intent: Hash32
    party: Address
    signer: Address
    signature: bytes = b""

    def touches(self) -> tuple[Touch, ...]:
        """Take its place at the attestation."""
        subject = f"consent:{as_hex(self.intent)}:{as_hex(self.party)}"
        return (touching.order(subject), touching.use(touching.account(self.signer)))


@dataclass(frozen=True, slots=True)
class WithdrawConsent:
    """Take back what an account signed, or would; `signature` empty: its key is kept here and signs here."""

    KIND: ClassVar[str] = "withdraw-consent"
    SENDER: ClassVar[Operator] = Operator.RELAYER
    intent: Hash32
    account: Address
    signature: bytes = b""

    def touches(self) -> tuple[Touch, ...]:
        """Rely on the account."""
        return (touching.use(touching.account(self.account)),)


@dataclass(frozen=True, slots=True)
class RecordMoralRights:
    """State whose which moral rights are (bit n is item 1 + n of article 10); never granted.

    `author`: zero where it has no account and the statement names it. `statement`: SHA-256 of what says so.
    `since`: the ledger's count when this was asked, here and below.
    """

    KIND: ClassVar[str] = "record-moral-rights"
    SENDER: ClassVar[Operator] = Operator.ISSUER
    registrant: Address
    work_id: Hash32
    author: Address
    moral_rights: int
    statement: Hash32
    since: int

    def touches(self) -> tuple[Touch, ...]:
        """Rely on the work."""
        author = () if self.author == ZERO_ADDRESS else _owners([self.author])
        return (touching.use(touching.named("work", self.work_id)), *author)


@dataclass(frozen=True, slots=True)
class ContestRights:
    """Hold that `rival_id` (or zero) is of the same work, or that this one was not its registrant's to make."""

    KIND: ClassVar[str] = "contest"
    SENDER: ClassVar[Operator] = Operator.ISSUER
    contestant: Address
    work_id: Hash32
    rival_id: Hash32
    evidence: Hash32
    reason: str
    since: int

    def touches(self) -> tuple[Touch, ...]:
        """Take its place among the contests of this work."""
        return (touching.order(_contests(self.work_id)), touching.use(touching.named("work", self.work_id)))


@dataclass(frozen=True, slots=True)
class WithdrawContest:
    """Take a contest back, as whoever stands for the account that contested now."""

    KIND: ClassVar[str] = "withdraw-contest"
    SENDER: ClassVar[Operator] = Operator.ISSUER
    by: Address
    work_id: Hash32
    reason: str
    since: int

    def touches(self) -> tuple[Touch, ...]:
        """Take its place among the contests of this work."""
        return (touching.order(_contests(self.work_id)),)


def estate(estate_id: int) -> str:
    """Name an estate."""
    return touching.named("estate", estate_id)


def grant(grant_id: Hash32) -> str:
    """Name a grant."""
    return touching.named("grant", grant_id)


def rights(work_id: Hash32) -> str:
    """Name the rights of a work."""
    return touching.named("rights", work_id)


def _contests(work_id: Hash32) -> str:
    return touching.named("contests", work_id)


def _parties(consents: Iterable[Consent]) -> tuple[Touch, ...]:
    return _owners(one.party for one in consents)


def _owners(accounts: Iterable[Address]) -> tuple[Touch, ...]:
    return tuple(touching.use(touching.account(one)) for one in accounts)
