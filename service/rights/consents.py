"""Consents to proposals: signed by an own key, by a kept key on its person's word, or a paper that two hands attest.

Owns the table `proposal_consents`. The last consent and the proposal's being agreed are one transaction.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from indexer.rights.acts import Assent
from indexer.values import Address, Hash32
from indexer.wire import write_address
from service.errors import BadInput, Conflict
from service.keys import guard
from service.keys.agreements import PaperAttested
from service.keys.intents import Domain, digest, slot
from service.keys.operators import Operator
from service.keys.vault import KeyVault
from service.outbox.database import Database
from service.rights.proposals import (
    Given,
    Proposal,
    ProposalState,
    hand_in,
    read_one,
    require_open,
)
from service.rights.tables import ConsentRow, ProposalRow


@dataclass(frozen=True, slots=True)
class Desk:
    """What taking consents needs. `domain`: of the contract `Consents`."""

    database: Database
    vault: KeyVault
    domain: Domain


def agree_signed(
    desk: Desk,
    proposal_id: str,
    party: Address,
    *,
    signer: Address,
    signature: bytes,
    by: str,
    is_kept: bool = False,
) -> Proposal:
    """Take a party's own signature over the proposal's digest, which the caller has checked, whatever is held already.

    It takes the place of a paper that waits for its second hand.

    Args:
        signer: the account that stands for the party and signed. by: the key that handed it in.
        is_kept: whether the registry of identities has the signer's key as one that is kept, as the chain will say.

    Raises:
        NotFound: there is no such proposal. BadInput: the party has no say in it. Conflict: it is not open.
    """

    def values(_connection: Connection, _found: Proposal) -> dict[str, Any]:
        assent = Assent.KEPT_KEY if is_kept else Assent.OWN_KEY
        return {"assent": assent, "signer": signer, "signature": signature}

    return _take(desk, proposal_id, party, by, values)


def agree_kept(desk: Desk, proposal_id: str, party: Address, *, signer: Address, by: str) -> Proposal:
    """Sign with the key kept here for whoever stands for the party, on that person's word.

    The word, the claimed slot and the signature are one transaction.

    Raises:
        NotFound: there is no such proposal, or the key is not kept here. BadInput, Conflict: as `agree_signed`.
    """

    def values(connection: Connection, found: Proposal) -> dict[str, Any]:
        _claim(connection, desk.domain, signer, found)
        signature = desk.vault.sign_as_kept(connection, signer, found.intent)
        return {"assent": Assent.KEPT_KEY, "signer": signer, "signature": signature}

    return _take(desk, proposal_id, party, by, values)


def agree_as_operator(
    desk: Desk, proposal_id: str, party: Address, *, operator: Operator, by: str
) -> Proposal:
    """Sign as the institution, which is a party itself.

    Raises:
        NotFound, BadInput, Conflict: as `agree_signed`.
    """
    signer = desk.vault.operator(operator)

    def values(connection: Connection, found: Proposal) -> dict[str, Any]:
        _claim(connection, desk.domain, signer, found)
        signature = desk.vault.sign_as_operator(operator, found.intent)
        return {"assent": Assent.OWN_KEY, "signer": signer, "signature": signature}

    return _take(desk, proposal_id, party, by, values)


def agree_here(
    desk: Desk, proposal_id: str, party: Address, *, signer: Address, is_institution: bool, by: str
) -> Proposal:
    """Sign with a key that is kept here: the institution's own where it speaks for itself, else a person's.

    Args:
        is_institution: whether the institution asks.

    Raises:
        NotFound, BadInput, Conflict: as `agree_kept`.
    """
    if is_institution and signer == desk.vault.operator(Operator.ISSUER):
        return agree_as_operator(desk, proposal_id, party, operator=Operator.ISSUER, by=by)
    return agree_kept(desk, proposal_id, party, signer=signer, by=by)


def attest(desk: Desk, proposal_id: str, party: Address, *, paper: Hash32, by: str) -> Proposal:
    """Say, as the issuer, that a party without a key of its own signed this paper by hand: the first hand.

    Raises:
        NotFound, BadInput, Conflict: as `agree_signed`.
    """
    attester = desk.vault.operator(Operator.ISSUER)

    def values(connection: Connection, found: Proposal) -> dict[str, Any]:
        signature = _attested(desk, connection, Operator.ISSUER, found, party, paper)
        return {"assent": Assent.PAPER, "signer": attester, "signature": signature, "paper": paper}

    return _take(desk, proposal_id, party, by, values)


def confirm(desk: Desk, proposal_id: str, party: Address, *, paper: Hash32, by: str) -> Proposal:
    """Confirm, as the registrar, what was attested: the second hand. Again it changes nothing.

    Args:
        paper: the one that was looked at.

    Raises:
        NotFound: there is no such proposal.
        Conflict: nothing was attested for the party, or another paper by now, or the proposal is not open, or by
            whoever attested it.
    """
    now = int(time.time())
    with desk.database.write() as connection:
        found = read_one(connection, proposal_id, now)
        given = found.given.get(party)
        if given is None or given.paper is None:
            raise Conflict(
                "nothing-attested",
                f"没有为 {write_address(party)} 作过见证，无从确认。",
                f"Nothing was attested for {write_address(party)}, so there is nothing to confirm.",
                party=write_address(party),
            )
        _require_same(given, paper)
        if not given.complete:
            require_open(found)
            _require_another(connection, found, party, by)
            signature = _attested(desk, connection, Operator.REGISTRAR, found, party, given.paper)
            change = update(ConsentRow).where(*_live(found, party))
            connection.execute(
                change.values(
                    confirmer=desk.vault.operator(Operator.REGISTRAR),
                    confirmation=signature,
                    confirmed_at=now,
                    confirmed_by=by,
                )
            )
            _end_if_agreed(connection, found.id, now)
    return hand_in(desk.database, proposal_id)


def take_back(desk: Desk, proposal_id: str, party: Address, *, by: str) -> Proposal:
    """Take a consent back as long as others are missing; it stays in the table, and counts no more.

    Raises:
        NotFound: there is no such proposal. Conflict: it is not open.
    """
    now = int(time.time())
    with desk.database.write() as connection:
        found = read_one(connection, proposal_id, now)
        require_open(found)
        change = update(ConsentRow).where(*_live(found, party))
        connection.execute(change.values(taken_back_at=now, taken_back_by=by))
        return read_one(connection, proposal_id, now)


def _take(
    desk: Desk,
    proposal_id: str,
    party: Address,
    by: str,
    values: Callable[[Connection, Proposal], dict[str, Any]],
) -> Proposal:
    """Write a consent down, and that all agreed if it was the last one; then hand in. Again it changes nothing."""
    now = int(time.time())
    with desk.database.write() as connection:
        found = read_one(connection, proposal_id, now)
        _require_party(found, party)
        if not _counts(found.given.get(party)):
            require_open(found)
            connection.execute(update(ConsentRow).where(*_live(found, party)).values(taken_back_at=now))
            said = {"proposal": found.place, "party": party, "given_at": now, "given_by": by}
            connection.execute(insert(ConsentRow).values({**said, **values(connection, found)}))
            _end_if_agreed(connection, proposal_id, now)
    return hand_in(desk.database, proposal_id)


def _counts(given: Given | None) -> bool:
    return given is not None and given.complete


def _end_if_agreed(connection: Connection, proposal_id: str, now: int) -> None:
    found = read_one(connection, proposal_id, now)
    if found.missing:
        return
    change = update(ProposalRow).where(ProposalRow.place == found.place)
    connection.execute(change.values(state=ProposalState.AGREED, ended_at=now))


def _live(found: Proposal, party: Address) -> tuple[Any, ...]:
    row = ConsentRow
    return row.proposal == found.place, row.party == party, row.taken_back_at.is_(None)


def _require_party(found: Proposal, party: Address) -> None:
    if party not in found.parties:
        raise BadInput(
            "not-a-party",
            f"这项拟议不需要 {write_address(party)} 同意。",
            f"{write_address(party)} does not have to agree to this proposal.",
            party=write_address(party),
        )


def _require_same(given: Given, paper: Hash32) -> None:
    if paper != given.paper:
        raise Conflict(
            "paper-replaced",
            "书面文件已另行见证，与您核对的不是同一份，未作确认；请重新核对。",
            "Another paper was attested since, which is not the one you looked at; nothing was confirmed. Look again.",
        )


def _require_another(connection: Connection, found: Proposal, party: Address, by: str) -> None:
    first = connection.execute(select(ConsentRow.given_by).where(*_live(found, party))).scalar_one()
    if first == by:
        raise Conflict(
            "same-hand",
            "见证与确认须由两个不同的人经手。",
            "Who attested does not confirm: it takes two different hands.",
        )


def _claim(connection: Connection, domain: Domain, signer: Address, found: Proposal) -> None:
    guard.claim(connection, signer, domain.separator(), slot(found.request.agreement), found.intent)


def _attested(
    desk: Desk, connection: Connection, operator: Operator, found: Proposal, party: Address, paper: Hash32
) -> bytes:
    intent = PaperAttested(found.intent, party, paper)
    named, signer = digest(desk.domain, intent), desk.vault.operator(operator)
    guard.claim(connection, signer, desk.domain.separator(), slot(intent), named)
    return desk.vault.sign_as_operator(operator, named)
