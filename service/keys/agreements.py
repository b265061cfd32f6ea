"""What parties to rights sign: one EIP-712 struct an act, each as `contracts/interfaces` declares it. Pure.

All are good for the domain of the contract `Consents`. Everybody concerned signs the same digest; what makes an act
unrepeatable is the revision that it names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from indexer.rights.acts import Alone, GrantKind, Ground
from indexer.rights.scope import Axis, Scope
from indexer.values import ZERO_ADDRESS, ZERO_HASH, Address
from indexer.words import (
    Account,
    Accounts,
    Bool,
    Bytes32,
    Text,
    Uint16,
    Uint32,
    Uint32s,
    Uint64,
    Uint256,
    Uint256s,
)


@dataclass(frozen=True, slots=True)
class Ownership:
    """Whose an estate is: `parts[i]` of the sum of all parts belong to `owners[i]`."""

    owners: Accounts
    parts: Uint32s


@dataclass(frozen=True, slots=True)
class Claim:
    """Constitute an estate: a box of a work's rights. Agreed by the registrant, then the other owners."""

    CONTRACT: ClassVar[str] = "Consents"
    work_id: Bytes32
    scope: Scope
    ownership: Ownership
    alone: Alone
    backlog_until: Uint32
    deadline: Uint64


@dataclass(frozen=True, slots=True)
class Split:
    """Cut an estate along one axis. Agreed by the owners."""

    CONTRACT: ClassVar[str] = "Consents"
    estate_id: Uint256
    revision: Uint32
    axis: Axis
    cuts: Uint256s
    deadline: Uint64


@dataclass(frozen=True, slots=True)
class Merge:
    """Join estates that are parts of one box along an axis. Agreed by the owners."""

    CONTRACT: ClassVar[str] = "Consents"
    estate_ids: Uint256s
    revisions: Uint32s
    axis: Axis
    deadline: Uint64


@dataclass(frozen=True, slots=True)
class Assignment:
    """Give an estate to others. Agreed by the old owners, then the new ones."""

    CONTRACT: ClassVar[str] = "Consents"
    estate_id: Uint256
    revision: Uint32
    ownership: Ownership
    agreement: Bytes32
    agreement_cid: Bytes32
    deadline: Uint64


@dataclass(frozen=True, slots=True)
class EstateAmendment:
    """Enter a claim's box otherwise, with the reason. Agreed by the owners."""

    CONTRACT: ClassVar[str] = "Consents"
    estate_id: Uint256
    revision: Uint32
    scope: Scope
    reason: Text
    deadline: Uint64


@dataclass(frozen=True, slots=True)
class Offer:
    """Grant some of an estate, or of a grant (a sub-licence). Agreed by the grantors, then the licensee."""

    CONTRACT: ClassVar[str] = "Consents"
    TYPE: ClassVar[str] = "Grant"
    estate_id: Uint256
    parent_id: Bytes32
    revision: Uint32
    licensee: Account
    kind: GrantKind
    sublicensable: Bool
    scope: Scope
    notice_days: Uint16
    conditions: Bytes32
    agreement: Bytes32
    agreement_cid: Bytes32
    signed_on: Uint32
    deadline: Uint64


@dataclass(frozen=True, slots=True)
class Surrender:
    """Give up what would come from a day on. Agreed by the licensee."""

    CONTRACT: ClassVar[str] = "Consents"
    grant_id: Bytes32
    revision: Uint32
    until: Uint32
    deadline: Uint64


@dataclass(frozen=True, slots=True)
class Termination:
    """End a grant on a day. Agreed by the grantors, and by the licensee where the ground is agreement."""

    CONTRACT: ClassVar[str] = "Consents"
    grant_id: Bytes32
    revision: Uint32
    ground: Ground
    until: Uint32
    reason: Text
    deadline: Uint64


@dataclass(frozen=True, slots=True)
class GrantAmendment:
    """Enter a grant's scope otherwise, with the reason. Agreed by the grantors and the licensee."""

    CONTRACT: ClassVar[str] = "Consents"
    grant_id: Bytes32
    revision: Uint32
    scope: Scope
    reason: Text
    deadline: Uint64


Agreement: TypeAlias = (
    Claim | Split | Merge | Assignment | EstateAmendment | Offer | Surrender | Termination | GrantAmendment
)
"""What everybody concerned signs alike."""


@dataclass(frozen=True, slots=True)
class PaperAttested:
    """Say that a party without a key signed this paper by hand; signed by two other hands."""

    CONTRACT: ClassVar[str] = "Consents"
    TYPE: ClassVar[str] = "Attestation"
    intent: Bytes32
    party: Account
    paper: Bytes32


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Agree oneself to what was attested; signed by whoever stands for the party."""

    CONTRACT: ClassVar[str] = "Consents"
    intent: Bytes32
    party: Account


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Take back what one signed for an act that did not happen yet; signed by the account."""

    CONTRACT: ClassVar[str] = "Consents"
    intent: Bytes32
    account: Account


@dataclass(frozen=True, slots=True)
class Consent:
    """One party's agreement (IConsents): by signature, or by a paper that two hands attest."""

    party: Account
    signature: bytes
    paper: Bytes32
    attester: Account
    confirmer: Account
    confirmation: bytes

    @classmethod
    def signed(cls, party: Address, signature: bytes) -> Consent:
        """By the signature of whoever stands for the party."""
        return cls(party, signature, ZERO_HASH, ZERO_ADDRESS, ZERO_ADDRESS, b"")
