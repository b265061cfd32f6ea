"""What can be asked about legal bases. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from indexer.events import Measure
from indexer.keccak import keccak256
from indexer.values import ZERO_ADDRESS, ZERO_HASH, Address, Hash32, as_hex
from service.keys.operators import Operator
from service.outbox.requests import touching
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
        return touching.named("order", keccak256("\0".join(said).encode()))

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
        return (touching.found(self.order.subject), touching.order(self.order.slot))


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
