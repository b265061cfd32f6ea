"""What can be asked about legal bases. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from indexer.events import Measure
from indexer.keccak import keccak256
from indexer.values import ZERO_ADDRESS, ZERO_HASH, Address, Hash32, as_hex
from service.keys.agreements import Ownership
from service.keys.operators import Operator
from service.outbox.requests import rights, touching
from service.outbox.requests.touching import Touch


@dataclass(frozen=True, slots=True)
class TokenTarget:
    """An order's target: a token."""

    token_id: int

    @property
    def subject(self) -> str:
        """Its name in this outbox."""
        return touching.token(self.token_id)


@dataclass(frozen=True, slots=True)
class AccountTarget:
    """An order's target: an account."""

    account: Address

    @property
    def subject(self) -> str:
        """Its name in this outbox."""
        return touching.account(self.account)


@dataclass(frozen=True, slots=True)
class EstateTarget:
    """An order's target: an estate, to hold or release."""

    estate_id: int

    @property
    def subject(self) -> str:
        """Its name in this outbox."""
        return rights.estate(self.estate_id)


@dataclass(frozen=True, slots=True)
class AssignmentTarget:
    """An order's target: an estate and whose it becomes, so that who executes it cannot choose."""

    estate_id: int
    ownership: Ownership

    @property
    def subject(self) -> str:
        """Its name in this outbox: of the estate."""
        return rights.estate(self.estate_id)


@dataclass(frozen=True, slots=True)
class GrantTarget:
    """An order's target: a grant, to hold, release or terminate."""

    grant_id: Hash32

    @property
    def subject(self) -> str:
        """Its name in this outbox."""
        return rights.grant(self.grant_id)


@dataclass(frozen=True, slots=True)
class RightsTarget:
    """An order's target: the rights of a work, to hold or release."""

    work_id: Hash32

    @property
    def subject(self) -> str:
        """Its name in this outbox."""
        return rights.rights(self.work_id)


Target: TypeAlias = TokenTarget | AccountTarget | EstateTarget | AssignmentTarget | GrantTarget | RightsTarget


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
        said = (self.authority, as_hex(self.order_hash), str(int(self.measure)), _mark(self.target))
        return touching.named("order", keccak256("\0".join(said).encode()))

    @property
    def slot(self) -> str:
        """The place on chain that at most one pending order takes."""
        return f"pending:{int(self.measure)}:{_mark(self.target)}"


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
        return (touching.found(self.order.subject), touching.order(self.order.slot))


@dataclass(frozen=True, slots=True)
class ExecuteOrder:
    """Carry a filed order out: hold, release, forced transfer, annul, suspend, restore, assign, terminate."""

    KIND: ClassVar[str] = "execute-order"
    SENDER: ClassVar[Operator] = Operator.ORDER_EXECUTOR
    order: OrderName
    to: Address = ZERO_ADDRESS
    """Who becomes the holder: forced transfer only, as filed."""
    reason: str = ""
    """Of an annulment and of a termination."""

    def touches(self) -> tuple[Touch, ...]:
        """Change the order; take its place at the target."""
        receiver = () if self.to == ZERO_ADDRESS else (touching.use(touching.account(self.to)),)
        target = touching.order(self.order.target.subject)
        return (touching.change(self.order.subject), touching.order(self.order.slot), target, *receiver)


@dataclass(frozen=True, slots=True)
class WithdrawOrder:
    """Take a filed order back before it is executed. `reason`: a short code, UTF-8, padded with zeros.

    `since`: the ledger's count when this was asked, so that an order filed once more can be withdrawn once more; 0 in
    requests of before it was written down.
    """

    KIND: ClassVar[str] = "withdraw-order"
    SENDER: ClassVar[Operator] = Operator.ORDER_FILER
    order: OrderName
    reason: Hash32
    since: int = 0

    def touches(self) -> tuple[Touch, ...]:
        """Change the order."""
        return (touching.change(self.order.subject), touching.order(self.order.slot))


def _mark(target: Target) -> str:
    """Tell a target from all others: an assignment by whose the estate becomes, too."""
    if not isinstance(target, AssignmentTarget):
        return target.subject
    owners = zip(target.ownership.owners, target.ownership.parts, strict=False)
    return ":".join((target.subject, *(f"{as_hex(owner)}={part}" for owner, part in owners)))
