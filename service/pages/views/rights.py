"""The pages of rights: a work's rights at a glance, estates, grants, what is proposed, what is one's own. Pure.

Days are written `2027-01-01`; `until` is the last day that is in it, as people say it, None where no end is stated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from service.pages import addresses
from service.pages.views.history import HistoryView
from service.pages.views.page import AsOf, Bilingual, Fact, Name, Page

GrantKind = Literal["exclusive", "sole", "non_exclusive"]
CellState = Literal["kept", "exclusive", "sole", "non_exclusive", "others", "mixed", "unclaimed"]
"""What a slice of the rights is, to who reads: kept by the owners, granted (of a licensee: held by grant), another
owner's, several of these, in no estate."""
Agreed = Literal["signed", "attested", "confirmed", "ordered", "missing", "awaited"]
"""How somebody agreed: signed; a paper, attested for it; the same, and confirmed by itself later; an order; not yet."""
ProposedAct = Literal[
    "claim",
    "split",
    "merge",
    "assign",
    "amend",
    "grant",
    "sublicence",
    "surrender",
    "terminate",
    "amend_grant",
]
ProposalState = Literal["open", "complete", "carried_out", "refused", "withdrawn", "lapsed"]
Standing = Literal["in_force", "to_come", "over", "ended", "held", "conflicting"]


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose: its code, its words, and whether it is chosen."""

    code: str
    words: Bilingual
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """Days: the first, and the last that is in it (None: no end is stated)."""

    since: str
    until: str | None


@dataclass(frozen=True, slots=True)
class ScopeView:
    """A box in words: rights, countries or regions, languages, media, days."""

    rights: Bilingual
    territories: Bilingual
    languages: Bilingual
    media: Bilingual
    span: Span


@dataclass(frozen=True, slots=True)
class Agreement:
    """How one party agreed.

    Attributes:
        by: with `attested` and `confirmed`: who attested the paper, and who looked at it too.
        paper: with those, SHA-256 of the paper, 64 digits.
    """

    party: Name
    how: Agreed
    by: tuple[Name, ...] = ()
    paper: str | None = None
    at: int | None = None


@dataclass(frozen=True, slots=True)
class GrantLine:
    """One grant, in a list."""

    grant_id: str
    number: int
    kind: GrantKind
    licensee: Name
    scope: ScopeView
    standing: Standing
    sublicensable: bool
    agreed: tuple[Agreement, ...]
    under: str | None = None
    """Of a sub-licence: the id of the grant it is of."""

    @property
    def path(self) -> str:
        """Return the address of its page."""
        return addresses.grant(self.grant_id)

    @property
    def all_signed(self) -> bool:
        """Return whether everybody signed by a key."""
        return all(one.how == "signed" for one in self.agreed)


@dataclass(frozen=True, slots=True)
class Owner:
    """A co-owner and its part; `part` None for who may not see it."""

    name: Name
    part: int | None
    whole: int | None
    mine: bool = False


@dataclass(frozen=True, slots=True)
class EstateLine:
    """One live estate, in a list."""

    estate_id: str
    owners: tuple[Owner, ...]
    scope: ScopeView
    mine: bool
    held_until: int | None = None

    @property
    def path(self) -> str:
        """Return the address of its page."""
        return addresses.estate(self.estate_id)


@dataclass(frozen=True, slots=True)
class Cell:
    """One place of the matrix: a right in some countries, `width` columns wide.

    Attributes:
        part: not all of it is so: only some countries, languages or media.
        words: the whole of it for who hears the table, and in a list below on a narrow screen.
        held: the reader has it by a grant or a sub-licence. passed_on: how many sub-licences it gave of what it has.
    """

    state: CellState
    width: int
    part: bool
    count: int
    words: tuple[Bilingual, ...]
    held: bool = False
    passed_on: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One right across the countries."""

    right: Bilingual
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Country × right, as of a day, of one language and medium or all."""

    columns: tuple[Bilingual, ...]
    rows: tuple[Row, ...]
    languages: tuple[Choice, ...]
    media: tuple[Choice, ...]
    on: str


@dataclass(frozen=True, slots=True)
class TitleStep:
    """One step of a chain of title, the oldest first: an act, whose the estate was after it, how it was agreed."""

    act: str
    at: int
    block: int
    owners: tuple[Owner, ...]
    scope: ScopeView | None
    agreed: tuple[Agreement, ...]
    agreement: str | None = None
    """SHA-256 of the agreement, 64 digits."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Who may, at one point: grants in force there, the owners, and what is still free.

    Attributes:
        owners: None: nobody claimed this point; none: it is another's, and grants may be in force that are not shown.
        free_exclusive, free_non_exclusive, owner_may: the three kinds of what was not granted.
        known: as recorded by when, Unix seconds; None: as of now.
    """

    grants: tuple[GrantLine, ...]
    owners: tuple[Owner, ...] | None
    estate_id: str | None
    free_exclusive: bool
    free_non_exclusive: bool
    owner_may: bool
    title: tuple[TitleStep, ...]
    known: int | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """The question as a sentence with blanks: who may, in …, as …, in language …, on …, as recorded by …?

    `on`: the day; empty where it is asked of today alone, as it is by the public.
    """

    rights: tuple[Choice, ...]
    territories: tuple[Choice, ...]
    languages: tuple[Choice, ...]
    media: tuple[Choice, ...]
    on: str
    known: str
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class Clash:
    """A grant that would shut a proposal out, or be shut out by it: which, and where they overlap."""

    grant: GrantLine
    overlap: ScopeView


@dataclass(frozen=True, slots=True)
class ProposalLine:
    """A proposal, in a list; `state` as in docs/states.md."""

    proposal_id: str
    proposed: ProposedAct
    state: ProposalState
    scope: ScopeView | None
    licensee: Name | None
    agreed: int
    needed: int
    until: int
    reason: Bilingual | None = None

    @property
    def path(self) -> str:
        """Return the address of its page."""
        return addresses.proposal(self.proposal_id)


@dataclass(frozen=True, slots=True)
class RightsPage(Page):
    """A work's rights at a glance, for its parties.

    Attributes:
        reading_as: whose eyes: `owner`, `licensee`, `registrant`, `regulator`, `shown` (who may see some of it).
        moral: whose the moral rights are stated to be.
        proposals: those the reader may see.
        contests: how many stand. claimed: whether there are estates at all, be they for the reader to see or not.
    """

    kind: ClassVar[str] = "rights"
    work_id: str
    title: Name
    reading_as: Literal["owner", "licensee", "registrant", "regulator", "shown"]
    question: Question
    matrix: Matrix
    estates: tuple[EstateLine, ...]
    grants: tuple[GrantLine, ...]
    proposals: tuple[ProposalLine, ...]
    moral: tuple[Name, ...]
    contests: int
    history: HistoryView
    claimed: bool = True
    as_of: AsOf | None = None
    test_verifier: bool = False

    @property
    def path(self) -> str:
        """Return `/w/{work id}/rights`."""
        return addresses.rights(self.work_id)


@dataclass(frozen=True, slots=True)
class AvailabilityPage(Page):
    """What the public sees of a work's rights: whether it can be had, where the owner lets that be said.

    Attributes:
        available: None: the owner lets nothing be said. asked: what was asked for, in words.
    """

    kind: ClassVar[str] = "availability"
    work_id: str
    title: Name
    question: Question
    asked: ScopeView | None = None
    available: bool | None = None
    as_of: AsOf | None = None
    test_verifier: bool = False

    @property
    def twin(self) -> str:
        """Return where the API answers the same question."""
        ask = self.question
        lists = (ask.rights, ask.territories, ask.languages, ask.media)
        codes = [next(one.code for one in each if one.chosen) for each in lists]
        return addresses.availability(self.work_id, *codes)

    @property
    def twin_needs_key(self) -> bool:
        """Return False: anybody may ask."""
        return False

    @property
    def path(self) -> str:
        """Return `/w/{work id}/rights`."""
        return addresses.rights(self.work_id)


@dataclass(frozen=True, slots=True)
class GrantPage(Page):
    """One grant, for its parties.

    Attributes:
        agreement: SHA-256 of the signed agreement, 64 digits; None where there is none.
        conflicts: the grants that contradict it, on record, whichever was recorded first; `conflicts_unseen`: how many
            more there are that the reader may not see.
        above: the grants it is a sub-licence of, the nearest first. below: its sub-licences.
    """

    kind: ClassVar[str] = "grant"
    grant: GrantLine
    work_id: str
    title: Name
    grantors: tuple[Owner, ...]
    agreement: str | None
    facts: tuple[Fact, ...]
    above: tuple[GrantLine, ...]
    below: tuple[GrantLine, ...]
    conflicts: tuple[Clash, ...]
    bundle: str | None
    history: HistoryView
    technical: tuple[Fact, ...]
    as_of: AsOf | None = None
    test_verifier: bool = False
    conflicts_unseen: int = 0

    @property
    def path(self) -> str:
        """Return `/g/{grant id}`."""
        return self.grant.path


@dataclass(frozen=True, slots=True)
class EstatePage(Page):
    """One estate, for its parties: what it is of, whose, by which chain of title, under which burdens."""

    kind: ClassVar[str] = "estate"
    estate: EstateLine
    work_id: str
    title: Name
    live: bool
    chain: tuple[TitleStep, ...]
    burdens: tuple[GrantLine, ...]
    public: bool
    bundle: str | None
    history: HistoryView
    technical: tuple[Fact, ...]
    as_of: AsOf | None = None
    test_verifier: bool = False

    @property
    def path(self) -> str:
        """Return `/e/{estate id}`."""
        return self.estate.path


@dataclass(frozen=True, slots=True)
class Remainder:
    """What an act will leave: a box in words, and how it is granted.

    `part`: some of it is granted, and some is not.
    """

    scope: ScopeView
    state: CellState
    part: bool = False


@dataclass(frozen=True, slots=True)
class Burden:
    """A grant that whoever acquires an estate takes along; `grant`: all of it, where the reader may see it."""

    kind: GrantKind
    scope: ScopeView
    grant: GrantLine | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """A party without a key of its own, with its account; `sha256`: of the paper that waits, 64 digits, if one does."""

    party: Name
    account: str
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Tried:
    """What a reader sent with a form of the page, given back with what is wrong with it.

    Attributes:
        form: which; `party`: the account it is about, if it is about one. text: as it was typed.
    """

    form: Literal["agree", "sign", "attest", "end"]
    text: str
    party: str = ""
    fault: Bilingual | None = None


@dataclass(frozen=True, slots=True)
class ProposalPage(Page):
    """What is proposed, who has agreed, who is missing, until when, and what it will leave.

    Attributes:
        intent: the digest that everybody signs, `0x` and 64 digits.
        may_agree: the reader is asked, and can agree here, since its key is kept here.
        signer: the reader is asked, and signs with the key of this account, which is its own; else None.
        attests: for whom the reader may attest a paper. confirms: whose paper waits for it as the second hand.
        ends: it may end the proposal: as one who is asked and declines, or by taking it back; else None.
        burdens: what goes along with an estate that is assigned; None: it is none, or not for the reader to know.
        ended: the reason that was given for its end.
        result: address of what came of it.
    """

    kind: ClassVar[str] = "proposal"
    proposal: ProposalLine
    work_id: str
    title: Name
    intent: str
    agreed: tuple[Agreement, ...]
    clashes: tuple[Clash, ...]
    leaves: tuple[Remainder, ...]
    facts: tuple[Fact, ...]
    may_agree: bool = False
    signer: str | None = None
    attests: tuple[Paper, ...] = ()
    confirms: tuple[Paper, ...] = ()
    ends: Literal["decline", "withdraw"] | None = None
    burdens: tuple[Burden, ...] | None = None
    ended: str | None = None
    tried: Tried | None = None
    result: str | None = None
    as_of: AsOf | None = None
    test_verifier: bool = False

    @property
    def path(self) -> str:
        """Return `/p/{proposal id}`."""
        return self.proposal.path

    @property
    def typed_data(self) -> str:
        """Return the address of what is signed, as a file."""
        return addresses.typed_data(self.proposal.proposal_id)

    @property
    def stray(self) -> Tried | None:
        """Return what was sent with a form that is not on the page any more, and why it was not taken."""
        there = {
            "agree": True,
            "sign": self.signer is not None,
            "attest": any(self.fault("attest", one.account) for one in self.attests),
            "end": self.ends is not None,
        }
        return None if self.tried is None or there[self.tried.form] else self.tried

    @property
    def compares(self) -> bool:
        """Return whether there are papers to put on the page."""
        return bool(self.attests or self.confirms)

    def typed(self, form: str, party: str = "") -> str:
        """Return what the reader typed into a form that was not taken."""
        tried = self.tried
        return tried.text if tried is not None and (tried.form, tried.party) == (form, party) else ""

    def fault(self, form: str, party: str = "") -> Bilingual | None:
        """Return what is wrong with it."""
        tried = self.tried
        return tried.fault if tried is not None and (tried.form, tried.party) == (form, party) else None


@dataclass(frozen=True, slots=True)
class GrantForm(Page):
    """A grant to be proposed: the blanks, and, once filled, what it would clash with and what it would leave.

    Attributes:
        asked: what the reader filled in, in words; None before.
        faults: what is not understood, each with what to do.
        leaves: along each axis that was cut, what stays with the owners.
        once: names this filling of the form, so that it proposes once however often it is sent.
    """

    kind: ClassVar[str] = "grant_form"
    work_id: str
    title: Name
    estates: tuple[Choice, ...]
    rights: tuple[Choice, ...]
    territories: tuple[Choice, ...]
    languages: tuple[Choice, ...]
    media: tuple[Choice, ...]
    kinds: tuple[Choice, ...]
    since: str
    until: str
    licensee: str
    sublicensable: bool
    agreement: str
    asked: ScopeView | None = None
    faults: tuple[Bilingual, ...] = ()
    clashes: tuple[Clash, ...] = ()
    leaves: tuple[Remainder, ...] = ()
    once: str = ""
    as_of: AsOf | None = None
    test_verifier: bool = False

    @property
    def path(self) -> str:
        """Return `/w/{work id}/rights/grant`."""
        return addresses.grant_form(self.work_id)

    @property
    def twin(self) -> str:
        """Return where what the form makes is made without it: `/v1/proposals`."""
        return addresses.PROPOSALS


@dataclass(frozen=True, slots=True)
class SplitForm(Page):
    """A cut to be proposed: along what, and, once filled, the parts it will leave.

    Attributes:
        cut_off: what along the axis becomes a part of its own. day: of a cut in time.
        burdens: grants that go along with the parts they lie in. once: as in `GrantForm`.
    """

    kind: ClassVar[str] = "split_form"
    work_id: str
    title: Name
    estates: tuple[Choice, ...]
    axes: tuple[Choice, ...]
    cut_off: tuple[Choice, ...]
    day: str
    faults: tuple[Bilingual, ...] = ()
    leaves: tuple[Remainder, ...] = ()
    burdens: tuple[GrantLine, ...] = ()
    once: str = ""
    as_of: AsOf | None = None
    test_verifier: bool = False

    @property
    def path(self) -> str:
        """Return `/w/{work id}/rights/split`."""
        return addresses.split_form(self.work_id)

    @property
    def twin(self) -> str:
        """Return where what the form makes is made without it: `/v1/proposals`."""
        return addresses.PROPOSALS

    @property
    def in_time(self) -> bool:
        """Return whether the cut is along time."""
        return any(axis.chosen and axis.code == "time" for axis in self.axes)


@dataclass(frozen=True, slots=True)
class Expiry:
    """Something that ends or must be decided soon: a grant, an estate, an option, a renewal."""

    day: str
    what: Bilingual
    path: str | None


@dataclass(frozen=True, slots=True)
class WorkLine:
    """A work in whose rights the reader has a part."""

    work_id: str
    title: Name
    part: Literal["owner", "licensee", "registrant", "regulator"]
    estates: int
    grants: int

    @property
    def path(self) -> str:
        """Return the address of its rights."""
        return addresses.rights(self.work_id)


@dataclass(frozen=True, slots=True)
class MyRightsPage(Page):
    """What concerns the reader: works, proposals that wait for it, what ends within some months."""

    kind: ClassVar[str] = "my_rights"
    name: Name
    works: tuple[WorkLine, ...]
    proposals: tuple[ProposalLine, ...]
    expiries: tuple[Expiry, ...]
    as_of: AsOf | None = None
    test_verifier: bool = False
    months: int = 6

    @property
    def path(self) -> str:
        """Return `/rights`."""
        return addresses.RIGHTS

    @property
    def calendar(self) -> str:
        """Return the address of the calendar file of the same months."""
        return addresses.ending_calendar(self.months)
