"""The operators: one for each role on chain, and the relayer. Pure."""

from __future__ import annotations

from enum import StrEnum

from indexer.events import Role


class Operator(StrEnum):
    """Who sends a transaction; the value names its key file."""

    OPERATIONS_GOVERNOR = "operationsGovernor"
    REGULATION_GOVERNOR = "regulationGovernor"
    REGISTRAR = "registrar"
    RECOVERY_OFFICER = "recoveryOfficer"
    ISSUER = "issuer"
    ORDER_FILER = "orderFiler"
    ORDER_EXECUTOR = "orderExecutor"
    RELAYER = "relayer"
    """Has no role: submits what holders signed, and what anybody may do."""

    @property
    def role(self) -> Role:
        """Its role in Governance; `Role.NONE` for the relayer."""
        return Role[self.name] if self is not Operator.RELAYER else Role.NONE
