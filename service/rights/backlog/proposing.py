"""Existing contracts become proposals for the chain, the oldest first. Writes proposals; reads a book.

A contract is a grant of what its licensor has: of an estate, or of what a contract recorded before granted to it.
Everybody concerned agrees to the state of that as it is, and each contract recorded changes it: so of each one contract
at a time is proposed, in the order in which they were signed. Whoever calls again goes on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from indexer.rights.refusal import Offer, clashes
from indexer.rights.state import Estate, Grant
from indexer.values import Address, Hash32
from service.files.cid import parse_cid
from service.keys import agreements
from service.outbox.database import Database
from service.outbox.operations import operation
from service.rights.backlog.contract import Contract, WorkName, name_key
from service.rights.backlog.keeping import Cabinet, Kept
from service.rights.backlog.offering import Footing, Holding, LegacyOffer, Obstacle, legacy_offer
from service.rights.book import Book
from service.rights.drafting import Agreements, Drafting
from service.rights.explained import Objection, objections
from service.rights.proposals import Draft, Proposal, ProposalState, earlier, ids_of, proposal, propose


class Progress(StrEnum):
    """How far a contract got on its way to the chain."""

    KEPT = "kept"
    DUE = "due"
    WAITING = "waiting"
    PROPOSED = "proposed"
    HANDED_IN = "handed_in"
    RECORDED = "recorded"
    ENDED = "ended"


PROGRESS_WORDS: Final = {
    Progress.KEPT: ("不拟上链", "stays a fact of the house"),
    Progress.DUE: ("可以提出", "can be proposed"),
    Progress.WAITING: ("等前一份先记入", "waits for one before it"),
    Progress.PROPOSED: ("已提出，待各方同意", "proposed, and waits for consents"),
    Progress.HANDED_IN: ("各方已同意，已提交", "agreed to by all, and handed in"),
    Progress.RECORDED: ("已记入账本", "recorded"),
    Progress.ENDED: ("已撤回、过期或被拒", "withdrawn, lapsed or refused"),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a contract.

    Attributes:
        obstacles: why it stays a fact of the house; empty where it can be proposed, or was.
        proposal: its proposal, if there is one.
        objections: what the chain would refuse it for now, so that it is not proposed.
        clashes: grants on record that it is in conflict with, which is recorded and keeps nothing out.
    """

    contract_id: str
    progress: Progress
    obstacles: tuple[Obstacle, ...] = ()
    proposal: Proposal | None = None
    objections: tuple[Objection, ...] = ()
    clashes: tuple[Hash32, ...] = ()


@dataclass(frozen=True, slots=True)
class Registers:
    """Who and what the names of contracts are here.

    Attributes:
        work_of: the work of a name; None: not deposited here, or not clear which.
        account_of: the account of a party's name; None: not registered, or not clear which.
    """

    work_of: Callable[[WorkName], Hash32 | None]
    account_of: Callable[[str], Address | None]


def propose_due(
    cabinet: Cabinet,
    drafting: Drafting,
    registers: Registers,
    *,
    deadline: int,
    proposed_by: Address | None,
    again: frozenset[str] = frozenset(),
    only_look: bool = False,
) -> list[Outcome]:
    """Propose each contract that can go on the chain and whose turn it is; says of every one how far it got.

    Args:
        again: ids of contracts to be proposed anew where the proposal lapsed, or was withdrawn or refused.
        only_look: propose nothing, and say what would be.

    Raises:
        BadInput: the deadline is too near or too far.
        Unavailable: the database does not answer; call again.
    """
    busy: set[int | Hash32] = set()
    outcomes = []
    for kept in sorted(cabinet.contracts(), key=_age):
        before = _before(cabinet.database, kept)
        if before is not None and not (before.progress is Progress.ENDED and kept.id in again):
            outcomes.append(before)
            busy |= _changing(before, drafting)
            continue
        offer = legacy_offer(kept.contract, _footing(kept, drafting, registers), drafting.today)
        if not isinstance(offer, LegacyOffer):
            outcomes.append(Outcome(kept.id, Progress.KEPT, offer))
        elif _name(offer.of) in busy:
            outcomes.append(Outcome(kept.id, Progress.WAITING))
        else:
            outcome = _looked_at(drafting, kept, offer, deadline)
            if outcome.progress is Progress.DUE:
                busy.add(_name(offer.of))
                if not only_look:
                    made = _propose(cabinet, drafting, kept, offer, deadline, proposed_by)
                    outcome = replace(outcome, progress=Progress.PROPOSED, proposal=made)
            outcomes.append(outcome)
    return outcomes


def _looked_at(drafting: Drafting, kept: Kept, offer: LegacyOffer, deadline: int) -> Outcome:
    """Say what stands against a contract whose turn it is; what would be refused is not proposed."""
    draft = _drafted(drafting, offer, deadline)
    objected = objections(drafting, draft.request, draft.parties)
    if objected:
        return Outcome(kept.id, Progress.KEPT, objections=objected)
    known = drafting.book.known(offer.of.work_id, drafting.now)
    wanted = Offer(offer.of, offer.terms.licensee, offer.terms.kind, offer.scope)
    found = (one.grant.grant_id for one in clashes(known, wanted, drafting.today) if one.grant)
    return Outcome(kept.id, Progress.DUE, clashes=tuple(found))


def _propose(
    cabinet: Cabinet,
    drafting: Drafting,
    kept: Kept,
    offer: LegacyOffer,
    deadline: int,
    proposed_by: Address | None,
) -> Proposal:
    """Propose once: a run that was cut off between proposing and noting finds the same proposal again."""
    key, principal = f"contract/{kept.id}/{kept.proposal or ''}", f"backlog {cabinet.house}"
    asked = hashlib.sha256(key.encode()).digest()
    made = earlier(cabinet.database, principal, key, asked)
    if made is None:
        made = propose(
            cabinet.database,
            _drafted(drafting, offer, deadline),
            principal=principal,
            idempotency_key=key,
            proposed_by=proposed_by,
            asked=asked,
            now=drafting.now,
        )
    cabinet.note_proposal(kept.id, made.id)
    return made


def _drafted(drafting: Drafting, offer: LegacyOffer, deadline: int) -> Draft:
    if isinstance(offer.of, Estate):
        return drafting.grant(offer.of.estate_id, offer.scope, offer.terms, deadline)
    return drafting.sublicense(offer.of.grant_id, offer.scope, offer.terms, deadline)


def _before(database: Database, kept: Kept) -> Outcome | None:
    """What became of the proposal that was made of a contract; None: none was."""
    if kept.proposal is None:
        return None
    found = proposal(database, kept.proposal)
    if found.state in (ProposalState.WITHDRAWN, ProposalState.LAPSED):
        return Outcome(kept.id, Progress.ENDED, (), found)
    if found.operation_id is None:
        return Outcome(kept.id, Progress.PROPOSED, (), found)
    ended = operation(database, found.operation_id)
    if not ended.state.ended:
        return Outcome(kept.id, Progress.HANDED_IN, (), found)
    return Outcome(kept.id, Progress.RECORDED if ended.seq is not None else Progress.ENDED, (), found)


def _changing(outcome: Outcome, drafting: Drafting) -> set[int | Hash32]:
    """What a contract on its way is to be recorded on; of one that was recorded, as long as the index lags behind."""
    found, book = outcome.proposal, drafting.book
    offer = None if found is None else found.request.agreement
    if not isinstance(offer, agreements.Offer) or outcome.progress is Progress.ENDED:
        return set()
    of = book.estate(offer.estate_id) if offer.estate_id else book.grant(offer.parent_id)
    if outcome.progress is Progress.RECORDED and of.revision > offer.revision:
        return set()
    return {_name(of)}


def _name(of: Estate | Grant) -> int | Hash32:
    return of.estate_id if isinstance(of, Estate) else of.grant_id


def _footing(kept: Kept, drafting: Drafting, registers: Registers) -> Footing:
    contract, book = kept.contract, drafting.book
    work_id, licensor = registers.work_of(contract.work), registers.account_of(contract.licensor)
    papers = None if kept.scan is None else Agreements(kept.scan.sha256, _digest_of(kept.scan.cid))
    licensee = registers.account_of(contract.licensee)
    if work_id is None or licensor is None:
        return Footing((), 0, licensee, papers)
    rights = book.rights(work_id)
    backlog_until = 0 if rights is None else rights.backlog_until
    return Footing(_holdings(book, work_id, licensor, drafting.today), backlog_until, licensee, papers)


def _holdings(book: Book, work_id: Hash32, licensor: Address, today: int) -> tuple[Holding, ...]:
    """What somebody can grant of a work: of its own, and of what was granted to it and is not over."""
    own = (
        Holding(one, one.scope, one.claimed_on)
        for one in book.live_estates(work_id)
        if licensor in one.owners
    )
    granted = ((one, book.live_until(one)) for one in book.grants(work=work_id) if one.licensee == licensor)
    return (
        *own,
        *(
            Holding(one, replace(one.scope, until=until), _claimed_on(book, one))
            for one, until in granted
            if until > today
        ),
    )


def _claimed_on(book: Book, grant: Grant) -> int:
    first = (grant, *book.ancestors(grant))[-1]
    return book.estate(first.estate_id).claimed_on


def _digest_of(cid: str) -> Hash32:
    return Hash32(parse_cid(cid).digest)


def _age(kept: Kept) -> tuple[int, int]:
    """By the day of signing; what has none comes last."""
    signed = kept.contract.signed_on
    return (1 << 32 if signed is None else signed, kept.contract.row)


def one_by_name(named: Iterable[tuple[str, Address]]) -> Callable[[str], Address | None]:
    """Find accounts by names as contracts write them; a name that two accounts have is nobody's."""
    found: dict[str, Address | None] = {}
    for name, account in named:
        key = name_key(name)
        found[key] = account if found.get(key, account) == account else None
    return lambda name: found.get(name_key(name)) if name else None


def contracts_behind(cabinet: Cabinet, grants: Sequence[Hash32]) -> dict[Hash32, Contract]:
    """Give the contracts that grants were recorded from, of those that stand in a cabinet, by grant."""
    proposed = ids_of(cabinet.database, grants)
    kept = cabinet.of_proposals(list(proposed))
    return {proposed[one.proposal]: one.contract for one in kept if one.proposal is not None}


def contracts_of(kept: Sequence[Kept]) -> tuple[Contract, ...]:
    """The contracts alone, for `findings`."""
    return tuple(one.contract for one in kept)
