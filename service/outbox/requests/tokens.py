"""What can be asked about tokens and what holders sign. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from indexer.events import (
    edition_id,
    token_id,
)
from indexer.values import ZERO_ADDRESS, Address, Hash32, as_hex
from service.keys.operators import Operator
from service.outbox.requests import touching
from service.outbox.requests.touching import Touch


@dataclass(frozen=True, slots=True)
class Mint:
    """Create the token of one serial; `to` is its first holder, or the zero address: it stays with the issuer."""

    KIND: ClassVar[str] = "mint"
    SENDER: ClassVar[Operator] = Operator.ISSUER
    collection_id: Hash32
    work_id: Hash32
    number: int
    serial: int
    to: Address = ZERO_ADDRESS

    @property
    def edition_id(self) -> int:
        """The edition it is minted under."""
        return edition_id(self.collection_id, self.work_id, self.number)

    @property
    def token_id(self) -> int:
        """The name of the token."""
        return token_id(self.edition_id, self.serial)

    def touches(self) -> tuple[Touch, ...]:
        """Found the token."""
        receiver = () if self.to == ZERO_ADDRESS else (touching.use(touching.account(self.to)),)
        return (
            touching.found(touching.token(self.token_id)),
            touching.use(touching.named("edition", self.edition_id)),
            touching.use(touching.named("collection", self.collection_id)),
            touching.use(touching.named("work", self.work_id)),
            *receiver,
        )


@dataclass(frozen=True, slots=True)
class Distribute:
    """Hand a token out that was never handed out before. `collection_id` is that of its edition."""

    KIND: ClassVar[str] = "distribute"
    SENDER: ClassVar[Operator] = Operator.ISSUER
    collection_id: Hash32
    token_id: int
    to: Address

    def touches(self) -> tuple[Touch, ...]:
        """Change the token."""
        return (
            touching.change(touching.token(self.token_id)),
            touching.use(touching.named("collection", self.collection_id)),
            touching.use(touching.account(self.to)),
        )


@dataclass(frozen=True, slots=True)
class SignedAcceptance:
    """What the receiver of a gift signed with its own key."""

    nonce: int
    deadline: int
    signature: bytes


@dataclass(frozen=True, slots=True)
class SubmitGift:
    """Submit a gift that the holder signed with its own key (EIP-712 `Gift`)."""

    KIND: ClassVar[str] = "submit-gift"
    SENDER: ClassVar[Operator] = Operator.RELAYER
    token_id: int
    from_: Address
    to: Address
    nonce: int
    deadline: int
    signature: bytes
    acceptance: SignedAcceptance | None = None
    accept_with_kept_key: bool = False
    """The receiver agreed, and its key is kept here: its acceptance is signed here."""

    def touches(self) -> tuple[Touch, ...]:
        """Change the token and use the nonce up."""
        return (
            *_gift_touches(self.token_id, self.from_, self.to),
            touching.change(_nonce(self.from_, self.nonce)),
        )


@dataclass(frozen=True, slots=True)
class GiveFromKept:
    """Give a token whose holder's key is kept here; its intent is signed here."""

    KIND: ClassVar[str] = "give-from-kept"
    SENDER: ClassVar[Operator] = Operator.RELAYER
    token_id: int
    from_: Address
    to: Address
    acceptance: SignedAcceptance | None = None
    accept_with_kept_key: bool = False

    def touches(self) -> tuple[Touch, ...]:
        """Change the token."""
        return _gift_touches(self.token_id, self.from_, self.to)


@dataclass(frozen=True, slots=True)
class SubmitLoan:
    """Submit a loan of a publication until `until`; `signature` empty: the holder's key is kept here and signs here."""

    KIND: ClassVar[str] = "submit-loan"
    SENDER: ClassVar[Operator] = Operator.RELAYER
    token_id: int
    from_: Address
    user: Address
    until: int
    nonce: int
    deadline: int
    signature: bytes = b""

    def touches(self) -> tuple[Touch, ...]:
        """Change the token and use the nonce up."""
        return (
            *_gift_touches(self.token_id, self.from_, self.user),
            touching.change(_nonce(self.from_, self.nonce)),
        )


@dataclass(frozen=True, slots=True)
class CancelIntent:
    """Take a nonce back; `signature` empty: the account's key is kept here and signs here."""

    KIND: ClassVar[str] = "cancel-intent"
    SENDER: ClassVar[Operator] = Operator.RELAYER
    account: Address
    nonce: int
    signature: bytes = b""

    def touches(self) -> tuple[Touch, ...]:
        """Take its place at the nonce."""
        return (
            touching.order(_nonce(self.account, self.nonce)),
            touching.use(touching.account(self.account)),
        )


@dataclass(frozen=True, slots=True)
class Annul:
    """Strike a token out that the issuer still has and never handed out."""

    KIND: ClassVar[str] = "annul"
    SENDER: ClassVar[Operator] = Operator.ISSUER
    token_id: int
    reason: str

    def touches(self) -> tuple[Touch, ...]:
        """Change the token."""
        return (touching.change(touching.token(self.token_id)),)


@dataclass(frozen=True, slots=True)
class RecoverToken:
    """Move a token of a replaced account to the account that stands for it now."""

    KIND: ClassVar[str] = "recover-token"
    SENDER: ClassVar[Operator] = Operator.RELAYER
    token_id: int
    from_: Address

    def touches(self) -> tuple[Touch, ...]:
        """Change the token."""
        return (touching.change(touching.token(self.token_id)), touching.use(touching.account(self.from_)))


def _gift_touches(token: int, from_: Address, to: Address) -> tuple[Touch, ...]:
    return (
        touching.change(touching.token(token)),
        touching.use(touching.account(from_)),
        touching.use(touching.account(to)),
    )


def _nonce(account: Address, nonce: int) -> str:
    """Name the nonce of an account in this outbox."""
    return f"nonce:{as_hex(account)}:{nonce}"
