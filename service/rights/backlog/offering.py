"""What of an existing contract can go on the chain, as an offer with the day it was signed. Pure.

The chain takes a contract that is known whole, within what its licensor has on record, an estate or a grant, while the
work's backlog is open; its conflicts are recorded with it, and keep nothing out. What is over, or unknown, stays a fact
of the house.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from indexer.rights.scope import Scope
from indexer.rights.state import Estate, Grant
from indexer.values import Address
from service.rights.backlog.contract import Contract
from service.rights.drafting import Agreements, GrantTerms


class Obstacle(StrEnum):
    """Why a contract does not go on the chain, or not yet."""

    UNKNOWN_TERMS = "unknown_terms"
    OVER = "over"
    NO_SCAN = "no_scan"
    LICENSEE_UNREGISTERED = "licensee_unregistered"
    NOTHING_HELD = "nothing_held"
    BACKLOG_CLOSED = "backlog_closed"
    YOUNGER_THAN_CLAIM = "younger_than_claim"


OBSTACLE_WORDS: Final = {
    Obstacle.UNKNOWN_TERMS: ("有不详的条款", "some terms are unknown"),
    Obstacle.OVER: ("已届满", "it is over"),
    Obstacle.NO_SCAN: ("没有签署文本的扫描件", "there is no scan of what was signed"),
    Obstacle.LICENSEE_UNREGISTERED: ("被授权方尚未登记", "the licensee is not registered"),
    Obstacle.NOTHING_HELD: (
        "不在授权方已登记的任何一项权利或许可之内",
        "it lies in no estate and no grant that its licensor has on record",
    ),
    Obstacle.BACKLOG_CLOSED: ("旧合同补录期已过或未开", "the backlog of the work is not open"),
    Obstacle.YOUNGER_THAN_CLAIM: ("签订不早于权利登记", "it was not signed before the claim"),
}


@dataclass(frozen=True, slots=True)
class Holding:
    """What a licensor can grant of: an estate that it owns some of, or a grant that it is the licensee of.

    Attributes:
        scope: in which it can; that of a grant until the end of all that it is a sub-licence of, too.
        claimed_on: the day of the claim that it comes from.
    """

    of: Estate | Grant
    scope: Scope
    claimed_on: int


@dataclass(frozen=True, slots=True)
class Footing:
    """What a contract is recorded on.

    Attributes:
        holdings: what its licensor has of the work; estates first.
        backlog_until: until when older contracts of the work may be recorded, exclusive.
        licensee: its account; None: not registered.
        papers: digests of the signed text; None: no scan.
    """

    holdings: tuple[Holding, ...]
    backlog_until: int
    licensee: Address | None
    papers: Agreements | None


@dataclass(frozen=True, slots=True)
class LegacyOffer:
    """An offer that a contract becomes: for `Drafting.grant` or `Drafting.sublicense`."""

    of: Estate | Grant
    scope: Scope
    terms: GrantTerms


def legacy_offer(contract: Contract, footing: Footing, today: int) -> LegacyOffer | tuple[Obstacle, ...]:
    """Make the offer of a contract, or say all that is in its way.

    What came before the estate or the grant begins is left out of its scope: no record rewrites who held what then.
    """
    holding, scope = _holding(contract, footing), contract.terms.scope()
    obstacles = _obstacles(contract, footing, holding, today)
    if obstacles:
        return obstacles
    # What is known to be there by now.
    assert holding is not None
    assert scope is not None
    assert contract.kind is not None
    assert footing.licensee is not None
    assert footing.papers is not None
    terms = GrantTerms(
        licensee=footing.licensee,
        kind=contract.kind,
        papers=footing.papers,
        sublicensable=bool(contract.sublicensable),
        signed_on=contract.signed_on or 0,
    )
    return LegacyOffer(holding.of, scope.onwards(holding.scope.from_), terms)


def _holding(contract: Contract, footing: Footing) -> Holding | None:
    scope = contract.terms.scope()
    return None if scope is None else next((one for one in footing.holdings if _holds(one, scope)), None)


def _obstacles(
    contract: Contract, footing: Footing, holding: Holding | None, today: int
) -> tuple[Obstacle, ...]:
    until, signed_on = contract.terms.until, contract.signed_on
    is_over = until is not None and until <= today
    there = {
        Obstacle.UNKNOWN_TERMS: bool(contract.unknown),
        Obstacle.OVER: is_over,
        Obstacle.NO_SCAN: footing.papers is None,
        Obstacle.LICENSEE_UNREGISTERED: footing.licensee is None,
        Obstacle.NOTHING_HELD: holding is None and contract.terms.scope() is not None and not is_over,
        Obstacle.BACKLOG_CLOSED: today >= footing.backlog_until,
        Obstacle.YOUNGER_THAN_CLAIM: holding is not None
        and signed_on is not None
        and signed_on >= holding.claimed_on,
    }
    return tuple(obstacle for obstacle, is_there in there.items() if is_there)


def _holds(holding: Holding, scope: Scope) -> bool:
    """Whether what of a contract lies in the days of a holding lies in it."""
    rest = scope.onwards(holding.scope.from_)
    return not rest.is_empty() and holding.scope.contains(rest)
