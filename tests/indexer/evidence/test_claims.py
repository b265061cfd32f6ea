"""Claims: on what the contracts themselves recorded, and on ledgers whose contracts lie."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contracts import load
from indexer import events
from indexer.events import SOURCE_NAMES, Sources
from indexer.evidence.bundle import StatedRecord, read_bundle, write_bundle
from indexer.evidence.claims import Claim, Deposit, Holding
from indexer.evidence.decoded import decoded
from indexer.evidence.slots import COUNT, HEAD, SUBJECT_HEADS
from indexer.evidence.verdict import Answer, Verdict, verify
from indexer.head import advance
from indexer.record import from_log
from indexer.state import State, Token, TokenStatus, Work, fold
from indexer.values import ZERO_HASH, Address, Hash32, address, as_hex
from tests.indexer.evidence.small_chain import (
    COLLECTION,
    EDITION,
    FILE,
    ISSUER,
    MANIFEST,
    POLICY,
    SECOND,
    SOURCES,
    TOKEN,
    WORK,
    SmallChain,
    account,
    holding,
    sha256,
    vouched,
)

LEDGER = json.loads((Path(__file__).parents[2] / "vectors" / "ledger.json").read_bytes())


def recorded() -> SmallChain:
    """What the contracts recorded in tests/vectors/ledger.json, put on a sealed chain of the tests."""
    names = {**SOURCE_NAMES, "ProvenanceLedger": "ledger"}
    where = {field: address(LEDGER["contracts"][name]["address"].lower()) for name, field in names.items()}
    chain = SmallChain(sources=Sources(**where))
    times = {block["number"]: block["time"] for block in LEDGER["blocks"]}
    chain.records = [from_log(log, times[int(log["blockNumber"], 16)]) for log in LEDGER["logs"]]
    chain.head = advance(Hash32(bytes.fromhex(LEDGER["firstHead"][2:])), chain.heads, chain.records)
    return chain


CHAIN = recorded()
STATES: dict[Hash32, State] = fold(CHAIN.records, CHAIN.sources)
TOKENS = [state for state in STATES.values() if isinstance(state, Token)]
WORKS = [state for state in STATES.values() if isinstance(state, Work)]


def judged(chain: SmallChain, claim: Claim, issuer: Address, **changes: Any) -> Verdict:
    """The verdict under an anchor that names the issuer, with whatever manifest: these records have none."""
    bundle = replace(chain.bundle(claim), files=(), **changes)
    anchor = vouched(chain.anchor(), issuer, "发行方", "Issuer")
    return verify(read_bundle(write_bundle(bundle)), anchor)


def test_the_recorded_heads_are_those_that_the_node_stored():
    last = LEDGER["blocks"][-1]
    assert as_hex(CHAIN.head) == last["head"]
    assert len(CHAIN.records) == last["count"]


@pytest.mark.parametrize("token", TOKENS, ids=lambda token: f"{token.edition_id % 1000}-{token.serial}")
def test_every_recorded_collectible_is_held_by_its_holder_alone(token: Token):
    claim = Holding(token.token_id, token.holder, token.work_id)
    verdict = judged(CHAIN, claim, token.issuer)
    follows = token.status is TokenStatus.LIVE
    assert verdict.result(7).status.value == ("passed" if follows else "failed")
    for number in (3, 4, 5, 6, 8):
        assert verdict.result(number).status.value == "passed", verdict.result(number)
    other = judged(CHAIN, replace(claim, holder=account("nobody")), token.issuer)
    assert other.result(7).status.value == "failed"


@pytest.mark.parametrize("work", WORKS, ids=lambda work: work.kind.name.lower() + str(work.amendments))
def test_every_recorded_work_was_deposited_by_its_registrant_by_then(work: Work):
    claim = Deposit(work.work_id, work.registrant, work.registered_at)
    verdict = judged(CHAIN, claim, work.registrant)
    for number in (3, 4, 5, 6, 7, 8):
        assert verdict.result(number).status.value == "passed", verdict.result(number)
    assert (verdict.since.state.value == "withdrawn") is work.withdrawn
    early = judged(CHAIN, replace(claim, no_later_than=work.registered_at - 1), work.registrant)
    assert early.result(7).status.value == "failed"


def test_the_recorded_story_holds_every_outcome():
    assert {token.status for token in TOKENS} == {TokenStatus.LIVE, TokenStatus.ANNULLED}
    assert {work.withdrawn for work in WORKS} == {True, False}
    assert len({type(events.decode(record)) for record in CHAIN.records}) >= 30


def test_every_subject_of_the_recording_can_be_carried_whole():
    claim = Holding(TOKENS[0].token_id, TOKENS[0].holder, TOKENS[0].work_id)
    subjects = [one for one in CHAIN.heads if one not in claim.subjects(CHAIN.sources)]
    bundle = CHAIN.bundle(claim, *subjects[:60])
    assert len(bundle.histories) > 50
    verdict = verify(bundle, CHAIN.anchor())
    for number in (3, 4, 5, 7):
        assert verdict.result(number).status.value == "passed", verdict.result(number)


def test_the_words_of_every_recorded_act_are_json():
    for record in CHAIN.records:
        words = decoded(events.decode(record))
        assert words is not None
        assert json.loads(json.dumps(words)) == words
        entry = next(
            one
            for name in (*SOURCE_NAMES, "ProvenanceLedger")
            for one in load(name).abi
            if one["type"] == "event" and one["name"] == words["act"]
        )
        assert list(words["arguments"]) == [one["name"].rstrip("_") for one in entry["inputs"]]


def test_the_slots_are_those_of_the_compiled_ledger():
    layout = {one["label"]: int(one["slot"]) for one in load("ProvenanceLedger").storage_layout["storage"]}
    slots = {"head": HEAD, "count": COUNT, "subjectHead": SUBJECT_HEADS}
    assert {name: int.from_bytes(slot, "big") for name, slot in slots.items()} == {
        name: layout[name] for name in slots
    }


class TestContractsThatLie:
    """The same ledger code, with sources that record what the real ones never would."""

    def told(self, *, cap: int = 200, collection: Hash32 = COLLECTION, issuer: Address = ISSUER) -> Verdict:
        chain = SmallChain()
        manifest = sha256(MANIFEST.encode())
        kind = events.WorkKind.DERIVED_WORK
        chain.act(events.WorkRegistered(WORK, ISSUER, kind, sha256(FILE), manifest, 0, ZERO_HASH))
        chain.act(events.EditionOpened(EDITION, COLLECTION, WORK, 1, cap), SOURCES.work(WORK))
        chain.act(events.Minted(TOKEN, issuer, collection, WORK, 7, 1, POLICY.digest()))
        chain.act(events.Distributed(TOKEN, issuer, SECOND, 1, POLICY.digest()))
        return verify(chain.bundle(holding()), vouched(chain.anchor(), issuer, "发行方", "Issuer"))

    def test_the_honest_story_holds(self):
        assert self.told().answer is Answer.VALID

    def test_a_serial_beyond_the_cap_is_invalid(self):
        assert self.told(cap=7).answer is Answer.VALID
        assert self.told(cap=6).result(7).status.value == "failed"

    def test_a_collection_other_than_the_editions_is_invalid(self):
        assert self.told(collection=sha256(b"other")).result(7).status.value == "failed"

    def test_an_issuer_that_nothing_ties_to_the_registrant_is_left_open(self):
        verdict = self.told(issuer=account("other"))
        assert (verdict.answer, verdict.result(7).status.value) == (Answer.INDETERMINATE, "not_run")

    def test_a_collectible_without_its_edition_is_invalid(self):
        chain = SmallChain()
        manifest = sha256(MANIFEST.encode())
        kind = events.WorkKind.DERIVED_WORK
        chain.act(events.WorkRegistered(WORK, ISSUER, kind, sha256(FILE), manifest, 0, ZERO_HASH))
        chain.act(events.Minted(TOKEN, ISSUER, COLLECTION, WORK, 7, 1, POLICY.digest()))
        verdict = verify(chain.bundle(holding(ISSUER)), chain.anchor())
        assert verdict.result(7).status.value == "failed"


class TestAnIssuerWhoseKeyWasReplaced:
    """The contracts let the account that stands for a registrant issue from its works."""

    def told(self, *others: Hash32) -> Verdict:
        chain, fresh = SmallChain(), account("fresh key")
        manifest, kind = sha256(MANIFEST.encode()), events.WorkKind.DERIVED_WORK
        chain.act(
            events.AccountRegistered(
                ISSUER,
                events.Kind.INSTITUTION,
                events.Custody.OWN,
                sha256(b"i"),
                sha256(b"m"),
                sha256(b"v"),
                1,
                ZERO_HASH,
            )
        )
        chain.act(events.WorkRegistered(WORK, ISSUER, kind, sha256(FILE), manifest, 0, ZERO_HASH))
        chain.act(
            events.AccountReplaced(ISSUER, fresh, events.Cause.RECOVERY, account("officer")),
            SOURCES.account(fresh),
        )
        chain.act(events.EditionOpened(EDITION, COLLECTION, WORK, 1, 200), SOURCES.work(WORK))
        chain.act(events.Minted(TOKEN, fresh, COLLECTION, WORK, 7, 1, POLICY.digest()))
        chain.act(events.Distributed(TOKEN, fresh, SECOND, 1, POLICY.digest()))
        return verify(chain.bundle(holding(), *others), vouched(chain.anchor(), fresh, "发行方", "Issuer"))

    def test_it_is_valid_where_the_history_of_the_replaced_account_is_carried(self):
        assert self.told(SOURCES.account(ISSUER)).answer is Answer.VALID

    def test_it_cannot_be_confirmed_without(self):
        assert self.told().answer is Answer.INDETERMINATE


def test_words_that_are_no_object_are_never_believed():
    chain = SmallChain()
    bundle = recorded().bundle(Holding(TOKENS[0].token_id, TOKENS[0].holder, TOKENS[0].work_id))
    for words in ({}, [], "text", {"act": "Minted", "arguments": {}}):
        first, *rest = bundle.records
        lying = replace(bundle, records=(StatedRecord(first.record, words), *rest))
        assert verify(lying, chain.anchor()).result(7).status.value == "failed"
