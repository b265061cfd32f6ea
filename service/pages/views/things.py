"""The pages of what is recorded: works, collections, collectibles, institutions, and the labels to print. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from service.pages import addresses
from service.pages.codes import short_code
from service.pages.views.evidence import VerdictView
from service.pages.views.history import HistoryView
from service.pages.views.page import AsOf, Bilingual, Fact, FileView, Media, Name, Page, Party, as_json

WorkKind = Literal["rights_registered", "publication", "capture_record", "derived_work"]
Giving = Literal["now", "from", "held", "annulled", "issuer", "suspended", "unknown"]


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose it is.

    Attributes:
        name: the pseudonymous label of a holder (`竹影 3F·7K`), or the issuer's name while it was not handed out.
        since: when it got it, block time.
        is_issuer: it was not handed out yet.
    """

    name: Name
    since: int
    is_issuer: bool = False


@dataclass(frozen=True, slots=True)
class Loan:
    """Who may read a lent publication: a pseudonymous label, until a time."""

    user: Name
    until: int


@dataclass(frozen=True, slots=True)
class MayView:
    """What the holder may do now, under the policy that applies to this collectible.

    Attributes:
        giving: `now`; `from` a time on (`gift_from`); or why not: `held`, `annulled`, `issuer` (not handed out yet),
            `suspended` (the account), `unknown`.
        gift_from: end of the holding period; only with `from`.
        gifts_per_day: limit for one holder and collection.
        acceptance: whether the receiver must accept.
        longest_loan: seconds; 0 where loans are not allowed.
    """

    giving: Giving
    gifts_per_day: int
    acceptance: bool
    gift_from: int | None = None
    longest_loan: int = 0


@dataclass(frozen=True, slots=True)
class CollectiblePage(Page):
    """One collectible: what is it, whose is it, is that proven.

    Attributes:
        token_id: decimal.
        title: of the work.
        collection_id, collection: the series it belongs to.
        work_id: the work it is issued from.
        serial, cap: number 7 of 200.
        edition_number: which edition of this work in this collection, from 1.
        holder, issuer: whose it is, and who issued it.
        copyright_holder: as the issuer states it; None where it does not.
        work_kind: the kind that must be told.
        kind_facts: what that kind owes the public, e.g. `registration_number`, `publisher`, `publication_licence`,
            `isbn`, `review_record`, `source_object`.
        described: the label's other lines: `maker`, `date`, `medium`, `dimensions` …
        media: what fills the plate.
        verdict: None: no evidence was assembled (the page then says nothing of it).
        history: of this token.
        may: what the holder may do.
        technical: keys of `fact.*`; hashes, addresses, CIDs.
        as_of: the state shown.
        file: the deposited file, for comparing; None for a record without one.
        loan: the loan in force, or None.
        held_until: end of the restriction in force, or None.
        annulled_reason: why it was struck out; None if it stands.
        terms: what the holder may do, in the issuer's own words; None: the page's own words.
        certificate, bundle: addresses to download, None where there are none.
        test_verifier: the test verifier registered a party shown here.
    """

    kind: ClassVar[str] = "collectible"
    token_id: str
    title: Name
    collection_id: str
    collection: Name
    work_id: str
    serial: int
    cap: int
    edition_number: int
    holder: Holder
    issuer: Party
    work_kind: WorkKind
    media: Media
    history: HistoryView
    may: MayView
    as_of: AsOf
    verdict: VerdictView | None = None
    copyright_holder: Name | None = None
    kind_facts: tuple[Fact, ...] = ()
    described: tuple[Fact, ...] = ()
    technical: tuple[Fact, ...] = ()
    file: FileView | None = None
    loan: Loan | None = None
    held_until: int | None = None
    annulled_reason: str | None = None
    terms: str | None = None
    certificate: str | None = None
    bundle: str | None = None
    test_verifier: bool = False

    @property
    def path(self) -> str:
        """Return `/t/{token id}`."""
        return addresses.collectible(self.token_id)

    @property
    def code(self) -> str:
        """Return the short code."""
        return short_code(int(self.token_id))

    def to_json(self) -> dict[str, Any]:
        """Return the twin, with the short code."""
        return {"page": self.kind, "path": self.path, "short_code": self.code, **as_json(self)}


@dataclass(frozen=True, slots=True)
class Serial:
    """One number of an edition and its token id, decimal."""

    serial: int
    token_id: str

    @property
    def path(self) -> str:
        """Return the address of the collectible."""
        return addresses.collectible(self.token_id)


@dataclass(frozen=True, slots=True)
class EditionView:
    """An edition: a work issued in a collection.

    Attributes:
        edition_id: decimal.
        title: of the work, for the collection's page; of the collection, for the work's page.
        path: address of that work or collection.
        number: which edition, from 1.
        cap, issued: how many there can be, how many there are.
        preview: a small picture, or None.
        serials: links to its numbers, the first few dozen; may be fewer than `issued`.
    """

    edition_id: str
    title: Name
    path: str
    number: int
    cap: int
    issued: int
    preview: Media | None = None
    serials: tuple[Serial, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkPage(Page):
    """One deposit of a work.

    Attributes:
        work_id: `0x` and 64 digits.
        title: as deposited.
        registrant: who deposited it; the page says "deposited by, no later than".
        deposited_at: block time of the deposit.
        anchored_at: block time of an older deposit in bulk that it proves itself by, or None.
        other_claims: deposits of the same file by others.
        work_kind, kind_facts, described: as for a collectible; the museum's provenance text is the fact `provenance`.
        media, file: what it looks like, and the file to compare with.
        editions: what was issued from it.
        history: of the work.
        technical: hashes, addresses, CIDs.
        as_of: the state shown.
        verdict: of the deposit, or None.
        bundle: address of its evidence, or None.
        withdrawn_reason: why it was withdrawn; None if it stands.
        copyright_holder: as stated, or None.
        test_verifier: the test verifier registered the depositor.
    """

    kind: ClassVar[str] = "work"
    work_id: str
    title: Name
    registrant: Party
    deposited_at: int
    work_kind: WorkKind
    media: Media
    history: HistoryView
    as_of: AsOf
    anchored_at: int | None = None
    other_claims: int = 0
    kind_facts: tuple[Fact, ...] = ()
    described: tuple[Fact, ...] = ()
    technical: tuple[Fact, ...] = ()
    editions: tuple[EditionView, ...] = ()
    verdict: VerdictView | None = None
    bundle: str | None = None
    file: FileView | None = None
    withdrawn_reason: str | None = None
    copyright_holder: Name | None = None
    test_verifier: bool = False

    @property
    def path(self) -> str:
        """Return `/w/{work id}`."""
        return addresses.work(self.work_id)


@dataclass(frozen=True, slots=True)
class PolicyView:
    """One version of a collection's policy: lengths of time in seconds; `receivers` of `person`, `institution`."""

    version: int
    since: int
    first_holding: int
    next_holding: int
    gifts_per_day: int
    acceptance: bool
    receivers: tuple[Literal["person", "institution"], ...]
    longest_loan: int = 0


@dataclass(frozen=True, slots=True)
class CollectionCard:
    """A collection in a list of several."""

    collection_id: str
    title: Name
    issuer: Name
    works: int
    collectibles: int
    cover: Media | None = None

    @property
    def path(self) -> str:
        """Return the address of the collection."""
        return addresses.collection(self.collection_id)


@dataclass(frozen=True, slots=True)
class CollectionPage(Page):
    """One collection: its works, its policy, its record.

    Attributes:
        collection_id: `0x` and 64 digits.
        title, description: as the issuer gives them.
        issuer: whose it is.
        created_at: block time.
        works, collectibles: how many works it holds and how many collectibles were issued.
        editions: the works, in the issuer's order.
        policies: newest first; the first is in force.
        history: of the collection.
        technical: hashes, addresses.
        as_of: the state shown.
        older_editions: address of the next page of editions, or None.
        labels: address of the first sheet of labels; None where nothing was issued.
        test_verifier: the test verifier registered the issuer.
    """

    kind: ClassVar[str] = "collection"
    collection_id: str
    title: Name
    issuer: Party
    created_at: int
    works: int
    collectibles: int
    editions: tuple[EditionView, ...]
    policies: tuple[PolicyView, ...]
    history: HistoryView
    as_of: AsOf
    description: Bilingual | None = None
    technical: tuple[Fact, ...] = ()
    older_editions: str | None = None
    labels: str | None = None
    test_verifier: bool = False

    @property
    def path(self) -> str:
        """Return `/c/{collection id}`."""
        return addresses.collection(self.collection_id)


@dataclass(frozen=True, slots=True)
class InstitutionPage(Page):
    """One institution: who it is, who says so, what it issued.

    Attributes:
        party: name and account; `recognised` says whether the trust anchor names it.
        recognised_by: who signed that entry of the anchor; None if not recognised.
        verifier, method, verified_at: who registered it, how (shown as given), when.
        works, collectibles: how many it deposited and issued.
        collections: its collections.
        history: of its account.
        technical: hashes, addresses.
        as_of: the state shown.
        suspended_until: end of a suspension in force, or None.
        test_verifier: it was registered by the test verifier.
    """

    kind: ClassVar[str] = "institution"
    party: Party
    verifier: str
    method: str
    verified_at: int
    works: int
    collectibles: int
    collections: tuple[CollectionCard, ...]
    history: HistoryView
    as_of: AsOf
    recognised_by: str | None = None
    technical: tuple[Fact, ...] = ()
    suspended_until: int | None = None
    test_verifier: bool = False

    @property
    def path(self) -> str:
        """Return `/i/{account}`."""
        return self.party.path


@dataclass(frozen=True, slots=True)
class HistoryPage(Page):
    """A part of a history: the records older than a cursor.

    Attributes:
        of: what the history is of, with its `id` as its own page writes it and its `title`.
        serial, cap: of a collectible.
        history: this part of it; `older` leads on.
        after: the cursor it starts from; None for the newest.
        as_of: the state shown.
        test_verifier: the test verifier registered a party shown here.
    """

    kind: ClassVar[str] = "history"
    of: Literal["collectible", "work", "collection", "institution", "estate", "grant", "rights"]
    id: str
    title: Name
    history: HistoryView
    as_of: AsOf
    after: int | None = None
    serial: int | None = None
    cap: int | None = None
    test_verifier: bool = False

    @property
    def subject_path(self) -> str:
        """Return the address of what the history is of."""
        return getattr(addresses, self.of)(self.id)  # type: ignore[no-any-return]

    @property
    def path(self) -> str:
        """Return `…/history`, with the cursor."""
        return addresses.history(self.subject_path, self.after)


@dataclass(frozen=True, slots=True)
class Label:
    """One label to print: decimal token id, title, number 7 of 200."""

    token_id: str
    title: Name
    serial: int
    cap: int

    @property
    def code(self) -> str:
        """Return the short code."""
        return short_code(int(self.token_id))

    @property
    def path(self) -> str:
        """Return the path its QR code leads to."""
        return addresses.collectible(self.token_id)


LABELS_PER_SHEET = 12


@dataclass(frozen=True, slots=True)
class LabelSheet(Page):
    """One A4 sheet of at most twelve labels; `page` of `pages`, both from 1 (0 pages: nothing was issued)."""

    kind: ClassVar[str] = "labels"
    collection_id: str
    title: Name
    issuer: Name
    labels: tuple[Label, ...]
    page: int
    pages: int
    as_of: AsOf
    test_verifier: bool = False

    def __post_init__(self) -> None:
        if len(self.labels) > LABELS_PER_SHEET:
            raise ValueError(f"a sheet holds {LABELS_PER_SHEET} labels, not {len(self.labels)}")

    @property
    def path(self) -> str:
        """Return `/labels/{collection id}?page=`."""
        return addresses.labels(self.collection_id, self.page)
