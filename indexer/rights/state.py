"""What the acts on rights add up to: estates, grants, attested consents, and one step of the replay for each act. Pure.

`indexer.state` joins the steps to all others. A step sees the states of the record's subjects alone: whether siblings
clash or claims overlap it cannot say; where the estate or the parent of a grant is not carried, it does not look at it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from types import MappingProxyType
from typing import Any, TypeAlias, TypeVar

from indexer.before import Before
from indexer.china import china_day
from indexer.keccak import keccak256
from indexer.rights import acts
from indexer.rights.acts import Alone, Assent, GrantKind, Ground, assents_of, estate_id, ownership
from indexer.rights.scope import Scope, ScopeRefused, check_estate, check_grant, cut, merge
from indexer.values import ZERO_ADDRESS, ZERO_HASH, Address, Hash32
from indexer.words import static_words, words

MOST_OWNERS = 50
LONGEST_BACKLOG = 366
"""Days in which contracts older than a claim are taken (RightsRegistry)."""


class EstateStatus(IntEnum):
    """Whether an estate stands, and what became of it (IRightsRegistry)."""

    NONE = 0
    LIVE = 1
    SPLIT = 2
    MERGED = 3


class GrantStatus(IntEnum):
    """Whether a grant was ended before its time (IGrants); one that ran out is still live."""

    NONE = 0
    LIVE = 1
    ENDED = 2


@dataclass(frozen=True, slots=True)
class Estate:
    """A box in the rights of one work, and whose it is: `parts[i]` of the sum of all parts are `owners[i]`'s.

    Attributes:
        claimed_on: the day of the claim it comes from; of several, the first.
        claimed: whether it was claimed as it is, not made of another estate.
        granted: whether anything was granted of it.
    """

    estate_id: int
    status: EstateStatus
    work_id: Hash32
    revision: int
    scope: Scope
    owners: tuple[Address, ...]
    parts: tuple[int, ...]
    alone: Alone
    hold_order: Hash32
    held_until: int
    claimed_on: int
    claimed: bool
    granted: bool

    def held_at(self, at: int) -> bool:
        """Whether a hold restricts it at the time `at`."""
        return self.held_until > at

    def digest(self) -> Hash32:
        """Hash as the contract does: estate id and the fields of `IRightsRegistry.Estate`."""
        return keccak256(
            words(self.estate_id, self.status, self.work_id, self.revision)
            + static_words(self.scope)
            + ownership(self.owners, self.parts)
            + static_words(self.alone)
            + words(self.hold_order, self.held_until)
        )


@dataclass(frozen=True, slots=True)
class WorkRights:
    """The rights of a work as a whole: how many claims and standing contests, until when its backlog is open."""

    work_id: Hash32
    claims: int
    contests: int
    backlog_until: int
    hold_order: Hash32
    held_until: int

    def held_at(self, at: int) -> bool:
        """Whether a hold restricts them at the time `at`."""
        return self.held_until > at

    def digest(self) -> Hash32:
        """Hash as the contract does: work id and the fields of `IRightsRegistry.WorkRights`."""
        return keccak256(
            words(
                self.work_id,
                self.claims,
                self.contests,
                self.backlog_until,
                self.hold_order,
                self.held_until,
            )
        )


@dataclass(frozen=True, slots=True)
class Grant:
    """What was granted to whom: of an estate, or of another grant, its parent.

    Attributes:
        granted_at: time of the block it was recorded in.
        alone: whether one of several co-owners granted it alone, as far as its estate is known here.
        grantors: who granted it then; empty where its estate or parent is not known here.
    """

    grant_id: Hash32
    status: GrantStatus
    work_id: Hash32
    estate_id: int
    parent_id: Hash32
    licensee: Address
    kind: GrantKind
    sublicensable: bool
    revision: int
    scope: Scope
    notice_days: int
    conditions: Hash32
    agreement: Hash32
    agreement_cid: Hash32
    signed_on: int
    conflicts: int
    hold_order: Hash32
    held_until: int
    granted_at: int
    alone: bool
    grantors: tuple[Address, ...]

    @property
    def until(self) -> int:
        """The day after its last, by itself."""
        return self.scope.until

    def held_at(self, at: int) -> bool:
        """Whether a hold restricts it at the time `at`."""
        return self.held_until > at

    def digest(self) -> Hash32:
        """Hash as the contract does: grant id and the fields of `IGrants.Grant`."""
        return keccak256(
            words(self.grant_id, self.status, self.work_id, self.estate_id, self.parent_id, self.licensee)
            + words(self.kind, self.sublicensable, self.revision)
            + static_words(self.scope)
            + words(self.notice_days, self.conditions, self.agreement, self.signed_on, self.conflicts)
            + words(self.hold_order, self.held_until)
        )


@dataclass(frozen=True, slots=True)
class Attestation:
    """That a party signed a paper about an act: said by two, and confirmed by the party itself or not yet."""

    intent: Hash32
    party: Address
    work_id: Hash32
    paper: Hash32
    attester: Address
    confirmer: Address
    confirmed: bool

    def digest(self) -> Hash32:
        """Hash as the contract does: intent, party and the fields of `IConsents.Attestation`."""
        return keccak256(
            words(self.intent, self.party, self.paper, self.attester, self.confirmer, self.confirmed)
        )


@dataclass(frozen=True, slots=True)
class ConsentTakenBack:
    """What an account signed, or would, is worth nothing."""

    intent: Hash32
    account: Address

    def digest(self) -> Hash32:
        """Hash as the contract does."""
        return keccak256(words(self.intent, self.account, 1))


RightsState: TypeAlias = Estate | WorkRights | Grant | Attestation | ConsentTakenBack
Changed: TypeAlias = dict[Hash32, RightsState]

_Assignment: TypeAlias = acts.EstateAssigned | acts.EstateAssignedByOrder
_Hold: TypeAlias = (
    acts.EstateHeld
    | acts.EstateReleased
    | acts.RightsHeld
    | acts.RightsReleased
    | acts.GrantHeld
    | acts.GrantReleased
)


def _expect(before: Before, *subjects: Hash32) -> None:
    """Demand that the record names these subjects and no other, in this order."""
    if before.record.subjects != subjects:
        raise before.refuse("it names other subjects")


def _parties(before: Before, accounts: Iterable[Address]) -> tuple[Hash32, ...]:
    """Give the subjects of parties, each once."""
    return tuple(before.sources.party(account) for account in dict.fromkeys(accounts))


def _agreed(before: Before, packed: int, parties: int) -> None:
    try:
        assents_of(packed, parties)
    except ValueError as fault:
        raise before.refuse(str(fault)) from fault


def _owned(before: Before, act: acts.EstateClaimed | _Assignment) -> None:
    """Demand that an ownership is one: somebody, each once, none with nothing."""
    owners = act.owners
    sound = 1 <= len(owners) <= MOST_OWNERS and len(act.parts) == len(owners) == len(set(owners))
    if not sound or 0 in act.parts or ZERO_ADDRESS in owners:
        raise before.refuse("nobody could own an estate so")


def _checked(before: Before, check: Callable[..., Any], *arguments: object) -> Any:
    """Do what may refuse a scope.

    Raises:
        StepRefused: it did.
    """
    try:
        return check(*arguments)
    except ScopeRefused as fault:
        raise before.refuse(str(fault)) from fault


def _work_rights(before: Before, work_id: Hash32) -> tuple[Hash32, WorkRights]:
    subject = before.sources.rights_of(work_id)
    known = before.look(subject, WorkRights)
    return subject, known or WorkRights(work_id, 0, 0, 0, ZERO_HASH, 0)


def _work_free(before: Before, work_id: Hash32) -> Hash32:
    """Demand that the rights of a work are not held; give their subject."""
    subject, rights = _work_rights(before, work_id)
    if rights.held_at(before.time):
        raise before.refuse("the rights of its work were held")
    return subject


def _live_estate(before: Before, estate: int) -> tuple[Hash32, Estate]:
    subject = before.sources.estate(estate)
    state = before.need(subject, Estate)
    if state.status is not EstateStatus.LIVE:
        raise before.refuse("its estate was divided or merged before")
    return subject, state


def _free_estate(before: Before, estate: int) -> tuple[Hash32, Estate]:
    """Give an estate that can be acted on: live, and held neither itself nor with its work."""
    subject, state = _live_estate(before, estate)
    if state.held_at(before.time):
        raise before.refuse("its estate was held")
    _work_free(before, state.work_id)
    return subject, state


def _estate_claimed(before: Before, act: acts.EstateClaimed) -> Changed:
    subject = before.sources.estate(act.estate_id)
    before.fresh(subject)
    if act.estate_id != estate_id(act.intent, 0):
        raise before.refuse("an estate has another name than its act gives it")
    _checked(before, check_estate, act.scope)
    _owned(before, act)
    of_work = _work_free(before, act.work_id)
    _claimants_agreed(before, act, act.owners, subject, of_work)
    _, rights = _work_rights(before, act.work_id)
    estate = Estate(
        estate_id=act.estate_id,
        status=EstateStatus.LIVE,
        work_id=act.work_id,
        revision=1,
        scope=act.scope,
        owners=act.owners,
        parts=act.parts,
        alone=act.alone,
        hold_order=ZERO_HASH,
        held_until=0,
        claimed_on=china_day(before.time),
        claimed=True,
        granted=False,
    )
    until = _backlog_until(before, rights, act.backlog_until)
    return {subject: estate, of_work: replace(rights, claims=rights.claims + 1, backlog_until=until)}


def _claimants_agreed(
    before: Before,
    act: acts.EstateClaimed | acts.EstateAmended,
    of: tuple[Address, ...],
    *subjects: Hash32,
) -> None:
    """Demand that a box was agreed to by the registrant, whoever that is, and by the owners that are not."""
    registrant, *others = before.record.subjects[2:] or (ZERO_HASH,)
    owners = [party for party in _parties(before, of) if party != registrant]
    if others != owners:
        raise before.refuse("it names other parties than its owners")
    _expect(before, *subjects, registrant, *owners)
    _agreed(before, act.assents, 1 + len(owners))


def _backlog_until(before: Before, rights: WorkRights, until: int) -> int:
    """Give the day that the first claim of a work sets, later than which no other may name."""
    most = rights.backlog_until if rights.claims else china_day(before.time) + LONGEST_BACKLOG
    if until > most:
        raise before.refuse("it opens the backlog for longer than it may")
    return max(rights.backlog_until, until)


def _begun(estate: Estate, name: int, scope: Scope) -> Estate:
    """Give what is made of an estate: its owners keep it, all else begins anew."""
    return replace(
        estate,
        estate_id=name,
        revision=1,
        scope=scope,
        hold_order=ZERO_HASH,
        held_until=0,
        claimed=False,
        granted=False,
    )


def _estate_split(before: Before, act: acts.EstateSplit) -> Changed:
    subject, estate = _free_estate(before, act.estate_id)
    boxes: tuple[Scope, ...] = _checked(before, cut, estate.scope, act.axis, act.cuts)
    parts: Changed = {}
    for place, box in enumerate(boxes):
        name = estate_id(act.intent, place)
        before.fresh(before.sources.estate(name))
        parts[before.sources.estate(name)] = _begun(estate, name, box)
    owners = _parties(before, estate.owners)
    _expect(before, subject, before.sources.rights_of(estate.work_id), *parts, *owners)
    _agreed(before, act.assents, len(owners))
    return {subject: replace(estate, status=EstateStatus.SPLIT, revision=estate.revision + 1), **parts}


def _estates_merged(before: Before, act: acts.EstatesMerged) -> Changed:
    subject = before.sources.estate(act.estate_id)
    before.fresh(subject)
    if act.estate_id != estate_id(act.intent, 0):
        raise before.refuse("an estate has another name than its act gives it")
    found = dict(_free_estate(before, one) for one in act.estate_ids)
    parts = list(found.values())
    if len(parts) != len(act.estate_ids) or len({_of_whom(part) for part in parts}) != 1:
        raise before.refuse("it merges estates of several works, owners or terms")
    box: Scope = _checked(before, merge, [part.scope for part in parts], act.axis)
    whole = replace(_begun(parts[0], act.estate_id, box), claimed_on=min(part.claimed_on for part in parts))
    owners = _parties(before, whole.owners)
    _expect(before, subject, before.sources.rights_of(whole.work_id), *found, *owners)
    _agreed(before, act.assents, len(owners))
    gone = {
        one: replace(part, status=EstateStatus.MERGED, revision=part.revision + 1)
        for one, part in found.items()
    }
    return {subject: whole, **gone}


def _of_whom(estate: Estate) -> tuple[object, ...]:
    return estate.work_id, estate.owners, estate.parts, estate.alone


def _assigned(before: Before, estate: Estate, act: _Assignment) -> tuple[Estate, tuple[Hash32, ...]]:
    """Give the estate in its new hands, and the parties: the old owners, the new ones that are not among them."""
    _owned(before, act)
    if (act.owners, act.parts) == (estate.owners, estate.parts):
        raise before.refuse("it changes nothing of whose the estate is")
    changed = replace(estate, owners=act.owners, parts=act.parts, revision=estate.revision + 1)
    return changed, _parties(before, (*estate.owners, *act.owners))


def _estate_assigned(before: Before, act: acts.EstateAssigned) -> Changed:
    subject, estate = _free_estate(before, act.estate_id)
    changed, parties = _assigned(before, estate, act)
    _expect(before, subject, before.sources.rights_of(estate.work_id), *parties)
    _agreed(before, act.assents, len(parties))
    return {subject: changed}


def _estate_assigned_by_order(before: Before, act: acts.EstateAssignedByOrder) -> Changed:
    subject, estate = _live_estate(before, act.estate_id)
    changed, parties = _assigned(before, estate, act)
    order = before.sources.order(act.order_id)
    _expect(before, subject, before.sources.rights_of(estate.work_id), order, *parties)
    return {subject: changed}


def _estate_amended(before: Before, act: acts.EstateAmended) -> Changed:
    subject, estate = _free_estate(before, act.estate_id)
    if not estate.claimed or estate.granted:
        raise before.refuse("its estate is no claim any more that nothing was granted of")
    _checked(before, check_estate, act.scope)
    _claimants_agreed(before, act, estate.owners, subject, before.sources.rights_of(estate.work_id))
    return {subject: replace(estate, scope=act.scope, revision=estate.revision + 1)}


_Holdable = TypeVar("_Holdable", Estate, WorkRights, Grant)


def _with_hold(state: _Holdable, act: _Hold) -> _Holdable:
    """Give a state as it is held by an act that holds it, or free after one that releases it."""
    if isinstance(act, acts.EstateHeld | acts.RightsHeld | acts.GrantHeld):
        return replace(state, hold_order=act.order_id, held_until=act.until)
    return replace(state, hold_order=ZERO_HASH, held_until=0)


def _estate_held(before: Before, act: acts.EstateHeld | acts.EstateReleased) -> Changed:
    subject, estate = _live_estate(before, act.estate_id)
    order = before.sources.order(act.order_id)
    _expect(before, subject, before.sources.rights_of(estate.work_id), order)
    return {subject: _with_hold(estate, act)}


def _rights_held(before: Before, act: acts.RightsHeld | acts.RightsReleased) -> Changed:
    subject, rights = _work_rights(before, act.work_id)
    _expect(before, subject, before.sources.order(act.order_id))
    return {subject: _with_hold(rights, act)}


def _moral_rights_recorded(before: Before, act: acts.MoralRightsRecorded) -> Changed:
    subject, rights = _work_rights(before, act.work_id)
    if not 1 <= act.moral_rights <= 0b1111:
        raise before.refuse("there are four moral rights")
    return {subject: rights}


def _contested(before: Before, act: acts.RightsContested | acts.ContestWithdrawn) -> Changed:
    subject, rights = _work_rights(before, act.work_id)
    rival = () if act.rival_id == ZERO_HASH else (before.sources.rights_of(act.rival_id),)
    _expect(before, subject, *rival, before.sources.party(act.by))
    contests = rights.contests + (1 if isinstance(act, acts.RightsContested) else -1)
    if contests < 0:
        raise before.refuse("no contest stood")
    return {subject: replace(rights, contests=contests)}


def _granted(before: Before, act: acts.Granted) -> Changed:
    subject = before.sources.grant(act.grant_id)
    before.fresh(subject)
    if (act.estate_id == 0) == (act.parent_id == ZERO_HASH) or act.kind is GrantKind.NONE:
        raise before.refuse("a grant is of an estate or of a grant, and of some kind")
    if act.conflicts and not act.signed_on:
        raise before.refuse("a new grant clashes with another")
    _checked(before, check_grant, act.scope)
    of_work = _work_free(before, act.work_id)
    origin = _origin(before, act)
    parties = before.record.subjects[3:]
    known = _parties(before, (*origin.grantors, act.licensee)) if origin.grantors else parties
    _expect(before, subject, origin.subject, of_work, *known)
    _agreed(before, act.assents, len(parties))
    grant = Grant(
        grant_id=act.grant_id,
        status=GrantStatus.LIVE,
        work_id=act.work_id,
        estate_id=act.estate_id,
        parent_id=act.parent_id,
        licensee=act.licensee,
        kind=act.kind,
        sublicensable=act.sublicensable,
        revision=1,
        scope=act.scope,
        notice_days=act.notice_days,
        conditions=act.conditions,
        agreement=act.agreement,
        agreement_cid=act.agreement_cid,
        signed_on=act.signed_on,
        conflicts=act.conflicts,
        hold_order=ZERO_HASH,
        held_until=0,
        granted_at=before.time,
        alone=origin.alone,
        grantors=origin.grantors,
    )
    return {subject: grant, **_touched(before, (origin.subject,))}


@dataclass(frozen=True, slots=True)
class _Origin:
    """What a grant is of: who grants it, if that is known here, and whether one of several owners does so alone."""

    subject: Hash32
    grantors: tuple[Address, ...] = ()
    alone: bool = False


def _origin(before: Before, act: acts.Granted) -> _Origin:
    if act.parent_id != ZERO_HASH:
        return _of_parent(before, act)
    subject = before.sources.estate(act.estate_id)
    if before.look(subject, Estate) is None:
        return _Origin(subject)
    _, estate = _free_estate(before, act.estate_id)
    if estate.work_id != act.work_id or not estate.scope.contains(act.scope):
        raise before.refuse("a grant is not within its estate")
    named = before.record.subjects[3:]
    if len(named) == 2 and len(_parties(before, (*estate.owners, act.licensee))) > 2:
        return _of_one(before, subject, estate, act)
    return _Origin(subject, estate.owners)


def _of_one(before: Before, subject: Hash32, estate: Estate, act: acts.Granted) -> _Origin:
    """Give the one co-owner who grants alone, within what was agreed on that."""
    granting = before.record.subjects[3]
    owner = next((one for one in estate.owners if before.sources.party(one) == granting), None)
    weak = act.kind is GrantKind.NON_EXCLUSIVE and not act.sublicensable
    if owner is None or not weak or act.scope.until - act.scope.from_ > estate.alone.longest:
        raise before.refuse("one co-owner granted more than it may alone")
    return _Origin(subject, (owner,), alone=True)


def _of_parent(before: Before, act: acts.Granted) -> _Origin:
    subject = before.sources.grant(act.parent_id)
    parent = before.look(subject, Grant)
    if parent is None:
        return _Origin(subject)
    if not parent.sublicensable or act.kind < parent.kind or parent.held_at(before.time):
        raise before.refuse("a sub-licence is more than its parent allows")
    if parent.work_id != act.work_id or not parent.scope.contains(act.scope):
        raise before.refuse("a sub-licence is not within its parent")
    return _Origin(subject, (parent.licensee,))


def _touched(before: Before, subjects: Iterable[Hash32]) -> Changed:
    """Give estates and parents of grants with the next revision; those that are not carried are passed over."""
    changed: Changed = {}
    for subject in subjects:
        state = before.held.get(subject)
        if isinstance(state, Estate):
            changed[subject] = replace(state, revision=state.revision + 1, granted=True)
        elif isinstance(state, Grant):
            changed[subject] = replace(state, revision=state.revision + 1)
    return changed


def echoes(before: Before, act: object) -> Changed:
    """Give what an act on a grant changes beside the grant itself: whoever follows an estate, or a parent, alone."""
    if isinstance(act, acts.Granted):
        return _touched(before, before.record.subjects[1:2])
    if isinstance(act, acts.GrantAmended):
        return _touched(before, before.record.subjects[1:])
    return {}


def _known_grant(before: Before, grant_id: Hash32) -> tuple[Hash32, Grant]:
    subject = before.sources.grant(grant_id)
    return subject, before.need(subject, Grant)


def _ended(before: Before, grant: Grant, until: int) -> Grant:
    if not china_day(before.time) <= until < grant.scope.until:
        raise before.refuse("a grant ends in the past, or later than it would")
    return replace(
        grant,
        status=GrantStatus.ENDED,
        revision=grant.revision + 1,
        scope=replace(grant.scope, until=until),
    )


def _unheld(before: Before, grant: Grant) -> None:
    if grant.held_at(before.time):
        raise before.refuse("its grant was held")


def _grant_surrendered(before: Before, act: acts.GrantSurrendered) -> Changed:
    subject, grant = _known_grant(before, act.grant_id)
    _unheld(before, grant)
    _expect(before, subject, before.sources.rights_of(grant.work_id), before.sources.party(grant.licensee))
    _agreed(before, act.assents, 1)
    return {subject: _ended(before, grant, act.until)}


def _grant_terminated(before: Before, act: acts.GrantTerminated) -> Changed:
    subject, grant = _known_grant(before, act.grant_id)
    of_work, licensee = before.sources.rights_of(grant.work_id), before.sources.party(grant.licensee)
    if act.ground is Ground.ORDER:
        _expect(before, subject, of_work, licensee, before.sources.order(act.order_id))
        return {subject: _ended(before, grant, act.until)}
    _unheld(before, grant)
    if act.ground is Ground.CONDITION and not grant.notice_days and grant.conditions == ZERO_HASH:
        raise before.refuse("it ended on a condition that the grant does not have")
    parties = before.record.subjects[2:]
    if licensee not in parties:
        raise before.refuse("it does not name the licensee")
    _expect(before, subject, of_work, *parties)
    _agreed(before, act.assents, _signing(act, parties, licensee))
    return {subject: _ended(before, grant, act.until)}


def _signing(act: acts.GrantTerminated, parties: tuple[Hash32, ...], licensee: Hash32) -> int:
    """Count who agreed: on a condition the grantors alone; the licensee is named last, if it is none of them."""
    apart = act.ground is Ground.CONDITION and parties[-1] == licensee
    return len(parties) - (apart and not act.assents >> 4 * (len(parties) - 1))


def _grant_amended(before: Before, act: acts.GrantAmended) -> Changed:
    subject, grant = _known_grant(before, act.grant_id)
    if grant.status is not GrantStatus.LIVE:
        raise before.refuse("its grant was ended before")
    _unheld(before, grant)
    _checked(before, check_grant, act.scope)
    of_work = _work_free(before, grant.work_id)
    named = before.record.subjects
    if of_work not in named:
        raise before.refuse("it does not name the rights of its work")
    place = named.index(of_work)
    _agreed(before, act.assents, len(named) - place - 1)
    changed = replace(grant, scope=act.scope, conflicts=act.conflicts, revision=grant.revision + 1)
    return {subject: changed, **_touched(before, named[1:place])}


def _grant_held(before: Before, act: acts.GrantHeld | acts.GrantReleased) -> Changed:
    subject, grant = _known_grant(before, act.grant_id)
    order = before.sources.order(act.order_id)
    _expect(before, subject, before.sources.rights_of(grant.work_id), order)
    return {subject: _with_hold(grant, act)}


def _attested(before: Before, act: acts.Attested) -> Changed:
    subject = before.sources.consent(act.intent, act.party)
    before.fresh(subject)
    if act.attester == act.confirmer:
        raise before.refuse("one hand attested and confirmed")
    hands = _parties(before, (act.attester, act.confirmer))
    _expect(before, subject, before.sources.rights_of(act.work_id), *hands)
    attestation = Attestation(
        act.intent, act.party, act.work_id, act.paper, act.attester, act.confirmer, confirmed=False
    )
    return {subject: attestation}


def _attestation_confirmed(before: Before, act: acts.AttestationConfirmed) -> Changed:
    subject = before.sources.consent(act.intent, act.party)
    attestation = before.need(subject, Attestation)
    if attestation.confirmed or act.assent in (Assent.NONE, Assent.PAPER):
        raise before.refuse("it was confirmed before, or by another paper")
    _expect(before, subject, before.sources.rights_of(act.work_id), before.sources.party(act.party))
    return {subject: replace(attestation, confirmed=True)}


def _consent_withdrawn(before: Before, act: acts.ConsentWithdrawn) -> Changed:
    subject = before.sources.withdrawal(act.intent, act.account)
    before.fresh(subject)
    _expect(before, subject, before.sources.party(act.account))
    return {subject: ConsentTakenBack(act.intent, act.account)}


RIGHTS_STEPS: Mapping[type[Any], Callable[[Before, Any], Changed]] = MappingProxyType(
    {
        acts.EstateClaimed: _estate_claimed,
        acts.EstateSplit: _estate_split,
        acts.EstatesMerged: _estates_merged,
        acts.EstateAssigned: _estate_assigned,
        acts.EstateAssignedByOrder: _estate_assigned_by_order,
        acts.EstateAmended: _estate_amended,
        acts.EstateHeld: _estate_held,
        acts.EstateReleased: _estate_held,
        acts.RightsHeld: _rights_held,
        acts.RightsReleased: _rights_held,
        acts.MoralRightsRecorded: _moral_rights_recorded,
        acts.RightsContested: _contested,
        acts.ContestWithdrawn: _contested,
        acts.Granted: _granted,
        acts.GrantSurrendered: _grant_surrendered,
        acts.GrantTerminated: _grant_terminated,
        acts.GrantAmended: _grant_amended,
        acts.GrantHeld: _grant_held,
        acts.GrantReleased: _grant_held,
        acts.Attested: _attested,
        acts.AttestationConfirmed: _attestation_confirmed,
        acts.ConsentWithdrawn: _consent_withdrawn,
    }
)
"""The step of each act."""
