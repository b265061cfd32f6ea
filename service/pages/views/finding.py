"""The pages that lead to others: the home page and the answers of a search. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from service.pages import addresses
from service.pages.codes import short_code
from service.pages.views.page import AsOf, Media, Name, Page
from service.pages.views.things import CollectionCard


@dataclass(frozen=True, slots=True)
class InstitutionCard:
    """An institution in a list of several: name, account (EIP-55), how many collections."""

    name: Name
    address: str
    collections: int

    @property
    def path(self) -> str:
        """Return the address of the institution."""
        return addresses.institution(self.address)


@dataclass(frozen=True, slots=True)
class HomePage(Page):
    """The first page: search, recent collections (newest first, up to nine), institutions.

    Attributes:
        as_of: None where nothing was indexed yet.
        test_verifier: the test verifier registered an institution shown here.
    """

    kind: ClassVar[str] = "home"
    recent: tuple[CollectionCard, ...]
    institutions: tuple[InstitutionCard, ...]
    as_of: AsOf | None = None
    test_verifier: bool = False

    @property
    def path(self) -> str:
        """Return `/`."""
        return addresses.HOME


@dataclass(frozen=True, slots=True)
class SearchResult:
    """One thing found.

    Attributes:
        kind: what it is.
        id: token id (decimal), work or collection id (hex), or account.
        title: its title.
        context: the collection of a collectible, else None.
        issuer: who issued or deposited it; None for an institution.
        serial, cap: of a collectible.
        preview: a small picture.
    """

    kind: Literal["collectible", "work", "collection", "institution"]
    id: str
    title: Name
    issuer: Name | None = None
    context: Name | None = None
    serial: int | None = None
    cap: int | None = None
    preview: Media | None = None

    @property
    def path(self) -> str:
        """Return the address of what was found."""
        match self.kind:
            case "collectible":
                return addresses.collectible(self.id)
            case "work":
                return addresses.work(self.id)
            case "collection":
                return addresses.collection(self.id)
            case "institution":
                return addresses.institution(self.id)

    @property
    def code(self) -> str | None:
        """Return the short code of a collectible."""
        return short_code(int(self.id)) if self.kind == "collectible" else None


@dataclass(frozen=True, slots=True)
class SearchPage(Page):
    """The answers to a query, a page of them.

    Attributes:
        query: as typed, cut at 200 characters by the caller.
        by: what the query was read as.
        results: this page of them.
        total: how many there are in all; None where that was not counted.
        after: the cursor this page starts from, None for the first.
        next: the cursor of the next page, None for the last.
        as_of: the state searched; None where nothing was indexed yet.
    """

    kind: ClassVar[str] = "search"
    query: str
    by: Literal["number", "title", "file"]
    results: tuple[SearchResult, ...]
    total: int | None = None
    after: str | None = None
    next: str | None = None
    as_of: AsOf | None = None
    test_verifier: bool = False

    @property
    def path(self) -> str:
        """Return `/search?q=…`."""
        return addresses.search(self.query, self.after)

    @property
    def next_path(self) -> str | None:
        """Return the address of the next page."""
        return addresses.search(self.query, self.next) if self.next else None
