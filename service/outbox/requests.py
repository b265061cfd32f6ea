"""What can be asked of the ledger: one frozen value an act, with the operator who sends it and what it touches. Pure.

A request holds what somebody decided, nothing that depends on when it is carried out: so the same request, asked again
under the same idempotency key, is the same bytes. Times are Unix seconds, hashes and addresses raw bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, TypeAlias

from indexer.events import (
    Custody,
    Kind,
    Measure,
    Policy,
    Role,
    WorkKind,
    anchor_id,
    collection_id,
    edition_id,
    token_id,
    work_id,
)
from indexer.keccak import keccak256
from indexer.values import ZERO_ADDRESS, ZERO_HASH, Address, Hash32, as_hex
from service.keys.operators import Operator
from service.outbox.attachments import Attachment


class Mode(StrEnum):
    """How a request touches a subject, which decides whom it waits for (docs/states.md, "Order")."""

    FOUND = "found"
    """Brings it into being."""
    CHANGE = "change"
    USE = "use"
    """Relies on it as it stands."""
    ORDER = "order"
    """Only takes its place among all that touch it; how those end does not matter, nor to them how it ends."""


@dataclass(frozen=True, slots=True)
class Touch:
    """A subject, by a name that is unique in this outbox, and how it is touched."""

    subject: str
    mode: Mode


def _found(subject: str) -> Touch:
    return Touch(subject, Mode.FOUND)


def _change(subject: str) -> Touch:
    return Touch(subject, Mode.CHANGE)


def _use(subject: str) -> Touch:
    return Touch(subject, Mode.USE)


def _order(subject: str) -> Touch:
    return Touch(subject, Mode.ORDER)


def _named(kind: str, name: bytes | int) -> str:
    return f"{kind}:{name if isinstance(name, int) else as_hex(name)}"


def _account(account: Address) -> str:
    return _named("account", account)


def _token(token: int) -> str:
    return _named("token", token)


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
        return (_found(_account(self.account)),)


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
        anchor = () if self.anchor_id == ZERO_HASH else (_use(_named("anchor", self.anchor_id)),)
        return (
            _found(_named("work", self.work_id)),
            _use(_account(self.registrant)),
            _order(_named("file", self.file_digest)),
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
        return (_found(_named("anchor", self.anchor_id)), _use(_account(self.depositor)))


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
        return (_change(_named("work", self.work_id)),)


@dataclass(frozen=True, slots=True)
class WithdrawWork:
    """Strike a claim out, with a reason."""

    KIND: ClassVar[str] = "withdraw-work"
    SENDER: ClassVar[Operator] = Operator.ISSUER
    work_id: Hash32
    reason: str

    def touches(self) -> tuple[Touch, ...]:
        """Change the work."""
        return (_change(_named("work", self.work_id)),)


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
        return (_found(_named("collection", self.collection_id)), _use(_account(self.issuer)))


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
        return (_change(_named("collection", self.collection_id)),)


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
        return (_change(_named("collection", self.collection_id)),)


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
            _found(_named("edition", self.edition_id)),
            _use(_named("collection", self.collection_id)),
            _use(_named("work", self.work_id)),
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
        return (_change(_named("edition", self.edition_id)),)


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
        receiver = () if self.to == ZERO_ADDRESS else (_use(_account(self.to)),)
        return (
            _found(_token(self.token_id)),
            _use(_named("edition", self.edition_id)),
            _use(_named("collection", self.collection_id)),
            _use(_named("work", self.work_id)),
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
            _change(_token(self.token_id)),
            _use(_named("collection", self.collection_id)),
            _use(_account(self.to)),
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
            _change(intent_name(self.from_, self.nonce)),
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
            _change(intent_name(self.from_, self.nonce)),
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
        return (_order(intent_name(self.account, self.nonce)), _use(_account(self.account)))


@dataclass(frozen=True, slots=True)
class Annul:
    """Strike a token out that the issuer still has and never handed out."""

    KIND: ClassVar[str] = "annul"
    SENDER: ClassVar[Operator] = Operator.ISSUER
    token_id: int
    reason: str

    def touches(self) -> tuple[Touch, ...]:
        """Change the token."""
        return (_change(_token(self.token_id)),)


@dataclass(frozen=True, slots=True)
class TokenTarget:
    """An order's target: a token."""

    token_id: int

    @property
    def subject(self) -> str:
        """Its name in this outbox."""
        return _token(self.token_id)


@dataclass(frozen=True, slots=True)
class AccountTarget:
    """An order's target: an account."""

    account: Address

    @property
    def subject(self) -> str:
        """Its name in this outbox."""
        return _account(self.account)


Target: TypeAlias = TokenTarget | AccountTarget


@dataclass(frozen=True, slots=True)
class OrderName:
    """What names an order: one document may order several things, each of them once. `order_hash`: its SHA-256."""

    authority: str
    order_hash: Hash32
    measure: Measure
    target: Target

    @property
    def subject(self) -> str:
        """Its name in this outbox."""
        said = (self.authority, as_hex(self.order_hash), str(int(self.measure)), self.target.subject)
        return _named("order", keccak256("\0".join(said).encode()))

    @property
    def slot(self) -> str:
        """The place on chain that at most one pending order takes."""
        return f"pending:{int(self.measure)}:{self.target.subject}"


@dataclass(frozen=True, slots=True)
class FileOrder:
    """File a legal basis. `corrects`: the id of the order it replaces, or zero. Other fields as in `IOrders.Filing`."""

    KIND: ClassVar[str] = "file-order"
    SENDER: ClassVar[Operator] = Operator.ORDER_FILER
    order: OrderName
    reason_code: Hash32
    occurred_at: int
    expires: int
    effect_until: int = 0
    to: Address = ZERO_ADDRESS
    corrects: Hash32 = ZERO_HASH

    def touches(self) -> tuple[Touch, ...]:
        """Found the order."""
        return (_found(self.order.subject), _order(self.order.slot))


@dataclass(frozen=True, slots=True)
class ExecuteOrder:
    """Carry a filed order out: hold, release, forced transfer, annul (with `reason`), suspend or restore."""

    KIND: ClassVar[str] = "execute-order"
    SENDER: ClassVar[Operator] = Operator.ORDER_EXECUTOR
    order: OrderName
    to: Address = ZERO_ADDRESS
    """Who becomes the holder: forced transfer only, as filed."""
    reason: str = ""
    """Annul only."""

    def touches(self) -> tuple[Touch, ...]:
        """Change the order; take its place at the target."""
        receiver = () if self.to == ZERO_ADDRESS else (_use(_account(self.to)),)
        target = _order(self.order.target.subject)
        return (_change(self.order.subject), _order(self.order.slot), target, *receiver)


@dataclass(frozen=True, slots=True)
class WithdrawOrder:
    """Take a filed order back before it is executed. `reason`: a short code, UTF-8, padded with zeros."""

    KIND: ClassVar[str] = "withdraw-order"
    SENDER: ClassVar[Operator] = Operator.ORDER_FILER
    order: OrderName
    reason: Hash32

    def touches(self) -> tuple[Touch, ...]:
        """Change the order."""
        return (_change(self.order.subject), _order(self.order.slot))


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
        return (_order(_account(self.account)), _order(_account(self.replacement)))


@dataclass(frozen=True, slots=True)
class ConfirmRecovery:
    """Confirm a recovery after the waiting time."""

    KIND: ClassVar[str] = "confirm-recovery"
    SENDER: ClassVar[Operator] = Operator.RECOVERY_OFFICER
    account: Address
    replacement: Address

    def touches(self) -> tuple[Touch, ...]:
        """Take its place at the account, found its replacement."""
        return (_order(_account(self.account)), _found(_account(self.replacement)))


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
        return (_order(_account(self.account)),)


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
        return (_order(_account(self.account)),)


@dataclass(frozen=True, slots=True)
class RecoverToken:
    """Move a token of a replaced account to the account that stands for it now."""

    KIND: ClassVar[str] = "recover-token"
    SENDER: ClassVar[Operator] = Operator.RELAYER
    token_id: int
    from_: Address

    def touches(self) -> tuple[Touch, ...]:
        """Change the token."""
        return (_change(_token(self.token_id)), _use(_account(self.from_)))


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
        return (_order(_account(self.account)), _found(_account(self.replacement)))


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Record how far the ledger got. `since`: its count when this was asked."""

    KIND: ClassVar[str] = "checkpoint"
    SENDER: ClassVar[Operator] = Operator.RELAYER
    since: int

    def touches(self) -> tuple[Touch, ...]:
        """Keep its place among the checkpoints."""
        return (_order("ledger:0"),)


class RoleStep(StrEnum):
    """What is done about a role."""

    PROPOSE = "propose"
    CONFIRM = "confirm"
    CANCEL = "cancel"
    ENACT = "enact"
    REVOKE = "revoke"


@dataclass(frozen=True, slots=True)
class ChangeRole:
    """Propose, confirm, cancel, enact or revoke a role. `since`: the ledger's count when this was asked.

    `by` is a governor, of the kind that the contract asks for; whoever it names, the relayer enacts.
    """

    KIND: ClassVar[str] = "change-role"
    by: Operator
    step: RoleStep
    role: Role
    account: Address
    since: int

    @property
    def SENDER(self) -> Operator:  # noqa: N802  (a constant of every other request)
        """The governor, or the relayer."""
        return Operator.RELAYER if self.step is RoleStep.ENACT else self.by

    def touches(self) -> tuple[Touch, ...]:
        """Change the account's roles."""
        return (_change(_named("seat", self.account)),)


Request: TypeAlias = (
    RegisterAccount
    | Deposit
    | Anchor
    | AmendWork
    | WithdrawWork
    | CreateCollection
    | AmendCollection
    | SetPolicy
    | OpenEdition
    | LowerCap
    | Mint
    | Distribute
    | SubmitGift
    | GiveFromKept
    | SubmitLoan
    | CancelIntent
    | Annul
    | FileOrder
    | ExecuteOrder
    | WithdrawOrder
    | RequestRecovery
    | ConfirmRecovery
    | StopRecovery
    | SubmitObjection
    | RecoverToken
    | HandOver
    | Checkpoint
    | ChangeRole
)

KINDS: dict[str, type[Request]] = {request_type.KIND: request_type for request_type in Request.__args__}
"""Every request by its name."""


def intent_name(account: Address, nonce: int) -> str:
    """Name the nonce of an account in this outbox."""
    return f"nonce:{as_hex(account)}:{nonce}"


def _gift_touches(token: int, from_: Address, to: Address) -> tuple[Touch, ...]:
    return (_change(_token(token)), _use(_account(from_)), _use(_account(to)))
