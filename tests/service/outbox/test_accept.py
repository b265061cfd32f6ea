"""Accepting: durable, once for each key, in order."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import select, text

from indexer.values import ZERO_HASH
from service.errors import BadInput, Conflict, NotFound
from service.outbox import requests
from service.outbox.accept import Wanted, accept, accept_all
from service.outbox.database import Database
from service.outbox.operations import State, by_key, cancel, counts, operation, operations
from service.outbox.requests import Request
from service.outbox.tables import AttachmentRow
from tests.service.outbox.samples import (
    HOLDER,
    ISSUER,
    OTHER,
    account,
    attachment,
    chain,
    collection,
    deposit,
    one_of_each,
    word,
)


def test_every_kind_of_request_is_accepted_and_read_back(database: Database) -> None:
    wanted = [Wanted(one, f"k{number}") for number, one in enumerate(one_of_each())]
    accepted = accept_all(database, wanted, principal="p")
    assert [one.kind for one in accepted] == [one.request.KIND for one in wanted]
    for one in accepted:
        assert operation(database, one.id) == one
        assert one.state is State.ACCEPTED
        assert one.ended_at is None


def test_the_same_key_and_request_give_the_same_operation(database: Database) -> None:
    first = accept(database, deposit(1), idempotency_key="k", principal="p")
    assert accept(database, deposit(1), idempotency_key="k", principal="p") == first
    assert counts(database)[State.ACCEPTED] == 1


def test_the_same_key_with_another_request_is_a_conflict(database: Database) -> None:
    accept(database, deposit(1), idempotency_key="k", principal="p")
    with pytest.raises(Conflict) as caught:
        accept(database, deposit(2), idempotency_key="k", principal="p")
    assert caught.value.code == "idempotency-key-reused"


def test_keys_of_two_principals_do_not_meet(database: Database) -> None:
    mine = accept(database, deposit(1), idempotency_key="k", principal="p")
    theirs = accept(database, deposit(2), idempotency_key="k", principal="q")
    assert mine.id != theirs.id
    assert by_key(database, "p", "k") == mine
    assert by_key(database, "q", "other") is None


def test_all_of_a_call_are_accepted_or_none(database: Database) -> None:
    accept(database, deposit(1), idempotency_key="taken", principal="p")
    wanted = [Wanted(deposit(2), "a"), Wanted(deposit(3), "taken"), Wanted(deposit(4), "b")]
    with pytest.raises(Conflict) as caught:
        accept_all(database, wanted, principal="p")
    assert caught.value.facts["index"] == 1
    assert counts(database)[State.ACCEPTED] == 1


def test_an_object_waits_step_by_step_and_objects_do_not_wait_for_each_other(database: Database) -> None:
    made = collection()
    wanted = [Wanted(made, "c")]
    for number in (1, 2):
        wanted += [
            Wanted(one, f"{number}-{step}") for step, one in enumerate(chain(number + 4, made, HOLDER))
        ]
    ids = [one.id for one in accept_all(database, wanted, principal="p")]
    waits = {
        place: {ids.index(one) for one in operation(database, ids[place]).waiting_on} for place in range(9)
    }
    assert waits == {
        0: set(),
        1: set(),
        2: {0, 1},
        3: {0, 1, 2},
        4: {0, 3},
        5: set(),
        6: {0, 5},
        7: {0, 5, 6},
        8: {0, 7},
    }


def test_requests_of_two_calls_keep_their_order(database: Database) -> None:
    minted = accept(database, chain(5, collection(), HOLDER)[2], idempotency_key="m", principal="p")
    handed = accept(database, chain(5, collection(), HOLDER)[3], idempotency_key="d", principal="q")
    assert handed.waiting_on == (minted.id,)


def test_named_predecessors_are_waited_for(database: Database) -> None:
    first = accept(database, deposit(1), idempotency_key="a", principal="p")
    second = accept(database, deposit(2), idempotency_key="b", principal="p", after=[first.id])
    assert second.waiting_on == (first.id,)
    wanted = [Wanted(deposit(3), "c"), Wanted(deposit(4), "d", after=("c",))]
    third, fourth = accept_all(database, wanted, principal="p")
    assert fourth.waiting_on == (third.id,)


def test_a_predecessor_that_is_not_there_or_was_refused_is_refused(database: Database) -> None:
    with pytest.raises(BadInput):
        accept(database, deposit(1), idempotency_key="a", principal="p", after=["nobody"])
    gone = accept(database, deposit(2), idempotency_key="b", principal="p")
    cancel(database, gone.id, principal="p")
    with pytest.raises(Conflict) as caught:
        accept(database, deposit(3), idempotency_key="c", principal="p", after=[gone.id])
    assert caught.value.code == "dependency-refused"


def test_cancelling_refuses_those_that_need_it_by_name_and_nobody_else(database: Database) -> None:
    made = collection()
    wanted = [Wanted(one, str(step)) for step, one in enumerate([made, *chain(5, made, HOLDER), deposit(6)])]
    ids = [one.id for one in accept_all(database, wanted, principal="p")]
    cancelled = cancel(database, ids[1], principal="p")
    assert cancelled.reason is not None
    assert (cancelled.state, cancelled.reason.code) == (State.REFUSED, "cancelled")
    found = [operation(database, one) for one in ids]
    assert [one.state is State.REFUSED for one in found] == [False, True, True, True, True, False]
    named = [
        one.reason.facts["operation"]
        for one in found
        if one.reason and one.reason.code == "dependency-refused"
    ]
    assert set(named) <= set(ids[1:4])
    assert len(named) == 3
    assert found[4].waiting_on == (ids[0],)


def test_what_only_takes_its_place_is_not_refused_with_others(database: Database) -> None:
    gift = accept(database, requests.GiveFromKept(77, HOLDER, OTHER), idempotency_key="g", principal="p")
    order = accept(database, one_of_each()[18], idempotency_key="o", principal="p")
    assert order.waiting_on == (gift.id,)
    cancel(database, gift.id, principal="p")
    assert operation(database, order.id).state is State.ACCEPTED
    assert operation(database, order.id).waiting_on == ()


def test_what_is_cancelled_keeps_neither_bytes_nor_places_of_its_files(database: Database) -> None:
    inline, waiting = attachment(b"{}"), replace(attachment(b"long"), content=None, path="inbox/long")
    asked = [Wanted(deposit(number, inline, waiting), str(number)) for number in (1, 2)]
    cancelled, other = accept_all(database, asked, principal="p")
    cancel(database, cancelled.id, principal="p")
    with database.read() as connection:
        query = select(AttachmentRow.place, AttachmentRow.content, AttachmentRow.path)
        rows = {tuple(row) for row in connection.execute(query)}
    kept = {(other.place, b"{}", None), (other.place, None, "inbox/long")}
    assert rows == {(cancelled.place, None, None)} | kept


def test_cancelling_twice_is_cancelling_once(database: Database) -> None:
    one = accept(database, deposit(1), idempotency_key="k", principal="p")
    assert cancel(database, one.id, principal="p") == cancel(database, one.id, principal="p")


def test_only_its_principal_cancels(database: Database) -> None:
    one = accept(database, deposit(1), idempotency_key="k", principal="p")
    with pytest.raises(NotFound):
        cancel(database, one.id, principal="q")


@pytest.mark.parametrize("state", ["signed", "sent", "settled"])
def test_what_is_signed_is_not_cancelled(database: Database, state: str) -> None:
    one = accept(database, deposit(1), idempotency_key="k", principal="p")
    with database.write() as connection:
        connection.execute(text("UPDATE operations SET state = :state"), {"state": state})
    with pytest.raises(Conflict):
        cancel(database, one.id, principal="p")


def test_lists_are_by_page_newest_first_and_by_filter(database: Database) -> None:
    wanted = [Wanted(deposit(number), f"k{number}") for number in range(1, 8)]
    accepted = accept_all(database, wanted, principal="p")
    accept(database, account(HOLDER), idempotency_key="k", principal="q")
    first = operations(database, principal="p", limit=3)
    second = operations(database, principal="p", limit=9, before=first[-1].place)
    assert [one.id for one in first + second] == [one.id for one in reversed(accepted)]
    assert [one.kind for one in operations(database, kind="register-account")] == ["register-account"]
    assert operations(database, state=State.SETTLED) == []


def test_an_operation_that_is_not_there_is_not_found(database: Database) -> None:
    with pytest.raises(NotFound):
        operation(database, "0" * 32)


@pytest.mark.parametrize("typed", ["", "\0", "\ud800", "0" * 31, "G" * 32, "0" * 32 + "\n", "0" * 100_000])
def test_what_can_be_no_id_names_nothing_whatever_the_database_takes(database: Database, typed: str) -> None:
    with pytest.raises(NotFound):
        operation(database, typed)
    with pytest.raises(NotFound):
        cancel(database, typed, principal="p")


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (requests.Mint(word(1), word(2), 2**32, 1), "number"),
        (requests.Mint(word(1), word(2), 1, 2**64), "serial"),
        (requests.Distribute(word(1), 2**192, HOLDER), "token_id"),
        (requests.LowerCap(2**128, 1), "edition_id"),
        (requests.WithdrawWork(word(1), "理" * 700), "reason"),
        (requests.SubmitGift(1, HOLDER, OTHER, 2**256, 1, b""), "nonce"),
        (requests.SubmitGift(1, HOLDER, OTHER, 1, 1, bytes(4097)), "signature"),
        (requests.Deposit(ISSUER, deposit(1).kind, word(1), word(1), -1), "acknowledged_claims"),
        (
            requests.Deposit(
                ISSUER, deposit(1).kind, word(1), word(1), 0, word(1), word(1), (ZERO_HASH,) * 65
            ),
            "anchor_proof",
        ),
    ],
)
def test_what_no_contract_could_take_is_not_accepted(
    database: Database, request_: Request, field: str
) -> None:
    with pytest.raises(BadInput) as caught:
        accept(database, request_, idempotency_key="k", principal="p")
    assert caught.value.facts["field"] == field
    assert counts(database)[State.ACCEPTED] == 0


@pytest.mark.parametrize("key", ["", "k" * 201])
def test_an_idempotency_key_has_its_length(database: Database, key: str) -> None:
    with pytest.raises(BadInput):
        accept(database, deposit(1), idempotency_key=key, principal="p")


def test_a_key_of_the_same_call_is_waited_for_only_if_its_request_was_not_refused_before(
    database: Database,
) -> None:
    first = accept(database, deposit(1), idempotency_key="first", principal="p")
    cancel(database, first.id, principal="p")
    again = [Wanted(deposit(1), "first"), Wanted(deposit(2), "second", ("first",))]
    with pytest.raises(Conflict, match="refused"):
        accept_all(database, again, principal="p")
    with pytest.raises(BadInput):  # A key of another call is the name of nothing.
        accept(database, deposit(2), idempotency_key="second", principal="p", after=("first",))
    fresh = [Wanted(deposit(3), "third"), Wanted(deposit(2), "second", ("third",))]
    third, second = accept_all(database, fresh, principal="p")
    assert second.depends_on == (third.id,)


def test_200_requests_with_one_key_at_once_are_one_operation(database: Database) -> None:
    start = threading.Barrier(40)

    def ask(number: int) -> str:
        if number < 40:
            start.wait(30)
        return accept(database, deposit(1), idempotency_key="k", principal="p").id

    with ThreadPoolExecutor(40) as clients:
        found = list(clients.map(ask, range(200)))
    assert len(found) == 200
    assert len(set(found)) == 1
    assert [one.id for one in operations(database)] == found[:1]


def test_who_asks_otherwise_under_a_key_at_the_same_time_is_told_so_and_nobody_else(
    database: Database,
) -> None:
    """They share a transaction; one wins the key, the other request gets a conflict, and a third key is not touched."""

    def ask(number: int) -> tuple[int, str]:
        wanted = (deposit(1), deposit(2), deposit(3))[number % 3]
        try:
            key = "own" if number % 3 == 2 else "shared"
            return number % 3, accept(database, wanted, idempotency_key=key, principal="p").id
        except Conflict as fault:
            return number % 3, fault.code

    with ThreadPoolExecutor(30) as clients:
        found = Counter(clients.map(ask, range(90)))
    assert len(operations(database)) == 2
    assert sum(number for (_, answer), number in found.items() if answer == "idempotency-key-reused") == 30
    assert sorted(found.values()) == [30, 30, 30]


def test_a_call_that_is_refused_leaves_nothing_of_itself_beside_those_that_are_not(
    database: Database,
) -> None:
    """A key is used again in the middle of a call: the call is refused whole, the calls beside it are not."""
    accept(database, deposit(0), idempotency_key="taken", principal="p")

    def ask(number: int) -> int:
        keys = [f"{number} a", "taken" if number % 2 else f"{number} b", f"{number} c"]
        wanted = [Wanted(deposit(10 + 3 * number + at), key) for at, key in enumerate(keys)]
        try:
            return len(accept_all(database, wanted, principal="p"))
        except Conflict:
            return 0

    with ThreadPoolExecutor(20) as clients:
        assert sum(clients.map(ask, range(40))) == 60
    assert len(operations(database, limit=200)) == 61


def test_a_change_after_many_uses_waits_for_all_of_them(database: Database) -> None:
    made = collection()
    uses = [requests.Mint(made.collection_id, word(9), 1, serial) for serial in range(1, 6)]
    minted = accept_all(database, [Wanted(one, str(one.serial)) for one in uses], principal="p")
    policy = accept(database, one_of_each()[7], idempotency_key="s", principal="p")
    assert set(policy.waiting_on) == {one.id for one in minted}
    cancel(database, minted[0].id, principal="p")
    assert operation(database, policy.id).state is State.ACCEPTED
