"""What an act on rights is about: what it names, and what whoever acquires an estate takes along. Reads a book."""

from __future__ import annotations

from collections.abc import Iterator

from indexer.china import china_day
from indexer.rights.state import Estate, EstateStatus, Grant
from indexer.values import ZERO_HASH
from service.keys.agreements import Agreement
from service.outbox.requests import AssignEstate
from service.rights.audience import Audience
from service.rights.book import Book
from service.rights.proposals import Proposal, ProposalState


def named(book: Book, agreement: Agreement) -> tuple[Estate | Grant, ...]:
    """Give what an act names by its numbers, estates first; what is not there any more is left out."""
    return (*_estates(book, agreement), *_grants(book, agreement))


def burdens(book: Book, audience: Audience, proposal: Proposal, now: int) -> tuple[Grant, ...] | None:
    """Give the grants, in force or to come, that whoever acquires an estate takes along, while an assignment waits.

    Of those that it may not see it may be told the kind and the scope, and nothing of who has them.

    Returns:
        None where the act gives no estate, or these are not for somebody to know: for the owners, the registrant and
        the regulator they are, and for who acquires it once one of these proposed it or an owner agreed.
    """
    request = proposal.request
    if not isinstance(request, AssignEstate) or proposal.state is not ProposalState.OPEN:
        return None
    estates = [one for one in _estates(book, request.agreement) if one.status is EstateStatus.LIVE]
    if not (audience.sees_work(book, proposal.work_id) or any(map(audience.owns, estates))):
        invited = any(_is_offered(book, proposal, one) for one in estates)
        if not (invited and audience.is_one_of(proposal.parties)):
            return None
    rights = book.known(proposal.work_id, now)
    return tuple(grant for one in estates for grant in rights.burdens(one.scope, china_day(now)))


def _is_offered(book: Book, proposal: Proposal, estate: Estate) -> bool:
    """Whether anybody who may give an estate away, or see all of it, stands behind an assignment of it."""
    registrant = book.work(estate.work_id).registrant
    return proposal.proposed_by in (*estate.owners, registrant) or any(
        owner in proposal.given for owner in estate.owners
    )


def _estates(book: Book, agreement: Agreement) -> Iterator[Estate]:
    one, several = getattr(agreement, "estate_id", 0), getattr(agreement, "estate_ids", ())
    for estate_id in (one, *several):
        known = book.view.estate(estate_id) if estate_id else None
        if known is not None:
            yield known.state


def _grants(book: Book, agreement: Agreement) -> Iterator[Grant]:
    for name in ("grant_id", "parent_id"):
        grant_id = getattr(agreement, name, ZERO_HASH)
        known = book.view.grant(grant_id) if grant_id != ZERO_HASH else None
        if known is not None:
            yield known.state
