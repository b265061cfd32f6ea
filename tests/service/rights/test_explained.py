"""Every error of the two contracts of rights is foreseen before anybody signs, or it is said why it cannot be."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pytest

import contracts
from indexer import events
from indexer.rights import acts, refusal
from indexer.rights.acts import Alone, GrantKind, Ground
from indexer.rights.scope import Axis, Scope
from indexer.rights.state import LONGEST_BACKLOG, MOST_OWNERS
from indexer.store import Projection
from indexer.values import ZERO_HASH, Address, Hash32
from service.errors import NotFound
from service.keys.agreements import Offer, Ownership
from service.keys.intents import digest
from service.outbox.decoding import code_of
from service.rights import explained
from service.rights.book import Book
from service.rights.drafting import Agreements, Drafting, GrantTerms
from service.rights.explained import objections
from service.rights.proposals import Draft
from tests.indexer.histories import SOURCES, account, word
from tests.indexer.rights.told import BOX, RightsHistory
from tests.indexer.test_projection import index
from tests.service.rights.drafts import DOMAIN

ROOT = Path(__file__).parents[3]
AN, BO, CI, DE = (account(number) for number in range(1, 5))
PART = replace(BOX, territories=0b1, from_=20_400, until=20_700)
ELSEWHERE = replace(PART, territories=0b10)
UNCLAIMED = replace(BOX, territories=1 << 9)
SHORTER = replace(BOX, until=23_000)
FAR = 1 << 40
PAPERS = Agreements(word("paper"))
Tell = Callable[["World"], "Ask"]
Ask = Callable[[Drafting], Draft]


@dataclass
class World:
    """A work of one registrant, and an estate of its two authors in which nothing was granted yet."""

    told: RightsHistory
    work: Hash32
    estate: int

    def grant(self, scope: Scope = PART, kind: GrantKind = GrantKind.EXCLUSIVE, **more: Any) -> Hash32:
        return self.told.grant(self.estate, CI, kind, scope, **more)


def world() -> World:
    told = RightsHistory()
    for number in range(1, 5):
        told.person(number)
    work = told.work(AN, 1)
    estate = told.claim(work, BOX, AN, BO, backlog=told.today + 100)
    return World(told, work, estate)


def terms(licensee: Address = DE, kind: GrantKind = GrantKind.EXCLUSIVE, **more: Any) -> GrantTerms:
    return GrantTerms(licensee, kind, PAPERS, **more)


def changed(draft: Draft, **agreement: Any) -> Draft:
    """The same, but that what is agreed says something else."""
    said: Any = draft.request
    return replace(draft, request=replace(said, agreement=replace(said.agreement, **agreement)))


def asked(told: World, ask: Ask, folder: Path) -> list[str]:
    """The codes of all that is said against an act, in a projection of what was told."""
    told.told.close()
    with Projection.open(f"sqlite:///{folder / 'index.db'}") as projection:
        index(projection, told.told)
        with projection.view() as view:
            drafting = Drafting(Book(view), DOMAIN, told.told.time)
            draft = ask(drafting)
            return [one.reason.code for one in objections(drafting, draft.request, draft.parties)]


# What each act is, where nothing is said against it.


def claim(w: World, scope: Scope = UNCLAIMED, backlog: int = 0) -> Ask:
    owned = Ownership((AN, BO), (1, 1))
    return lambda draw: draw.claim(w.work, scope, owned, Alone(0, 0), FAR, backlog)


def split(w: World, *cuts: int) -> Ask:
    return lambda draw: draw.split(w.estate, Axis.TERRITORIES, cuts or (0b1, 0b1110), FAR)


def merge(w: World) -> Ask:
    parts = w.told.split(w.estate, Axis.TERRITORIES, [0b1, 0b1110])
    return lambda draw: draw.merge(parts, Axis.TERRITORIES, FAR)


def assign(w: World, *owners: Address, parts: tuple[int, ...] = ()) -> Ask:
    owned = Ownership(owners or (CI,), parts or (1,) * len(owners or (CI,)))
    return lambda draw: draw.assign(w.estate, owned, PAPERS, FAR)


def amend_estate(w: World, scope: Scope = SHORTER) -> Ask:
    return lambda draw: draw.amend_estate(w.estate, scope, "错字", FAR)


def grant(w: World, scope: Scope = PART, **more: Any) -> Ask:
    return lambda draw: draw.grant(w.estate, scope, terms(**more), FAR)


def sublicense(w: World, parent: Hash32 | None = None, scope: Scope = PART, **more: Any) -> Ask:
    of = parent or w.grant()
    return lambda draw: draw.sublicense(of, scope, terms(**more), FAR)


def surrender(w: World, until: int = 20_500) -> Ask:
    of = w.grant()
    return lambda draw: draw.surrender(of, until, FAR)


def terminate(w: World, ground: Ground = Ground.AGREEMENT, notice_days: int = 0) -> Ask:
    of = w.grant(notice_days=notice_days, has_conditions=False)
    return lambda draw: draw.terminate(of, ground, 20_500, "违约", FAR)


def amend_grant(w: World, scope: Scope = ELSEWHERE, of: Hash32 | None = None, reason: str = "错字") -> Ask:
    named = of or w.grant()
    return lambda draw: draw.amend_grant(named, scope, reason, FAR)


PLAIN: Final[Mapping[str, Tell]] = {
    one.__name__: one
    for one in (
        *(claim, split, merge, assign, amend_estate),
        *(grant, sublicense, surrender, terminate, amend_grant),
    )
}

# What stands against one, by the error that the contract would answer with.


def first(w: World, do: Callable[[World], object], ask: Tell) -> Ask:
    do(w)
    return ask(w)


def then(w: World, ask: Tell, do: Callable[[World], object]) -> Ask:
    """Drafted before something happens, and looked at after it."""
    later = ask(w)
    do(w)
    return later


def _stale_estate(w: World) -> Ask:
    return lambda draw: changed(split(w)(draw), revision=7)


def _stale_grant(w: World) -> Ask:
    plain = surrender(w)
    return lambda draw: changed(plain(draw), revision=7)


def _claims(w: World) -> Ask:
    for number in range(explained.MOST_CLAIMS - 1):
        w.told.claim(w.work, replace(BOX, territories=1 << (20 + number)), AN)
    return claim(w)


def _grants(w: World) -> Ask:
    for _ in range(refusal.MOST_LIVE):
        w.grant(kind=GrantKind.NON_EXCLUSIVE)
    return grant(w, kind=GrantKind.NON_EXCLUSIVE)


def _deep(w: World) -> Ask:
    below = w.grant()
    for _ in range(refusal.DEEPEST):
        below = w.told.sublicense(below, CI, GrantKind.EXCLUSIVE, PART)
    return sublicense(w, below)


def _known(w: World) -> Ask:
    """The same offer once more, after it was recorded under the name that it has."""
    offered = Offer(
        *(w.estate, ZERO_HASH, 1, DE, GrantKind.EXCLUSIVE, False, PART),
        *(0, ZERO_HASH, PAPERS.agreement, PAPERS.agreement, 0, FAR),
    )
    name = digest(DOMAIN, offered)
    w.grant(ELSEWHERE)
    recorded = next(act for _, act, _ in w.told.told if isinstance(act, acts.Granted))
    subjects = (SOURCES.estate(w.estate), SOURCES.rights_of(w.work), *map(SOURCES.party, (AN, BO, DE)))
    w.told.record(replace(recorded, grant_id=name, licensee=DE), SOURCES.grant(name), *subjects)
    return lambda draw: changed(grant(w)(draw), revision=1)


def _withdrawn(w: World) -> Ask:
    gone = events.WorkWithdrawn(w.work, "误登")
    w.told.record(gone, SOURCES.work(w.work), SOURCES.party(AN))
    return claim(w)


def _unlike(w: World) -> Ask:
    one, other = w.told.split(w.estate, Axis.TERRITORIES, [0b1, 0b1110])
    w.told.assign(other, CI)
    return lambda draw: draw.merge((one, other), Axis.TERRITORIES, FAR)


def _estates_amiss(w: World) -> Ask:
    plain = terminate(w)

    def ask(draw: Drafting) -> Draft:
        draft = plain(draw)
        request: Any = draft.request
        return replace(draft, request=replace(request, estate_ids=()))

    return ask


def _without_papers(w: World) -> Ask:
    return lambda draw: changed(assign(w)(draw), agreement=ZERO_HASH)


def _in_conflict() -> tuple[World, Hash32]:
    """An exclusive grant that goes on for long, and an older contract that was recorded with its conflict."""
    w = world()
    w.grant(replace(PART, until=21_000))
    return w, w.grant(signed_on=w.told.today - 900)


def _below(w: World, scope: Scope) -> Ask:
    of = w.grant()
    w.told.sublicense(of, DE, GrantKind.NON_EXCLUSIVE, PART)
    return amend_grant(w, scope, of)


FORESEEN: Final[Mapping[str, Tell]] = {
    "AgreementMissing": _without_papers,
    "AmendmentTooLate": lambda w: first(w, World.grant, amend_estate),
    "BacklogClosed": lambda w: first(w, lambda w: w.told.tomorrow(200), lambda w: grant(w, signed_on=1)),
    "BacklogTooLong": lambda w: claim(w, backlog=w.told.today + 101),
    "ClaimOverlaps": lambda w: claim(w, BOX),
    "ClaimsReached": _claims,
    "CutMalformed": lambda w: split(w, 0b1111),
    "EstateGone": lambda w: first(w, merge, split),
    "EstateUnderHold": lambda w: first(w, lambda w: w.told.hold_estate(w.estate), grant),
    "GrantClashes": lambda w: first(w, World.grant, grant),
    "GrantKnown": _known,
    "GrantOver": lambda w: then(w, surrender, lambda w: w.told.tomorrow(400)),
    "GrantRevisionStale": _stale_grant,
    "GrantUnderHold": lambda w: then(w, surrender, lambda w: w.told.hold_grant(_only(w))),
    "GrantorsMismatch": _estates_amiss,
    "GrantsReached": _grants,
    "NoSuchCondition": lambda w: terminate(w, Ground.CONDITION),
    "NotAlone": lambda w: grant(w, alone_by=AN),
    "NotMergeable": _unlike,
    "NotSublicensable": lambda w: sublicense(w, w.grant(sublicensable=False)),
    "NoticeTooShort": lambda w: terminate(w, Ground.CONDITION, notice_days=200),
    "OfferMalformed": lambda w: grant(w, replace(PART, from_=20_100, until=20_200)),
    "OutsideEstate": lambda w: grant(w, replace(PART, territories=1 << 9)),
    "OutsideParent": lambda w: sublicense(w, scope=replace(PART, until=20_701)),
    "OwnershipMalformed": lambda w: assign(w, CI, CI),
    "OwnershipUnchanged": lambda w: assign(w, AN, BO),
    "PartsIncomplete": lambda w: split(w, 0b1, 0b10),
    "PartsOverlap": lambda w: split(w, 0b11, 0b10, 0b1100),
    "ReasonMissing": lambda w: amend_grant(w, reason=""),
    "RevisionStale": _stale_estate,
    "RightsUnderHold": lambda w: first(w, lambda w: w.told.hold_rights(w.work), claim),
    "ScopeMalformed": lambda w: grant(w, replace(PART, media=0)),
    "SelfGrant": lambda w: sublicense(w, licensee=CI),
    "StrongerThanParent": lambda w: sublicense(w, w.grant(kind=GrantKind.SOLE)),
    "SublicencesOutside": lambda w: _below(w, replace(PART, until=20_600)),
    "TooDeep": _deep,
    "UntilOutOfRange": lambda w: surrender(w, 20_700),
    "WorkGone": _withdrawn,
}
_NOT_SENT = "the service sends nothing that the contract answers so"
_BY_ORDER = "an order lifts it, which nobody agrees to"
_STATED = "a statement that one account makes of its own, which nobody agrees to"
_NOT_THERE = "nothing can be drafted of what is not there"
UNFORESEEN: Final[Mapping[str, str]] = {
    **dict.fromkeys(("EstateUnknown", "GrantUnknown", "WorkUnknown"), _NOT_THERE),
    **dict.fromkeys(("EstateNotHeld", "GrantNotHeld", "RightsNotHeld"), _BY_ORDER),
    **dict.fromkeys(("CannotAct", "ContestStands", "ContestUnknown", "NotRegistrant"), _STATED),
    **dict.fromkeys(
        ("ApprovalsRefused", "GasExhausted", "NotGrants", "OnlySelf", "TransfersRefused"), _NOT_SENT
    ),
    **dict.fromkeys(
        (
            *("ERC721IncorrectOwner", "ERC721InsufficientApproval", "ERC721InvalidApprover"),
            *("ERC721InvalidOperator", "ERC721InvalidOwner", "ERC721InvalidReceiver"),
            *("ERC721InvalidSender", "ERC721NonexistentToken"),
        ),
        _NOT_SENT,
    ),
}


def _only(w: World) -> Hash32:
    [one] = (act.grant_id for _, act, _ in w.told.told if isinstance(act, acts.Granted))
    return one


def errors() -> Iterator[str]:
    """Every error that one of the two contracts may answer with, by its compiled ABI."""
    for name in ("RightsRegistry", "Grants"):
        yield from (entry["name"] for entry in contracts.load(name).abi if entry["type"] == "error")


def test_every_error_is_foreseen_or_it_is_said_why_not() -> None:
    assert set(errors()) == FORESEEN.keys() | UNFORESEEN.keys()
    assert not FORESEEN.keys() & UNFORESEEN.keys()


@pytest.mark.parametrize("tell", PLAIN.values(), ids=PLAIN)
def test_nothing_is_said_against_what_breaks_no_rule(tell: Tell, tmp_path: Path) -> None:
    told = world()
    assert asked(told, tell(told), tmp_path) == []


@pytest.mark.parametrize("error", FORESEEN)
def test_what_the_contract_would_answer_is_said_before_anybody_signs(error: str, tmp_path: Path) -> None:
    told = world()
    assert code_of(error) in asked(told, FORESEEN[error](told), tmp_path)


def test_what_is_not_there_cannot_be_drafted(tmp_path: Path) -> None:
    told = world()
    missing: tuple[Ask, ...] = (
        lambda draw: draw.split(7, Axis.RIGHTS, (1, 2), FAR),
        lambda draw: draw.surrender(word("no grant"), 20_500, FAR),
        lambda draw: draw.claim(word("no work"), BOX, Ownership((AN,), (1,)), Alone(0, 0), FAR),
    )
    told.told.close()
    for number, ask in enumerate(missing):
        folder = tmp_path / str(number)
        folder.mkdir()
        with pytest.raises(NotFound):
            asked(told, ask, folder)


@pytest.mark.parametrize(
    ("contract", "name", "here"),
    [
        ("Grants", "MOST_LIVE", refusal.MOST_LIVE),
        ("Grants", "DEEPEST", refusal.DEEPEST),
        ("RightsRegistry", "MOST_OWNERS", MOST_OWNERS),
        ("RightsRegistry", "MOST_CLAIMS", explained.MOST_CLAIMS),
        ("RightsRegistry", "LONGEST_BACKLOG", LONGEST_BACKLOG),
        ("Consents", "MOST_PARTIES", explained.MOST_PARTIES),
    ],
)
def test_each_limit_is_the_contracts(contract: str, name: str, here: int) -> None:
    source = (ROOT / "contracts" / f"{contract}.sol").read_text(encoding="utf-8")
    [said] = re.findall(rf"constant {name} = (\d+);", source)
    assert int(said) == here


def test_more_parties_than_can_agree_to_one_act_are_said_to_be_too_many(tmp_path: Path) -> None:
    told = world()
    many = tuple(told.told.person(100 + number) for number in range(MOST_OWNERS))
    told.told.assign(told.estate, *many[:20])
    assert asked(told, assign(told, *many[15:]), tmp_path) == []
    more = tuple(account(300 + number) for number in range(MOST_OWNERS - 5))
    (tmp_path / "more").mkdir()
    assert "parties-reached" in asked(told, assign(told, *more), tmp_path / "more")


def test_who_cannot_agree_to_anything_is_named(tmp_path: Path) -> None:
    told = world()
    assert asked(told, grant(told, licensee=account(9)), tmp_path) == ["cannot-consent"]
    told.told.suspend(CI)
    (tmp_path / "suspended").mkdir()
    assert asked(told, assign(told, CI), tmp_path / "suspended") == ["cannot-consent"]


def test_who_took_back_on_chain_what_is_to_be_agreed_to_is_named(tmp_path: Path) -> None:
    told = world()
    offered = Offer(
        *(told.estate, ZERO_HASH, 1, DE, GrantKind.EXCLUSIVE, False, PART),
        *(0, ZERO_HASH, PAPERS.agreement, PAPERS.agreement, 0, FAR),
    )
    told.told.take_back(digest(DOMAIN, offered), BO)
    assert asked(told, grant(told), tmp_path) == ["consent-taken-back"]


class TestAmendingAGrant:
    """What stands against it besides what stands against any act."""

    def test_a_sub_licence_that_stays_within_is_in_no_way(self, tmp_path: Path) -> None:
        told = world()
        assert asked(told, _below(told, replace(PART, until=20_800)), tmp_path) == []

    def test_what_it_lies_in_is_held(self, tmp_path: Path) -> None:
        told = world()
        ask = then(told, amend_grant, lambda w: w.told.hold_estate(w.estate))
        assert asked(told, ask, tmp_path) == ["estate-under-hold"]

    def test_the_rights_of_the_work_are_held(self, tmp_path: Path) -> None:
        told = world()
        ask = then(told, amend_grant, lambda w: w.told.hold_rights(w.work))
        assert asked(told, ask, tmp_path) == ["rights-under-hold"]

    def test_what_it_would_give_lies_in_no_estate(self, tmp_path: Path) -> None:
        told = world()
        assert asked(told, amend_grant(told, replace(PART, territories=1 << 9)), tmp_path) == [
            "grantors-mismatch"
        ]

    def test_a_sub_licence_would_reach_outside_its_parent(self, tmp_path: Path) -> None:
        told = world()
        of = told.told.sublicense(told.grant(), DE, GrantKind.EXCLUSIVE, replace(PART, until=20_600))
        assert asked(told, amend_grant(told, replace(PART, until=20_701), of), tmp_path) == ["outside-parent"]

    def test_what_was_ended_is_not_entered_otherwise(self, tmp_path: Path) -> None:
        told = world()
        ask = then(told, amend_grant, lambda w: w.told.surrender(_only(w), 20_600))
        assert asked(told, ask, tmp_path) == ["grant-over"]

    def test_a_conflict_that_was_recorded_may_stay_and_become_less(self, tmp_path: Path) -> None:
        told, of = _in_conflict()
        wider = replace(PART, territories=0b11)
        assert asked(told, amend_grant(told, replace(PART, until=20_600), of), tmp_path) == []
        (tmp_path / "wider").mkdir()
        # Where the other is not it may go, while older contracts are taken or not.
        assert asked(told, amend_grant(told, wider, of), tmp_path / "wider") == []

    def test_a_conflict_that_was_recorded_is_not_widened(self, tmp_path: Path) -> None:
        told, of = _in_conflict()
        longer = replace(PART, until=20_800)
        assert asked(told, amend_grant(told, longer, of), tmp_path) == ["grant-clashes"]
        told.told.tomorrow(200)
        (tmp_path / "later").mkdir()
        assert asked(told, amend_grant(told, longer, of), tmp_path / "later") == ["grant-clashes"]

    def test_an_older_contract_as_amended_clashes_with_nothing_new(self, tmp_path: Path) -> None:
        told = world()
        told.grant(ELSEWHERE)
        of = told.grant(signed_on=told.told.today - 900)
        wider = replace(PART, territories=0b11)
        assert asked(told, amend_grant(told, wider, of), tmp_path) == ["grant-clashes"]


class TestTheBacklog:
    def test_a_contract_signed_before_the_claim_is_taken_with_its_clashes(self, tmp_path: Path) -> None:
        told = world()
        ask = first(told, World.grant, lambda w: grant(w, signed_on=w.told.today - 900))
        assert asked(told, ask, tmp_path) == []

    def test_one_signed_between_two_claims_is_not_where_the_two_were_joined(self, tmp_path: Path) -> None:
        told = world()
        told.told.tomorrow(10)
        more = told.told.claim(told.work, replace(BOX, territories=1 << 9), AN, BO)
        joined = told.told.merge([told.estate, more], Axis.TERRITORIES)
        w = World(told.told, told.work, joined)
        assert asked(w, grant(w, signed_on=w.told.today - 5), tmp_path) == ["offer-malformed"]
        (tmp_path / "before").mkdir()
        assert asked(w, grant(w, signed_on=w.told.today - 11), tmp_path / "before") == []

    def test_one_signed_since_is_not(self, tmp_path: Path) -> None:
        told = world()
        assert asked(told, grant(told, signed_on=told.told.today), tmp_path) == ["offer-malformed"]


def test_the_first_claim_of_a_work_opens_the_backlog_for_a_year_at_most(tmp_path: Path) -> None:
    told = RightsHistory()
    for number in (1, 2):
        told.person(number)
    w = World(told, told.work(AN, 1), 0)
    assert asked(w, claim(w, backlog=told.today + LONGEST_BACKLOG), tmp_path) == []
    (tmp_path / "more").mkdir()
    longer = claim(w, backlog=told.today + LONGEST_BACKLOG + 2)
    assert asked(w, longer, tmp_path / "more") == ["backlog-too-long"]


def test_no_later_claim_puts_off_the_end_of_the_backlog(tmp_path: Path) -> None:
    w = world()
    assert asked(w, claim(w, backlog=w.told.today + 100), tmp_path) == []
    w.told.tomorrow(150)
    (tmp_path / "after").mkdir()
    again = claim(w, backlog=w.told.today + 10)
    assert asked(w, again, tmp_path / "after") == ["backlog-too-long"]


def test_an_amended_claim_is_agreed_to_by_the_registrant_and_the_owners(tmp_path: Path) -> None:
    w = world()
    w.told.assign(w.estate, CI)
    found: list[tuple[Address, ...]] = []

    def ask(drafting: Drafting) -> Draft:
        draft = amend_estate(w)(drafting)
        found.append(draft.parties)
        return draft

    assert asked(w, ask, tmp_path) == []
    assert found == [(AN, CI)]


def test_a_claim_of_a_withdrawn_work_is_not_amended(tmp_path: Path) -> None:
    w = world()
    _withdrawn(w)
    assert asked(w, amend_estate(w), tmp_path) == ["work-gone"]


def test_an_account_that_stands_for_another_grants_nothing_to_it(tmp_path: Path) -> None:
    told = RightsHistory()
    older, newer, other = told.person(51), account(52), told.person(53)
    work = told.work(older, 1)
    estate = told.claim(work, BOX, older)
    w = World(told, work, estate)
    assert asked(w, grant(w, licensee=other), tmp_path) == []
    told.replace_account(older, newer)
    (tmp_path / "after").mkdir()
    assert asked(w, grant(w, licensee=newer), tmp_path / "after") == ["self-grant"]
