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
    ExecuteOrder,
    FileOrder,
    OrderName,
    Target,
    TokenTarget,
    WithdrawOrder,
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
    "AmendCollection",
    "AmendWork",
    "Anchor",
    "Annul",
    "CancelIntent",
    "ChangeRole",
    "Checkpoint",
    "ConfirmRecovery",
    "CreateCollection",
    "Deposit",
    "Distribute",
    "ExecuteOrder",
    "FileOrder",
    "GiveFromKept",
    "HandOver",
    "LowerCap",
    "Mint",
    "Mode",
    "OpenEdition",
    "OrderName",
    "RecoverToken",
    "RegisterAccount",
    "Request",
    "RequestRecovery",
    "RoleStep",
    "SetPolicy",
    "SignedAcceptance",
    "StopRecovery",
    "SubmitGift",
    "SubmitLoan",
    "SubmitObjection",
    "Target",
    "TokenTarget",
    "Touch",
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
)

KINDS: dict[str, type[Request]] = {request_type.KIND: request_type for request_type in Request.__args__}
"""Every request by its name."""
