"""Acts on rights before everybody agreed (docs/states.md, "A proposal"). Owns the table `proposals` and its parties.

Whoever reads one gets all of it; who may is for the border to decide (`service/rights/audience.py`).
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, insert, or_, select, update

from indexer.rights.acts import Assent
from indexer.values import ZERO_ADDRESS, Address, Hash32
from service.errors import BadInput, Conflict, NotFound
from service.keys.agreements import Consent
from service.outbox import body
from service.outbox.accept import LONGEST_KEY, accept
from service.outbox.database import Database
from service.outbox.operations import Operation
from service.outbox.ranges import check
from service.outbox.requests import Agreed
from service.rights.tables import ConsentRow, PartyRow, ProposalRow

PRINCIPAL = "proposals"
"""Under whose name what was agreed is handed in; the key is the proposal's id, so that it is handed in once."""
LONGEST_REASON = 500
_CHUNK = 400
SHORTEST = 60
"""Seconds that there must be to agree in."""
LONGEST = 366 * 86_400
"""Seconds after which nobody should still be bound by what was signed."""


class ProposalState(StrEnum):
    """How far a proposal got (docs/states.md)."""

    OPEN = "open"
    AGREED = "agreed"
    HANDED_IN = "handed_in"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Given:
    """What a party said, or what was attested for it.

    Attributes:
        signer: who signed: stands for the party; with a paper the attester.
        paper: SHA-256 of what the party signed by hand; None: it signed the act itself.
        confirmer, confirmation, confirmed_at: with a paper, the second hand; None as long as it is missing.
    """

    party: Address
    assent: Assent
    signer: Address
    signature: bytes
    given_at: int
    paper: Hash32 | None = None
    confirmer: Address | None = None
    confirmation: bytes | None = None
    confirmed_at: int | None = None

    @property
    def complete(self) -> bool:
        """Whether it counts: a paper takes two hands."""
        return self.paper is None or self.confirmed_at is not None

    def consent(self) -> Consent:
        """Write it as the contracts take it."""
        if self.paper is None:
            return Consent.signed(self.party, self.signature)
        return Consent(
            self.party,
            self.signature,
            self.paper,
            self.signer,
            self.confirmer or ZERO_ADDRESS,
            self.confirmation or b"",
        )


@dataclass(frozen=True, slots=True)
class Proposal:
    """An act that was proposed, and who agreed.

    Attributes:
        id: 32 hexadecimal digits; cannot be guessed. `place`: in the order of proposing.
        request: what it becomes, without consents. intent: the EIP-712 digest that everybody signs.
        deadline: until when all must have agreed and it must be recorded, Unix seconds.
        parties: who has to agree, in order. given: what they said so far.
        proposed_by: the account of who proposed it, if it has one; principal: its key.
        operation_id: of the request that it became.
    """

    id: str
    place: int
    request: Agreed
    work_id: Hash32
    intent: Hash32
    deadline: int
    parties: tuple[Address, ...]
    given: Mapping[Address, Given]
    principal: str
    proposed_by: Address | None
    proposed_at: int
    state: ProposalState
    ended_at: int | None
    reason: str | None
    operation_id: str | None

    @property
    def missing(self) -> tuple[Address, ...]:
        """Who has not agreed yet."""
        return tuple(one for one in self.parties if one not in self.given or not self.given[one].complete)

    def complete_request(self) -> Agreed:
        """Give the request with everybody's consent, in order."""
        return replace(self.request, consents=tuple(self.given[one].consent() for one in self.parties))


@dataclass(frozen=True, slots=True)
class Draft:
    """An act that somebody proposes: the request without consents, its digest, whose rights, who must agree."""

    request: Agreed
    work_id: Hash32
    intent: Hash32
    parties: tuple[Address, ...]

    @property
    def deadline(self) -> int:
        """Until when what is signed is good."""
        return int(self.request.agreement.deadline)


def propose(
    database: Database,
    draft: Draft,
    *,
    principal: str,
    idempotency_key: str,
    proposed_by: Address | None,
    asked: bytes = b"",
    now: int | None = None,
) -> Proposal:
    """Keep a proposal, durably; asked again with the same key, give the same one.

    Args:
        asked: digest of what was asked for, from which the draft was made by reading the state of that time; left out,
            the draft itself is what was asked.

    Raises:
        BadInput: a field is out of its range, or the deadline is too near or too far.
        Conflict: the key was used for another proposal.
    """
    at = int(time.time()) if now is None else now
    check(draft.request)
    _check_key(idempotency_key)
    text = body.canonical(draft.request)
    digest = asked or hashlib.sha256(text + b"".join(draft.parties)).digest()
    with database.write() as connection:
        held = _under_key(connection, principal, idempotency_key, digest, at)
        if held is not None:
            return held
        _check_deadline(draft.deadline, at)
        values = {
            "id": secrets.token_hex(16),
            "principal": principal,
            "idempotency_key": idempotency_key,
            "digest": digest,
            "kind": draft.request.KIND,
            "body": text.decode(),
            "work_id": draft.work_id,
            "intent": draft.intent,
            "deadline": draft.deadline,
            "proposed_by": proposed_by,
            "proposed_at": at,
            "state": ProposalState.OPEN,
        }
        place = connection.execute(
            insert(ProposalRow).values(values).returning(ProposalRow.place)
        ).scalar_one()
        rows = [
            {"proposal": place, "position": position, "party": party}
            for position, party in enumerate(draft.parties)
        ]
        connection.execute(insert(PartyRow), rows)
        return read_one(connection, str(values["id"]), at)


def earlier(database: Database, principal: str, idempotency_key: str, asked: bytes) -> Proposal | None:
    """Give the proposal that was made under this key before, as it was read from the state of that time.

    Raises:
        Conflict: another one was asked for under this key.
    """
    with database.read() as connection:
        return _under_key(connection, principal, idempotency_key, asked, int(time.time()))


def deadline_under(database: Database, principal: str, idempotency_key: str) -> int | None:
    """Give the deadline of what was proposed under this key before, whatever it was; None where nothing was."""
    row = ProposalRow
    where = (row.principal == principal, row.idempotency_key == idempotency_key)
    with database.read() as connection:
        return connection.execute(select(row.deadline).where(*where)).scalar_one_or_none()


def _under_key(
    connection: Connection, principal: str, idempotency_key: str, asked: bytes, now: int
) -> Proposal | None:
    row = ProposalRow
    where = (row.principal == principal, row.idempotency_key == idempotency_key)
    held = connection.execute(select(row.id, row.digest).where(*where)).one_or_none()
    if held is None:
        return None
    if held.digest != asked:
        raise _key_reused(idempotency_key)
    return read_one(connection, held.id, now)


def proposal(database: Database, proposal_id: str) -> Proposal:
    """Give a proposal.

    Raises:
        NotFound: there is none of this id.
    """
    with database.read() as connection:
        return read_one(connection, proposal_id, int(time.time()))


def proposals(
    database: Database,
    *,
    accounts: Collection[Address] = (),
    nobody: bool = False,
    work_id: Hash32 | None = None,
    open_only: bool = False,
    on_paper: bool = False,
    before: int | None = None,
    limit: int = 50,
) -> list[Proposal]:
    """List proposals, newest first.

    Args:
        accounts: only those that one of these accounts made or has to agree to; none: all, or with `nobody` none.
        on_paper: only those in which a paper stands for a party.
        before: the `place` of the last one seen.
    """
    row: Any = ProposalRow
    where: list[ColumnElement[bool]] = []
    if accounts or nobody:
        asked = select(PartyRow.proposal).where(PartyRow.party.in_(accounts))
        where.append(or_(row.proposed_by.in_(accounts), row.place.in_(asked)))
    if work_id is not None:
        where.append(row.work_id == work_id)
    if on_paper:
        papers = ConsentRow.paper.is_not(None), ConsentRow.taken_back_at.is_(None)
        where.append(row.place.in_(select(ConsentRow.proposal).where(*papers)))
    if open_only:
        where += [row.state == ProposalState.OPEN, row.deadline > int(time.time())]
    if before is not None:
        where.append(row.place < before)
    with database.read() as connection:
        return _read(connection, int(time.time()), *where, limit=limit)


def ids_of(database: Database, intents: Sequence[Hash32]) -> dict[str, Hash32]:
    """Give the ids of the proposals of some intents, with the intent of each."""
    found: dict[str, Hash32] = {}
    with database.read() as connection:
        for start in range(0, len(intents), _CHUNK):
            query = select(ProposalRow.id, ProposalRow.intent).where(
                ProposalRow.intent.in_(intents[start : start + _CHUNK])
            )
            found |= {name: Hash32(intent) for name, intent in connection.execute(query)}
    return found


def withdraw(database: Database, proposal_id: str, *, by: str, reason: str) -> Proposal:
    """End a proposal before all agreed: its proposer takes it back, or a party says no. Again it changes nothing.

    Raises:
        NotFound: there is none of this id.
        Conflict: all agreed before, or the time is over.
    """
    now = int(time.time())
    with database.write() as connection:
        found = read_one(connection, proposal_id, now)
        if found.state is ProposalState.WITHDRAWN:
            return found
        require_open(found)
        values = {
            "state": ProposalState.WITHDRAWN,
            "ended_at": now,
            "ended_by": by,
            "reason": reason[:LONGEST_REASON],
        }
        connection.execute(update(ProposalRow).where(ProposalRow.place == found.place).values(values))
        return read_one(connection, proposal_id, now)


def hand_in(database: Database, proposal_id: str) -> Proposal:
    """Hand in what all agreed to, if it was not yet; whoever asks and however often, it is one request.

    Raises:
        NotFound: there is no such proposal.
    """
    found = proposal(database, proposal_id)
    if found.state is not ProposalState.AGREED:
        return found
    accepted: Operation = accept(
        database, found.complete_request(), idempotency_key=found.id, principal=PRINCIPAL
    )
    with database.write() as connection:
        change = update(ProposalRow).where(ProposalRow.place == found.place)
        connection.execute(change.values(state=ProposalState.HANDED_IN, operation_id=accepted.id))
    return proposal(database, proposal_id)


def hand_in_all(database: Database) -> int:
    """Hand in what was agreed to and whose accepting was cut off; how many."""
    query = select(ProposalRow.id).where(ProposalRow.state == ProposalState.AGREED)
    with database.read() as connection:
        ids = list(connection.execute(query.order_by(ProposalRow.place)).scalars())
    for one in ids:
        hand_in(database, one)
    return len(ids)


def require_open(found: Proposal) -> None:
    """Demand that a proposal still waits for consents.

    Raises:
        Conflict: it does not.
    """
    if found.state is ProposalState.OPEN:
        return
    zh, en = _NOT_OPEN[found.state]
    raise Conflict(f"proposal-{found.state.value.replace('_', '-')}", zh, en, proposal=found.id)


_NOT_OPEN: Mapping[ProposalState, tuple[str, str]] = {
    ProposalState.AGREED: ("各方均已同意，不能再改。", "Everybody has agreed; nothing can be changed."),
    ProposalState.HANDED_IN: ("各方均已同意，并已提交。", "Everybody has agreed, and it was handed in."),
    ProposalState.WITHDRAWN: ("这项拟议已撤回。", "This proposal was withdrawn."),
    ProposalState.LAPSED: (
        "这项拟议已过期；请重新提出。",
        "The time for this proposal is over; propose it again.",
    ),
}


def read_one(connection: Connection, proposal_id: str, now: int) -> Proposal:
    """Give a proposal as a transaction sees it.

    Raises:
        NotFound: there is none of this id.
    """
    found = _read(connection, now, ProposalRow.id == proposal_id)
    if not found:
        raise unknown(proposal_id)
    return found[0]


def unknown(proposal_id: str) -> NotFound:
    """The error for a proposal that is not there, or not for whoever asks."""
    return NotFound(
        "unknown-proposal",
        "没有这项拟议，或您无权查看；请核对编号。",
        "There is no such proposal, or it is not for you to see; check the id.",
        given=proposal_id[:64],
    )


def _read(
    connection: Connection, now: int, *where: ColumnElement[bool], limit: int | None = None
) -> list[Proposal]:
    query = select(ProposalRow.__table__).where(*where).order_by(ProposalRow.place.desc()).limit(limit)
    rows: Sequence[Any] = connection.execute(query).all()
    places = [row.place for row in rows]
    parties = _parties(connection, places)
    given = _given(connection, places)
    return [_proposal(row, parties[row.place], given[row.place], now) for row in rows]


def _parties(connection: Connection, places: Collection[int]) -> Mapping[int, list[Address]]:
    found: dict[int, list[Address]] = defaultdict(list)
    query = select(PartyRow.proposal, PartyRow.party).where(PartyRow.proposal.in_(places))
    for place, party in connection.execute(query.order_by(PartyRow.proposal, PartyRow.position)):
        found[place].append(Address(party))
    return found


def _given(connection: Connection, places: Collection[int]) -> Mapping[int, dict[Address, Given]]:
    found: dict[int, dict[Address, Given]] = defaultdict(dict)
    query = select(ConsentRow.__table__).where(
        ConsentRow.proposal.in_(places), ConsentRow.taken_back_at.is_(None)
    )
    for row in connection.execute(query.order_by(ConsentRow.id)):
        found[row.proposal][Address(row.party)] = Given(
            party=Address(row.party),
            assent=Assent(row.assent),
            signer=Address(row.signer),
            signature=row.signature,
            given_at=row.given_at,
            paper=None if row.paper is None else Hash32(row.paper),
            confirmer=None if row.confirmer is None else Address(row.confirmer),
            confirmation=row.confirmation,
            confirmed_at=row.confirmed_at,
        )
    return found


def _proposal(row: Any, parties: list[Address], given: dict[Address, Given], now: int) -> Proposal:
    request: Any = body.from_text(row.body)
    return Proposal(
        id=row.id,
        place=row.place,
        request=request,
        work_id=Hash32(row.work_id),
        intent=Hash32(row.intent),
        deadline=row.deadline,
        parties=tuple(parties),
        given=given,
        principal=row.principal,
        proposed_by=None if row.proposed_by is None else Address(row.proposed_by),
        proposed_at=row.proposed_at,
        state=_state(row, now),
        ended_at=row.ended_at,
        reason=row.reason,
        operation_id=row.operation_id,
    )


def _state(row: Any, now: int) -> ProposalState:
    if row.state == ProposalState.OPEN and row.deadline <= now:
        return ProposalState.LAPSED
    return ProposalState(row.state)


def _check_key(key: str) -> None:
    if not 0 < len(key) <= LONGEST_KEY:
        raise BadInput(
            "idempotency-key-malformed",
            f"幂等键须为 1 至 {LONGEST_KEY} 个字符。",
            f"An idempotency key has 1 to {LONGEST_KEY} characters.",
        )


def _check_deadline(deadline: int, now: int) -> None:
    if not now + SHORTEST <= deadline <= now + LONGEST:
        raise BadInput(
            "deadline-out-of-range",
            "同意的截止时间须在一分钟之后、366 天之内。",
            "The time to agree in ends after a minute at the earliest and within 366 days.",
            field="deadline",
        )


def _key_reused(key: str) -> Conflict:
    return Conflict(
        "idempotency-key-reused",
        "这个幂等键已用于另一项拟议；请换一个键。",
        "This idempotency key was used for another proposal; use a new key for a new one.",
        key=key,
    )
