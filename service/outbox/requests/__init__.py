"""What can be asked of the ledger: one frozen value an act, with the operator who sends it and what it touches. Pure.

A request holds what somebody decided, nothing that depends on when it is carried out: so the same request, asked again
under the same idempotency key, is the same bytes. Times are Unix seconds, hashes and addresses raw bytes.
"""

from __future__ import annotations

from typing import TypeAlias

from service.outbox.requests.accounts import (
    ConfirmRecovery,
    HandOver,
    RegisterAccount,
    RequestRecovery,
    StopRecovery,
    SubmitObjection,
)
from service.outbox.requests.editions import (
    AmendCollection,
    CreateCollection,
    LowerCap,
    OpenEdition,
    SetPolicy,
)
from service.outbox.requests.governance import ChangeRole, Checkpoint, RoleStep
from service.outbox.requests.orders import (
    AccountTarget,
    AssignmentTarget,
    EstateTarget,
    ExecuteOrder,
    FileOrder,
    GrantTarget,
    OrderName,
    RightsTarget,
    Target,
    TokenTarget,
    WithdrawOrder,
)
from service.outbox.requests.rights import (
    Agreed,
    AmendEstate,
    AmendGrant,
    AssignEstate,
    ClaimEstate,
    ConfirmAttestation,
    ContestRights,
    GrantRights,
    MergeEstates,
    RecordMoralRights,
    SplitEstate,
    SurrenderGrant,
    TerminateGrant,
    WithdrawConsent,
    WithdrawContest,
)
from service.outbox.requests.tokens import (
    Annul,
    CancelIntent,
    Distribute,
    GiveFromKept,
    Mint,
    RecoverToken,
    SignedAcceptance,
    SubmitGift,
    SubmitLoan,
)
from service.outbox.requests.touching import Mode, Touch
from service.outbox.requests.works import AmendWork, Anchor, Deposit, WithdrawWork

__all__ = [
    "KINDS",
    "AccountTarget",
    "Agreed",
    "AmendCollection",
    "AmendEstate",
    "AmendGrant",
    "AmendWork",
    "Anchor",
    "Annul",
    "AssignEstate",
    "AssignmentTarget",
    "CancelIntent",
    "ChangeRole",
    "Checkpoint",
    "ClaimEstate",
    "ConfirmAttestation",
    "ConfirmRecovery",
    "ContestRights",
    "CreateCollection",
    "Deposit",
    "Distribute",
    "EstateTarget",
    "ExecuteOrder",
    "FileOrder",
    "GiveFromKept",
    "GrantRights",
    "GrantTarget",
    "HandOver",
    "LowerCap",
    "MergeEstates",
    "Mint",
    "Mode",
    "OpenEdition",
    "OrderName",
    "RecordMoralRights",
    "RecoverToken",
    "RegisterAccount",
    "Request",
    "RequestRecovery",
    "RightsTarget",
    "RoleStep",
    "SetPolicy",
    "SignedAcceptance",
    "SplitEstate",
    "StopRecovery",
    "SubmitGift",
    "SubmitLoan",
    "SubmitObjection",
    "SurrenderGrant",
    "Target",
    "TerminateGrant",
    "TokenTarget",
    "Touch",
    "WithdrawConsent",
    "WithdrawContest",
    "WithdrawOrder",
    "WithdrawWork",
]

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
    | ClaimEstate
    | SplitEstate
    | MergeEstates
    | AssignEstate
    | AmendEstate
    | GrantRights
    | SurrenderGrant
    | TerminateGrant
    | AmendGrant
    | ConfirmAttestation
    | WithdrawConsent
    | RecordMoralRights
    | ContestRights
    | WithdrawContest
)

KINDS: dict[str, type[Request]] = {request_type.KIND: request_type for request_type in Request.__args__}
"""Every request by its name."""
