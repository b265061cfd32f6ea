"""Acts on rights as they would be agreed to now: revisions, grantors and parties read from the index. Reads a book."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from indexer.china import china_day
from indexer.rights.acts import Alone, GrantKind, Ground
from indexer.rights.scope import Axis, Scope
from indexer.rights.state import Estate, Grant
from indexer.values import ZERO_HASH, Address, Hash32
from service.errors import BadInput
from service.keys import agreements
from service.keys.agreements import Agreement, Ownership
from service.keys.intents import Domain, digest
from service.outbox import requests
from service.outbox.requests import Agreed
from service.rights.book import Book, union
from service.rights.proposals import Draft


@dataclass(frozen=True, slots=True)
class Agreements:
    """Digests of what was signed on paper: SHA-256, and the digest in the CID (the same where it is left out)."""

    agreement: Hash32
    cid: Hash32 | None = None


@dataclass(frozen=True, slots=True)
class GrantTerms:
    """What a grant is to say, but for its scope.

    Attributes:
        alone_by: the one co-owner that grants alone; None: all owners grant.
        notice_days, conditions: on which the grantor may end it alone. signed_on: of a contract older than the claim.
    """

    licensee: Address
    kind: GrantKind
    papers: Agreements
    sublicensable: bool = False
    notice_days: int = 0
    conditions: Hash32 = ZERO_HASH
    signed_on: int = 0
    alone_by: Address | None = None


@dataclass(frozen=True, slots=True)
class Drafting:
    """Drafts acts from one reading. `domain`: of the contract `Consents`. `now`: Unix seconds."""

    book: Book
    domain: Domain
    now: int = field(default_factory=lambda: int(time.time()))

    @property
    def today(self) -> int:
        """The day that it is in UTC+8."""
        return china_day(self.now)

    def claim(
        self,
        work_id: Hash32,
        scope: Scope,
        ownership: Ownership,
        alone: Alone,
        deadline: int,
        backlog_until: int = 0,
    ) -> Draft:
        """Constitute an estate.

        Raises:
            NotFound: there is no such work.
        """
        made = agreements.Claim(work_id, scope, ownership, alone, backlog_until, deadline)
        parties = union([self.book.work(work_id).registrant], ownership.owners)
        return self._draft(requests.ClaimEstate(made, ()), work_id, parties)

    def split(self, estate_id: int, axis: Axis, cuts: Sequence[int], deadline: int) -> Draft:
        """Cut an estate.

        Raises:
            NotFound: there is no such estate.
        """
        estate = self.book.estate(estate_id)
        made = agreements.Split(estate_id, estate.revision, axis, tuple(cuts), deadline)
        return self._draft(requests.SplitEstate(made, ()), estate.work_id, estate.owners)

    def merge(self, estate_ids: Sequence[int], axis: Axis, deadline: int) -> Draft:
        """Join estates.

        Raises:
            NotFound: one is not there. BadInput: none is named.
        """
        estates = [self.book.estate(one) for one in estate_ids]
        if not estates:
            raise BadInput("estates-missing", "请给出要合并的权利项。", "Name the estates to be joined.")
        revisions = tuple(one.revision for one in estates)
        made = agreements.Merge(tuple(estate_ids), revisions, axis, deadline)
        return self._draft(requests.MergeEstates(made, ()), estates[0].work_id, estates[0].owners)

    def assign(self, estate_id: int, ownership: Ownership, papers: Agreements, deadline: int) -> Draft:
        """Give an estate to others.

        Raises:
            NotFound: there is no such estate.
        """
        estate = self.book.estate(estate_id)
        said = (papers.agreement, papers.cid or papers.agreement)
        made = agreements.Assignment(estate_id, estate.revision, ownership, *said, deadline)
        parties = union(estate.owners, ownership.owners)
        return self._draft(requests.AssignEstate(made, ()), estate.work_id, parties)

    def amend_estate(self, estate_id: int, scope: Scope, reason: str, deadline: int) -> Draft:
        """Enter a claim's box otherwise; whoever agrees to a claim agrees to that.

        Raises:
            NotFound: there is no such estate.
        """
        estate = self.book.estate(estate_id)
        made = agreements.EstateAmendment(estate_id, estate.revision, scope, reason, deadline)
        parties = union([self.book.work(estate.work_id).registrant], estate.owners)
        return self._draft(requests.AmendEstate(made, ()), estate.work_id, parties)

    def grant(self, estate_id: int, scope: Scope, terms: GrantTerms, deadline: int) -> Draft:
        """Grant some of an estate.

        Raises:
            NotFound: there is no such estate.
        """
        estate = self.book.estate(estate_id)
        made = _offer(estate, scope, terms, deadline)
        grantors = estate.owners if terms.alone_by is None else (terms.alone_by,)
        return self._draft(requests.GrantRights(made, ()), estate.work_id, union(grantors, [terms.licensee]))

    def sublicense(self, parent_id: Hash32, scope: Scope, terms: GrantTerms, deadline: int) -> Draft:
        """Grant some of a grant.

        Raises:
            NotFound: there is no such grant.
        """
        parent = self.book.grant(parent_id)
        made = _offer(parent, scope, terms, deadline)
        parties = union([parent.licensee, terms.licensee])
        return self._draft(requests.GrantRights(made, ()), parent.work_id, parties)

    def surrender(self, grant_id: Hash32, until: int, deadline: int) -> Draft:
        """Give up what would come from a day on.

        Raises:
            NotFound: there is no such grant.
        """
        grant = self.book.grant(grant_id)
        made = agreements.Surrender(grant_id, grant.revision, until, deadline)
        return self._draft(requests.SurrenderGrant(made, ()), grant.work_id, (grant.licensee,))

    def terminate(self, grant_id: Hash32, ground: Ground, until: int, reason: str, deadline: int) -> Draft:
        """End a grant: by agreement with the licensee, or on a condition that it records.

        Raises:
            NotFound: there is no such grant.
        """
        grant = self.book.grant(grant_id)
        estates = self.estates_of(grant)
        made = agreements.Termination(grant_id, grant.revision, ground, until, reason, deadline)
        parties = self._grantors(grant, estates)
        if ground is Ground.AGREEMENT:
            parties = union(parties, [grant.licensee])
        request = requests.TerminateGrant(made, _ids(estates), ())
        return self._draft(request, grant.work_id, parties)

    def amend_grant(self, grant_id: Hash32, scope: Scope, reason: str, deadline: int) -> Draft:
        """Enter a grant's scope otherwise.

        Raises:
            NotFound: there is no such grant.
        """
        grant = self.book.grant(grant_id)
        estates = self.estates_of(grant, scope)
        made = agreements.GrantAmendment(grant_id, grant.revision, scope, reason, deadline)
        request = requests.AmendGrant(made, _ids(estates), ())
        parties = union(self._grantors(grant, estates), [grant.licensee])
        return self._draft(request, grant.work_id, parties)

    def estates_of(self, grant: Grant, *further: Scope) -> tuple[Estate, ...]:
        """Give the live estates in which what is left of a grant lies, by id; none for a sub-licence.

        Args:
            further: scopes that it will have.
        """
        if grant.parent_id != ZERO_HASH:
            return ()
        boxes = [one.onwards(self.today) for one in (grant.scope, *further)]
        found = [
            one
            for one in self.book.live_estates(grant.work_id)
            if any(one.scope.overlaps(box) for box in boxes)
        ]
        return tuple(sorted(found, key=lambda one: one.estate_id))

    def _grantors(self, grant: Grant, estates: Iterable[Estate]) -> tuple[Address, ...]:
        if grant.parent_id != ZERO_HASH:
            return (self.book.grant(grant.parent_id).licensee,)
        return union(*(one.owners for one in estates))

    def _draft(self, request: Agreed, work_id: Hash32, parties: tuple[Address, ...]) -> Draft:
        agreement: Agreement = request.agreement
        return Draft(request, work_id, digest(self.domain, agreement), parties)


def _offer(of: Estate | Grant, scope: Scope, terms: GrantTerms, deadline: int) -> agreements.Offer:
    estate = isinstance(of, Estate)
    return agreements.Offer(
        estate_id=of.estate_id if estate else 0,
        parent_id=ZERO_HASH if isinstance(of, Estate) else of.grant_id,
        revision=of.revision,
        licensee=terms.licensee,
        kind=terms.kind,
        sublicensable=terms.sublicensable,
        scope=scope,
        notice_days=terms.notice_days,
        conditions=terms.conditions,
        agreement=terms.papers.agreement,
        agreement_cid=terms.papers.cid or terms.papers.agreement,
        signed_on=terms.signed_on,
        deadline=deadline,
    )


def _ids(estates: Iterable[Estate]) -> tuple[int, ...]:
    return tuple(one.estate_id for one in estates)
