"""What can be asked about accounts: registration, recovery, hand-over. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from indexer.events import (
    Custody,
    Kind,
)
from indexer.values import ZERO_HASH, Address, Hash32
from service.keys.operators import Operator
from service.outbox.requests import touching
from service.outbox.requests.touching import Touch


@dataclass(frozen=True, slots=True)
class RegisterAccount:
    """Let an account take part. `commitment` is of one account alone, so that two of one person cannot be joined."""

    KIND: ClassVar[str] = "register-account"
    SENDER: ClassVar[Operator] = Operator.REGISTRAR
    account: Address
    kind: Kind
    custody: Custody
    commitment: Hash32
    method: Hash32
    verifier: Hash32
    verified_at: int
    code_hash: Hash32 = ZERO_HASH

    def touches(self) -> tuple[Touch, ...]:
        """Found the account."""
        return (touching.found(touching.account(self.account)),)


@dataclass(frozen=True, slots=True)
class RequestRecovery:
    """Ask that `replacement` stand for a lost account. `since`: the ledger's count when this was asked."""

    KIND: ClassVar[str] = "request-recovery"
    SENDER: ClassVar[Operator] = Operator.REGISTRAR
    account: Address
    replacement: Address
    evidence: Hash32
    since: int

    def touches(self) -> tuple[Touch, ...]:
        """Take its place at the account."""
        return (
            touching.order(touching.account(self.account)),
            touching.order(touching.account(self.replacement)),
        )


@dataclass(frozen=True, slots=True)
class ConfirmRecovery:
    """Confirm a recovery after the waiting time."""

    KIND: ClassVar[str] = "confirm-recovery"
    SENDER: ClassVar[Operator] = Operator.RECOVERY_OFFICER
    account: Address
    replacement: Address

    def touches(self) -> tuple[Touch, ...]:
        """Take its place at the account, found its replacement."""
        return (
            touching.order(touching.account(self.account)),
            touching.found(touching.account(self.replacement)),
        )


@dataclass(frozen=True, slots=True)
class StopRecovery:
    """Refuse a recovery as its officer. `since`: the ledger's count when this was asked."""

    KIND: ClassVar[str] = "stop-recovery"
    SENDER: ClassVar[Operator] = Operator.RECOVERY_OFFICER
    account: Address
    replacement: Address
    since: int

    def touches(self) -> tuple[Touch, ...]:
        """Take its place at the account."""
        return (touching.order(touching.account(self.account)),)


@dataclass(frozen=True, slots=True)
class SubmitObjection:
    """Submit the old key's objection to a recovery; `signature` empty: that key is kept here and signs here."""

    KIND: ClassVar[str] = "submit-objection"
    SENDER: ClassVar[Operator] = Operator.RELAYER
    account: Address
    replacement: Address
    deadline: int
    since: int
    signature: bytes = b""

    def touches(self) -> tuple[Touch, ...]:
        """Take its place at the account."""
        return (touching.order(touching.account(self.account)),)


@dataclass(frozen=True, slots=True)
class HandOver:
    """From kept key to own key; both sign the same deadline. `account_signature` empty: the kept key signs here."""

    KIND: ClassVar[str] = "hand-over"
    SENDER: ClassVar[Operator] = Operator.RELAYER
    account: Address
    replacement: Address
    deadline: int
    replacement_signature: bytes
    account_signature: bytes = b""

    def touches(self) -> tuple[Touch, ...]:
        """Take its place at the account, found its replacement."""
        return (
            touching.order(touching.account(self.account)),
            touching.found(touching.account(self.replacement)),
        )
