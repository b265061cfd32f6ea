"""The acts of all sources: their words, their selectors, their subjects and derived names. Pure.

One class per event in `contracts/interfaces`; `tests/indexer/test_events.py` compares them with the compiled ABIs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType
from typing import ClassVar, TypeAlias

from indexer.keccak import keccak256
from indexer.packing import reader
from indexer.record import Record, subject
from indexer.rights.acts import RightsAct
from indexer.values import Address, Hash32
from indexer.words import (
    Account,
    Bool,
    Bytes32,
    Text,
    Uint8,
    Uint16,
    Uint32,
    Uint64,
    Uint256,
    WordsMalformed,
    selector_text,
    words,
)
from indexer.words import (
    encode as encode_words,
)

_PAD12 = bytes(12)


class Role(IntEnum):
    """What a key may do (IGovernance)."""

    NONE = 0
    OPERATIONS_GOVERNOR = 1
    REGULATION_GOVERNOR = 2
    REGISTRAR = 3
    RECOVERY_OFFICER = 4
    ISSUER = 5
    ORDER_FILER = 6
    ORDER_EXECUTOR = 7


class Measure(IntEnum):
    """What an order demands (IOrders)."""

    NONE = 0
    HOLD = 1
    RELEASE = 2
    FORCED_TRANSFER = 3
    ANNUL = 4
    SUSPEND = 5
    RESTORE = 6
    ASSIGN = 7
    TERMINATE = 8


class Kind(IntEnum):
    """What kind of party an account is (IIdentityRegistry)."""

    NONE = 0
    PERSON = 1
    INSTITUTION = 2
    REGULATOR = 3


class Custody(IntEnum):
    """Who keeps the key of an account (IIdentityRegistry)."""

    NONE = 0
    KEPT = 1
    OWN = 2
    CONTRACT = 3


class Cause(IntEnum):
    """Why one account stands for another (IIdentityRegistry)."""

    NONE = 0
    RECOVERY = 1
    HAND_OVER = 2


class WorkKind(IntEnum):
    """What a collectible of a work is (IWorkRegistry, domain rule 8)."""

    NONE = 0
    RIGHTS_REGISTERED = 1
    PUBLICATION = 2
    CAPTURE_RECORD = 3
    DERIVED_WORK = 4


class Hand(IntEnum):
    """By whose hand a holder's act came (ICollectible)."""

    NONE = 0
    OWN_KEY = 1
    KEPT_KEY = 2
    OWN_TRANSACTION = 3


@dataclass(frozen=True, slots=True)
class Policy:
    """What holders may do (ICollections): periods in seconds, masks of `1 << kind`."""

    first_holding: Uint32
    next_holding: Uint32
    gifts_per_day: Uint16
    acceptance: Bool
    receivers: Uint8
    work_kinds: Uint8
    longest_loan: Uint32

    def digest(self) -> Hash32:
        """Hash as the contracts do: `keccak256(abi.encode(policy))`."""
        return keccak256(encode_words(self))


@dataclass(frozen=True, slots=True)
class Checkpointed:
    """The ledger stood at `count` records."""

    SOURCE: ClassVar[str] = "ledger"
    count: Uint256


@dataclass(frozen=True, slots=True)
class RoleProposed:
    """A role was proposed; it can be taken from `effective_at` on."""

    SOURCE: ClassVar[str] = "governance"
    role: Role
    account: Account
    by: Account
    effective_at: Uint64


@dataclass(frozen=True, slots=True)
class RoleConfirmed:
    """The other governor agreed to a new governor."""

    SOURCE: ClassVar[str] = "governance"
    role: Role
    account: Account
    by: Account


@dataclass(frozen=True, slots=True)
class RoleCancelled:
    """A proposal was struck out."""

    SOURCE: ClassVar[str] = "governance"
    role: Role
    account: Account
    by: Account


@dataclass(frozen=True, slots=True)
class RoleGranted:
    """The account has the role from now on."""

    SOURCE: ClassVar[str] = "governance"
    role: Role
    account: Account


@dataclass(frozen=True, slots=True)
class RoleRevoked:
    """The account has no role any more."""

    SOURCE: ClassVar[str] = "governance"
    role: Role
    account: Account
    by: Account


@dataclass(frozen=True, slots=True)
class OrderFiled:
    """A legal basis was filed; times in Unix seconds, `occurred_at` as stated."""

    SOURCE: ClassVar[str] = "orders"
    order_id: Bytes32
    filed_by: Account
    authority: Text
    order_hash: Bytes32
    reason_code: Bytes32
    measure: Measure
    target: Bytes32
    to: Account
    occurred_at: Uint64
    effect_until: Uint64
    expires: Uint64
    corrects: Bytes32


@dataclass(frozen=True, slots=True)
class OrderExecuted:
    """A source used the order up."""

    SOURCE: ClassVar[str] = "orders"
    order_id: Bytes32
    executed_by: Account


@dataclass(frozen=True, slots=True)
class OrderWithdrawn:
    """An order was taken back before it was executed."""

    SOURCE: ClassVar[str] = "orders"
    order_id: Bytes32
    by: Account
    reason: Bytes32


@dataclass(frozen=True, slots=True)
class AccountRegistered:
    """An account may take part; the real name stays off chain."""

    SOURCE: ClassVar[str] = "identities"
    account: Account
    kind: Kind
    custody: Custody
    commitment: Bytes32
    method: Bytes32
    verifier: Bytes32
    verified_at: Uint64
    code_hash: Bytes32


@dataclass(frozen=True, slots=True)
class AccountSuspended:
    """An account may not act until `until`."""

    SOURCE: ClassVar[str] = "identities"
    account: Account
    order_id: Bytes32
    until: Uint64


@dataclass(frozen=True, slots=True)
class AccountRestored:
    """A suspension was lifted."""

    SOURCE: ClassVar[str] = "identities"
    account: Account
    order_id: Bytes32


@dataclass(frozen=True, slots=True)
class RecoveryRequested:
    """A lost key is to be replaced, from `earliest` on."""

    SOURCE: ClassVar[str] = "identities"
    account: Account
    replacement: Account
    by: Account
    evidence: Bytes32
    earliest: Uint64


@dataclass(frozen=True, slots=True)
class RecoveryStopped:
    """The old key objected, or the officer refused."""

    SOURCE: ClassVar[str] = "identities"
    account: Account
    replacement: Account
    by: Account


@dataclass(frozen=True, slots=True)
class AccountReplaced:
    """`replacement` stands for `account` now."""

    SOURCE: ClassVar[str] = "identities"
    account: Account
    replacement: Account
    cause: Cause
    by: Account


@dataclass(frozen=True, slots=True)
class WorkRegistered:
    """A claim to a work was deposited."""

    SOURCE: ClassVar[str] = "works"
    work_id: Bytes32
    registrant: Account
    kind: WorkKind
    file_digest: Bytes32
    manifest_digest: Bytes32
    claims_before: Uint32
    anchor_id: Bytes32


@dataclass(frozen=True, slots=True)
class Anchored:
    """`count` leaves were deposited under one root."""

    SOURCE: ClassVar[str] = "works"
    anchor_id: Bytes32
    depositor: Account
    root: Bytes32
    count: Uint64


@dataclass(frozen=True, slots=True)
class WorkAmended:
    """A new reading of the manifest; the old one stays."""

    SOURCE: ClassVar[str] = "works"
    work_id: Bytes32
    manifest_digest: Bytes32
    reason: Text


@dataclass(frozen=True, slots=True)
class WorkWithdrawn:
    """A claim was struck out."""

    SOURCE: ClassVar[str] = "works"
    work_id: Bytes32
    reason: Text


@dataclass(frozen=True, slots=True)
class CollectionCreated:
    """A collection, with version 1 of its policy."""

    SOURCE: ClassVar[str] = "collections"
    collection_id: Bytes32
    issuer: Account
    operation: Bytes32
    metadata_digest: Bytes32
    policy: Policy


@dataclass(frozen=True, slots=True)
class CollectionAmended:
    """A new description; the old one stays."""

    SOURCE: ClassVar[str] = "collections"
    collection_id: Bytes32
    metadata_digest: Bytes32
    reason: Text


@dataclass(frozen=True, slots=True)
class PolicySet:
    """A new version of the policy; it never tightens what is already held."""

    SOURCE: ClassVar[str] = "collections"
    collection_id: Bytes32
    version: Uint32
    policy: Policy


@dataclass(frozen=True, slots=True)
class EditionOpened:
    """An edition with its cap."""

    SOURCE: ClassVar[str] = "collections"
    edition_id: Uint256
    collection_id: Bytes32
    work_id: Bytes32
    number: Uint32
    cap: Uint64


@dataclass(frozen=True, slots=True)
class CapLowered:
    """A smaller cap."""

    SOURCE: ClassVar[str] = "collections"
    edition_id: Uint256
    cap: Uint64


@dataclass(frozen=True, slots=True)
class Minted:
    """A token was created; its first holder is the issuer."""

    SOURCE: ClassVar[str] = "collectible"
    token_id: Uint256
    issuer: Account
    collection_id: Bytes32
    work_id: Bytes32
    serial: Uint64
    policy_version: Uint32
    policy_digest: Bytes32


@dataclass(frozen=True, slots=True)
class Distributed:
    """The issuer handed the token out."""

    SOURCE: ClassVar[str] = "collectible"
    token_id: Uint256
    from_: Account
    to: Account
    policy_version: Uint32
    policy_digest: Bytes32


@dataclass(frozen=True, slots=True)
class Gifted:
    """A holder gave the token, free of charge; a loan ends with it."""

    SOURCE: ClassVar[str] = "collectible"
    token_id: Uint256
    from_: Account
    to: Account
    intent: Bytes32
    acceptance: Bytes32
    hand: Hand
    policy_version: Uint32
    policy_digest: Bytes32


@dataclass(frozen=True, slots=True)
class Lent:
    """A publication was lent for reading."""

    SOURCE: ClassVar[str] = "collectible"
    token_id: Uint256
    from_: Account
    user: Account
    until: Uint64
    intent: Bytes32
    hand: Hand


@dataclass(frozen=True, slots=True)
class HoldPlaced:
    """Gifts are restricted until `until`."""

    SOURCE: ClassVar[str] = "collectible"
    token_id: Uint256
    order_id: Bytes32
    until: Uint64


@dataclass(frozen=True, slots=True)
class HoldReleased:
    """The restriction was lifted."""

    SOURCE: ClassVar[str] = "collectible"
    token_id: Uint256
    order_id: Bytes32


@dataclass(frozen=True, slots=True)
class HolderChangedByOrder:
    """An order moved the token."""

    SOURCE: ClassVar[str] = "collectible"
    token_id: Uint256
    from_: Account
    to: Account
    order_id: Bytes32
    policy_version: Uint32
    policy_digest: Bytes32


@dataclass(frozen=True, slots=True)
class Recovered:
    """The token followed its holder to the account that stands for it now."""

    SOURCE: ClassVar[str] = "collectible"
    token_id: Uint256
    from_: Account
    to: Account


@dataclass(frozen=True, slots=True)
class Annulled:
    """The token was struck out, never deleted."""

    SOURCE: ClassVar[str] = "collectible"
    token_id: Uint256
    order_id: Bytes32
    reason: Text


@dataclass(frozen=True, slots=True)
class IntentCancelled:
    """An account took a nonce back."""

    SOURCE: ClassVar[str] = "collectible"
    account: Account
    nonce: Uint256


Act: TypeAlias = (
    Checkpointed
    | RoleProposed
    | RoleConfirmed
    | RoleCancelled
    | RoleGranted
    | RoleRevoked
    | OrderFiled
    | OrderExecuted
    | OrderWithdrawn
    | AccountRegistered
    | AccountSuspended
    | AccountRestored
    | RecoveryRequested
    | RecoveryStopped
    | AccountReplaced
    | WorkRegistered
    | Anchored
    | WorkAmended
    | WorkWithdrawn
    | CollectionCreated
    | CollectionAmended
    | PolicySet
    | EditionOpened
    | CapLowered
    | Minted
    | Distributed
    | Gifted
    | Lent
    | HoldPlaced
    | HoldReleased
    | HolderChangedByOrder
    | Recovered
    | Annulled
    | IntentCancelled
    | RightsAct
)


@dataclass(frozen=True, slots=True)
class UnknownAct:
    """A record whose selector this version does not know: kept raw, and its subjects are not folded further."""

    act: Hash32
    data: bytes


def selector(act_type: type[Act]) -> Hash32:
    """Give the first topic of the event that declares the act."""
    return keccak256(selector_text(act_type.__name__, act_type).encode())


ACTS: dict[Hash32, type[Act]] = {selector(act_type): act_type for act_type in Act.__args__}
"""Every act by its selector."""

SELECTORS: dict[type[Act], Hash32] = {act_type: word for word, act_type in ACTS.items()}
"""The selector of every act."""

_READERS: dict[Hash32, Callable[[bytes], Act]] = {word: reader(act_type) for word, act_type in ACTS.items()}


def decode(record: Record) -> Act | UnknownAct:
    """Read the words of a record.

    Raises:
        WordsMalformed: the selector is known, the data are not its canonical encoding.
    """
    read = _READERS.get(record.act)
    if read is None:
        return UnknownAct(record.act, record.data)
    return read(record.data)


def read_act(record: Record) -> Act | UnknownAct:
    """Read the words of a record; those whose selector is known and whose data cannot be read are unknown too."""
    try:
        return decode(record)
    except WordsMalformed:
        return UnknownAct(record.act, record.data)


def encode(act: Act) -> bytes:
    """Write the data of a record."""
    return encode_words(act)


LEDGER = "ProvenanceLedger"
SOURCE_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "Governance": "governance",
        "Orders": "orders",
        "IdentityRegistry": "identities",
        "WorkRegistry": "works",
        "Collections": "collections",
        "Collectible": "collectible",
        "Consents": "consents",
        "RightsRegistry": "rights",
        "Grants": "grants",
    }
)
"""Contracts whose records the ledger takes, with their names in `Sources`."""
CONTRACT_NAMES: Mapping[str, str] = MappingProxyType({LEDGER: "ledger", **SOURCE_NAMES})
"""All contracts of an installation by their Solidity names, with their names in `Sources`."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Which contract is which, and the subjects they keep (`contracts/Subjects.sol`)."""

    ledger: Address
    governance: Address
    orders: Address
    identities: Address
    works: Address
    collections: Address
    collectible: Address
    consents: Address
    rights: Address
    grants: Address

    def of(self, act: Act) -> Address:
        """Say which contract alone records this act."""
        source: Address = getattr(self, act.SOURCE)
        return source

    def whole_ledger(self) -> Hash32:
        """Subject of checkpoints."""
        return subject(self.ledger, Hash32(bytes(32)))

    def whole_governance(self) -> Hash32:
        """Subject of every change of a role."""
        return subject(self.governance, Hash32(bytes(32)))

    def seat(self, role: Role, account: Address) -> Hash32:
        """Subject of one account in one role."""
        return subject(self.governance, Hash32(words(role << 160 | int.from_bytes(account, "big"))))

    def order(self, order_id: Hash32) -> Hash32:
        """Subject of a legal basis."""
        return subject(self.orders, order_id)

    def account(self, account: Address) -> Hash32:
        """Subject of the standing of an account."""
        return subject(self.identities, Hash32(words(account)))

    def party(self, account: Address) -> Hash32:
        """Subject of everything an account did."""
        return subject(self.identities, Hash32(words(1 << 160 | int.from_bytes(account, "big"))))

    def work(self, work_id: Hash32) -> Hash32:
        """Subject of a claim to a work."""
        return subject(self.works, work_id)

    def anchor(self, anchor: Hash32) -> Hash32:
        """Subject of an anchor."""
        return subject(self.works, anchor)

    def collection(self, collection: Hash32) -> Hash32:
        """Subject of a collection."""
        return subject(self.collections, collection)

    def edition(self, edition: int) -> Hash32:
        """Subject of an edition: its opening and every token minted under it."""
        return subject(self.collections, edition.to_bytes(32, "big"))

    def token(self, token: int) -> Hash32:
        """Subject of a token."""
        return subject(self.collectible, token.to_bytes(32, "big"))

    def nonce(self, account: Address, nonce: int) -> Hash32:
        """Subject of one nonce of an account."""
        return subject(self.collectible, keccak256(words(account, nonce)))

    def consent(self, intent: Hash32, party: Address) -> Hash32:
        """Subject of what was attested for a party about an act."""
        return subject(self.consents, keccak256(words(intent, party)))

    def withdrawal(self, intent: Hash32, account: Address) -> Hash32:
        """Subject of what an account signed, taken back."""
        return subject(self.consents, keccak256(words(intent, account, 1)))

    def estate(self, estate: int) -> Hash32:
        """Subject of an estate."""
        return subject(self.rights, estate.to_bytes(32, "big"))

    def rights_of(self, work: Hash32) -> Hash32:
        """Subject of the rights of a work: all that happened to them, grants too."""
        return subject(self.rights, work)

    def grant(self, grant: Hash32) -> Hash32:
        """Subject of a grant: it, its end, and the sub-licences given of it."""
        return subject(self.grants, grant)


def work_id(registrant: Address, file_digest: Hash32, manifest_digest: Hash32) -> Hash32:
    """Name a claim (IWorkRegistry)."""
    return keccak256(_PAD12 + registrant + file_digest + manifest_digest)


def anchor_id(depositor: Address, root: Hash32) -> Hash32:
    """Name an anchor (IWorkRegistry)."""
    return keccak256(words(depositor, root))


def collection_id(issuer: Address, operation: Hash32) -> Hash32:
    """Name a collection (ICollections)."""
    return keccak256(words(issuer, operation))


def edition_id(collection: Hash32, work: Hash32, number: int) -> int:
    """Name an edition (ICollections): the low 128 bits of a hash."""
    return int.from_bytes(keccak256(collection + work + number.to_bytes(32, "big"))[16:], "big")


def token_id(edition: int, serial: int) -> int:
    """Name a token (ICollections): `edition << 64 | serial`, serials from 1."""
    return edition << 64 | serial


def edition_of(token: int) -> tuple[int, int]:
    """Take a token's name apart into (edition, serial)."""
    return token >> 64, token & (1 << 64) - 1
