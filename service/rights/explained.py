"""What an act on rights would be refused for, before anybody signs: in the words in which the chain would say it.

Of a grant the pure rules say most (`indexer.rights.refusal`), with every grant it clashes with. Of the other acts it is
said whether what they speak of still stands, is held, and can be cut, joined or entered so. Every error of the two
contracts is foreseen, or the test of this says why it cannot be. Reads a book.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from indexer.rights import scope as boxes
from indexer.rights.acts import GrantKind, Ground, estate_id
from indexer.rights.refusal import MOST_LIVE, Offer, Refusal, clashes, is_within, refusals
from indexer.rights.scope import Scope, ScopeRefused, check_estate, check_grant
from indexer.rights.state import LONGEST_BACKLOG, MOST_OWNERS, Estate, EstateStatus, Grant, GrantStatus
from indexer.values import ZERO_ADDRESS, ZERO_HASH, Address, Hash32
from service.keys import agreements
from service.keys.intents import digest
from service.outbox import requests
from service.outbox.decoding import reason_named
from service.outbox.requests import Agreed
from service.outbox.states import Reason
from service.rights.drafting import Drafting

MOST_CLAIMS: Final = 64
"""Claims of a work (RightsRegistry)."""
MOST_PARTIES: Final = 64
"""Who agree to one act (Consents)."""


@dataclass(frozen=True, slots=True)
class Objection:
    """Why an act would be refused. `grant`, `overlap`: with a clash, the grant and where they overlap."""

    reason: Reason
    grant: Grant | None = None
    overlap: Scope | None = None


def objections(drafting: Drafting, request: Agreed, parties: Sequence[Address] = ()) -> tuple[Objection, ...]:
    """Say what an act would be refused for now; nothing: once all agree, as far as is known it would be carried out.

    Args:
        parties: who has to agree: with fewer than all owners, one of them grants alone.
    """
    rules: Callable[[Drafting, Any], Iterator[Objection]] = _RULES[type(request)]
    found = [*rules(drafting, request)]
    found += [_said("CannotConsent", account=one) for one in parties if not _may_agree(drafting, one)]
    found += _taken_back(drafting, digest(drafting.domain, request.agreement), parties)
    if len(parties) > MOST_PARTIES:
        found.append(_said("PartiesReached", most=MOST_PARTIES))
    if isinstance(request, requests.GrantRights) and request.agreement.estate_id:
        found += _alone(drafting, request.agreement, parties)
    return tuple(found)


def _taken_back(drafting: Drafting, intent: Hash32, parties: Sequence[Address]) -> Iterator[Objection]:
    """Name whoever took back on chain what it signed for this act, or would sign."""
    for one in map(drafting.book.current, parties):
        if drafting.book.view.consent_taken_back(intent, one) is not None:
            yield _said("ConsentTakenBack", intent=intent, account=one)


def _may_agree(drafting: Drafting, party: Address) -> bool:
    standing = drafting.book.standing(party)
    return standing is not None and standing.may_act(drafting.now)


def _claim(drafting: Drafting, request: requests.ClaimEstate) -> Iterator[Objection]:
    claim, today = request.agreement, drafting.today
    if drafting.book.work(claim.work_id).withdrawn:
        yield _said("WorkGone", workId=claim.work_id)
    yield from _work_held(drafting, claim.work_id)
    yield from _ownership(claim.ownership)
    yield from _malformed(claim.scope)
    rights = drafting.book.rights(claim.work_id)
    # The first claim of a work sets the day.
    most = rights.backlog_until if rights is not None and rights.claims else today + LONGEST_BACKLOG
    if claim.backlog_until > most:
        yield _said("BacklogTooLong", until=claim.backlog_until, most=most)
    if rights is not None and rights.claims >= MOST_CLAIMS:
        yield _said("ClaimsReached", workId=claim.work_id, most=MOST_CLAIMS)
    again = estate_id(digest(drafting.domain, claim), 0)
    for one in drafting.book.estates(work=claim.work_id):
        overlaps = one.status is EstateStatus.LIVE and one.scope.overlaps(claim.scope)
        if overlaps or one.estate_id == again:
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
        if _kept_as(one) != _kept_as(first):
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
    if ZERO_HASH in (said.agreement, said.agreement_cid):
        yield _said("AgreementMissing")
    yield from _ownership(said.ownership)
    if (estate.owners, estate.parts) == (said.ownership.owners, said.ownership.parts):
        yield _said("OwnershipUnchanged", estateId=said.estate_id)


def _amend_estate(drafting: Drafting, request: requests.AmendEstate) -> Iterator[Objection]:
    said = request.agreement
    estate = drafting.book.estate(said.estate_id)
    if drafting.book.work(estate.work_id).withdrawn:
        yield _said("WorkGone", workId=estate.work_id)
    yield from _estate(drafting, estate, said.revision)
    yield from _malformed(said.scope)
    if not estate.claimed or estate.granted:
        yield _said("AmendmentTooLate", estateId=estate.estate_id)
    yield from _reason(said.reason)
    for one in drafting.book.live_estates(estate.work_id):
        if one.estate_id != estate.estate_id and one.scope.overlaps(said.scope):
            yield _said("ClaimOverlaps", workId=estate.work_id, estateId=one.estate_id)


def _alone(drafting: Drafting, said: agreements.Offer, parties: Sequence[Address]) -> Iterator[Objection]:
    """Look at what one owner may grant without the others."""
    estate = drafting.book.estate(said.estate_id)
    if not parties or set(estate.owners) <= set(parties):
        return
    yield from _two(drafting, parties[0], said.licensee)
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
    yield from _offered(drafting, said)
    offer = Offer(of, said.licensee, said.kind, said.scope, said.sublicensable, said.signed_on)
    if of.revision != said.revision:
        yield _stale(of, said.revision)
    rights = book.rights(of.work_id)
    held = 0 if rights is None else rights.held_until
    found = refusals(book.known(of.work_id, drafting.now), offer, drafting.now, drafting.today, held)
    yield from (Objection(_refusal(one, of, said.licensee), one.grant, one.overlap) for one in found)
    grantors = of.owners if isinstance(of, Estate) else (of.licensee,)
    if len(grantors) == 1 and not any(one.rule == "SelfGrant" for one in found):
        yield from _two(drafting, grantors[0], said.licensee)
    if said.signed_on:
        yield from _backlog(drafting, of, said.signed_on)


def _offered(drafting: Drafting, said: agreements.Offer) -> Iterator[Objection]:
    """Look at an offer by itself."""
    grant_id = digest(drafting.domain, said)
    if drafting.book.view.grant(grant_id) is not None:
        yield _said("GrantKnown", grantId=grant_id)
    broken = {
        "parentId": bool(said.estate_id) == (said.parent_id != ZERO_HASH),
        "licensee": said.licensee == ZERO_ADDRESS,
        "agreement": said.agreement == ZERO_HASH,
        "agreementCid": said.agreement_cid == ZERO_HASH,
    }
    yield from (_said("OfferMalformed", field=field) for field, is_broken in broken.items() if is_broken)


def _two(drafting: Drafting, grantor: Address, licensee: Address) -> Iterator[Objection]:
    """Demand that nobody grants to itself, under an older account either."""
    if drafting.book.current(grantor) == drafting.book.current(licensee):
        yield _said("SelfGrant", account="0x" + licensee.hex())


def _backlog(drafting: Drafting, of: Estate | Grant, signed_on: int) -> Iterator[Objection]:
    """Look whether a contract of before the claim is still taken."""
    book = drafting.book
    rights = book.rights(of.work_id)
    until = 0 if rights is None else rights.backlog_until
    if drafting.today >= until:
        yield _said("BacklogClosed", workId=of.work_id, until=until)
    root = of if isinstance(of, Estate) else book.estate([of, *book.ancestors(of)][-1].estate_id)
    if signed_on >= root.claimed_on:
        yield _said("OfferMalformed", field="signedOn")


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
    yield from _reason(said.reason)
    if said.ground not in (Ground.AGREEMENT, Ground.CONDITION):
        yield _said("OfferMalformed", field="ground")
    yield from _grantors(drafting, grant, request.estate_ids)
    if said.ground is not Ground.CONDITION or grant.conditions != ZERO_HASH:
        return
    if not grant.notice_days:
        yield _said("NoSuchCondition", grantId=grant.grant_id)
    elif said.until < drafting.today + grant.notice_days:
        yield _said("NoticeTooShort", grantId=grant.grant_id, earliest=drafting.today + grant.notice_days)


def _amend_grant(drafting: Drafting, request: requests.AmendGrant) -> Iterator[Objection]:
    yield from _of_grant(drafting, request)
    said, book, today = request.agreement, drafting.book, drafting.today
    grant = book.grant(said.grant_id)
    if grant.status is not GrantStatus.LIVE and book.live_until(grant) > today:
        yield _said("GrantOver", grantId=grant.grant_id)
    yield from _reason(said.reason)
    yield from _malformed(said.scope, check_grant)
    if said.scope.until <= today:
        yield _said("OfferMalformed", field="until")
    yield from _work_held(drafting, grant.work_id)
    yield from _grantors(drafting, grant, request.estate_ids, said.scope)
    yield from _touched(drafting, grant, request)
    next_ = said.scope.onwards(today)
    lefts = [below.scope.onwards(today) for below in book.grants(parent=grant.grant_id)]
    if any(not left.is_empty() and not next_.contains(left) for left in lefts):
        yield _said("SublicencesOutside", grantId=grant.grant_id)
    yield from _clashing_anew(drafting, grant, said.scope)


def _touched(drafting: Drafting, grant: Grant, request: requests.AmendGrant) -> Iterator[Objection]:
    """Look at what an amendment burdens otherwise: the parent, or the estates."""
    book = drafting.book
    if grant.parent_id != ZERO_HASH:
        parent, known = book.grant(grant.parent_id), book.known(grant.work_id, drafting.now)
        if parent.held_until > drafting.now:
            yield _said("GrantUnderHold", **_hold("grantId", parent.grant_id, parent))
        if not is_within(known, parent, request.agreement.scope):
            yield _said("OutsideParent", parentId=parent.grant_id)
    for estate in map(book.estate, request.estate_ids):
        if estate.held_until > drafting.now:
            yield _said("EstateUnderHold", **_hold("estateId", estate.estate_id, estate))


def _clashing_anew(drafting: Drafting, grant: Grant, scope: Scope) -> Iterator[Objection]:
    """Look for clashes that are new: at points at which it clashed already it may, of the backlog too."""
    book, today = drafting.book, drafting.today
    of: Estate | Grant
    of = book.grant(grant.parent_id) if grant.parent_id != ZERO_HASH else book.estate(grant.estate_id)
    offer = Offer(of, grant.licensee, grant.kind, scope, grant.sublicensable)
    for one in clashes(book.known(grant.work_id, drafting.now), offer, today):
        if one.grant is None or one.overlap is None or one.grant.grant_id == grant.grant_id:
            continue
        if not grant.scope.contains(one.overlap):
            yield Objection(_refusal(one, of, grant.licensee), one.grant, one.overlap)


def _grantors(
    drafting: Drafting, grant: Grant, estate_ids: Sequence[int], *further: Scope
) -> Iterator[Objection]:
    """Demand that the estates named are those in which what is left of a grant lies, and all that it will have."""
    boxes_left = [one.onwards(drafting.today) for one in (grant.scope, *further)]
    found = [] if grant.parent_id != ZERO_HASH else [drafting.book.estate(one) for one in estate_ids]
    is_named = [one.estate_id for one in found] == list(estate_ids) == sorted(set(estate_ids))
    is_theirs = all(
        one.status is EstateStatus.LIVE
        and one.work_id == grant.work_id
        and any(one.scope.overlaps(box) for box in boxes_left)
        for one in found
    )
    is_whole = grant.parent_id != ZERO_HASH or all(
        box.volume() == sum(one.scope.intersect(box).volume() for one in found) for box in boxes_left
    )
    if not (is_named and is_theirs and is_whole):
        yield _said("GrantorsMismatch", grantId=grant.grant_id)


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


def _malformed(scope: Scope, check: Callable[[Scope], None] = check_estate) -> Iterator[Objection]:
    try:
        check(scope)
    except ScopeRefused as fault:
        yield _said(fault.rule, field=str(fault.place))


def _ownership(said: agreements.Ownership) -> Iterator[Objection]:
    owners, parts = said.owners, said.parts
    broken = {
        "owners": not 0 < len(owners) <= MOST_OWNERS
        or len(set(owners)) != len(owners)
        or ZERO_ADDRESS in owners,
        "parts": len(parts) != len(owners) or 0 in parts,
    }
    yield from (_said("OwnershipMalformed", field=field) for field, is_broken in broken.items() if is_broken)


def _kept_as(estate: Estate) -> tuple[object, ...]:
    """What estates must have in common to be joined."""
    return estate.owners, estate.parts, estate.work_id, estate.alone


def _reason(reason: str) -> Iterator[Objection]:
    if not reason:
        yield _said("ReasonMissing")


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
        "level": of.grant_id if isinstance(of, Grant) else of.work_id,
        "most": MOST_LIVE,
    }
    return reason_named(one.rule, values)


def _said(rule: str, **values: Any) -> Objection:
    return Objection(reason_named(rule, values))
