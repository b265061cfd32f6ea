"""Existing contracts become proposals for the chain, the oldest of an estate first. Writes proposals; reads a book.

Everybody concerned agrees to the state of the estate as it is, and each contract recorded changes it: so of one estate
one contract at a time is proposed, in the order in which they were signed. Whoever calls again goes on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from indexer.values import Address, Hash32
from service.files.cid import parse_cid
from service.outbox.database import Database
from service.outbox.operations import operation
from service.rights.backlog.contract import Contract, WorkName, name_key
from service.rights.backlog.keeping import Cabinet, Kept
from service.rights.backlog.offering import Footing, LegacyOffer, Obstacle, legacy_offer
from service.rights.drafting import Agreements, Drafting
from service.rights.proposals import Proposal, ProposalState, earlier, proposal, propose


class Progress(StrEnum):
    """How far a contract got on its way to the chain."""

    KEPT = "kept"
    WAITING = "waiting"
    PROPOSED = "proposed"
    HANDED_IN = "handed_in"
    RECORDED = "recorded"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a contract.

    Attributes:
        obstacles: why it stays a fact of the house; empty where it can be proposed, or was.
        proposal: its proposal, if there is one.
    """

    contract_id: str
    progress: Progress
    obstacles: tuple[Obstacle, ...] = ()
    proposal: Proposal | None = None


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
) -> list[Outcome]:
    """Propose each contract that can go on the chain and whose turn it is; says of every one how far it got.

    Args:
        again: ids of contracts to be proposed anew where the proposal lapsed, or was withdrawn or refused.

    Raises:
        BadInput: the deadline is too near or too far.
        Unavailable: the database does not answer; call again.
    """
    busy: set[int] = set()
    outcomes = []
    for kept in sorted(cabinet.contracts(), key=_age):
        before = _before(cabinet.database, kept)
        if before is not None and not (before.progress is Progress.ENDED and kept.id in again):
            outcomes.append(before)
            busy |= _estates(before, drafting)
            continue
        offer = legacy_offer(kept.contract, _footing(kept, drafting, registers), drafting.today)
        if not isinstance(offer, LegacyOffer):
            outcomes.append(Outcome(kept.id, Progress.KEPT, offer))
        elif offer.estate_id in busy:
            outcomes.append(Outcome(kept.id, Progress.WAITING))
        else:
            busy.add(offer.estate_id)
            made = _propose(cabinet, drafting, kept, offer, deadline, proposed_by)
            outcomes.append(Outcome(kept.id, Progress.PROPOSED, (), made))
    return outcomes


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
        draft = drafting.grant(offer.estate_id, offer.scope, offer.terms, deadline)
        made = propose(
            cabinet.database,
            draft,
            principal=principal,
            idempotency_key=key,
            proposed_by=proposed_by,
            asked=asked,
            now=drafting.now,
        )
    cabinet.note_proposal(kept.id, made.id)
    return made


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


def _estates(outcome: Outcome, drafting: Drafting) -> set[int]:
    """The estate that a contract on its way keeps busy; one that was recorded, as long as the index lags behind."""
    found = outcome.proposal
    if found is None or outcome.progress is Progress.ENDED:
        return set()
    offer = found.request.agreement
    estate_id = int(getattr(offer, "estate_id", 0))
    if outcome.progress is Progress.RECORDED and drafting.book.estate(estate_id).revision > _revision(found):
        return set()
    return {estate_id}


def _revision(found: Proposal) -> int:
    return int(getattr(found.request.agreement, "revision", 0))


def _footing(kept: Kept, drafting: Drafting, registers: Registers) -> Footing:
    contract, book = kept.contract, drafting.book
    work_id, licensor = registers.work_of(contract.work), registers.account_of(contract.licensor)
    papers = None if kept.scan is None else Agreements(kept.scan.sha256, _digest_of(kept.scan.cid))
    licensee = registers.account_of(contract.licensee)
    if work_id is None or licensor is None:
        return Footing((), 0, licensee, papers)
    rights = book.rights(work_id)
    estates = tuple(one for one in book.live_estates(work_id) if licensor in one.owners)
    return Footing(estates, 0 if rights is None else rights.backlog_until, licensee, papers)


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


def contracts_of(kept: Sequence[Kept]) -> tuple[Contract, ...]:
    """The contracts alone, for `findings`."""
    return tuple(one.contract for one in kept)
