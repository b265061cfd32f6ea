"""Who may see what of rights (domain rule 16): the parties, those they let see it, and the regulator. Reads a view.

A party to an estate is an owner; to a grant its licensee, the owners of the estates it lies in, and for a sub-licence
the licensees above it. The registrant of a work sees all of its rights: it constituted them. An estate that was cut or
joined has no owners any more: who owned it last may look at it as it was, and at nothing that its parts became.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from indexer.events import Act, UnknownAct
from indexer.rights.state import Estate, EstateStatus, Grant
from indexer.values import Address, Hash32
from service.access.bearer import OF_ONE_ACCOUNT, Scope
from service.access.bearers import Bearer
from service.installation import Installation
from service.keys.operators import Operator
from service.rights.book import Book, union, unknown_estate, unknown_grant
from service.rights.proposals import Proposal, unknown
from service.rights.showing import disclosed_to


@dataclass(frozen=True, slots=True)
class Audience:
    """Whoever asks.

    Attributes:
        accounts: those it stands for now; none: the public, or a regulator.
        sees_all: a regulator. second_hand: an operator, who sees what waits for its confirmation.
        disclosed: subjects of estates and grants that it was let see, each with the party that lets it.
    """

    accounts: frozenset[Address]
    sees_all: bool = False
    second_hand: bool = False
    disclosed: frozenset[tuple[Hash32, Address]] = field(default_factory=frozenset)

    @property
    def has_no_part(self) -> bool:
        """Whether it stands for nobody, and has no office by which it sees what is others'."""
        return not (self.accounts or self.sees_all or self.second_hand)

    def is_one_of(self, parties: Iterable[Address]) -> bool:
        """Whether it stands for one of these."""
        return not self.accounts.isdisjoint(parties)

    def owns(self, estate: Estate) -> bool:
        """Whether it is an owner: of an estate that stands, as no other has any."""
        return self.is_one_of(owners_of(estate))

    def sees_work(self, book: Book, work_id: Hash32) -> bool:
        """Whether all rights of a work are for it to see."""
        return self.sees_all or self.is_one_of([book.work(work_id).registrant])

    def sees_estate(self, book: Book, estate: Estate) -> bool:
        """Whether an estate is for it to see."""
        if self._is_shown(book.view.sources.estate(estate.estate_id), owners_of(estate)):
            return True
        return self.is_one_of(estate.owners) or self.sees_work(book, estate.work_id)

    def sees_grant(self, book: Book, grant: Grant) -> bool:
        """Whether a grant is for it to see."""
        if any(self.is_one_of([one.licensee]) for one in (grant, *book.ancestors(grant))):
            return True
        subject = book.view.sources.grant(grant.grant_id)
        return self.sees_rights(book, grant) or self._is_shown(subject, parties_to(book, grant))

    def sees_rights(self, book: Book, grant: Grant) -> bool:
        """Whether all records of the rights that a grant is of are for it to see: it owns what the grant lies in."""
        return self.sees_work(book, grant.work_id) or self._owns_some_of(book, grant)

    def sees_record(self, book: Book, act: Act | UnknownAct) -> bool:
        """Whether a record in a history that it may see is for it to see: what it says of a grant, if that grant is."""
        grant_id = getattr(act, "grant_id", None)
        return grant_id is None or self.sees_grant(book, book.grant(grant_id))

    def hides_of(self, book: Book, grant: Grant) -> bool:
        """Whether histories of a grant and of those above it tell of sub-licences that are not for it to see."""
        chain = {one.grant_id for one in (grant, *book.ancestors(grant))}
        below = (one for grant_id in chain for one in book.grants(parent=grant_id))
        return any(one.grant_id not in chain and not self.sees_grant(book, one) for one in below)

    def sees_history(self, book: Book, work_id: Hash32) -> bool:
        """Whether the records of a work's rights are for it to see: it owns some of them."""
        return self.sees_work(book, work_id) or any(map(self.owns, book.live_estates(work_id)))

    def sees_proposal(self, book: Book, proposal: Proposal) -> bool:
        """Whether a proposal is for it to see: who made it, who has to agree, whose rights it is about."""
        if self.sees_all or self.is_one_of(proposal.parties):
            return True
        if proposal.proposed_by is not None and proposal.proposed_by in self.accounts:
            return True
        waits = any(one.paper is not None for one in proposal.given.values())
        return (self.second_hand and waits) or self.sees_work(book, proposal.work_id)

    def require_estate(self, book: Book, estate_id: int) -> Estate:
        """Give an estate, if it is there and for it to see.

        Raises:
            NotFound: it is not.
        """
        estate = book.estate(estate_id)
        if not self.sees_estate(book, estate):
            raise unknown_estate(estate_id)
        return estate

    def require_grant(self, book: Book, grant_id: Hash32) -> Grant:
        """Give a grant, if it is there and for it to see.

        Raises:
            NotFound: it is not.
        """
        grant = book.grant(grant_id)
        if not self.sees_grant(book, grant):
            raise unknown_grant(grant_id)
        return grant

    def require_proposal(self, book: Book, proposal: Proposal) -> Proposal:
        """Give a proposal, if it is for it to see.

        Raises:
            NotFound: it is not.
        """
        if not self.sees_proposal(book, proposal):
            raise unknown(proposal.id)
        return proposal

    def _owns_some_of(self, book: Book, grant: Grant) -> bool:
        return any(map(self.owns, _burdened(book, grant)))

    def _is_shown(self, subject: Hash32, parties: Iterable[Address]) -> bool:
        return any((subject, party) in self.disclosed for party in parties)


PUBLIC = Audience(frozenset())
"""Who asks without a key."""


def owners_of(estate: Estate) -> tuple[Address, ...]:
    """Give the owners of an estate that stands; one that was cut or joined has none."""
    return estate.owners if estate.status is EstateStatus.LIVE else ()


def parties_to(book: Book, grant: Grant) -> tuple[Address, ...]:
    """Give who decides to whom a grant is shown: its licensee, and the owners of the estates that it lies in."""
    return union([grant.licensee], *map(owners_of, _burdened(book, grant)))


def _burdened(book: Book, grant: Grant) -> Iterator[Estate]:
    """Go through the estates that a grant lies in."""
    for one in book.live_estates(grant.work_id):
        if one.estate_id == grant.estate_id or one.scope.overlaps(grant.scope):
            yield one


def audience_of(installation: Installation, bearer: Bearer | None, book: Book) -> Audience:
    """Say for whom a bearer asks."""
    if bearer is None:
        return PUBLIC
    if bearer.scope in OF_ONE_ACCOUNT and bearer.account is not None:
        return _of_account(installation, book, bearer.account)
    if bearer.scope is Scope.ISSUER:
        return _of_account(installation, book, installation.vault.operator(Operator.ISSUER))
    regulates = bearer.scope is Scope.REGULATOR
    return Audience(frozenset(), sees_all=regulates, second_hand=not regulates)


def _of_account(installation: Installation, book: Book, account: Address) -> Audience:
    """An account that was replaced acts for nobody any more."""
    accounts = book.stood_for(account) if book.current(account) == account else frozenset[Address]()
    disclosed = disclosed_to(installation.database, accounts, int(time.time()))
    return Audience(accounts, disclosed=disclosed)
