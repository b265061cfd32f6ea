"""Why a grant would be refused, before anybody signs: the rules of `Grants.requireGrant`, in its order. Pure.

The contract stops at the first; people want to know all. Consents are not looked at here. What ran out leaves the
contract's lists without a record, when somebody prunes them, so here it counts as if nobody had.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from indexer.rights.acts import GrantKind
from indexer.rights.scope import Scope, ScopeRefused, check_grant
from indexer.rights.state import Estate, EstateStatus, Grant, GrantStatus
from indexer.rights.title import Rights
from indexer.values import ZERO_HASH, Address, Hash32

DEEPEST = 8
"""How many ancestors a sub-licence has, at most (Grants)."""
MOST_LIVE = 1_000
"""How many grants the contract lists under a work, or under a grant, at most (Grants)."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A grant that somebody thinks of.

    Attributes:
        of: the estate, or the grant that it would be a sub-licence of; as they stand now.
        signed_on: of a contract older than the claim, the day it was signed; else 0.
    """

    of: Estate | Grant
    licensee: Address
    kind: GrantKind
    scope: Scope
    sublicensable: bool = False
    signed_on: int = 0

    @property
    def parent_id(self) -> Hash32:
        """The grant it is a sub-licence of, or zero."""
        return self.of.grant_id if isinstance(self.of, Grant) else ZERO_HASH


@dataclass(frozen=True, slots=True)
class Refusal:
    """A rule that an offer would break.

    Attributes:
        rule: name of the contract's error.
        grant: with `GrantClashes`, the one it clashes with; overlap: where.
        field: with `ScopeMalformed` and `OfferMalformed`, of what.
    """

    rule: str
    grant: Grant | None = None
    overlap: Scope | None = None
    field: str | None = None


def refusals(
    rights: Rights, offer: Offer, now: int, today: int, work_held_until: int = 0
) -> tuple[Refusal, ...]:
    """Say which rules an offer would break now; none: it would be granted, once all agree.

    Args:
        now: Unix seconds, against which holds are looked at. today: the day it falls on in UTC+8.
        work_held_until: until when the rights of the work are held, Unix seconds.
    """
    return tuple(_refusals(rights, offer, now, today, work_held_until))


def clashes(rights: Rights, offer: Offer, today: int) -> tuple[Refusal, ...]:
    """Give the siblings that an offer would shut out, or that shut it out, with where they overlap from today on."""
    wanted = offer.scope.onwards(today)
    found = []
    for one in rights.grants.values():
        if not _is_sibling(one, offer) or not one.kind.clashes_with(offer.kind):
            continue
        common = one.scope.intersect(wanted)
        if not common.is_empty():
            found.append(Refusal("GrantClashes", one, common))
    return tuple(found)


def is_within(rights: Rights, parent: Grant, scope: Scope) -> bool:
    """Say whether a sub-licence of this scope lies within a grant, and ends no later than it and all above it."""
    return parent.scope.contains(scope) and scope.until <= rights.ends(parent)


def _refusals(rights: Rights, offer: Offer, now: int, today: int, work_held_until: int) -> Iterator[Refusal]:
    try:
        check_grant(offer.scope)
    except ScopeRefused as fault:
        yield Refusal(fault.rule, field=str(fault.place))
    if offer.scope.until <= today:
        yield Refusal("OfferMalformed", field="until")
    of = offer.of
    if isinstance(of, Estate):
        yield from _of_estate(of, offer, now)
    else:
        yield from _of_parent(rights, of, offer, now, today)
    if work_held_until > now:
        yield Refusal("RightsUnderHold")
    if not offer.signed_on:
        yield from clashes(rights, offer, today)
    if sum(_is_sibling(one, offer) and _is_listed(one, today) for one in rights.grants.values()) >= MOST_LIVE:
        yield Refusal("GrantsReached")


def _of_estate(estate: Estate, offer: Offer, now: int) -> Iterator[Refusal]:
    if estate.status is not EstateStatus.LIVE:
        yield Refusal("EstateGone")
    if estate.held_until > now:
        yield Refusal("EstateUnderHold")
    if not estate.scope.contains(offer.scope):
        yield Refusal("OutsideEstate")
    if estate.owners == (offer.licensee,):
        yield Refusal("SelfGrant")


def _of_parent(rights: Rights, parent: Grant, offer: Offer, now: int, today: int) -> Iterator[Refusal]:
    if rights.force(parent).onwards(today).is_empty():
        yield Refusal("GrantOver", parent)
    if parent.held_until > now:
        yield Refusal("GrantUnderHold", parent)
    broken = {
        "NotSublicensable": not parent.sublicensable,
        "StrongerThanParent": offer.kind < parent.kind,
        "TooDeep": rights.depth(parent) >= DEEPEST,
        "OutsideParent": not is_within(rights, parent, offer.scope),
        "SelfGrant": parent.licensee == offer.licensee,
    }
    yield from (Refusal(rule, parent) for rule, is_broken in broken.items() if is_broken)


def _is_listed(grant: Grant, today: int) -> bool:
    """Whether the contract lists it: what was ended is taken off the list once it is over."""
    return grant.status is GrantStatus.LIVE or grant.scope.until > max(today, grant.scope.from_)


def _is_sibling(grant: Grant, offer: Offer) -> bool:
    return grant.parent_id == offer.parent_id and grant.work_id == offer.of.work_id
