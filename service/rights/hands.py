"""What somebody may do to a proposal: agree here, sign, attest or confirm a paper, end it. Reads a book."""

from __future__ import annotations

from dataclasses import dataclass

from indexer.values import Address, Hash32
from service.access.bearer import Scope
from service.access.bearers import Bearer
from service.installation import Installation
from service.keys.operators import Operator
from service.rights.audience import Audience
from service.rights.book import Book
from service.rights.proposals import Proposal
from service.rights.speaking import may_end


@dataclass(frozen=True, slots=True)
class Hands:
    """Whoever asks.

    Attributes:
        key_id: of its key.
        institution: the institution's account, where it is the institution: that key is here too; else None.
        second: it confirms papers.
    """

    book: Book
    audience: Audience
    key_id: str
    institution: Address | None = None
    second: bool = False

    def asked(self, found: Proposal) -> tuple[Address, ...]:
        """Give the parties that it stands for and that have not agreed."""
        return tuple(party for party in found.missing if party in self.audience.accounts)

    def agreeing(self, found: Proposal) -> tuple[Address, ...]:
        """Give those of them whose key is kept here."""
        return tuple(party for party in self.asked(found) if self._key_is_here(party))

    def signing(self, found: Proposal) -> tuple[Address, ...]:
        """Give those of them whose key is their own."""
        return tuple(party for party in self.asked(found) if not self._key_is_here(party))

    def attesting(self, found: Proposal) -> tuple[Address, ...]:
        """Give the parties for whom it may attest a paper: those without a key of their own that have not agreed."""
        if self.institution is None:
            return ()
        return tuple(party for party in found.missing if self.book.keeps_key(party))

    def confirming(self, found: Proposal) -> tuple[tuple[Address, Hash32], ...]:
        """Give the parties whose paper waits for it as the second hand, each with the paper's SHA-256."""
        if not self.second:
            return ()
        waiting = (found.given[party] for party in found.missing if party in found.given)
        return tuple((one.party, one.paper) for one in waiting if one.paper is not None)

    def ends(self, found: Proposal) -> bool:
        """Whether it may end the proposal: it made it, or is a party."""
        return may_end(found, self.audience, self.key_id)

    def _key_is_here(self, party: Address) -> bool:
        current = self.book.current(party)
        return self.book.keeps_key(party) or (self.institution is not None and current == self.institution)


def hands_of(installation: Installation, bearer: Bearer, book: Book, audience: Audience) -> Hands:
    """Say what a bearer may do."""
    issues = bearer.scope is Scope.ISSUER
    institution = installation.vault.operator(Operator.ISSUER) if issues else None
    return Hands(book, audience, bearer.key_id, institution, bearer.scope is Scope.OPERATOR)
