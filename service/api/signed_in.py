"""Who is signed in on a page: one reading for it, and the names by which it may know others."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from fastapi import Request
from fastapi.responses import Response

from indexer.values import Address, Hash32
from service.access.bearer import Scope
from service.access.bearers import Bearer
from service.api import readers
from service.api.pages import shown
from service.api.signatures import domain_of
from service.errors import NotAllowed, NotFound
from service.installation import Installation
from service.keys.agreements import Claim
from service.outbox.operations import Operation, operation
from service.pages import addresses
from service.pages.views import Name, Page
from service.reading.context import Context
from service.reading.rights.glance import Reading
from service.rights.acting import objected
from service.rights.drafting import Drafting
from service.rights.explained import Objection
from service.rights.naming import parties_seen
from service.rights.proposals import Proposal


@dataclass(frozen=True, slots=True)
class Visit:
    """One reading of the index by whoever is signed in; `reader` None: nobody is."""

    installation: Installation
    reader: Bearer | None
    one: readers.Reading
    _parties: dict[Hash32, frozenset[Address]] = field(default_factory=dict, repr=False, compare=False)

    def rights(self, work_id: Hash32, agreed: Collection[Address] = ()) -> Reading:
        """Read a work's rights for this reader.

        Args:
            agreed: who agreed to the proposal that is read.
        """
        one = self.one
        names = self.names({*self._parties_of(work_id), *agreed})
        return Reading(one.context, one.book, one.audience, work_id, names)

    def of_proposal(self, proposal: Proposal) -> Reading:
        """Read the rights that a proposal is about; whom it names is known by name once it agreed.

        The second hand compares the name on a paper before that is confirmed.
        """
        agreed = [party for party in proposal.parties if party not in proposal.missing]
        known = proposal.given if self.one.audience.second_hand else agreed
        return self.rights(proposal.work_id, known)

    def names(self, parties: Collection[Address] = ()) -> Names:
        """Give what calls accounts by name for this reader: its own, and parties to what it sees."""
        masked = self.reader is None or self.reader.scope is Scope.REGULATOR
        met = frozenset[Address]() if masked else self.one.audience.accounts.union(parties)
        return Names(self.installation, self.one.context, met)

    def _parties_of(self, work_id: Hash32) -> frozenset[Address]:
        if work_id not in self._parties:
            one = self.one
            found = parties_seen(one.book, one.audience, work_id, one.context.now)
            self._parties[work_id] = found
        return self._parties[work_id]

    def drafting(self) -> Drafting:
        """Draft acts from this reading."""
        return Drafting(self.one.book, domain_of(self.installation, Claim), self.one.context.now)

    def objected(self, proposal: Proposal) -> tuple[Objection, ...]:
        """Say what a proposal that waits would be refused for now."""
        return objected(self.drafting(), self.one.audience, proposal)

    def outcome(self, proposal: Proposal) -> Operation | None:
        """Give the request that a proposal became, if it did."""
        return operation(self.installation.database, proposal.operation_id) if proposal.operation_id else None


@dataclass(frozen=True, slots=True)
class Names:
    """Calls accounts by name: institutions always, people to those who have a part in the same rights.

    A regulator opens an identity on a recorded basis, and sees a mask here; so does the public.

    Attributes:
        met: the accounts that the reader may know by name.
    """

    installation: Installation
    context: Context
    met: frozenset[Address]
    known: dict[Address, Name] = field(default_factory=dict)

    def __call__(self, account: Address) -> Name:
        """Give the name of an account."""
        if account not in self.known:
            parties = self.context.parties
            self.known[account] = parties.name(account) or self._person(account) or parties.label(account)
        return self.known[account]

    def _person(self, account: Address) -> Name | None:
        if account not in self.met:
            return None
        people = self.installation.people
        owner = people.owner_of(account)
        if owner is None:
            return None
        try:
            return Name(people.identity(owner.id).name)
        except NotFound:
            return None  # erased: a mask is what is left


@contextmanager
def visiting(request: Request, installation: Installation, reader: Bearer | None) -> Iterator[Visit]:
    """Read for whoever comes, signed in or not."""
    with readers.reading(installation, reader, request) as one:
        yield Visit(installation, reader, one)


@contextmanager
def signed_in(request: Request, installation: Installation, reader: Bearer | None) -> Iterator[Visit]:
    """Read for whoever is signed in.

    Raises:
        NotAllowed: nobody is.
    """
    with visiting(request, installation, required(request, reader)) as visit:
        yield visit


def required(request: Request, reader: Bearer | None) -> Bearer:
    """Demand that somebody is signed in; gives them back.

    Raises:
        NotAllowed: nobody is.
    """
    if reader is None:
        raise NotAllowed(
            "sign-in-needed",
            "此页只供当事人查看；请先登录。",
            "This page is for the parties; sign in first.",
            sign_in=addresses.sign_in(request.url.path),
        )
    return reader


def private(request: Request, page: Page, status: int = 200) -> Response:
    """Answer with a page that is kept nowhere."""
    answer = shown(request, page, status)
    answer.headers["Cache-Control"] = "no-store"
    return answer
