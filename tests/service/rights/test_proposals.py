"""Proposals: agreed to step by step, handed in once, whatever happens in between."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select

from indexer.rights.acts import Assent
from indexer.values import Address
from service.errors import BadInput, Conflict, NotFound
from service.keys.intents import digest
from service.keys.operators import Operator
from service.keys.vault import make_vault
from service.outbox.database import Database
from service.outbox.operations import operation, operations
from service.outbox.requests import GrantRights
from service.rights import consents
from service.rights.consents import Desk
from service.rights.proposals import (
    PRINCIPAL,
    Proposal,
    ProposalState,
    hand_in_all,
    proposal,
    proposals,
    propose,
    withdraw,
)
from service.rights.tables import ConsentRow
from service.settings import read_settings
from tests.service.outbox.samples import word
from tests.service.rights.drafts import DOMAIN, Cast

STRANGER = Address(b"\x5a" * 20)


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    """Where consents are taken, with the operators' keys."""
    return Desk(database, make_vault(read_settings({}, tmp_path)), DOMAIN)


@pytest.fixture
def cast() -> Cast:
    """Two owners and a house."""
    return Cast()


def made(desk: Desk, cast: Cast, key: str = "one", **changes: object) -> Proposal:
    """Propose the grant."""
    return propose(
        desk.database,
        cast.draft(**changes),
        principal="k1",
        idempotency_key=key,
        proposed_by=cast.parties[0],
    )


def agree(desk: Desk, cast: Cast, found: Proposal, *which: int) -> Proposal:
    """Let some of them sign with their own keys."""
    for one in which:
        party = cast.parties[one]
        signature = cast.signed(cast.draft(deadline=found.deadline), one)
        found = consents.agree_signed(
            desk, found.id, party, signer=party, signature=signature, by=f"key {one}"
        )
    return found


def handed_in(database: Database) -> list[str]:
    """The ids of what the outbox has accepted of proposals."""
    return [one.id for one in operations(database, principal=PRINCIPAL)]


def test_the_last_consent_hands_the_act_in_with_everybodys_in_order(desk: Desk, cast: Cast) -> None:
    found = agree(desk, cast, made(desk, cast), 2, 0)
    assert (found.state, found.missing) == (ProposalState.OPEN, (cast.parties[1],))
    assert handed_in(desk.database) == []
    found = agree(desk, cast, found, 1)
    assert (found.state, found.missing) == (ProposalState.HANDED_IN, ())
    assert found.operation_id is not None
    request = operation(desk.database, found.operation_id).request
    assert isinstance(request, GrantRights)
    assert tuple(one.party for one in request.consents) == cast.parties
    assert digest(DOMAIN, request.agreement) == found.intent


def test_the_same_key_and_act_give_the_same_proposal_and_another_act_is_a_conflict(
    desk: Desk, cast: Cast
) -> None:
    deadline = int(time.time()) + 900
    first, again = (made(desk, cast, deadline=deadline) for _ in range(2))
    assert first.id == again.id
    with pytest.raises(Conflict, match="This idempotency key"):
        made(desk, cast, deadline=deadline + 1)


def test_a_consent_given_again_changes_nothing_also_when_all_agreed(desk: Desk, cast: Cast) -> None:
    found = agree(desk, cast, made(desk, cast), 0, 0, 1, 2, 2)
    assert found.state is ProposalState.HANDED_IN
    assert len(handed_in(desk.database)) == 1
    with desk.database.read() as connection:
        assert len(connection.execute(select(ConsentRow.id)).all()) == 3


def test_who_has_no_say_is_not_heard(desk: Desk, cast: Cast) -> None:
    found = made(desk, cast)
    with pytest.raises(BadInput) as refused:
        consents.agree_signed(desk, found.id, STRANGER, signer=STRANGER, signature=b"", by="k")
    assert refused.value.code == "not-a-party"
    with pytest.raises(NotFound):
        consents.agree_signed(desk, "0" * 32, STRANGER, signer=STRANGER, signature=b"", by="k")


def test_a_consent_can_be_taken_back_as_long_as_others_are_missing(desk: Desk, cast: Cast) -> None:
    found = agree(desk, cast, made(desk, cast), 0, 1)
    found = consents.take_back(desk, found.id, cast.parties[0], by="key 0")
    assert found.missing == (cast.parties[0], cast.parties[2])
    found = agree(desk, cast, found, 2, 0)
    assert found.state is ProposalState.HANDED_IN
    with pytest.raises(Conflict) as refused:
        consents.take_back(desk, found.id, cast.parties[0], by="key 0")
    assert refused.value.code == "proposal-handed-in"


def test_what_was_withdrawn_takes_no_consent(desk: Desk, cast: Cast) -> None:
    found = agree(desk, cast, made(desk, cast), 0, 1)
    withdraw(desk.database, found.id, by="k1", reason="改日再议")
    assert withdraw(desk.database, found.id, by="k1", reason="again").reason == "改日再议"
    with pytest.raises(Conflict) as refused:
        agree(desk, cast, found, 2)
    assert refused.value.code == "proposal-withdrawn"
    assert handed_in(desk.database) == []


def test_what_is_handed_in_is_not_withdrawn(desk: Desk, cast: Cast) -> None:
    found = agree(desk, cast, made(desk, cast), 0, 1, 2)
    with pytest.raises(Conflict) as refused:
        withdraw(desk.database, found.id, by="k1", reason="late")
    assert refused.value.code == "proposal-handed-in"


def test_after_its_deadline_a_proposal_is_lapsed(desk: Desk, cast: Cast) -> None:
    past = int(time.time()) - 7_200
    found = propose(
        desk.database,
        cast.draft(deadline=past + 3_600),
        principal="k1",
        idempotency_key="old",
        proposed_by=None,
        now=past,
    )
    assert found.state is ProposalState.OPEN, "it was, then"
    assert proposal(desk.database, found.id).state is ProposalState.LAPSED
    with pytest.raises(Conflict) as refused:
        agree(desk, cast, found, 0)
    assert refused.value.code == "proposal-lapsed"
    assert proposals(desk.database, open_only=True) == []


@pytest.mark.parametrize("seconds", [0, 30, 400 * 86_400])
def test_a_deadline_too_near_or_too_far_is_refused(desk: Desk, cast: Cast, seconds: int) -> None:
    with pytest.raises(BadInput) as refused:
        made(desk, cast, deadline=int(time.time()) + seconds)
    assert refused.value.code == "deadline-out-of-range"


def test_a_kept_key_signs_on_its_persons_word_in_one_transaction(desk: Desk, cast: Cast) -> None:
    with desk.database.write() as connection:
        kept = desk.vault.new_kept(connection, "author", word(3))
    draft = cast.draft()
    found = propose(
        desk.database,
        type(draft)(draft.request, draft.work_id, draft.intent, (kept, cast.parties[2])),
        principal="k1",
        idempotency_key="kept",
        proposed_by=None,
    )
    found = consents.agree_kept(desk, found.id, kept, signer=kept, by="author's key")
    given = found.given[kept]
    assert (given.assent, given.signer, len(given.signature)) == (Assent.KEPT_KEY, kept, 65)
    with pytest.raises(NotFound) as refused:
        consents.agree_kept(desk, found.id, cast.parties[2], signer=cast.parties[2], by="k")
    assert refused.value.code == "key-not-kept"
    assert proposal(desk.database, found.id).missing == (cast.parties[2],)


def test_a_paper_counts_once_another_hand_confirmed_it(desk: Desk, cast: Cast) -> None:
    found = agree(desk, cast, made(desk, cast), 1, 2)
    author, paper = cast.parties[0], word(9)
    with pytest.raises(Conflict) as refused:
        consents.confirm(desk, found.id, author, paper=paper, by="registrar")
    assert refused.value.code == "nothing-attested"
    found = consents.attest(desk, found.id, author, paper=paper, by="issuer")
    assert (found.state, found.missing) == (ProposalState.OPEN, (author,))
    with pytest.raises(Conflict) as refused:
        consents.confirm(desk, found.id, author, paper=paper, by="issuer")
    assert refused.value.code == "same-hand"
    found = consents.confirm(desk, found.id, author, paper=paper, by="registrar")
    assert found.state is ProposalState.HANDED_IN
    consent = found.given[author].consent()
    hands = desk.vault.operator(Operator.ISSUER), desk.vault.operator(Operator.REGISTRAR)
    assert (consent.paper, consent.attester, consent.confirmer) == (paper, *hands)
    assert (
        consents.confirm(desk, found.id, author, paper=paper, by="registrar").operation_id
        == found.operation_id
    )


def test_the_second_hand_confirms_the_paper_that_it_looked_at_and_none_that_took_its_place(
    desk: Desk, cast: Cast
) -> None:
    found, first, second = made(desk, cast), word(7), word(8)
    for paper in (first, second):
        consents.attest(desk, found.id, cast.parties[0], paper=paper, by="one")
    with pytest.raises(Conflict) as refused:
        consents.confirm(desk, found.id, cast.parties[0], by="other", paper=first)
    assert refused.value.code == "paper-replaced"
    assert cast.parties[0] in proposal(desk.database, found.id).missing
    done = consents.confirm(desk, found.id, cast.parties[0], by="other", paper=second)
    assert done.given[cast.parties[0]].paper == second
    assert cast.parties[0] not in done.missing


def test_those_with_a_paper_are_listed_for_the_second_hand_and_no_others(desk: Desk, cast: Cast) -> None:
    waits, taken_back, other = (made(desk, cast, key) for key in ("waits", "taken back", "other"))
    for one in (waits, taken_back):
        consents.attest(desk, one.id, cast.parties[0], paper=word(7), by="one")
    consents.take_back(desk, taken_back.id, cast.parties[0], by="one")
    agree(desk, cast, other, 1)
    assert [one.id for one in proposals(desk.database, on_paper=True)] == [waits.id]
    assert len(proposals(desk.database)) == 3


def test_a_signature_is_shown_as_of_the_key_that_the_chain_will_say(desk: Desk, cast: Cast) -> None:
    found = made(desk, cast)
    for one, is_kept in ((0, False), (1, True)):
        party, signature = cast.parties[one], cast.signed(cast.draft(deadline=found.deadline), one)
        found = consents.agree_signed(
            desk, found.id, party, signer=party, signature=signature, by="k", is_kept=is_kept
        )
    assert [found.given[one].assent for one in cast.parties[:2]] == [Assent.OWN_KEY, Assent.KEPT_KEY]


def test_two_who_give_the_last_consents_at_once_hand_in_one_request(desk: Desk, cast: Cast) -> None:
    for turn in range(5):
        found = agree(desk, cast, made(desk, cast, f"turn {turn}"), 0)
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda one, at=found: agree(desk, cast, at, one), (1, 2, 1, 2)))
        assert proposal(desk.database, found.id).state is ProposalState.HANDED_IN
        assert len(handed_in(desk.database)) == turn + 1


@pytest.mark.parametrize("nth", [1, 2, 3, 4])
def test_killed_between_the_last_consent_and_the_outbox_it_is_handed_in_once(
    tmp_path: Path, nth: int
) -> None:
    """Killed just before its nth commit: of the consent, of the request, of the request's id, and when all is done."""
    settings = read_settings({}, tmp_path)
    from service.outbox.database import open_database

    database, cast = open_database(settings.outbox_url), Cast()
    desk = Desk(database, make_vault(settings), DOMAIN)
    found = agree(desk, cast, made(desk, cast), 0, 1)
    signature = cast.signed(cast.draft(deadline=found.deadline), 2).hex()
    words = [found.id, cast.parties[2].hex(), signature, str(nth)]
    command = [sys.executable, "-m", "tests.service.rights.agreeing", str(tmp_path), *words]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(command, env=environment, timeout=60, capture_output=True, check=False)
    assert done.returncode == -9, done.stderr.decode()[-2000:]
    lost = nth == 1
    assert hand_in_all(database) == (nth in (2, 3))
    state = proposal(database, found.id).state
    assert state is (ProposalState.OPEN if lost else ProposalState.HANDED_IN)
    if lost:
        agree(desk, cast, found, 2)
    assert hand_in_all(database) == 0
    assert len(handed_in(database)) == 1
    database.close()


def test_a_list_shows_those_that_concern_an_account_newest_first(desk: Desk, cast: Cast) -> None:
    ids = [made(desk, cast, f"number {number}").id for number in range(3)]
    other = Cast()
    made(desk, other, "another's")
    mine = proposals(desk.database, accounts=[cast.parties[1]])
    assert [one.id for one in mine] == ids[::-1]
    assert [one.id for one in proposals(desk.database, accounts=cast.parties, before=mine[0].place)] == ids[
        1::-1
    ]
    assert len(proposals(desk.database)) == 4
    assert proposals(desk.database, accounts=[STRANGER]) == []
