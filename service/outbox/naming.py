"""What the chain calls the things that a request names: orders, targets, intents. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from eth_abi.abi import encode

from indexer.deployment import Deployment
from indexer.events import Sources
from indexer.keccak import keccak256
from indexer.values import Hash32
from indexer.words import words
from service.keys.agreements import Confirmation, Withdrawal
from service.keys.intents import Acceptance, Cancel, Domain, Gift, HandOver, Loan, StopRecovery, digest
from service.outbox.requests import (
    AccountTarget,
    Agreed,
    AssignmentTarget,
    CancelIntent,
    ConfirmAttestation,
    EstateTarget,
    GiveFromKept,
    GrantTarget,
    OrderName,
    RightsTarget,
    SubmitGift,
    SubmitLoan,
    SubmitObjection,
    Target,
    TokenTarget,
    WithdrawConsent,
)
from service.outbox.requests import (
    HandOver as HandOverRequest,
)


@dataclass(frozen=True, slots=True)
class Names:
    """The contracts of a deployment, and the EIP-712 domains of those that take intents."""

    sources: Sources
    collectible: Domain
    identities: Domain
    consents: Domain


def names_of(deployment: Deployment) -> Names:
    """Give the names of a deployment."""
    sources, chain, salt = deployment.sources, deployment.chain_id, deployment.parent_hash
    domains = (
        Domain(chain, contract, salt)
        for contract in (sources.collectible, sources.identities, sources.consents)
    )
    return Names(sources, *domains)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request's intents need besides it: which operation it is, when it was accepted, how long they are good."""

    operation_id: str
    accepted_at: int
    life: int

    @property
    def deadline(self) -> int:
        """Until when what is signed for it here is good."""
        return self.accepted_at + self.life

    def nonce(self, use: str) -> int:
        """Give the nonce of an intent signed here: the same at every try, unlike any other."""
        return int.from_bytes(keccak256(f"qianyin {use} nonce v1\0{self.operation_id}".encode()), "big")


@dataclass(frozen=True, slots=True)
class Case:
    """One request's circumstances."""

    names: Names
    asked: Asked


def target_subject(target: Target, sources: Sources) -> Hash32:
    """Give the subject that an order applies to; of an assignment, what fixes the new owners too (IRightsRegistry)."""
    match target:
        case TokenTarget():
            return sources.token(target.token_id)
        case AccountTarget():
            return sources.account(target.account)
        case EstateTarget():
            return sources.estate(target.estate_id)
        case GrantTarget():
            return sources.grant(target.grant_id)
        case RightsTarget():
            return sources.rights_of(target.work_id)
        case AssignmentTarget():
            return _assignment(target, sources)


def _assignment(target: AssignmentTarget, sources: Sources) -> Hash32:
    owned = target.ownership
    inner = encode(("uint256", "address[]", "uint32[]"), (target.estate_id, owned.owners, owned.parts))
    return keccak256(words(sources.rights, keccak256(inner)))


def order_id(order: OrderName, sources: Sources) -> Hash32:
    """Name an order (IOrders): `keccak256(abi.encode(authority, orderHash, measure, target))`."""
    values = (order.authority, order.order_hash, int(order.measure), target_subject(order.target, sources))
    return keccak256(encode(("string", "bytes32", "uint8", "bytes32"), values))


def gift(request: SubmitGift | GiveFromKept, asked: Asked) -> Gift:
    """Give the gift that `from_` signs."""
    if isinstance(request, SubmitGift):
        return Gift(request.token_id, request.from_, request.to, request.nonce, request.deadline)
    return Gift(request.token_id, request.from_, request.to, asked.nonce("gift"), asked.deadline)


def acceptance(request: SubmitGift | GiveFromKept, asked: Asked) -> Acceptance | None:
    """Give the acceptance that `to` signs or signed; None: none is given."""
    signed = request.acceptance
    if signed is not None:
        return Acceptance(request.token_id, request.from_, request.to, signed.nonce, signed.deadline)
    if not request.accept_with_kept_key:
        return None
    return Acceptance(request.token_id, request.from_, request.to, asked.nonce("acceptance"), asked.deadline)


def loan(request: SubmitLoan) -> Loan:
    """Give the loan that `from_` signs."""
    return Loan(request.token_id, request.from_, request.user, request.until, request.nonce, request.deadline)


def cancellation(request: CancelIntent) -> Cancel:
    """Give what `account` signs to take a nonce back."""
    return Cancel(request.account, request.nonce)


def hand_over(request: HandOverRequest) -> HandOver:
    """Give what both accounts sign."""
    return HandOver(request.account, request.replacement, request.deadline)


def objection(request: SubmitObjection) -> StopRecovery:
    """Give what the old key signs."""
    return StopRecovery(request.account, request.replacement, request.deadline)


def agreement(request: Agreed, names: Names) -> Hash32:
    """Give the digest of what all concerned signed."""
    return digest(names.consents, request.agreement)


def made_estate(intent: Hash32, place: int = 0) -> int:
    """Name an estate by the act that made it and its place among the parts (IRightsRegistry)."""
    return int.from_bytes(keccak256(words(intent, place)), "big")


def confirmation(request: ConfirmAttestation) -> Confirmation:
    """Give what a party signs to agree to what was attested for it."""
    return Confirmation(request.intent, request.party)


def withdrawal(request: WithdrawConsent) -> Withdrawal:
    """Give what an account signs to take its consent back."""
    return Withdrawal(request.intent, request.account)
