"""Audit exports: one record removed, changed, added or moved, and its position is named."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import ExportError
from indexer.evidence import export_text, strict, trie_builder
from indexer.evidence.ends import End, EndProof
from indexer.evidence.export import verify_export, write_csv, write_jsonl
from indexer.evidence.export_text import ExportHeader
from indexer.evidence.slots import COUNT, HEAD, subject_slot
from indexer.evidence.verdict import Answer
from indexer.head import fold_subject, heads
from indexer.keccak import keccak256
from indexer.record import Record
from indexer.values import ZERO_HASH, Hash32, as_hex
from indexer.wire import write_time
from tests.indexer.evidence.small_chain import (
    CHAIN_ID,
    GENESIS,
    ISSUER,
    SECOND,
    SOURCES,
    WORK,
    account,
    resealed,
    told,
)
from tests.vectors.make import export_header

CHAIN = told()
RECORDS = CHAIN.records
VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "exports.json").read_bytes())
WRITERS = {"jsonl": write_jsonl, "csv": write_csv}
Lines = list[str]


@pytest.fixture(params=WRITERS)
def form(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def written(form: str, header: ExportHeader | None = None, records: list[Record] | None = None) -> Lines:
    return list(WRITERS[form](header or export_header(CHAIN, 0), RECORDS if records is None else records))


def preamble(form: str) -> int:
    return 1 if form == "jsonl" else 2


def test_a_whole_export_is_complete(form: str):
    summary = verify_export(written(form))
    assert (summary.records, summary.complete) == (7, True)
    assert summary.header == export_header(CHAIN, 0)
    assert summary.after is not None
    assert summary.after.held is None
    assert "没有链头的证明" in summary.after.phrase.zh
    assert summary.answer is Answer.INDETERMINATE, "it agrees with itself, which a forger's does too"


def test_line_ends_and_a_byte_order_mark_do_not_matter(form: str):
    lines = written(form)
    bare = [line.rstrip("\r\n") for line in lines]
    assert verify_export(bare).records == 7
    assert verify_export(["\ufeff" + lines[0], *lines[1:]]).records == 7
    assert verify_export([line.rstrip("\r\n") + "\n" for line in lines]).records == 7


@pytest.mark.parametrize("at", range(7))
def test_a_record_removed_is_named(form: str, at: int):
    lines = written(form)
    del lines[preamble(form) + at]
    with pytest.raises(ExportError) as caught:
        verify_export(lines)
    assert (caught.value.line, caught.value.seq) == (preamble(form) + at + 1, at)


@pytest.mark.parametrize("at", range(7))
def test_a_record_added_is_named(form: str, at: int):
    lines = written(form)
    lines.insert(preamble(form) + at + 1, lines[preamble(form) + at])
    with pytest.raises(ExportError) as caught:
        verify_export(lines)
    assert caught.value.line == preamble(form) + at + 2


@pytest.mark.parametrize("at", range(6))
def test_records_moved_are_named(form: str, at: int):
    lines = written(form)
    one = preamble(form) + at
    lines[one], lines[one + 1] = lines[one + 1], lines[one]
    with pytest.raises(ExportError) as caught:
        verify_export(lines)
    assert (caught.value.line, caught.value.seq) == (one + 1, at)


@given(st.sampled_from(sorted(WRITERS)), st.data())
def test_any_character_changed_in_a_record_is_found_at_its_line(form: str, draws: st.DataObject):
    lines = written(form)
    which = draws.draw(st.integers(preamble(form), preamble(form) + 6))
    body = lines[which].rstrip("\r\n")
    at = draws.draw(st.integers(0, len(body) - 1))
    new = draws.draw(st.sampled_from("0123456789abcdefABCDEFx'\" ,{}:[]-=@n\\é".replace(body[at], "")))
    lines[which] = body[:at] + new + body[at + 1 :]
    try:
        summary = verify_export(lines)
    except ExportError as error:
        assert error.line == which + 1  # noqa: PT017
        return
    # What remains is white space, or an apostrophe or quotation mark that CSV takes for its own.
    assert new in " \"'"
    assert summary.records == 7


def test_a_record_rewritten_with_its_head_is_found_at_the_next(form: str):
    forged = replace(RECORDS[3], block_time=1)
    records = [*RECORDS[:3], forged]
    along = list(heads(CHAIN.first, records))
    header = replace(export_header(CHAIN, 0), last_seq=3, after=End(along[-1], 1, ZERO_HASH))
    lines = written(form)
    lines[preamble(form) + 3] = written(form, header, records)[preamble(form) + 3]
    with pytest.raises(ExportError) as caught:
        verify_export(lines)
    assert (caught.value.line, caught.value.seq) == (preamble(form) + 5, 4)


def test_all_heads_rewritten_are_found_at_the_end(form: str):
    forged = [*RECORDS[:3], replace(RECORDS[3], block_time=1), *RECORDS[4:]]
    along = list(heads(CHAIN.first, forged))
    honest = export_header(CHAIN, 0)
    header = replace(honest, after=End(along[-1], 1, ZERO_HASH))
    lines = written(form, header, forged)
    assert verify_export(lines).complete, "by itself it agrees with itself"
    lines[0] = written(form, honest)[0]
    with pytest.raises(ExportError) as caught:
        verify_export(lines)
    assert "another head" in caught.value.en


def test_a_file_cut_off_is_found_wherever_it_was_cut(form: str):
    lines = written(form)
    for at in range(len(lines)):
        with pytest.raises(ExportError):
            verify_export(lines[:at])


def test_something_after_the_footer_is_found(form: str):
    lines = written(form)
    for more in (lines[-1], lines[-2], "\n"):
        with pytest.raises(ExportError) as caught:
            verify_export([*lines, more])
        assert caught.value.line == len(lines) + 1


@pytest.mark.parametrize("change", [("7", "8"), ("0x", "0x0"), (as_hex(CHAIN.head), as_hex(ZERO_HASH))])
def test_a_footer_that_says_otherwise_is_found(form: str, change: tuple[str, str]):
    lines = written(form)
    assert change[0] in lines[-1]
    lines[-1] = lines[-1].replace(*change)
    with pytest.raises(ExportError) as caught:
        verify_export(lines)
    assert caught.value.line == len(lines)


def test_words_that_the_data_do_not_say_are_found(form: str):
    lines = written(form)
    which = preamble(form) + 4
    assert "Minted" in lines[which]
    lines[which] = lines[which].replace("Minted", "Gifted")
    with pytest.raises(ExportError, match="words") as caught:
        verify_export(lines)
    assert caught.value.seq == 4


def test_an_act_that_nobody_knows_is_exported_without_words(form: str):
    chain = told()
    chain.keep(
        Record(
            *(7, SOURCES.collectible, keccak256(b"Polished()"), b"\1", ZERO_HASH, (SOURCES.token(5),), 17, 1),
        )
    )
    summary = verify_export(WRITERS[form](export_header(chain, 0), chain.records))
    assert summary.records == 8


def test_an_empty_range_is_complete(form: str):
    end = End(CHAIN.head, 5, ZERO_HASH)
    header = replace(export_header(CHAIN, 0), first_seq=None, last_seq=None, before=end, after=end)
    assert verify_export(written(form, header, [])).records == 0
    with pytest.raises(ExportError, match="added"):
        written(form, header, RECORDS[:1])


def test_a_writer_refuses_records_that_are_not_those_announced(form: str):
    for wrong in (RECORDS[1:], RECORDS[:-1], [*RECORDS[:2], *RECORDS[3:]], [*RECORDS, RECORDS[-1]]):
        with pytest.raises(ExportError):
            written(form, export_header(CHAIN, 0), list(wrong))
    with pytest.raises(ExportError, match="another head"):
        written(form, export_header(CHAIN, 0), [*RECORDS[:-1], replace(RECORDS[-1], data=b"")])


def subject_header(subject: Hash32, records: list[Record]) -> ExportHeader:
    return replace(
        export_header(CHAIN, 0),
        scope="subject",
        subject=subject,
        first_seq=records[0].seq,
        last_seq=records[-1].seq,
        before=End(ZERO_HASH, 1, ZERO_HASH),
        after=End(CHAIN.heads[subject], 16, CHAIN.header().hash),
    )


def test_everything_of_one_subject_is_complete_by_its_own_head(form: str):
    party = SOURCES.party(ISSUER)
    records = [record for record in RECORDS if party in record.subjects]
    header = subject_header(party, records)
    assert len(records) == 6
    lines = written(form, header, records)
    assert verify_export(lines).complete
    for at in range(len(records)):
        with pytest.raises(ExportError):
            verify_export(lines[: preamble(form) + at] + lines[preamble(form) + at + 1 :])
    with pytest.raises(ExportError):
        written(form, header, RECORDS)


def test_a_record_that_is_not_about_the_subject_is_found(form: str):
    work = SOURCES.work(WORK)
    records = [record for record in RECORDS if work in record.subjects]
    assert [record.seq for record in records] == [0, 2]
    lines = written(form, subject_header(work, records), records)
    stray = written(form)[preamble(form) + 1]
    ledger_head, subject_head = (list(heads(CHAIN.first, RECORDS))[1], fold_subject(work, records[:1]))
    assert as_hex(ledger_head) in stray
    lines.insert(preamble(form) + 1, stray.replace(as_hex(ledger_head), as_hex(subject_head)))
    with pytest.raises(ExportError, match="not about the subject") as caught:
        verify_export(lines)
    assert (caught.value.line, caught.value.seq) == (preamble(form) + 2, 1)


def test_a_selection_proves_nothing_about_what_it_leaves_out(form: str):
    header = replace(
        export_header(CHAIN, 0), scope="selection", first_seq=2, last_seq=6, before=None, after=None
    )
    lines = written(form, header, [RECORDS[2], RECORDS[6]])
    summary = verify_export(lines)
    assert (summary.records, summary.complete, summary.before, summary.after) == (2, False, None, None)
    with pytest.raises(ExportError, match="not here"):
        verify_export([line for line in lines if line != lines[preamble(form)]])


@pytest.mark.parametrize(
    "changes",
    [
        {"scope": "selection"},
        {"before": None},
        {"subject": SOURCES.token(1)},
        {"first_seq": None},
        {"scope": "subject"},
    ],
    ids=str,
)
def test_a_header_that_does_not_agree_with_itself_is_refused(form: str, changes: dict[str, Any]):
    lines = written(form)
    lines[0] = next(iter(WRITERS[form](replace(export_header(CHAIN, 0), **changes), [])))
    with pytest.raises(ExportError) as caught:
        verify_export(lines)
    assert caught.value.line == 1


@pytest.mark.parametrize(
    "first", ["", "{}", "seq,act\n", "qianyin-export\n", "qianyin-export,{}\n", "x,y\n", '{"a"']
)
def test_something_that_is_no_export_is_refused(first: str):
    with pytest.raises(ExportError) as caught:
        verify_export([first])
    assert caught.value.line == 1


def test_a_time_that_is_not_that_of_the_block_is_found():
    lines = written("csv")
    at = write_time(RECORDS[2].block_time)
    assert at in lines[4]
    lines[4] = lines[4].replace(at, write_time(0))
    with pytest.raises(ExportError, match="time") as caught:
        verify_export(lines)
    assert (caught.value.line, caught.value.seq) == (5, 2)


def test_other_columns_are_refused():
    lines = written("csv")
    lines[1] = lines[1].replace("blockTime", "blocktime")
    with pytest.raises(ExportError, match="columns") as caught:
        verify_export(lines)
    assert caught.value.line == 2


def proved(subject: Hash32 | None = None) -> EndProof:
    storage = CHAIN.storage()
    slot = HEAD if subject is None else subject_slot(subject)
    return EndProof(
        header=CHAIN.header(),
        following=(),
        storage_root=storage.root,
        account_proof=tuple(trie_builder.proof(CHAIN.state(), keccak256(SOURCES.ledger))),
        head_proof=tuple(trie_builder.proof(storage, keccak256(slot))),
        count_proof=tuple(trie_builder.proof(storage, keccak256(COUNT))) if subject is None else (),
    )


class TestEnds:
    """An end is tied to a sealed block by the proof it brings."""

    def header(self, **changes: Any) -> ExportHeader:
        plain = export_header(CHAIN, 0)
        assert plain.after is not None
        return replace(plain, after=replace(plain.after, proof=replace(proved(), **changes)))

    def test_a_proved_end_is_tied(self, form: str):
        summary = verify_export(written(form, self.header()), CHAIN.anchor())
        assert summary.after is not None
        assert summary.after.held is True
        assert summary.before is not None
        assert summary.before.held is None
        assert summary.answer is Answer.VALID

    def test_the_beginning_of_the_ledger_is_called_so_and_needs_no_proof(self, form: str):
        begun = replace(self.header(), before=End(CHAIN.first, 9, GENESIS))
        summary = verify_export(written(form, begun), CHAIN.anchor())
        assert summary.before is not None
        assert summary.before.phrase.en.startswith("The beginning of the ledger")
        assert summary.answer is Answer.VALID
        elsewhere = replace(begun, before=End(CHAIN.first, 9, ZERO_HASH))
        other = verify_export(written(form, elsewhere), CHAIN.anchor()).before
        assert other is not None
        assert "beginning" not in other.phrase.en

    def test_a_range_that_begins_later_is_not_called_a_beginning(self, form: str):
        header = export_header(CHAIN, 2)
        assert header.before is not None
        summary = verify_export(written(form, header, RECORDS[2:]))
        assert summary.before is not None
        assert "beginning" not in summary.before.phrase.en

    @pytest.mark.parametrize("first", [2, len(RECORDS)], ids=["some", "none"])
    def test_without_a_proof_of_its_beginning_a_later_range_may_have_been_cut(self, form: str, first: int):
        header = self.header()
        assert header.before is not None
        before = replace(header.before, head=[CHAIN.first, *heads(CHAIN.first, RECORDS)][first])
        found = first if first < len(RECORDS) else None
        cut = replace(
            header, first_seq=found, last_seq=None if found is None else header.last_seq, before=before
        )
        summary = verify_export(written(form, cut, RECORDS[first:]), CHAIN.anchor())
        assert summary.after is not None
        assert summary.after.held is True
        assert summary.answer is Answer.INDETERMINATE, "records of its first blocks may be missing"

    def test_the_beginning_of_a_subject_is_called_so(self, form: str):
        party = SOURCES.party(ISSUER)
        records = [record for record in RECORDS if party in record.subjects]
        summary = verify_export(written(form, subject_header(party, records), records))
        assert summary.before is not None
        assert summary.before.phrase.zh.startswith("该对象的开头")

    def test_a_proved_end_of_a_subject_is_tied(self, form: str):
        token = SOURCES.party(SECOND)
        records = [record for record in RECORDS if token in record.subjects]
        plain = subject_header(token, records)
        assert plain.after is not None
        header = replace(plain, after=replace(plain.after, proof=proved(token)))
        summary = verify_export(written(form, header, records), CHAIN.anchor())
        assert summary.after is not None
        assert summary.after.held is True

    def test_without_an_anchor_or_with_that_of_another_ledger_nothing_is_said(self, form: str):
        lines = written(form, self.header())
        for anchor in (None, replace(CHAIN.anchor(), chain_id=5)):
            summary = verify_export(lines, anchor)
            assert summary.after is not None
            assert summary.after.held is None
            assert summary.answer is Answer.INDETERMINATE

    def test_a_chain_without_seals_leaves_it_open(self, form: str):
        summary = verify_export(written(form, self.header()), CHAIN.anchor("none"))
        assert summary.after is not None
        assert summary.after.held is None

    @pytest.mark.parametrize(
        "change",
        [
            lambda proof: {"header": resealed(proof.header, "stranger")},
            lambda proof: {"storage_root": keccak256(b"x")},
            lambda proof: {"account_proof": proof.account_proof[:-1]},
            lambda proof: {"head_proof": proof.count_proof},
            lambda proof: {"count_proof": proof.head_proof},
            lambda proof: {"head_proof": ()},
        ],
        ids=range(6),
    )
    def test_a_forged_proof_is_refused(self, form: str, change: Callable[[EndProof], dict[str, Any]]):
        summary = verify_export(written(form, self.header(**change(proved()))), CHAIN.anchor())
        assert summary.after is not None
        assert summary.after.held is False

    def test_another_code_at_the_ledger_is_refused(self, form: str):
        anchor = CHAIN.anchor()
        other = replace(anchor, ledger=replace(anchor.ledger, code_hash=keccak256(b"other")))
        summary = verify_export(written(form, self.header()), other)
        assert summary.after is not None
        assert summary.after.held is False

    def test_a_forged_range_with_a_true_proof_is_refused(self, form: str):
        forged = [*RECORDS[:3], replace(RECORDS[3], block_time=1), *RECORDS[4:]]
        header = self.header()
        assert header.after is not None
        lying = replace(header, after=replace(header.after, head=list(heads(CHAIN.first, forged))[-1]))
        summary = verify_export(written(form, lying, forged), CHAIN.anchor())
        assert summary.after is not None
        assert summary.after.held is False
        assert summary.answer is Answer.INVALID

    def test_a_shorter_range_with_a_true_proof_is_refused(self, form: str):
        header = self.header()
        assert header.after is not None
        shorter = list(heads(CHAIN.first, RECORDS[:-1]))[-1]
        lying = replace(header, last_seq=5, after=replace(header.after, head=shorter))
        summary = verify_export(written(form, lying, RECORDS[:-1]), CHAIN.anchor())
        assert summary.after is not None
        assert summary.after.held is False

    def test_the_proof_of_another_block_is_refused(self, form: str):
        header = self.header()
        assert header.after is not None
        for change in ({"block_number": 15}, {"block_hash": ZERO_HASH}):
            lying = replace(header, after=replace(header.after, **change))
            summary = verify_export(written(form, lying), CHAIN.anchor())
            assert summary.after is not None
            assert summary.after.held is False


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_the_shared_vectors_hold(case: dict[str, Any]):
    """Lines are counted in the JSON lines; the CSV has one more before them."""
    lines = VECTORS["jsonl"].copy()
    at = case.get("line", 0) - 1
    match case["change"]:
        case "remove":
            del lines[at]
        case "repeat":
            lines.insert(at, lines[at])
        case "exchange":
            lines[at], lines[at + 1] = lines[at + 1], lines[at]
        case "replace":
            assert case["find"] in lines[at]
            lines[at] = lines[at].replace(case["find"], case["with"])
    if "expect" not in case:
        assert str(verify_export(lines).records) == VECTORS["records"]
        assert str(verify_export(VECTORS["csv"]).records) == VECTORS["records"]
        return
    with pytest.raises(ExportError) as caught:
        verify_export(lines)
    assert caught.value.line == case["expect"]["line"]
    assert str(caught.value.seq) == case["expect"]["seq"]


def test_checking_holds_one_line_at_a_time():
    """Memory does not grow with the file."""

    def endless(count: int) -> Iterator[Record]:
        for seq in range(count):
            yield replace(RECORDS[0], seq=seq)

    def peak(count: int) -> int:
        head = CHAIN.first
        for head in heads(CHAIN.first, endless(count)):  # noqa: B007
            pass
        header = ExportHeader(
            *("ledger", CHAIN_ID, GENESIS, account("ledger"), None, 0, count - 1),
            *(End(CHAIN.first, 0, ZERO_HASH), End(head, 1, ZERO_HASH)),
        )
        tracemalloc.start()
        verify_export(write_jsonl(header, endless(count)))
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    length = sum(map(len, written("jsonl"))) // 9 * 1500
    assert length > 1_500_000
    assert peak(1500) < length / 5


texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="ascii"), max_size=9), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(values)
def test_lines_are_written_in_canonical_form(value: object) -> None:
    assert export_text._text(value).encode() == strict.canonical(value)
