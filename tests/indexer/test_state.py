"""The replay in Python ends where the contracts ended, and refuses what they could not have recorded."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer import events as acts
from indexer.before import StepRefused
from indexer.events import SELECTORS, Sources, decode
from indexer.record import Record, from_log
from indexer.state import State, Token, Work, fold, step
from indexer.values import ZERO_ADDRESS, ZERO_HASH, Address, Hash32, address, hash32
from tests.indexer.histories import SOURCES, History, account, word

VECTORS = Path(__file__).parents[1] / "vectors" / "ledger.json"
_NAMES = (
    "ProvenanceLedger",
    "Governance",
    "Orders",
    "IdentityRegistry",
    "WorkRegistry",
    "Collections",
    "Collectible",
    "Consents",
    "RightsRegistry",
    "Grants",
)


@cache
def vectors() -> dict[str, Any]:
    return json.loads(VECTORS.read_text(encoding="utf-8"))


@cache
def sources() -> Sources:
    return Sources(*(address(vectors()["contracts"][name]["address"]) for name in _NAMES))


@cache
def records() -> tuple[Record, ...]:
    times = {block["number"]: block["time"] for block in vectors()["blocks"]}
    return tuple(from_log(log, times[int(log["blockNumber"], 16)]) for log in vectors()["logs"])


def test_the_vectors_hold_every_kind_of_act() -> None:
    seen = {type(decode(record)).__name__ for record in records()}
    assert seen == {act.__name__ for act in SELECTORS}


def test_every_recorded_act_leads_to_the_state_whose_hash_the_contract_recorded() -> None:
    states = fold(records(), sources())
    assert len(records()) == 145
    assert {type(state).__name__ for state in states.values()} == {
        "Anchor",
        "Attestation",
        "CancelledNonce",
        "Collection",
        "ConsentTakenBack",
        "Edition",
        "Estate",
        "Grant",
        "LedgerMark",
        "Order",
        "Seat",
        "Standing",
        "Token",
        "Work",
        "WorkRights",
    }


def test_the_replayed_states_are_those_that_the_views_of_the_contracts_give() -> None:
    states = fold(records(), sources())
    compared = 0
    for view in vectors()["views"]:
        if view["view"] == "Collectible.token":
            token = states[sources().token(int(view["arguments"][0]))]
            assert isinstance(token, Token)
            assert words_of(view)[1] == bytes(12) + token.holder
            assert int.from_bytes(words_of(view)[7], "big") == token.gifts
            compared += 1
        if view["view"] == "WorkRegistry.work":
            work = states[sources().work(hash32(view["arguments"][0]))]
            assert isinstance(work, Work)
            assert words_of(view)[3] == work.manifest_digest
            compared += 1
    assert compared >= 2


def words_of(view: dict[str, Any]) -> list[bytes]:
    octets = bytes.fromhex(view["words"][2:])
    return [octets[at : at + 32] for at in range(0, len(octets), 32)]


def test_leaving_the_first_record_of_a_subject_out_is_refused_when_the_next_one_comes() -> None:
    minted = next(index for index, record in enumerate(records()) if isinstance(decode(record), acts.Minted))
    token = records()[minted].subjects[0]
    of_token = [record for record in records() if token in record.subjects]
    assert len(of_token) > 1
    with pytest.raises(StepRefused):
        fold(of_token[1:], sources())


@cache
def histories() -> tuple[tuple[Record, ...], ...]:
    """The records of each subject that some record names first."""
    first: dict[Hash32, list[Record]] = {}
    for record in records():
        first.setdefault(record.subjects[0], []).append(record)
    return tuple(tuple(found) for found in first.values())


@given(st.data())
def test_a_record_with_another_source_subject_or_state_is_refused(data: st.DataObject) -> None:
    history = data.draw(st.sampled_from([history for history in histories() if foldable(history)]))
    place = data.draw(st.integers(0, len(history) - 1))
    spoilt = data.draw(
        st.sampled_from(
            [
                {"source": Address(b"\x55" * 20)},
                {"subjects": ()},
                {"subjects": (Hash32(b"\x55" * 32), *history[place].subjects[1:])},
                {"state_after": Hash32(b"\x55" * 32)},
                {"block_time": 1 << 64},
            ]
        )
    )
    changed = (*history[:place], replace(history[place], **spoilt), *history[place + 1 :])
    with pytest.raises(StepRefused):
        fold(changed, sources())


def foldable(history: tuple[Record, ...]) -> bool:
    try:
        fold(history, sources())
    except StepRefused:
        return False
    return True


def test_most_histories_can_be_replayed_alone() -> None:
    assert sum(map(foldable, histories())) > len(histories()) * 0.8


def test_an_order_is_filed_once_more_when_it_was_withdrawn_and_no_third_time() -> None:
    history, order = History(), word("order")
    filed = acts.OrderFiled(
        order_id=order,
        filed_by=account(801),
        authority="某某法院",
        order_hash=word("document"),
        reason_code=word("reason"),
        measure=acts.Measure.HOLD,
        target=SOURCES.token(1),
        to=ZERO_ADDRESS,
        occurred_at=1,
        effect_until=9,
        expires=9,
        corrects=ZERO_HASH,
    )
    again, withdrawn = replace(filed, corrects=order), acts.OrderWithdrawn(order, account(801), word("slip"))
    with pytest.raises(StepRefused):
        history.record(again, SOURCES.order(order))
    history.record(filed, SOURCES.order(order))
    with pytest.raises(StepRefused):
        history.record(again, SOURCES.order(order))
    for act in (withdrawn, again, withdrawn):
        history.record(act, SOURCES.order(order))
    with pytest.raises(StepRefused):
        history.record(again, SOURCES.order(order))


def test_the_same_record_cannot_be_replayed_twice() -> None:
    held: dict[Hash32, State] = {}
    repeated = 0
    for record in records():
        act = decode(record)
        assert not isinstance(act, acts.UnknownAct)
        after = held | step(held, record, act, sources())
        if isinstance(
            act, acts.Minted | acts.Gifted | acts.WorkRegistered | acts.OrderExecuted | acts.PolicySet
        ):
            with pytest.raises(StepRefused):
                step(after, record, act, sources())
            repeated += 1
        held = after
    assert repeated >= 5
