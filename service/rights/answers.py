"""Rights as JSON-ready values: boxes in words and codes, estates, grants, proposals. Pure.

`until` is the last day that is in a box, as people say it; null where no end is stated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from indexer.china import date_of
from indexer.rights.acts import Assent
from indexer.rights.codes import LISTS
from indexer.rights.residual import Free
from indexer.rights.scope import MASKS, NO_END, Scope
from indexer.rights.state import Estate, Grant
from indexer.rights.text import write
from indexer.rights.title import Rights, Step, Tenure
from indexer.values import ZERO_HASH, Address, Hash32, as_hex
from indexer.wire import write_address
from service.rights.explained import Objection
from service.rights.proposals import Given, Proposal
from service.rights.showing import Disclosure, Openness

EVERYTHING = "*"
"""In a list of codes: all bits, those that nobody assigned yet too."""
Sees = Callable[[Grant], bool]


def scope_body(scope: Scope) -> dict[str, Any]:
    """Write a box: in Chinese, in English, and by its codes."""
    listed = {
        name: _codes(axis, mask) for axis, (name, mask) in enumerate(zip(MASKS, scope.masks, strict=True))
    }
    words: dict[str, str | None] = {"zh": None, "en": None}
    if not scope.is_empty():
        words = {"zh": write(scope, "zh"), "en": write(scope, "en")}
    return {**words, **listed, "since": day_text(scope.from_), "until": last_day(scope.until)}


def day_text(day: int) -> str:
    """Write a day as `2027-01-01`; one beyond the calendar as its number."""
    try:
        return date_of(day).isoformat()
    except OverflowError:
        return str(day)


def last_day(until: int) -> str | None:
    """Write the day before an end; None where no end is stated."""
    return None if until == NO_END else day_text(until - 1)


def owners_body(owners: Iterable[Address], parts: Iterable[int]) -> list[dict[str, Any]]:
    """Write owners, each with its part of the sum of all."""
    pairs = list(zip(owners, parts, strict=True))
    whole = sum(part for _, part in pairs)
    return [{"account": write_address(one), "part": part, "whole": whole} for one, part in pairs]


def estate_body(estate: Estate) -> dict[str, Any]:
    """Write an estate for who may see it."""
    return {
        "estate_id": str(estate.estate_id),
        "work_id": as_hex(estate.work_id),
        "status": estate.status.name.lower(),
        "revision": estate.revision,
        "scope": scope_body(estate.scope),
        "owners": owners_body(estate.owners, estate.parts),
        "alone": {"longest": estate.alone.longest, "quota": estate.alone.quota},
        "hold": _hold(estate.hold_order, estate.held_until),
    }


def grant_body(grant: Grant, in_force_until: int) -> dict[str, Any]:
    """Write a grant for who may see it. `in_force_until`: the least end of it and its ancestors; 0: never in force."""
    return {
        "grant_id": as_hex(grant.grant_id),
        "work_id": as_hex(grant.work_id),
        "estate_id": str(grant.estate_id) if grant.estate_id else None,
        "parent_id": _hash(grant.parent_id),
        "licensee": write_address(grant.licensee),
        "kind": grant.kind.name.lower(),
        "sublicensable": grant.sublicensable,
        "status": grant.status.name.lower(),
        "revision": grant.revision,
        "scope": scope_body(grant.scope),
        "in_force_until": last_day(in_force_until) if in_force_until else None,
        "was_in_force": bool(in_force_until),
        "notice_days": grant.notice_days,
        "conditions": _hash(grant.conditions),
        "agreement": _hash(grant.agreement),
        "agreement_cid_digest": _hash(grant.agreement_cid),
        "signed_on": day_text(grant.signed_on) if grant.signed_on else None,
        "conflicts": grant.conflicts,
        "hold": _hold(grant.hold_order, grant.held_until),
    }


def clashes_body(rights: Rights, grant: Grant, sees: Sees) -> dict[str, Any]:
    """Write how many grants contradict one, on record, whichever was recorded first; those one may see, with where."""
    found = rights.conflicts(grant)
    seen = [
        {"grant_id": as_hex(other.grant_id), "overlap": scope_body(common)}
        for other, common in found
        if sees(other)
    ]
    return {"count": len(found), "seen": seen}


def free_body(free: Free) -> dict[str, bool]:
    """Write what was not granted at a point, in its three kinds."""
    return {
        "exclusive": free.exclusive,
        "non_exclusive": free.non_exclusive,
        "owner_may": free.owner_may,
    }


def tenure_body(tenure: Tenure) -> dict[str, Any]:
    """Write in whose hands an estate was, and when."""
    return {
        "estate_id": str(tenure.estate_id),
        "scope": scope_body(tenure.scope),
        "owners": owners_body(tenure.owners, tenure.parts),
        "since": tenure.since,
        "until": tenure.until,
    }


def step_body(step: Step) -> dict[str, Any]:
    """Write one step of a chain of title: the record, and whose the estate was after it."""
    record, act = step.record, step.act
    return {
        "act": type(act).__name__,
        "seq": record.seq,
        "block": record.block_number,
        "time": record.block_time,
        "agreement": _hash(getattr(act, "agreement", ZERO_HASH)),
        "order_id": _hash(getattr(act, "order_id", ZERO_HASH)),
        "intent": _hash(getattr(act, "intent", ZERO_HASH)),
        "assents": [one.name.lower() for one in assents_of(getattr(act, "assents", 0))],
        "tenure": tenure_body(step.tenure),
    }


def assents_of(assents: int) -> list[Assent]:
    """Read how each of those who had to agree did: four bits each, the first in the lowest (IRightsRegistry)."""
    found = []
    while assents:
        found.append(Assent(assents & 0xF))
        assents >>= 4
    return found


def objection_body(objection: Objection, sees: Sees) -> dict[str, Any]:
    """Write why an act would be refused; the grant it clashes with in full for who may see that one."""
    reason, grant = objection.reason, objection.grant
    body: dict[str, Any] = {
        "code": reason.code,
        "zh": reason.zh,
        "en": reason.en,
        "facts": dict(reason.facts),
    }
    if grant is not None:
        body["grant_id"] = as_hex(grant.grant_id)
        if sees(grant):
            body["grant"] = grant_body(grant, grant.scope.until)
            body["overlap"] = scope_body(objection.overlap) if objection.overlap else None
    return body


def proposal_body(proposal: Proposal) -> dict[str, Any]:
    """Write a proposal: what, who agreed and how, who is missing, until when."""
    return {
        "id": proposal.id,
        "kind": proposal.request.KIND,
        "work_id": as_hex(proposal.work_id),
        "intent": as_hex(proposal.intent),
        "state": proposal.state.value,
        "deadline": proposal.deadline,
        "proposed_at": proposal.proposed_at,
        "proposed_by": write_address(proposal.proposed_by) if proposal.proposed_by else None,
        "parties": [_party(one, proposal.given.get(one)) for one in proposal.parties],
        "missing": [write_address(one) for one in proposal.missing],
        "ended_at": proposal.ended_at,
        "reason": proposal.reason,
        "operation": proposal.operation_id,
    }


def named_body(of: Estate | Grant) -> dict[str, Any]:
    """Write the box of what an act names by its number."""
    estate = isinstance(of, Estate)
    return {
        "estate_id": str(of.estate_id) if estate else None,
        "grant_id": None if isinstance(of, Estate) else as_hex(of.grant_id),
        "scope": scope_body(of.scope),
    }


def burden_body(grant: Grant, until: int, sees: Sees) -> dict[str, Any]:
    """Write a grant that whoever acquires an estate takes along: kind and scope; in full for who may see it.

    Args:
        until: as `Book.live_until` gives it.
    """
    return {
        "kind": grant.kind.name.lower(),
        "scope": scope_body(grant.scope),
        "grant": grant_body(grant, until) if sees(grant) else None,
    }


def disclosure_body(one: Disclosure) -> dict[str, Any]:
    """Write who was let see something."""
    return {
        "id": one.id,
        "to": write_address(one.to),
        "by": write_address(one.account),
        "given_at": one.given_at,
        "until": one.until,
        "ended_at": one.ended_at,
    }


def openness_body(one: Openness | None) -> dict[str, Any]:
    """Write whether the public may ask whether rights are to be had, and who said so."""
    if one is None:
        return {"open": False, "by": None, "set_at": None}
    return {"open": one.open, "by": write_address(one.account), "set_at": one.set_at}


def _party(account: Address, given: Given | None) -> dict[str, Any]:
    body: dict[str, Any] = {"account": write_address(account), "agreed": False, "how": None, "at": None}
    if given is None:
        return body
    body |= {"agreed": given.complete, "how": given.assent.name.lower(), "at": given.given_at}
    if given.paper is not None:
        body |= {
            "paper": as_hex(given.paper),
            "attested_by": write_address(given.signer),
            "confirmed_by": write_address(given.confirmer) if given.confirmer else None,
        }
    return body


def _codes(axis: int, mask: int) -> list[str]:
    known = LISTS[axis]
    return [EVERYTHING] if mask == known.full else [code.code for code in known.of(mask)]


def _hold(order: Hash32, until: int) -> dict[str, Any] | None:
    return None if order == ZERO_HASH else {"order_id": as_hex(order), "until": until}


def _hash(value: Hash32) -> str | None:
    return None if value == ZERO_HASH else as_hex(value)
