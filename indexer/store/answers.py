"""What the projection answers with: frozen values, each tied to the block it was read as of. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Generic, TypeVar

from indexer.state import State

if TYPE_CHECKING:
    from indexer.events import Act, Policy, UnknownAct
    from indexer.record import Record
    from indexer.state import Collection, Edition, Standing, Token, Work
    from indexer.values import Address, Hash32

S_co = TypeVar("S_co", bound=State, covariant=True)
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class AsOf:
    """The last block indexed, which every answer of one view speaks of.

    Attributes:
        number: of that block, with its `hash` and `time` (Unix seconds, as its sealer stated).
        count: records in the ledger at its end; they lead to `head`, which was read from the chain at this block.
        settled_number: the last block that is settled (`follow.settled_depth` says what that means).
    """

    number: int
    hash: Hash32
    time: int
    count: int
    head: Hash32
    settled_number: int

    def settles(self, block_number: int) -> bool:
        """Whether what was recorded in that block is settled."""
        return block_number <= self.settled_number


@dataclass(frozen=True, slots=True)
class ProvenanceEntry:
    """One record as it stands in the ledger, with its act read.

    Attributes:
        act: the words of the record; `UnknownAct` where this version does not know the selector or cannot read it.
        digest: of the record. head: of the ledger after it.
        settled: whether its block is.
    """

    record: Record
    act: Act | UnknownAct
    digest: Hash32
    head: Hash32
    block_hash: Hash32
    transaction_hash: Hash32
    log_index: int
    settled: bool


@dataclass(frozen=True, slots=True)
class Known(Generic[S_co]):
    """The state of one subject.

    Attributes:
        subject: whose state; `subject_head` is what all `entries` records that name it lead to.
        seq: record that led to this state; `begun_seq`: the one it began with.
        determinate: False where a record of it could not be read or does not follow: its state stopped before that one.
        settled: whether the block of record `seq` is.
    """

    state: S_co
    subject: Hash32
    seq: int
    begun_seq: int
    determinate: bool
    settled: bool


@dataclass(frozen=True, slots=True)
class Page(Generic[T_co]):
    """A part of a list; pass `cursor` as `after` to get the next one; None: there is no more."""

    items: tuple[T_co, ...]
    cursor: int | None


class Completeness(Enum):
    """How a reader can know that nothing was left out of a list of entries."""

    LEDGER = "ledger"
    """It is all records of a range of the ledger, between two of its heads."""
    SUBJECT = "subject"
    """It is all records of one subject, which lead to its head."""
    SELECTION = "selection"
    """It is a selection; only a reader who has the whole range can check it."""


@dataclass(frozen=True, slots=True)
class Listing:
    """Entries that a filter let through, in order of `seq`.

    Attributes:
        entries: at most as many as asked for; `cursor` as in `Page`.
        first, last: the complete range of the ledger that was filtered, both included; last < first: an empty range.
        completeness: see there; `subject` and `subject_head` are given with SUBJECT alone.
    """

    entries: tuple[ProvenanceEntry, ...]
    cursor: int | None
    first: int
    last: int
    completeness: Completeness
    subject: Hash32 | None = None
    subject_head: Hash32 | None = None


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """What a regulator asks for; conditions that are set all apply.

    `party` (what an account gave, received and was handed), `account` (its registration, suspension, recovery), `work`,
    `collection`, `edition` and `token` name subjects, at most one of them. With `derived`, a work brings its editions
    and tokens along, a collection its editions and tokens, an edition its tokens. `acts` are
    selectors. Times are Unix seconds of the block, `time_from` included, `time_until` not; of blocks and seqs
    both ends are.
    """

    party: Address | None = None
    account: Address | None = None
    work: Hash32 | None = None
    collection: Hash32 | None = None
    edition: int | None = None
    token: int | None = None
    derived: bool = False
    acts: frozenset[Hash32] = frozenset()
    time_from: int | None = None
    time_until: int | None = None
    block_from: int | None = None
    block_until: int | None = None
    seq_from: int | None = None
    seq_until: int | None = None


@dataclass(frozen=True, slots=True)
class TokenPage:
    """A collectible and what it belongs to. `policy` is the version that applies to its holder."""

    token: Known[Token]
    edition: Known[Edition]
    collection: Known[Collection]
    work: Known[Work]
    policy: Policy


@dataclass(frozen=True, slots=True)
class Document:
    """What search and lists need to know of a manifest, which is on no chain; made from files by the service.

    Attributes:
        digest: SHA-256 of the manifest: a work's `manifest_digest` or a collection's `metadata_digest`.
        title: as given; `title_en`: in English if there is one.
        number: accession, publication or registration number, as given.
        text: other words that search should find (maker, credit line), as given.
    """

    digest: Hash32
    title: str
    title_en: str = ""
    number: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class WorkHit:
    """A work that a search found, with its document if one was supplied, and how many tokens were issued of it."""

    work: Known[Work]
    document: Document | None
    tokens: int


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found: works, and the token or collection that the text itself names."""

    works: tuple[WorkHit, ...]
    cursor: int | None
    token: Known[Token] | None = None
    collection: Known[Collection] | None = None


@dataclass(frozen=True, slots=True)
class Activity:
    """An account: its standing if it is registered, what it holds, and everything it did, newest first."""

    account: Address
    standing: Known[Standing] | None
    tokens_held: int
    entries: int
    history: Page[ProvenanceEntry] = field(default_factory=lambda: Page((), None))
