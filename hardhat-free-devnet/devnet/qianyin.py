"""Which contracts Qianyin creates, in which order, with which arguments. Pure.

The ledger comes first, since the others write to it from their constructors on; it names its sources, and they are
known by address before they exist (`devnet.plan`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from devnet.plan import AddressOf, Creation
from indexer.deployment import LEDGER
from indexer.values import ZERO_ADDRESS, ZERO_HASH, Address

ROLES = (
    "operations_governor",
    "regulation_governor",
    "registrar",
    "recovery_officer",
    "issuer",
    "order_filer",
    "order_executor",
)
"""The roles in the order of `Role` in contracts/interfaces/IGovernance.sol, where `None` is before the first."""

_GOVERNORS = ROLES[:2]
_SOURCES = ("Governance", "Orders", "IdentityRegistry", "WorkRegistry", "Collections", "Collectible")
_NO_PREDECESSOR = (0, ZERO_ADDRESS, ZERO_HASH, 0)
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Terms:
    """What is fixed at construction for good: waiting times, in seconds."""

    governance_delay: int = _DAY
    """From the proposal of a role to its grant."""
    recovery_wait: int = 7 * _DAY
    """From asking for the recovery of an account to its confirmation; the old key can object meanwhile."""


def creations(roles: Mapping[str, Address], terms: Terms) -> tuple[Creation, ...]:
    """Return what is created for the holders of the roles.

    Raises:
        ValueError: an unknown role, a governor missing, or an account with two roles.
    """
    ledger, governance, identities = AddressOf(LEDGER), AddressOf("Governance"), AddressOf("IdentityRegistry")
    works, collections = AddressOf("WorkRegistry"), AddressOf("Collections")
    orders, collectible = AddressOf("Orders"), AddressOf("Collectible")
    consumers = (identities, collectible)
    return (
        Creation(LEDGER, (tuple(AddressOf(name) for name in _SOURCES), _NO_PREDECESSOR)),
        Creation("Governance", (ledger, terms.governance_delay, _members(roles))),
        Creation("Orders", (ledger, governance, consumers)),
        Creation("IdentityRegistry", (ledger, governance, orders, terms.recovery_wait)),
        Creation("WorkRegistry", (ledger, identities)),
        Creation("Collections", (ledger, governance, identities, works, collectible)),
        Creation(
            "Collectible",
            (ledger, governance, identities, works, collections, orders, "Qianyin 钤印", "QIANYIN"),
        ),
    )


def _members(roles: Mapping[str, Address]) -> tuple[tuple[int, Address], ...]:
    unknown = sorted(set(roles) - set(ROLES))
    missing = [governor for governor in _GOVERNORS if governor not in roles]
    if unknown or missing:
        raise ValueError(f"roles: unknown {unknown}, missing {missing}; there are {', '.join(ROLES)}")
    if len(set(roles.values())) != len(roles):
        raise ValueError("roles: one account has two roles, and no key may collect them")
    return tuple((ROLES.index(role) + 1, roles[role]) for role in ROLES if role in roles)
