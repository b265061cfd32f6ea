"""The checks and what they add up to: on the shared vectors, and on each way to be wrong."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from indexer import events
from indexer.errors import BundleError
from indexer.events import Hand
from indexer.evidence import rlp, trie_builder
from indexer.evidence.anchor import TrustAnchor
from indexer.evidence.anchor_file import read_anchor
from indexer.evidence.bundle import EvidenceBundle, StatedRecord, read_bundle
from indexer.evidence.checks import CHECKS
from indexer.evidence.phrase import Phrase
from indexer.evidence.result import Status
from indexer.evidence.slots import subject_slot
from indexer.evidence.verdict import UNRECOGNISED, Answer, Since, SinceThen, Verdict, since_phrase, verify
from indexer.keccak import keccak256
from indexer.record import Record
from indexer.values import ZERO_HASH, Hash32
from indexer.wire import read_octets
from tests.indexer.evidence.small_chain import (
    CODE_HASH,
    FILE,
    FIRST,
    ISSUER,
    POLICY,
    SECOND,
    SOURCES,
    START,
    TOKEN,
    WORK,
    SmallChain,
    account,
    deposit,
    following,
    holding,
    resealed,
    sha256,
    tell,
    told,
    vouched,
)

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "evidence.json").read_bytes())
PASSED, FAILED, NOT_RUN, NOT_APPLICABLE = Status.PASSED, Status.FAILED, Status.NOT_RUN, Status.NOT_APPLICABLE


def statuses(verdict: Verdict) -> dict[int, Status]:
    return {check.number: result.status for check, result in verdict.checks}


def set_at(value: Any, pointer: str, change: dict[str, Any]) -> None:
    *steps, last = pointer.split("/")[1:]
    for step in steps:
        value = value[int(step) if isinstance(value, list) else step]
    at: Any = int(last) if isinstance(value, list) and last != "-" else last
    if last == "-":
        value.append(change["value"])
    elif "value" in change:
        value[at] = change["value"]
    else:
        del value[at]


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_the_shared_vectors_hold(case: dict[str, Any]):
    value = json.loads(json.dumps(VECTORS["bundles"][case["bundle"]]))
    for change in case["changes"]:
        set_at(value, change["at"], change)
    expected = case["expect"]
    if "refusedAt" in expected:
        with pytest.raises(BundleError) as caught:
            read_bundle(json.dumps(value))
        assert caught.value.place == expected["refusedAt"]
        return
    anchor = case["anchor"] and read_anchor(json.dumps(VECTORS["anchors"][case["anchor"]]))
    file = hashlib.sha256(read_octets(VECTORS["file"])).digest()
    verdict = verify(read_bundle(json.dumps(value)), anchor, Hash32(file))
    assert verdict.answer.value == expected["answer"]
    assert verdict.demo is expected["demo"]
    found = {str(number): status.value for number, status in statuses(verdict).items()}
    assert found == found | expected["checks"]
    unexpected = {"1", "2", "3", "4", "5", "6", "7", "8"} - set(expected["checks"])
    assert {found[number] for number in unexpected} == {"passed"}


def honest() -> tuple[SmallChain, EvidenceBundle, TrustAnchor]:
    chain = told()
    return chain, chain.bundle(holding()), chain.anchor()


def test_whole_evidence_is_valid_as_of_its_block():
    chain, bundle, anchor = honest()
    verdict = verify(bundle, anchor, sha256(FILE))
    assert verdict.answer is Answer.VALID
    assert statuses(verdict) == {**dict.fromkeys(range(1, 9), PASSED), 9: NOT_APPLICABLE}
    assert verdict.headline.zh == "核验一致：自存证起记录完整；不说明作品的来历与作者。"
    assert (verdict.block_number, verdict.block_hash) == (16, chain.header().hash)
    assert verdict.since == Since(SinceThen.NOT_CHECKED)
    assert not verdict.demo
    assert [record.seq for record, _ in verdict.history] == [0, 2, 4, 5, 6]


def test_without_a_file_none_is_compared_and_the_verdict_says_so():
    _, bundle, anchor = honest()
    verdict = verify(bundle, anchor)
    assert verdict.answer is Answer.VALID
    assert verdict.result(1).status is NOT_APPLICABLE
    assert "没有提供文件" in verdict.result(1).phrase.zh


def test_another_file_is_invalid():
    _, bundle, anchor = honest()
    verdict = verify(bundle, anchor, sha256(FILE + b"."))
    assert (verdict.answer, verdict.result(1).status) == (Answer.INVALID, FAILED)
    assert verdict.headline.zh == "核验不一致。"


def test_the_numbers_and_words_of_the_checks_are_those_of_the_design():
    assert [check.number for check in CHECKS] == list(range(1, 10))
    assert len({check.name for check in CHECKS}) == 9
    assert all(check.title.zh and check.title.en for check in CHECKS)


class TestAnIssuerThatNobodyNames:
    """A counterfeiter can run this very software: consistent is not recognised."""

    def test_a_strangers_instance_is_consistent_and_not_recognised(self):
        stranger = tell(
            SmallChain(validators=("stranger",), sources=replace(SOURCES, ledger=account("his ledger")))
        )
        verdict = verify(stranger.bundle(holding()), told().anchor(), sha256(FILE))
        assert (verdict.answer, verdict.headline) == (Answer.INDETERMINATE, UNRECOGNISED)
        assert verdict.headline.zh == "记录一致，发行方身份未证实。"
        assert {number for number, status in statuses(verdict).items() if status is NOT_RUN} == {6, 8}

    def test_a_stranger_that_claims_to_be_the_pinned_ledger_is_invalid(self):
        stranger = tell(SmallChain(validators=("stranger",)))
        verdict = verify(stranger.bundle(holding()), told().anchor(), sha256(FILE))
        assert (verdict.answer, verdict.result(6).status) == (Answer.INVALID, FAILED)

    def test_without_any_anchor(self):
        _, bundle, _ = honest()
        verdict = verify(bundle, None, sha256(FILE))
        assert (verdict.answer, verdict.headline) == (Answer.INDETERMINATE, UNRECOGNISED)

    def test_with_an_anchor_that_names_others(self):
        chain, bundle, _ = honest()
        anchor = replace(chain.anchor(), issuers=())
        others = vouched(anchor, account("other museum"), "别馆", "Other")
        verdict = verify(bundle, others, sha256(FILE))
        assert (verdict.answer, verdict.headline) == (Answer.INDETERMINATE, UNRECOGNISED)
        assert verdict.result(6).status is PASSED

    def test_something_else_missing_is_more_than_an_unknown_issuer(self):
        _, bundle, _ = honest()
        verdict = verify(replace(bundle, manifest=None), None)
        assert (verdict.answer, verdict.headline.zh) == (Answer.INDETERMINATE, "无法确认。")

    def test_a_fault_weighs_more(self):
        _, bundle, _ = honest()
        verdict = verify(replace(bundle, manifest="{}"), None)
        assert (verdict.answer, verdict.headline.en) == (Answer.INVALID, "Inconsistent.")

    @pytest.mark.parametrize("change", [{"chain_id": 5}, {"genesis_hash": ZERO_HASH}])
    def test_an_anchor_of_another_chain_says_nothing(self, change: dict[str, Any]):
        _, bundle, anchor = honest()
        stated = replace(bundle, ledger=replace(bundle.ledger, **change))
        verdict = verify(stated, anchor, sha256(FILE))
        assert (verdict.answer, verdict.headline) == (Answer.INDETERMINATE, UNRECOGNISED)


class TestSeals:
    def test_a_chain_without_seals_is_indeterminate_and_says_why(self):
        chain, bundle, _ = honest()
        verdict = verify(bundle, chain.anchor("none"), sha256(FILE))
        assert (verdict.answer, verdict.result(6).status) == (Answer.INDETERMINATE, NOT_RUN)
        assert verdict.headline.zh == "无法确认。"
        assert "不带可供他人核验的签封" in verdict.result(6).phrase.zh

    def test_more_than_half_of_the_validators_make_it_valid(self):
        names = ("v1", "v2", "v3", "v4")
        chain = tell(SmallChain(validators=names))
        bundle = chain.bundle(holding())
        order = sorted(names, key=account)
        signers = tuple(order[(bundle.header.number + step) % 4] for step in (1, 2))
        assert verify(bundle, chain.anchor()).answer is Answer.INDETERMINATE
        enough = replace(bundle, following=following(names, bundle.header, signers))
        assert verify(enough, chain.anchor()).answer is Answer.VALID

    def test_a_lone_validator_is_named_as_one(self):
        _, bundle, anchor = honest()
        assert "nobody but itself" in verify(bundle, anchor).result(6).phrase.en

    def test_a_header_by_a_stranger_is_invalid(self):
        chain, bundle, anchor = honest()
        verdict = verify(replace(bundle, header=resealed(chain.header(), "stranger")), anchor)
        assert (verdict.answer, verdict.result(6).status) == (Answer.INVALID, FAILED)


class TestState:
    def test_another_code_at_the_ledger_is_invalid(self):
        _, bundle, anchor = honest()
        other = replace(anchor, ledger=replace(anchor.ledger, code_hash=keccak256(b"other")))
        assert verify(bundle, other).result(5).status is FAILED

    def test_other_contracts_behind_the_ledger_are_invalid(self):
        chain, bundle, anchor = honest()
        other = replace(anchor, sources=replace(SOURCES, orders=account("other orders")))
        assert verify(bundle, other).result(5).status is FAILED
        stated = replace(bundle, ledger=replace(bundle.ledger, sources=replace(SOURCES, orders=account("x"))))
        assert verify(stated, chain.anchor()).result(5).status is FAILED

    def test_an_account_without_code_is_no_ledger(self):
        chain, bundle, _ = honest()
        storage = chain.storage()
        state = trie_builder.build(
            {keccak256(SOURCES.ledger): rlp.encode([b"\x01", b"", storage.root, keccak256(b"")])}
        )
        forged = replace(
            bundle,
            header=chain.header(state_root=state.root),
            account_proof=tuple(trie_builder.proof(state, keccak256(SOURCES.ledger))),
        )
        assert verify(forged, None).result(5).status is FAILED

    def test_no_account_there_is_invalid(self):
        chain, bundle, anchor = honest()
        state = trie_builder.build({keccak256(b"nobody"): rlp.encode([b"", b"", CODE_HASH, CODE_HASH])})
        forged = replace(
            bundle,
            header=chain.header(state_root=state.root),
            account_proof=tuple(trie_builder.proof(state, keccak256(SOURCES.ledger))),
        )
        assert verify(forged, anchor).result(5).status is FAILED

    def test_a_proof_from_another_block_is_invalid(self):
        chain, bundle, anchor = honest()
        chain.act(events.WorkWithdrawn(WORK, "a mistake"), SOURCES.party(ISSUER))
        later = chain.bundle(holding())
        assert verify(replace(bundle, header=later.header), anchor).result(5).status is FAILED
        mixed = replace(bundle, header=later.header, account_proof=later.account_proof)
        assert verify(mixed, anchor).result(5).status is FAILED

    def test_old_records_with_a_new_state_are_incomplete(self):
        chain, bundle, anchor = honest()
        chain.act(events.WorkWithdrawn(WORK, "a mistake"), SOURCES.party(ISSUER))
        later = chain.bundle(holding())
        verdict = verify(replace(later, records=bundle.records), anchor)
        assert (verdict.answer, verdict.result(3).status) == (Answer.INVALID, FAILED)

    def test_a_subject_without_records_has_no_history_to_prove(self):
        chain, _, anchor = honest()
        nothing = chain.bundle(replace(holding(), token_id=TOKEN + 1))
        verdict = verify(nothing, anchor)
        assert verdict.result(4).status is FAILED
        assert verdict.result(7).status is FAILED


class TestRecords:
    def test_every_record_left_out_is_found(self):
        _, bundle, anchor = honest()
        for at in range(len(bundle.records)):
            less = replace(bundle, records=bundle.records[:at] + bundle.records[at + 1 :])
            assert verify(less, anchor).result(3).status is FAILED

    def test_a_record_of_another_subject_does_not_slip_in(self):
        chain, bundle, anchor = honest()
        stray = next(record for record in chain.records if record.seq == 1)
        more = sorted((*bundle.records, StatedRecord(stray, None)), key=lambda one: one.record.seq)
        verdict = verify(replace(bundle, records=tuple(more)), anchor)
        assert verdict.result(3).status is FAILED
        assert "1" in verdict.result(3).phrase.en

    @pytest.mark.parametrize(
        "change",
        [
            {"source": account("other")},
            {"act": keccak256(b"other")},
            {"data": b""},
            {"state_after": ZERO_HASH},
            {"block_number": 0},
            {"block_time": 0},
        ],
        ids=lambda change: next(iter(change)),
    )
    def test_a_record_changed_in_any_field_is_found(self, change: dict[str, Any]):
        _, bundle, anchor = honest()
        for at, one in enumerate(bundle.records):
            changed = StatedRecord(replace(one.record, **change), None)
            other = replace(bundle, records=(*bundle.records[:at], changed, *bundle.records[at + 1 :]))
            assert verify(other, anchor).result(3).status is FAILED

    def test_further_histories_are_checked_too(self):
        chain, _, anchor = honest()
        further = chain.bundle(holding(), SOURCES.party(SECOND), SOURCES.collection(chain_collection()))
        assert verify(further, anchor).answer is Answer.VALID
        *first, last = further.histories
        wrong = replace(further, histories=(*first, replace(last, head=keccak256(b"x"))))
        assert verify(wrong, anchor).result(3).status is FAILED


def chain_collection() -> Hash32:
    return events.collection_id(ISSUER, keccak256(b"collection"))


class TestClaims:
    def test_a_holder_of_before_is_not_the_holder(self):
        chain, _, anchor = honest()
        verdict = verify(chain.bundle(holding(FIRST)), anchor)
        assert (verdict.answer, verdict.result(7).status) == (Answer.INVALID, FAILED)

    def test_a_collectible_that_was_struck_out_is_held_by_nobody(self):
        chain = told()
        chain.act(events.Annulled(TOKEN, keccak256(b"order"), "forged"), SOURCES.party(SECOND))
        verdict = verify(chain.bundle(holding()), chain.anchor())
        assert verdict.result(7).status is FAILED
        assert "注销" in verdict.result(7).phrase.zh

    def test_a_collectible_of_another_work_is_not_of_this_one(self):
        chain = told()
        other = events.work_id(ISSUER, sha256(b"other"), sha256(b"other"))
        chain.act(
            events.WorkRegistered(
                other, ISSUER, events.WorkKind.PUBLICATION, sha256(b"other"), sha256(b"other"), 0, ZERO_HASH
            )
        )
        verdict = verify(chain.bundle(replace(holding(), work_id=other)), chain.anchor())
        assert verdict.result(7).status is FAILED

    def test_a_withdrawn_work_is_said_to_be_withdrawn_whatever_was_looked_up(self):
        chain = told()
        chain.act(events.WorkWithdrawn(WORK, "a mistake"), SOURCES.party(ISSUER))
        for claim in (holding(), deposit()):
            verdict = verify(chain.bundle(claim), chain.anchor(), since=Since(SinceThen.NOT_WITHDRAWN, START))
            assert verdict.answer is Answer.VALID
            assert verdict.since.state is SinceThen.WITHDRAWN

    def test_an_amended_manifest_is_the_one_that_counts(self):
        chain, bundle, anchor = honest()
        new = '{"name":"静夜思（修订）"}'
        chain.act(events.WorkAmended(WORK, sha256(new.encode()), "a typing error"), SOURCES.party(ISSUER))
        later = chain.bundle(holding())
        assert verify(later, anchor).result(2).status is FAILED
        assert verify(replace(later, manifest=new), anchor).answer is Answer.VALID
        assert verify(bundle, anchor).answer is Answer.VALID, "the old evidence stays true as of its block"

    def test_a_deposit_is_no_later_than_its_record_and_by_nobody_else(self):
        chain, _, anchor = honest()
        recorded = chain.records[0].block_time
        assert verify(chain.bundle(deposit(no_later_than=recorded)), anchor).answer is Answer.VALID
        assert verify(chain.bundle(deposit(no_later_than=recorded - 1)), anchor).answer is Answer.INVALID
        assert verify(chain.bundle(deposit(registrant=FIRST)), anchor).answer is Answer.INVALID

    def test_an_older_anchor_counts_where_its_history_is_carried(self):
        chain = SmallChain()
        party = SOURCES.party(ISSUER)
        anchored = events.anchor_id(ISSUER, sha256(b"root"))
        chain.act(events.Anchored(anchored, ISSUER, sha256(b"root"), 2), party)
        bundle = told().bundle(deposit())
        chain.act(
            events.WorkRegistered(
                WORK,
                ISSUER,
                events.WorkKind.DERIVED_WORK,
                sha256(FILE),
                sha256(bundle.manifest.encode()),
                0,
                anchored,
            ),
            party,
        )
        early = deposit(no_later_than=chain.records[0].block_time)
        assert verify(chain.bundle(early), chain.anchor()).answer is Answer.INVALID
        carried = chain.bundle(early, SOURCES.anchor(anchored))
        assert verify(carried, chain.anchor()).answer is Answer.VALID

    def test_an_unknown_act_leaves_it_open(self):
        chain = told()
        unknown = Record(
            *(len(chain.records), SOURCES.collectible, keccak256(b"Polished(uint256)"), b"", ZERO_HASH),
            *((SOURCES.token(TOKEN),), 17, START + 60 * 17),
        )
        chain.keep(unknown)
        raw = replace(chain, records=chain.records[:-1]).bundle(holding())
        bundle = replace(
            chain_bundle_with(chain, raw, unknown), header=chain.header(), storage_root=chain.storage().root
        )
        verdict = verify(bundle, chain.anchor())
        assert (verdict.answer, verdict.result(7).status) == (Answer.INDETERMINATE, NOT_RUN)
        assert verdict.result(3).status is PASSED
        assert "7" in verdict.result(7).phrase.en

    def test_a_record_that_cannot_follow_is_invalid(self):
        """A ledger with the same code whose source lies: heads and proofs hold, the replay does not."""
        chain = told()
        act = events.Gifted(TOKEN, FIRST, ISSUER, ZERO_HASH, ZERO_HASH, Hand.OWN_KEY, 1, POLICY.digest())
        chain.keep(
            Record(
                *(len(chain.records), SOURCES.collectible, events.SELECTORS[events.Gifted]),
                *(events.encode(act), keccak256(b"state"), (SOURCES.token(TOKEN),), 17, START + 60 * 17),
            )
        )
        verdict = verify(chain.bundle(holding(ISSUER)), chain.anchor())
        assert (verdict.answer, verdict.result(7).status) == (Answer.INVALID, FAILED)
        assert verdict.result(3).status is PASSED

    def test_a_record_that_cannot_follow_is_not_forgotten_by_those_after_it(self):
        chain = told()
        lie = events.Gifted(TOKEN, FIRST, ISSUER, ZERO_HASH, ZERO_HASH, Hand.OWN_KEY, 1, POLICY.digest())
        chain.keep(
            Record(
                *(len(chain.records), SOURCES.collectible, events.SELECTORS[events.Gifted]),
                *(events.encode(lie), keccak256(b"state"), (SOURCES.token(TOKEN),), 17, START + 60 * 17),
            )
        )
        chain.act(events.Gifted(TOKEN, SECOND, FIRST, ZERO_HASH, ZERO_HASH, Hand.OWN_KEY, 1, POLICY.digest()))
        verdict = verify(chain.bundle(holding(FIRST)), chain.anchor())
        assert verdict.result(7).status is FAILED
        assert "7" in verdict.result(7).phrase.en

    def test_an_act_from_another_contract_is_invalid_though_its_subject_is_not_carried(self):
        chain = told()
        edition = events.edition_id(chain_collection(), WORK, 2)
        act = events.EditionOpened(edition, chain_collection(), WORK, 2, 5)
        chain.keep(
            Record(
                *(
                    len(chain.records),
                    SOURCES.orders,
                    events.SELECTORS[events.EditionOpened],
                    events.encode(act),
                ),
                *(ZERO_HASH, (SOURCES.edition(edition), SOURCES.work(WORK)), 17, START + 60 * 17),
            )
        )
        verdict = verify(chain.bundle(holding()), chain.anchor())
        assert verdict.result(7).status is FAILED
        assert "another contract" in verdict.result(7).detail


def chain_bundle_with(chain: SmallChain, bundle: EvidenceBundle, record: Record) -> EvidenceBundle:
    """The bundle of a chain that ends with a record that has no words."""
    storage = chain.storage()
    histories = tuple(
        replace(
            one,
            head=chain.heads[one.subject],
            proof=tuple(trie_builder.proof(storage, keccak256(subject_slot(one.subject)))),
        )
        for one in bundle.histories
    )
    state = chain.state()
    return replace(
        bundle,
        histories=histories,
        records=(*bundle.records, StatedRecord(record, None)),
        account_proof=tuple(trie_builder.proof(state, keccak256(SOURCES.ledger))),
    )


class TestSince:
    def test_what_was_looked_up_is_passed_on(self):
        _, bundle, anchor = honest()
        for since in (Since(SinceThen.NOT_WITHDRAWN, START), Since(SinceThen.WITHDRAWN, START)):
            verdict = verify(bundle, anchor, since=since)
            assert verdict.since == since
            assert verdict.answer is Answer.VALID, "the two answers are never mixed"

    def test_the_words(self):
        assert since_phrase(Since(SinceThen.NOT_WITHDRAWN, 5), "14:07") == Phrase(
            "此后：14:07 联网查过，未撤回。", "Since then: not withdrawn, checked at 14:07."
        )
        assert "未查" in since_phrase(Since(SinceThen.NOT_CHECKED), "").zh


def test_the_stamp_of_a_demonstration_is_there_whatever_the_verdict():
    chain, bundle, _ = honest()
    anchor = chain.anchor(demo=True)
    assert verify(bundle, anchor).demo
    assert verify(replace(bundle, manifest="{}"), anchor).demo
    assert verify(replace(bundle, ledger=replace(bundle.ledger, chain_id=5)), anchor).demo
