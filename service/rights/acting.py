"""Acts on rights for whoever asks: proposed, agreed to, taken back, attested, ended. Reads a book, takes consents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from indexer.values import Address, Hash32
from indexer.wire import write_address
from service.access.bearer import Scope
from service.access.bearers import Bearer
from service.keys.agreements import Confirmation, Withdrawal
from service.keys.intents import Intent
from service.outbox.database import Database
from service.outbox.requests import ConfirmAttestation, WithdrawConsent
from service.rights import consents, proposals
from service.rights.answers import objection_body
from service.rights.audience import Audience
from service.rights.book import Book
from service.rights.consents import Desk
from service.rights.drafting import Drafting
from service.rights.explained import Objection, objections
from service.rights.proposals import Draft, Proposal, ProposalState
from service.rights.speaking import Speaker, as_told, not_yours, require_end

Signed = Callable[[Address, Intent, bytes], None]
"""Demands that an account signed an intent; raises BadInput where it did not."""


class Act(Protocol):
    """An act as somebody states it: what it is about, and how it is drafted."""

    def estates(self) -> list[int]:
        """Name the estates that it is about."""

    def grants(self) -> list[Hash32]:
        """Name the grants that it is about."""

    def draft(self, drafting: Drafting) -> Draft:
        """Draft it, as it would be agreed to now."""

    def digest(self) -> bytes:
        """Give SHA-256 of all that is stated."""


@dataclass(frozen=True, slots=True)
class Acting:
    """Acts of whoever asks over the API or the command line, from one reading."""

    bearer: Bearer
    speaker: Speaker
    desk: Desk
    require_signed: Signed

    @property
    def drafting(self) -> Drafting:
        """Draft acts from this reading."""
        return Drafting(self.speaker.book, self.desk.domain, self.speaker.now)

    def propose(self, act: Act, idempotency_key: str) -> Proposal:
        """Propose an act; asked again with the same key, give the same one, whatever has become of what it is about.

        Raises:
            NotFound: something that it is about is not there, or not for whoever asks to see.
            NotAllowed: whoever asks may not propose it.
            BadInput, Conflict: as `proposals.propose`.
        """
        database, principal, asked = self.desk.database, self.bearer.key_id, act.digest()
        found = proposals.earlier(database, principal, idempotency_key, asked)
        if found is not None:
            return found
        draft, proposer = self._drafted(act)
        return proposals.propose(
            database,
            draft,
            principal=principal,
            idempotency_key=idempotency_key,
            proposed_by=proposer,
            asked=asked,
        )

    def explain(self, act: Act) -> dict[str, Any]:
        """Say whether an act would be refused, by what, and who would have to agree.

        Raises:
            NotFound, NotAllowed: as `propose`.
        """
        draft, _ = self._drafted(act)
        against = objections(self.drafting, draft.request, draft.parties)
        found = [_objection_body(self.speaker.book, self.speaker.audience, each) for each in against]
        parties = [write_address(party) for party in draft.parties]
        return {"refused": bool(found), "objections": found, "parties": parties}

    def agree(self, proposal_id: str, named: Address | None, signature: bytes) -> Proposal:
        """Agree for a party: by its signature, or, where that is empty, by its word, for its key is kept here.

        Args:
            named: the party, where whoever asks stands for several.

        Raises:
            NotFound: the proposal is not there, or not for it to see.
            NotAllowed: it does not stand for the party. BadInput, Conflict: as `consents.agree_kept`.
        """
        found, book = self._visible(proposal_id), self.speaker.book
        party = self.speaker.party(found, named, any_party=bool(signature))
        self.speaker.require_standing(party)
        signer, by = book.current(party), self.bearer.key_id
        if not signature:
            own = self.bearer.scope is Scope.ISSUER
            return consents.agree_here(self.desk, found.id, party, signer=signer, is_institution=own, by=by)
        self.require_signed(signer, found.request.agreement, signature)
        kept = book.keeps_key(party)
        return consents.agree_signed(
            self.desk, found.id, party, signer=signer, signature=signature, by=by, is_kept=kept
        )

    def take_back(self, proposal_id: str, named: Address | None) -> Proposal:
        """Take a party's consent back, as long as others are missing.

        Raises:
            NotFound, NotAllowed, BadInput: as `agree`. Conflict: the proposal is not open.
        """
        found = self._visible(proposal_id)
        party = self.speaker.party(found, named)
        return consents.take_back(self.desk, found.id, party, by=self.bearer.key_id)

    def attest(self, proposal_id: str, party: Address, paper: Hash32) -> Proposal:
        """Attest, as the institution, that a party without a key of its own signed a paper by hand: the first hand.

        Raises:
            NotFound: as `agree`. BadInput, Conflict: as `consents.attest`, or the party has a key.
        """
        found = self._visible(proposal_id)
        self.speaker.require_no_key(party)
        return consents.attest(self.desk, found.id, party, paper=paper, by=self.bearer.key_id)

    def confirm(self, proposal_id: str, party: Address, paper: Hash32) -> Proposal:
        """Confirm what was attested: the second hand, which looked at this paper too.

        Raises:
            NotFound: as `agree`. Conflict: as `consents.confirm`.
        """
        found = self._visible(proposal_id)
        return consents.confirm(self.desk, found.id, party, paper=paper, by=self.bearer.key_id)

    def end(self, proposal_id: str, reason: str) -> Proposal:
        """End a proposal before all agreed: whoever made it takes it back, or a party says no.

        Raises:
            NotFound: as `agree`. NotAllowed: it is neither. Conflict: it is too late.
        """
        found = self._visible(proposal_id)
        require_end(found, self.speaker.audience, self.bearer.key_id)
        return proposals.withdraw(self.desk.database, found.id, by=self.bearer.key_id, reason=reason)

    def own_confirmation(
        self, intent: Hash32, party: Address, signature: bytes, before: ConfirmAttestation | None
    ) -> ConfirmAttestation:
        """State that a party agrees itself, later, to what was attested for it.

        Args:
            signature: over `Confirmation`; empty: its key is kept here.
            before: what was asked for under the same key; it signed then, whoever stands for the party now.

        Raises:
            NotAllowed: there is no signature, and whoever asks does not stand for the party. BadInput: it is another's.
        """
        signer = before.signer if before else self.speaker.book.current(party)
        self._require_word(party, signature)
        if signature and before is None:
            self.require_signed(signer, Confirmation(intent, party), signature)
        return ConfirmAttestation(intent, party, signer, signature)

    def withdrawal(
        self, intent: Hash32, account: Address, signature: bytes, before: WithdrawConsent | None
    ) -> WithdrawConsent:
        """State that an account takes back what it signed for an act that did not happen yet.

        Args:
            signature: over `Withdrawal`; empty: its key is kept here. before: what was asked for under the same key.

        Raises:
            NotAllowed, BadInput: as `own_confirmation`.
        """
        self._require_word(account, signature)
        if signature and before is None:
            self.require_signed(account, Withdrawal(intent, account), signature)
        return WithdrawConsent(intent, account, signature)

    def _drafted(self, act: Act) -> tuple[Draft, Address]:
        """Draft an act; give it with the account that proposes it."""
        self.speaker.require_seen(act.estates(), act.grants())
        draft = act.draft(self.drafting)
        return draft, self.speaker.proposer(draft)

    def _visible(self, proposal_id: str) -> Proposal:
        return visible(self.desk.database, self.speaker.book, self.speaker.audience, proposal_id)

    def _require_word(self, account: Address, signature: bytes) -> None:
        if not signature and not self.speaker.audience.is_one_of([account]):
            raise not_yours(account)


def visible(database: Database, book: Book, audience: Audience, proposal_id: str) -> Proposal:
    """Give a proposal, if it is there and for whoever asks to see.

    Raises:
        NotFound: it is not.
    """
    return audience.require_proposal(book, proposals.proposal(database, proposal_id))


def listed(
    database: Database,
    book: Book,
    audience: Audience,
    *,
    work_id: Hash32 | None = None,
    open_only: bool = False,
    before: int | None = None,
    limit: int,
) -> tuple[list[Proposal], int | None]:
    """List those of the next `limit` proposals that are for whoever asks to see, newest first; and where to go on.

    Args:
        before: what was given as where to go on.
    """
    found = proposals.proposals(
        database,
        accounts=audience.accounts,
        nobody=audience.has_no_part,
        work_id=work_id,
        open_only=open_only,
        before=before,
        limit=limit,
    )
    seen = [each for each in found if audience.sees_proposal(book, each)]
    return seen, found[-1].place if len(found) == limit else None


def objected(drafting: Drafting, audience: Audience, found: Proposal) -> tuple[Objection, ...]:
    """Say what a proposal would be refused for now, as long as it waits, as somebody may hear it."""
    if found.state is not ProposalState.OPEN:
        return ()
    against = objections(drafting, found.request, found.parties)
    return as_told(drafting.book, audience, found.request, against)


def objections_told(drafting: Drafting, audience: Audience, found: Proposal) -> list[dict[str, Any]]:
    """Write `objected` for the API and the command line."""
    return [_objection_body(drafting.book, audience, each) for each in objected(drafting, audience, found)]


def _objection_body(book: Book, audience: Audience, one: Objection) -> dict[str, Any]:
    return objection_body(one, lambda grant: audience.sees_grant(book, grant))
