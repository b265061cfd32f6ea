"""What is proposed: who agreed, what it clashes with, what it will leave; the forms of a grant and of a division."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from indexer.rights.acts import Assent, GrantKind
from indexer.rights.codes import LANGUAGES, LISTS, MEDIA, RIGHTS, TERRITORIES, CodeList
from indexer.rights.residual import left_by
from indexer.rights.scope import Axis, Scope, ScopeRefused, cut
from indexer.rights.state import Estate
from indexer.rights.text import write
from indexer.values import ZERO_HASH, Address, Hash32, as_hex
from indexer.wire import write_address
from service.outbox import requests
from service.outbox.operations import Operation
from service.outbox.states import State
from service.pages import addresses
from service.pages.views import (
    Agreement,
    Bilingual,
    Burden,
    Choice,
    Clash,
    Fact,
    GrantForm,
    Paper,
    ProposalLine,
    ProposalPage,
    Remainder,
    SplitForm,
    Tried,
)
from service.pages.views.rights import Agreed, ProposedAct
from service.pages.views.rights import ProposalState as StateWord
from service.reading.rights.glance import Reading, choices
from service.reading.rights.phrasing import KINDS, scope_view
from service.rights.about import burdens, named
from service.rights.explained import Objection
from service.rights.hands import Hands
from service.rights.proposals import Given, Proposal, ProposalState
from service.rights.terms import AXIS_WORDS, KIND_WORDS, terms

_ACTS: dict[type[Any], ProposedAct] = {
    requests.ClaimEstate: "claim",
    requests.SplitEstate: "split",
    requests.MergeEstates: "merge",
    requests.AssignEstate: "assign",
    requests.AmendEstate: "amend",
    requests.GrantRights: "grant",
    requests.SurrenderGrant: "surrender",
    requests.TerminateGrant: "terminate",
    requests.AmendGrant: "amend_grant",
}
_STATES: dict[ProposalState, StateWord] = {
    ProposalState.OPEN: "open",
    ProposalState.AGREED: "complete",
    ProposalState.HANDED_IN: "complete",
    ProposalState.WITHDRAWN: "withdrawn",
    ProposalState.LAPSED: "lapsed",
}
NAMED_AXES: dict[str, Axis] = {axis.name.lower(): axis for axis in Axis}


def proposal_line(
    reading: Reading, proposal: Proposal, outcome: Operation | None, objected: Sequence[Objection]
) -> ProposalLine:
    """Say a proposal in a list.

    Args:
        outcome: the request that it became, if it did. objected: what it would be refused for now.
    """
    reason = outcome.reason if outcome else None
    said = Bilingual(reason.zh, reason.en) if reason else None
    if said is None and objected:
        said = _objection(reading, objected[0])
    agreement: Any = proposal.request.agreement
    scope, licensee = getattr(agreement, "scope", None), getattr(agreement, "licensee", None)
    return ProposalLine(
        proposal_id=proposal.id,
        proposed=_act(proposal),
        state=_state(proposal, outcome, objected),
        scope=scope_view(scope) if isinstance(scope, Scope) else None,
        licensee=reading.call(licensee) if licensee is not None else None,
        agreed=len(proposal.parties) - len(proposal.missing),
        needed=len(proposal.parties),
        until=proposal.deadline,
        reason=said,
    )


def proposal_page(
    reading: Reading,
    proposal: Proposal,
    outcome: Operation | None,
    objected: Sequence[Objection],
    hands: Hands,
    tried: Tried | None = None,
) -> ProposalPage:
    """Read the page of a proposal that is for this audience; the first arguments as of `proposal_line`.

    Args:
        hands: what whoever reads may do to it. tried: what it sent with a form, where that was not taken.
    """
    is_open = proposal.state is ProposalState.OPEN
    waits = is_open and not objected
    signing = hands.signing(proposal) if waits else ()
    return ProposalPage(
        proposal=proposal_line(reading, proposal, outcome, objected),
        work_id=as_hex(proposal.work_id),
        title=reading.title,
        intent=as_hex(proposal.intent),
        agreed=tuple(_agreement(reading, party, proposal.given.get(party)) for party in proposal.parties),
        clashes=clashes_of(reading, objected),
        leaves=tuple(_leaves(reading, proposal)),
        facts=tuple(_facts(reading, proposal)),
        may_agree=waits and bool(hands.agreeing(proposal)),
        signer=write_address(reading.book.current(signing[0])) if signing else None,
        attests=tuple(_attested(reading, proposal, hands.attesting(proposal))) if waits else (),
        confirms=tuple(_papers(reading, hands.confirming(proposal))) if waits else (),
        ends=_ends(proposal, hands) if is_open else None,
        burdens=_burdens(reading, proposal),
        ended=proposal.reason,
        tried=tried,
        result=_result(proposal, outcome),
        as_of=reading.context.as_of(),
        test_verifier=reading.context.is_test(*proposal.parties),
    )


def clashes_of(reading: Reading, objected: Iterable[Objection]) -> tuple[Clash, ...]:
    """Say what a grant clashes with, as far as this audience may see it."""
    phrasing = reading.phrasing
    return tuple(
        Clash(phrasing.grant(one.grant), scope_view(one.overlap))
        for one in objected
        if one.grant is not None
        and one.overlap is not None
        and reading.audience.sees_grant(reading.book, one.grant)
    )


@dataclass(frozen=True, slots=True)
class FilledGrant:
    """What a reader filled into the form of a grant; the texts as they were typed."""

    estate_id: int | None = None
    rights: int = 0
    territories: int = 0
    languages: int = 0
    media: int = 0
    kind: GrantKind = GrantKind.EXCLUSIVE
    sublicensable: bool = False
    since: str = ""
    until: str = ""
    licensee: str = ""
    agreement: str = ""


def grant_form(
    reading: Reading,
    filled: FilledGrant,
    scope: Scope | None,
    faults: Sequence[Bilingual] = (),
    objected: Sequence[Objection] = (),
) -> GrantForm:
    """Read the form of a grant, with what it would clash with and leave once `scope` is understood."""
    mine = own_estates(reading)
    chosen = next((one for one in mine if one.estate_id == filled.estate_id), mine[0] if mine else None)
    leaves: list[Remainder] = []
    if scope is not None and chosen is not None and not scope.is_empty():
        leaves = [Remainder(scope_view(scope), KINDS[filled.kind])]
        leaves += [_left(reading, box) for box in left_by(chosen.scope, scope)]
    others = [one.reason for one in objected if one.grant is None]
    return GrantForm(
        work_id=as_hex(reading.work_id),
        title=reading.title,
        estates=_offered(mine, chosen),
        rights=choices(RIGHTS, filled.rights),
        territories=choices(TERRITORIES, filled.territories),
        languages=choices(LANGUAGES, filled.languages),
        media=choices(MEDIA, filled.media),
        kinds=tuple(
            Choice(KINDS[kind], Bilingual(*said), kind is filled.kind) for kind, said in KIND_WORDS.items()
        ),
        since=filled.since,
        until=filled.until,
        licensee=filled.licensee,
        sublicensable=filled.sublicensable,
        agreement=filled.agreement,
        asked=scope_view(scope) if scope is not None else None,
        faults=(*faults, *(Bilingual(one.zh, one.en) for one in others)),
        clashes=clashes_of(reading, objected),
        leaves=tuple(leaves),
        as_of=reading.context.as_of(),
    )


@dataclass(frozen=True, slots=True)
class FilledSplit:
    """What a reader filled into the form of a division: along what, and what of it becomes a part of its own."""

    estate_id: int | None = None
    axis: Axis = Axis.TERRITORIES
    part: int = 0
    day: str = ""


def split_form(
    reading: Reading, filled: FilledSplit, cuts: Sequence[int] = (), faults: Sequence[Bilingual] = ()
) -> SplitForm:
    """Read the form of a division, with the parts it will leave once `cuts` are understood.

    Raises:
        ScopeRefused: the cuts are not allowed.
    """
    mine = own_estates(reading)
    chosen = next((one for one in mine if one.estate_id == filled.estate_id), mine[0] if mine else None)
    parts = cut(chosen.scope, filled.axis, cuts) if chosen is not None and cuts else ()
    burdens = reading.rights.burdens(chosen.scope, reading.today) if chosen is not None and parts else ()
    phrasing = reading.phrasing
    return SplitForm(
        work_id=as_hex(reading.work_id),
        title=reading.title,
        estates=_offered(mine, chosen),
        axes=tuple(
            Choice(name, Bilingual(*AXIS_WORDS[axis]), axis is filled.axis)
            for name, axis in NAMED_AXES.items()
        ),
        cut_off=_within(chosen, filled) if chosen is not None and filled.axis is not Axis.TIME else (),
        day=filled.day,
        faults=tuple(faults),
        leaves=tuple(_left(reading, part) for part in parts),
        burdens=tuple(map(phrasing.grant, burdens)),
        as_of=reading.context.as_of(),
    )


def own_estates(reading: Reading) -> list[Estate]:
    """Give the live estates that the reader has a part in, the largest first."""
    live = [one for one in reading.live if reading.audience.owns(one)]
    return sorted(live, key=lambda one: one.scope.volume(), reverse=True)


def _offered(estates: Sequence[Estate], chosen: Estate | None) -> tuple[Choice, ...]:
    found = []
    for one in estates:
        said = scope_view(one.scope)
        words = Bilingual(
            f"{said.rights.zh}，{said.territories.zh}，{said.languages.zh}",
            f"{said.rights.en}, {said.territories.en}, {said.languages.en}",
        )
        found.append(Choice(str(one.estate_id), words, one is chosen))
    return tuple(found)


def _within(estate: Estate, filled: FilledSplit) -> tuple[Choice, ...]:
    """Offer what of an estate can be cut off along an axis."""
    known: CodeList = LISTS[filled.axis]
    inside = known.of(estate.scope.masks[filled.axis])
    return tuple(
        Choice(code.code, Bilingual(code.zh, code.en), bool(code.mask & filled.part)) for code in inside
    )


def _objection(reading: Reading, objection: Objection) -> Bilingual:
    """Say why an act would be refused; a grant that the reader may see by its number."""
    grant, reason = objection.grant, objection.reason
    if grant is None or not reading.audience.sees_grant(reading.book, grant):
        return Bilingual(reason.zh, reason.en)
    number = reading.phrasing.numbers.get(grant.grant_id, 0)
    return Bilingual(f"与许可第 {number} 号冲突。", f"It clashes with grant no. {number}.")


def _act(proposal: Proposal) -> ProposedAct:
    agreement: Any = proposal.request.agreement
    if getattr(agreement, "parent_id", ZERO_HASH) != ZERO_HASH:
        return "sublicence"
    return _ACTS[type(proposal.request)]


def _state(proposal: Proposal, outcome: Operation | None, objected: Sequence[Objection]) -> StateWord:
    if outcome is not None and outcome.state is State.SETTLED:
        return "carried_out"
    if (outcome is not None and outcome.state is State.REFUSED) or (
        proposal.state is ProposalState.OPEN and objected
    ):
        return "refused"
    return _STATES[proposal.state]


def _agreement(reading: Reading, party: Address, given: Given | None) -> Agreement:
    if given is None:
        return Agreement(reading.call(party), "missing")
    if given.assent is not Assent.PAPER or given.paper is None:
        return Agreement(reading.call(party), "signed", at=given.given_at)
    hands = [given.signer, *([given.confirmer] if given.confirmer else [])]
    how: Agreed = "attested" if given.complete else "awaited"
    return Agreement(
        reading.call(party), how, tuple(map(reading.call, hands)), given.paper.hex(), given.given_at
    )


def _leaves(reading: Reading, proposal: Proposal) -> Iterable[Remainder]:
    """Say what an act leaves, to who owns what it is of; to others that would tell of grants of others."""
    request: Any = proposal.request
    match request:
        case requests.GrantRights() if request.agreement.parent_id == ZERO_HASH:
            estate = reading.book.estate(request.agreement.estate_id)
            yield Remainder(scope_view(request.agreement.scope), KINDS[request.agreement.kind])
            if reading.audience.owns(estate):
                yield from (_left(reading, box) for box in left_by(estate.scope, request.agreement.scope))
        case requests.SplitEstate():
            estate = reading.book.estate(request.agreement.estate_id)
            # What does not fit, or not any more, is said by the objections.
            if reading.audience.owns(estate):
                with suppress(ScopeRefused):
                    parts = cut(estate.scope, request.agreement.axis, request.agreement.cuts)
                    yield from [_left(reading, part) for part in parts]


def _left(reading: Reading, box: Scope) -> Remainder:
    """Say how a box is granted from today on: as a whole, in part, or not at all."""
    ahead = box.onwards(reading.today)
    granted = reading.rights.burdens(box, reading.today)
    whole = [one.kind for one in granted if one.scope.contains(ahead)]
    if whole:
        return Remainder(scope_view(box), KINDS[min(whole)])
    return Remainder(scope_view(box), "kept", part=bool(granted))


def _facts(reading: Reading, proposal: Proposal) -> Iterable[Fact]:
    """Give all that is signed, and the box of what it is about, which the typed data names by its number."""
    agreement = proposal.request.agreement
    boxes = [one.scope for one in named(reading.book, agreement)]
    yield from (Fact("about", write(box, "zh"), write(box, "en")) for box in boxes if not box.is_empty())
    for one in terms(agreement, lambda account, tongue: reading.call(account).first(tongue)[0]):
        yield Fact(one.name, one.zh, one.en)


def _burdens(reading: Reading, proposal: Proposal) -> tuple[Burden, ...] | None:
    """Say what goes along with an estate; whose a grant is only where this audience may see it."""
    found = burdens(reading.book, reading.audience, proposal, reading.context.now)
    if found is None:
        return None
    phrasing, sees = reading.phrasing, partial(reading.audience.sees_grant, reading.book)
    return tuple(
        Burden(KINDS[one.kind], scope_view(one.scope), phrasing.grant(one) if sees(one) else None)
        for one in found
    )


def _attested(reading: Reading, proposal: Proposal, parties: Iterable[Address]) -> Iterable[Paper]:
    for party in parties:
        given = proposal.given.get(party)
        held = given.paper.hex() if given is not None and given.paper is not None else None
        yield Paper(reading.call(party), write_address(party), held)


def _papers(reading: Reading, waiting: Iterable[tuple[Address, Hash32]]) -> Iterable[Paper]:
    return (Paper(reading.call(party), write_address(party), paper.hex()) for party, paper in waiting)


def _ends(proposal: Proposal, hands: Hands) -> Literal["decline", "withdraw"] | None:
    if not hands.ends(proposal):
        return None
    return "decline" if hands.asked(proposal) else "withdraw"


def _result(proposal: Proposal, outcome: Operation | None) -> str | None:
    if outcome is None or outcome.state is not State.SETTLED:
        return None
    if isinstance(proposal.request, requests.GrantRights):
        return addresses.grant(as_hex(proposal.intent))
    return addresses.rights(as_hex(proposal.work_id))
