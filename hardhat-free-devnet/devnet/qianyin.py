"""Which contracts Qianyin creates, in which order, with which arguments. Pure.

The ledger comes first, since the others write to it from their constructors on; it names its sources, and they are
known by address before they exist (`devnet.plan`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from devnet.plan import AddressOf, Creation
from indexer.deployment import Deployment
from indexer.events import LEDGER
from indexer.values import ZERO_ADDRESS, ZERO_HASH, Address, Hash32

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
_SOURCES = (
    "Governance",
    "Orders",
    "IdentityRegistry",
    "WorkRegistry",
    "Collections",
    "Collectible",
    "Consents",
    "RightsRegistry",
    "Grants",
)
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Terms:
    """What is fixed at construction for good: waiting times, in seconds."""

    governance_delay: int = _DAY
    """From the proposal of a role to its grant."""
    recovery_wait: int = 7 * _DAY
    """From asking for the recovery of an account to its confirmation; the old key can object meanwhile."""


@dataclass(frozen=True, slots=True)
class Succession:
    """What a deployment continues: the ledger of another one, and how far that was."""

    chain_id: int
    ledger: Address
    head: Hash32 = ZERO_HASH
    """Zero for a ledger of the same chain: the contract reads head and count itself."""
    count: int = 0
    works: Address = ZERO_ADDRESS
    """With `collections`, for one of the same chain: whom the new registries ask what exists already."""
    collections: Address = ZERO_ADDRESS

    @classmethod
    def on_the_same_chain(cls, older: Deployment) -> Succession:
        """Continue a deployment of the chain that the new one is created on."""
        return cls(
            older.chain_id,
            older.contracts[LEDGER].address,
            works=older.contracts["WorkRegistry"].address,
            collections=older.contracts["Collections"].address,
        )


FROM_NOTHING = Succession(0, ZERO_ADDRESS)


def creations(
    roles: Mapping[str, Address], terms: Terms, predecessor: Succession = FROM_NOTHING
) -> tuple[Creation, ...]:
    """Return what is created for the holders of the roles.

    Raises:
        ValueError: an unknown role, a governor missing, or an account with two roles.
    """
    before = (predecessor.chain_id, predecessor.ledger, predecessor.head, predecessor.count)
    ledger, governance, identities = AddressOf(LEDGER), AddressOf("Governance"), AddressOf("IdentityRegistry")
    works, collections = AddressOf("WorkRegistry"), AddressOf("Collections")
    orders, collectible = AddressOf("Orders"), AddressOf("Collectible")
    consents, rights, grants = AddressOf("Consents"), AddressOf("RightsRegistry"), AddressOf("Grants")
    consumers = (identities, collectible, rights, grants)
    return (
        Creation(LEDGER, (tuple(AddressOf(name) for name in _SOURCES), before)),
        Creation("Governance", (ledger, terms.governance_delay, _members(roles))),
        Creation("Orders", (ledger, governance, consumers)),
        Creation("IdentityRegistry", (ledger, governance, orders, terms.recovery_wait)),
        Creation("WorkRegistry", (ledger, identities, predecessor.works)),
        Creation(
            "Collections", (ledger, governance, identities, works, collectible, predecessor.collections)
        ),
        Creation(
            "Collectible",
            (ledger, governance, identities, works, collections, orders, "Qianyin 钤印", "QIANYIN"),
        ),
        Creation("Consents", (ledger, governance, identities, rights, grants)),
        Creation(
            "RightsRegistry",
            (ledger, identities, works, orders, consents, grants, "Qianyin 钤印 rights", "QIANYIN-RIGHTS"),
        ),
        Creation("Grants", (ledger, identities, orders, consents, rights)),
    )


def _members(roles: Mapping[str, Address]) -> tuple[tuple[int, Address], ...]:
    unknown = sorted(set(roles) - set(ROLES))
    missing = [governor for governor in _GOVERNORS if governor not in roles]
    if unknown or missing:
        raise ValueError(f"roles: unknown {unknown}, missing {missing}; there are {', '.join(ROLES)}")
    if len(set(roles.values())) != len(roles):
        raise ValueError("roles: one account has two roles, and no key may collect them")
    return tuple((ROLES.index(role) + 1, roles[role]) for role in ROLES if role in roles)
