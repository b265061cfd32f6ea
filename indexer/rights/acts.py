"""The acts on rights: their words, and what they say by number. Pure.

One class per event of `IConsents`, `IRightsRegistry` and `IGrants`; `indexer.events` joins them to all others.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar, TypeAlias

from indexer.keccak import keccak256
from indexer.rights.scope import Axis, Scope
from indexer.values import Address, Hash32
from indexer.words import (
    Account,
    Accounts,
    Bool,
    Bytes32,
    Text,
    Uint8,
    Uint16,
    Uint32,
    Uint32s,
    Uint64,
    Uint256,
    Uint256s,
    words,
)


class Assent(IntEnum):
    """How a party agreed (IConsents)."""

    NONE = 0
    OWN_KEY = 1
    KEPT_KEY = 2
    OWN_TRANSACTION = 3
    PAPER = 4


class GrantKind(IntEnum):
    """How much a grant shuts others out, the strongest first (IGrants)."""

    NONE = 0
    EXCLUSIVE = 1
    SOLE = 2
    NON_EXCLUSIVE = 3

    @property
    def excludes(self) -> bool:
        """Whether it shuts out everybody else to whom the grantor might grant."""
        return self in (GrantKind.EXCLUSIVE, GrantKind.SOLE)

    def clashes_with(self, other: GrantKind) -> bool:
        """Whether two grants of one grantor cannot overlap."""
        return self.excludes or other.excludes


class Ground(IntEnum):
    """Why a grant ended before its time (IGrants)."""

    NONE = 0
    AGREEMENT = 1
    CONDITION = 2
    ORDER = 3


@dataclass(frozen=True, slots=True)
class Alone:
    """What one co-owner may grant alone (IRightsRegistry): for how many days at most, and how often."""

    longest: Uint32
    quota: Uint16


@dataclass(frozen=True, slots=True)
class EstateClaimed:
    """A registrant claimed a box of a work's rights."""

    SOURCE: ClassVar[str] = "rights"
    estate_id: Uint256
    work_id: Bytes32
    scope: Scope
    alone: Alone
    backlog_until: Uint32
    intent: Bytes32
    assents: Uint256
    owners: Accounts
    parts: Uint32s


@dataclass(frozen=True, slots=True)
class EstateSplit:
    """An estate was divided along an axis; its parts live on."""

    SOURCE: ClassVar[str] = "rights"
    estate_id: Uint256
    axis: Axis
    intent: Bytes32
    assents: Uint256
    cuts: Uint256s


@dataclass(frozen=True, slots=True)
class EstatesMerged:
    """Estates were joined to one."""

    SOURCE: ClassVar[str] = "rights"
    estate_id: Uint256
    axis: Axis
    intent: Bytes32
    assents: Uint256
    estate_ids: Uint256s


@dataclass(frozen=True, slots=True)
class EstateAssigned:
    """An estate has other owners, or they have other parts, by agreement."""

    SOURCE: ClassVar[str] = "rights"
    estate_id: Uint256
    agreement: Bytes32
    agreement_cid: Bytes32
    intent: Bytes32
    assents: Uint256
    owners: Accounts
    parts: Uint32s


@dataclass(frozen=True, slots=True)
class EstateAssignedByOrder:
    """An estate has other owners by an order: heirs, a merged house, a judgment."""

    SOURCE: ClassVar[str] = "rights"
    estate_id: Uint256
    order_id: Bytes32
    owners: Accounts
    parts: Uint32s


@dataclass(frozen=True, slots=True)
class EstateAmended:
    """A box was entered wrongly; both readings stay."""

    SOURCE: ClassVar[str] = "rights"
    estate_id: Uint256
    scope: Scope
    intent: Bytes32
    assents: Uint256
    reason: Text


@dataclass(frozen=True, slots=True)
class EstateHeld:
    """An order holds an estate until `until`."""

    SOURCE: ClassVar[str] = "rights"
    estate_id: Uint256
    order_id: Bytes32
    until: Uint64


@dataclass(frozen=True, slots=True)
class EstateReleased:
    """The hold on an estate was lifted."""

    SOURCE: ClassVar[str] = "rights"
    estate_id: Uint256
    order_id: Bytes32


@dataclass(frozen=True, slots=True)
class RightsHeld:
    """An order holds all rights of a work until `until`."""

    SOURCE: ClassVar[str] = "rights"
    work_id: Bytes32
    order_id: Bytes32
    until: Uint64


@dataclass(frozen=True, slots=True)
class RightsReleased:
    """The hold on the rights of a work was lifted."""

    SOURCE: ClassVar[str] = "rights"
    work_id: Bytes32
    order_id: Bytes32


@dataclass(frozen=True, slots=True)
class MoralRightsRecorded:
    """The registrant stated whose moral rights are; they are never granted."""

    SOURCE: ClassVar[str] = "rights"
    work_id: Bytes32
    author: Account
    moral_rights: Uint8
    statement: Bytes32


@dataclass(frozen=True, slots=True)
class RightsContested:
    """Somebody holds that another registration is of the same work, or that this is not the registrant's to make."""

    SOURCE: ClassVar[str] = "rights"
    work_id: Bytes32
    rival_id: Bytes32
    by: Account
    evidence: Bytes32
    reason: Text


@dataclass(frozen=True, slots=True)
class ContestWithdrawn:
    """Who contested took it back."""

    SOURCE: ClassVar[str] = "rights"
    work_id: Bytes32
    rival_id: Bytes32
    by: Account
    reason: Text


@dataclass(frozen=True, slots=True)
class Granted:
    """A grant of an estate, or a sub-licence where there is a parent."""

    SOURCE: ClassVar[str] = "grants"
    grant_id: Bytes32
    work_id: Bytes32
    estate_id: Uint256
    parent_id: Bytes32
    licensee: Account
    kind: GrantKind
    sublicensable: Bool
    scope: Scope
    notice_days: Uint16
    conditions: Bytes32
    agreement: Bytes32
    agreement_cid: Bytes32
    signed_on: Uint32
    conflicts: Uint32
    assents: Uint256


@dataclass(frozen=True, slots=True)
class GrantSurrendered:
    """The licensee gave up what would have come from `until` on."""

    SOURCE: ClassVar[str] = "grants"
    grant_id: Bytes32
    until: Uint32
    intent: Bytes32
    assents: Uint256


@dataclass(frozen=True, slots=True)
class GrantTerminated:
    """A grant ends with `until`, before its time."""

    SOURCE: ClassVar[str] = "grants"
    grant_id: Bytes32
    ground: Ground
    until: Uint32
    order_id: Bytes32
    intent: Bytes32
    assents: Uint256
    reason: Text


@dataclass(frozen=True, slots=True)
class GrantAmended:
    """The scope of a grant was entered wrongly; both readings stay."""

    SOURCE: ClassVar[str] = "grants"
    grant_id: Bytes32
    scope: Scope
    conflicts: Uint32
    intent: Bytes32
    assents: Uint256
    reason: Text


@dataclass(frozen=True, slots=True)
class GrantHeld:
    """An order holds a grant until `until`."""

    SOURCE: ClassVar[str] = "grants"
    grant_id: Bytes32
    order_id: Bytes32
    until: Uint64


@dataclass(frozen=True, slots=True)
class GrantReleased:
    """The hold on a grant was lifted."""

    SOURCE: ClassVar[str] = "grants"
    grant_id: Bytes32
    order_id: Bytes32


@dataclass(frozen=True, slots=True)
class Attested:
    """Two hands say that a party signed a paper, since it has no key of its own."""

    SOURCE: ClassVar[str] = "consents"
    intent: Bytes32
    party: Account
    work_id: Bytes32
    paper: Bytes32
    attester: Account
    confirmer: Account


@dataclass(frozen=True, slots=True)
class AttestationConfirmed:
    """The party itself agreed to what was attested for it."""

    SOURCE: ClassVar[str] = "consents"
    intent: Bytes32
    party: Account
    work_id: Bytes32
    assent: Assent


@dataclass(frozen=True, slots=True)
class ConsentWithdrawn:
    """What an account signed is worth nothing any more."""

    SOURCE: ClassVar[str] = "consents"
    intent: Bytes32
    account: Account


RightsAct: TypeAlias = (
    EstateClaimed
    | EstateSplit
    | EstatesMerged
    | EstateAssigned
    | EstateAssignedByOrder
    | EstateAmended
    | EstateHeld
    | EstateReleased
    | RightsHeld
    | RightsReleased
    | MoralRightsRecorded
    | RightsContested
    | ContestWithdrawn
    | Granted
    | GrantSurrendered
    | GrantTerminated
    | GrantAmended
    | GrantHeld
    | GrantReleased
    | Attested
    | AttestationConfirmed
    | ConsentWithdrawn
)
"""All acts of the three contracts."""


def estate_id(intent: Hash32, index: int) -> int:
    """Name the estate that an act made, by the act's digest and its place among the parts (IRightsRegistry)."""
    return int.from_bytes(keccak256(words(intent, index)), "big")


def ownership(owners: tuple[Address, ...], parts: tuple[int, ...]) -> Hash32:
    """Hash whose an estate is as the contract does: `keccak256(abi.encode(owners, parts))`."""
    first = words(64, 96 + 32 * len(owners))
    return keccak256(first + words(len(owners), *owners) + words(len(parts), *parts))


def assents_of(packed: int, parties: int) -> tuple[Assent, ...]:
    """Take apart how each of the parties agreed.

    Raises:
        ValueError: one did not, or there are more than parties.
    """
    if packed >> 4 * parties:
        raise ValueError(f"more assents than {parties} parties")
    found = tuple(Assent(packed >> 4 * place & 15) for place in range(parties))
    if Assent.NONE in found:
        raise ValueError("a party did not agree")
    return found
