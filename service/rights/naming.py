"""Whom one reader may know by name (domain rules 6, 14): parties to what is recorded and for it to see. Reads a book.

Somebody whom a proposal names is no party yet: anybody may be named in one.
"""

from __future__ import annotations

from indexer.values import Address, Hash32
from service.rights.audience import Audience
from service.rights.book import Book, union


def parties_seen(book: Book, audience: Audience, work_id: Hash32, now: int) -> frozenset[Address]:
    """Give the parties to the estates and grants of a work that are for somebody to see.

    Whose an estate was before is of its title, which its owners and the registrant of the work see.
    """
    estates = [one for one in book.estates_of(work_id) if audience.sees_estate(book, one)]
    grants = [one for one in book.grants(work=work_id) if audience.sees_grant(book, one)]
    whole = audience.sees_work(book, work_id)
    owned = [one.scope for one in estates if whole or audience.owns(one)]
    tenures = book.known(work_id, now).tenures if owned else ()
    owners = [one.owners for one in estates]
    owners += [one.owners for one in tenures if any(one.scope.overlaps(box) for box in owned)]
    return frozenset(union(*owners, *((*one.grantors, one.licensee) for one in grants)))
