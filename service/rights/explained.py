"""What an act on rights would be refused for, before anybody signs: in the words in which the chain would say it.

Of a grant the pure rules say everything (`indexer.rights.refusal`), with every grant it clashes with. Of the other acts
it is said whether what they speak of still stands, is held, and can be cut, joined or entered so. Reads a book.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from indexer.rights import scope as boxes
from indexer.rights.acts import GrantKind, Ground
from indexer.rights.refusal import Offer, Refusal, clashes, refusals
from indexer.rights.scope import Scope, ScopeRefused, check_estate
from indexer.rights.state import Estate, EstateStatus, Grant
from indexer.values import ZERO_HASH, Address, Hash32
from service.keys import agreements
from service.outbox import requests
from service.outbox.decoding import reason_named
from service.outbox.requests import Agreed
from service.outbox.states import Reason
from service.rights.drafting import Drafting


@dataclass(frozen=True, slots=True)
class Objection:
    """Why an act would be refused. `grant`, `overlap`: with a clash, the grant and where they overlap."""

    reason: Reason
    grant: Grant | None = None
    overlap: Scope | None = None


def objections(drafting: Drafting, request: Agreed, parties: Sequence[Address] = ()) -> tuple[Objection, ...]:
    """Say what an act would be refused for now, consents aside; nothing: as far as is known it would be carried out.

    Args:
        parties: who has to agree: with fewer than all owners, one of them grants alone.
    """
    rules: Callable[[Drafting, Any], Iterator[Objection]] = _RULES[type(request)]
    found = tuple(rules(drafting, request))
    if isinstance(request, requests.GrantRights) and request.agreement.estate_id:
        return (*found, *_alone(drafting, request.agreement, parties))
    return found


def _claim(drafting: Drafting, request: requests.ClaimEstate) -> Iterator[Objection]:
    claim = request.agreement
    if drafting.book.work(claim.work_id).withdrawn:
        yield _said("WorkGone", workId=claim.work_id)
    yield from _work_held(drafting, claim.work_id)
    yield from _malformed(claim.scope)
    for one in drafting.book.live_estates(claim.work_id):
        if one.scope.overlaps(claim.scope):
            yield _said("ClaimOverlaps", workId=claim.work_id, estateId=one.estate_id)


def _split(drafting: Drafting, request: requests.SplitEstate) -> Iterator[Objection]:
    split = request.agreement
    estate = drafting.book.estate(split.estate_id)
    yield from _estate(drafting, estate, split.revision)
    try:
        boxes.cut(estate.scope, split.axis, split.cuts)
    except ScopeRefused as fault:
        yield _said(fault.rule, estateId=split.estate_id, place=fault.place or 0, field="")


def _merge(drafting: Drafting, request: requests.MergeEstates) -> Iterator[Objection]:
    merge = request.agreement
    estates = [drafting.book.estate(one) for one in merge.estate_ids]
    for estate, revision in zip(estates, merge.revisions, strict=True):
        yield from _estate(drafting, estate, revision)
    first = estates[0]
    for one in estates[1:]:
        if (one.owners, one.parts, one.work_id) != (first.owners, first.parts, first.work_id):
            yield _said("NotMergeable", first=first.estate_id, second=one.estate_id)
    try:
        boxes.merge([one.scope for one in estates], merge.axis)
    except ScopeRefused as fault:
        place = fault.place if isinstance(fault.place, int) else 0
        second = estates[min(place, len(estates) - 1)]
        yield _said("NotMergeable", first=first.estate_id, second=second.estate_id)


def _assign(drafting: Drafting, request: requests.AssignEstate) -> Iterator[Objection]:
    said = request.agreement
    estate = drafting.book.estate(said.estate_id)
    yield from _estate(drafting, estate, said.revision)
    if (estate.owners, estate.parts) == (said.ownership.owners, said.ownership.parts):
        yield _said("OwnershipUnchanged", estateId=said.estate_id)


def _amend_estate(drafting: Drafting, request: requests.AmendEstate) -> Iterator[Objection]:
    said = request.agreement
    estate = drafting.book.estate(said.estate_id)
    yield from _estate(drafting, estate, said.revision)
    yield from _malformed(said.scope)
    if not estate.claimed or estate.granted:
        yield _said("AmendmentTooLate", estateId=estate.estate_id)
    for one in drafting.book.live_estates(estate.work_id):
        if one.estate_id != estate.estate_id and one.scope.overlaps(said.scope):
            yield _said("ClaimOverlaps", workId=estate.work_id, estateId=one.estate_id)


def _alone(drafting: Drafting, said: agreements.Offer, parties: Sequence[Address]) -> Iterator[Objection]:
    """Look at what one owner may grant without the others."""
    estate = drafting.book.estate(said.estate_id)
    if not parties or set(estate.owners) <= set(parties):
        return
    given = [
        one
        for one in drafting.book.grants(work=estate.work_id)
        if one.alone and one.estate_id == estate.estate_id and one.grantors == (parties[0],)
    ]
    broken = {
        "owner": parties[0] not in estate.owners,
        "kind": said.kind is not GrantKind.NON_EXCLUSIVE,
        "sublicensable": said.sublicensable,
        "longest": said.scope.until - said.scope.from_ > estate.alone.longest,
        "quota": len(given) >= estate.alone.quota,
    }
    for field, is_broken in broken.items():
        if is_broken:
            yield _said("NotAlone", estateId=estate.estate_id, field=field)


def _grant(drafting: Drafting, request: requests.GrantRights) -> Iterator[Objection]:
    said, book = request.agreement, drafting.book
    of: Estate | Grant
    of = book.grant(said.parent_id) if said.parent_id != ZERO_HASH else book.estate(said.estate_id)
    offer = Offer(of, said.licensee, said.kind, said.scope, said.sublicensable, said.signed_on)
    if of.revision != said.revision:
        yield _stale(of, said.revision)
    rights = book.rights(of.work_id)
    held = 0 if rights is None else rights.held_until
    for one in refusals(book.known(of.work_id, drafting.now), offer, drafting.now, drafting.today, held):
        yield Objection(_refusal(one, of, said.licensee), one.grant, one.overlap)


def _of_grant(
    drafting: Drafting, request: requests.SurrenderGrant | requests.TerminateGrant | requests.AmendGrant
) -> Iterator[Objection]:
    said = request.agreement
    grant = drafting.book.grant(said.grant_id)
    until = drafting.book.live_until(grant)
    if until <= drafting.today:
        yield _said("GrantOver", grantId=grant.grant_id)
    if grant.held_until > drafting.now:
        yield _said("GrantUnderHold", **_hold("grantId", grant.grant_id, grant))
    if grant.revision != said.revision:
        yield _stale(grant, said.revision)
    day = getattr(said, "until", None)
    if day is not None and until > drafting.today and not drafting.today <= day < until:
        yield _said("UntilOutOfRange", until=day, least=drafting.today, most=until - 1)


def _terminate(drafting: Drafting, request: requests.TerminateGrant) -> Iterator[Objection]:
    yield from _of_grant(drafting, request)
    said = request.agreement
    grant = drafting.book.grant(said.grant_id)
    if said.ground is not Ground.CONDITION or grant.conditions != ZERO_HASH:
        return
    if not grant.notice_days:
        yield _said("NoSuchCondition", grantId=grant.grant_id)
    elif said.until < drafting.today + grant.notice_days:
        yield _said("NoticeTooShort", grantId=grant.grant_id, earliest=drafting.today + grant.notice_days)


def _amend_grant(drafting: Drafting, request: requests.AmendGrant) -> Iterator[Objection]:
    """Look for clashes that are new: those that it had may stay."""
    yield from _of_grant(drafting, request)
    said, book, today = request.agreement, drafting.book, drafting.today
    grant = book.grant(said.grant_id)
    of: Estate | Grant
    of = book.grant(grant.parent_id) if grant.parent_id != ZERO_HASH else book.estate(grant.estate_id)
    offer = Offer(of, grant.licensee, grant.kind, said.scope, grant.sublicensable, grant.signed_on)
    for one in clashes(book.known(grant.work_id, drafting.now), offer, today):
        other = one.grant
        if other is None or other.grant_id == grant.grant_id:
            continue
        if not other.scope.overlaps(grant.scope.onwards(today)):
            yield Objection(_refusal(one, of, grant.licensee), other, one.overlap)


_RULES: Mapping[type[Agreed], Callable[[Drafting, Any], Iterator[Objection]]] = {
    requests.ClaimEstate: _claim,
    requests.SplitEstate: _split,
    requests.MergeEstates: _merge,
    requests.AssignEstate: _assign,
    requests.AmendEstate: _amend_estate,
    requests.GrantRights: _grant,
    requests.SurrenderGrant: _of_grant,
    requests.TerminateGrant: _terminate,
    requests.AmendGrant: _amend_grant,
}


def _estate(drafting: Drafting, estate: Estate, revision: int) -> Iterator[Objection]:
    if estate.status is not EstateStatus.LIVE:
        yield _said("EstateGone", estateId=estate.estate_id, status=int(estate.status))
    if estate.held_until > drafting.now:
        yield _said("EstateUnderHold", **_hold("estateId", estate.estate_id, estate))
    yield from _work_held(drafting, estate.work_id)
    if estate.revision != revision:
        yield _stale(estate, revision)


def _work_held(drafting: Drafting, work_id: Hash32) -> Iterator[Objection]:
    rights = drafting.book.rights(work_id)
    if rights is not None and rights.held_until > drafting.now:
        yield _said("RightsUnderHold", **_hold("workId", work_id, rights))


def _malformed(scope: Scope) -> Iterator[Objection]:
    try:
        check_estate(scope)
    except ScopeRefused as fault:
        yield Objection(
            Reason("scope-malformed", "范围不合规则。", f"The scope breaks a rule: {fault.reason}.")
        )


def _stale(of: Estate | Grant, agreed: int) -> Objection:
    if isinstance(of, Estate):
        return _said("RevisionStale", estateId=of.estate_id, agreed=agreed, current=of.revision)
    return _said("GrantRevisionStale", grantId=of.grant_id, agreed=agreed, current=of.revision)


def _hold(name: str, value: int | bytes, held: Any) -> dict[str, Any]:
    return {name: value, "orderId": held.hold_order, "until": held.held_until}


def _refusal(one: Refusal, of: Estate | Grant, licensee: bytes) -> Reason:
    """Say a rule in the chain's words, with whatever it may name."""
    values: dict[str, Any] = {
        "grantId": one.grant.grant_id if one.grant else b"",
        "parentId": of.grant_id if isinstance(of, Grant) else b"",
        "estateId": of.estate_id if isinstance(of, Estate) else 0,
        "workId": of.work_id,
        "field": one.field or "",
        "account": "0x" + licensee.hex(),
        "kind": int(of.kind) if isinstance(of, Grant) else 0,
        "status": int(of.status),
        "orderId": of.hold_order,
        "until": of.held_until,
    }
    return reason_named(one.rule, values)


def _said(rule: str, **values: Any) -> Objection:
    return Objection(reason_named(rule, values))
