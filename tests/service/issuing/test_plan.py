"""What a row asks for: every request under a key of its own, in an order in which each finds what it needs."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from indexer.values import Address, Hash32
from service.files.description import Kind, describe
from service.intake.requests import Issue, WorkRequest
from service.issuing.deposits import prepare
from service.issuing.plan import collection_named, collection_operation, wanted
from service.outbox.requests import Deposit, Mint, OpenEdition
from tests.service.issuing.conftest import ISSUER

names = st.text("甲乙丙abc", min_size=1, max_size=4)


@st.composite
def issues(draw: st.DrawFn) -> Issue:
    quantity = draw(st.integers(0, 6))
    recipients = draw(st.lists(names, max_size=quantity))
    return Issue(
        draw(names), draw(st.integers(1, 3)), quantity + draw(st.integers(1, 5)), quantity, tuple(recipients)
    )


@st.composite
def sheets(draw: st.DrawFn) -> list[WorkRequest]:
    keys = draw(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=5, unique=True))
    return [
        WorkRequest(
            key.hex(),
            number,
            describe(Kind.DERIVED_WORK, {"title": f"题{number}", "derived_from": "某", "maker": "某"}, ()),
            (),
            (),
            draw(st.none() | issues()),
        )
        for number, key in enumerate(keys, start=2)
    ]


def account_of(recipient: str, collection: Hash32) -> Address:
    return Address((recipient.encode() + collection)[:20].ljust(20, b"\0"))


@given(sheets())
def test_every_request_of_a_sheet_has_a_key_of_its_own(rows: list[WorkRequest]) -> None:
    nowhere = Path("nowhere")
    asked = [one for row in rows for one in wanted(prepare(row, ISSUER, None, nowhere, nowhere), account_of)]
    keys = [one.idempotency_key for one in asked]
    assert len(set(keys)) == len(keys)
    assert all(len(key) <= 200 for key in keys)


@given(sheets())
def test_a_request_comes_after_what_it_needs_and_serials_ascend_from_one(rows: list[WorkRequest]) -> None:
    nowhere = Path("nowhere")
    for row in rows:
        requests = [one.request for one in wanted(prepare(row, ISSUER, None, nowhere, nowhere), account_of)]
        assert isinstance(requests[0], Deposit)
        if row.issue is None:
            assert len(requests) == 1
            continue
        assert isinstance(requests[1], OpenEdition)
        tokens = requests[2:]
        assert [one.serial for one in tokens if isinstance(one, Mint)] == list(
            range(1, row.issue.quantity + 1)
        )
        assert len({one.token_id for one in tokens if isinstance(one, Mint)}) == row.issue.quantity


@given(names, names)
def test_a_collection_has_one_id_for_an_issuer_and_a_name(one: str, other: str) -> None:
    assert (collection_operation(one) == collection_operation(other)) == (one == other)
    assert collection_named(ISSUER, one) != collection_named(Address(b"\x12" * 20), one)
