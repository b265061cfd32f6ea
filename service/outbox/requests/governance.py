"""What can be asked about the ledger and its roles. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from indexer.events import Role
from indexer.values import Address
from service.keys.operators import Operator
from service.outbox.requests import touching
from service.outbox.requests.touching import Touch


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Record how far the ledger got. `since`: its count when this was asked."""

    KIND: ClassVar[str] = "checkpoint"
    SENDER: ClassVar[Operator] = Operator.RELAYER
    since: int

    def touches(self) -> tuple[Touch, ...]:
        """Keep its place among the checkpoints."""
        return (touching.order("ledger:0"),)


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
        return (touching.change(touching.named("seat", self.account)),)
