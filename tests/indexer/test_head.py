"""Heads: of the ledger, of subjects, the fast path and the reference."""

from __future__ import annotations

import json
from pathlib import Path

import eth_abi
from hypothesis import given
from hypothesis import strategies as st

from indexer.head import (
    LEDGER_TAG,
    NO_PREDECESSOR,
    Predecessor,
    advance,
    first_head,
    fold_heads,
    fold_subject,
    heads,
    next_head,
    subject_heads,
)
from indexer.keccak import keccak256
from indexer.record import Record, from_json, record_digest
from indexer.values import ZERO_HASH, Address, Hash32
from indexer.wire import read_address, read_hash

SUBJECTS = [Hash32(bytes((n,)) * 32) for n in range(4)]
RECORDS = st.builds(
    Record,
    seq=st.integers(0, 9),
    source=st.just(Address(bytes(20))),
    act=st.just(ZERO_HASH),
    data=st.binary(max_size=3),
    state_after=st.just(ZERO_HASH),
    subjects=st.lists(st.sampled_from(SUBJECTS), max_size=3).map(tuple),
    block_number=st.integers(0, 9),
    block_time=st.integers(0, 9),
)
VECTORS = Path(__file__).parents[1] / "vectors" / "heads.json"


def test_the_first_head_is_that_of_eight_abi_words():
    ledger, parent = Address(b"\x07" * 20), Hash32(b"\x08" * 32)
    before = Predecessor(5, Address(b"\x09" * 20), Hash32(b"\x0a" * 32), 77)
    words = eth_abi.encode(
        ["bytes32", "uint256", "address", "bytes32", "uint256", "address", "bytes32", "uint256"],
        [LEDGER_TAG, 9, ledger, parent, before.chain_id, before.ledger, before.head, before.count],
    )
    assert first_head(9, ledger, parent, before) == keccak256(words)
    assert first_head(9, ledger, parent) == first_head(9, ledger, parent, NO_PREDECESSOR)


def test_the_first_head_tells_ledgers_apart():
    ledger, parent = Address(b"\x07" * 20), Hash32(b"\x08" * 32)
    found = {
        first_head(9, ledger, parent),
        first_head(8, ledger, parent),
        first_head(9, Address(b"\x06" * 20), parent),
        first_head(9, ledger, ZERO_HASH),
        first_head(9, ledger, parent, Predecessor(1)),
        first_head(9, ledger, parent, Predecessor(count=1)),
    }
    assert len(found) == 6


@given(st.lists(RECORDS, max_size=8))
def test_the_fast_path_and_the_reference_agree(records: list[Record]):
    held: dict[Hash32, Hash32] = {SUBJECTS[0]: keccak256(b"held before")}
    expected = subject_heads(records, held)
    assert advance(ZERO_HASH, held, records) == fold_heads(ZERO_HASH, records)
    assert held == expected


@given(st.lists(RECORDS, max_size=8), st.integers(0, 8))
def test_a_fold_may_stop_and_go_on(records: list[Record], cut: int):
    assert fold_heads(fold_heads(ZERO_HASH, records[:cut]), records[cut:]) == fold_heads(ZERO_HASH, records)
    assert subject_heads(records[cut:], subject_heads(records[:cut])) == subject_heads(records)


@given(st.lists(RECORDS, max_size=8))
def test_one_subject_follows_only_its_own_records(records: list[Record]):
    found = subject_heads(records)
    for one in SUBJECTS:
        assert fold_subject(one, records) == found.get(one, ZERO_HASH)
        assert fold_subject(one, [record for record in records if one in record.subjects]) == found.get(
            one, ZERO_HASH
        )


@given(st.lists(RECORDS, min_size=1, max_size=8))
def test_the_heads_along_the_way_end_in_the_fold(records: list[Record]):
    along = list(heads(ZERO_HASH, records))
    assert len(along) == len(records)
    assert along[-1] == fold_heads(ZERO_HASH, records)
    assert along[0] == next_head(ZERO_HASH, record_digest(records[0]))


@given(st.lists(RECORDS, min_size=2, max_size=6, unique=True), st.data())
def test_a_record_left_out_added_or_moved_gives_another_head(records: list[Record], draws: st.DataObject):
    at = draws.draw(st.integers(0, len(records) - 2))
    others = [
        records[:at] + records[at + 1 :],
        [*records[:at], records[at], *records[at:]],
        [*records[:at], records[at + 1], records[at], *records[at + 2 :]],
    ]
    for other in others:
        assert fold_heads(ZERO_HASH, other) != fold_heads(ZERO_HASH, records)


def test_the_shared_vectors_hold():
    vectors = json.loads(VECTORS.read_bytes())
    ledger = vectors["ledger"]
    before = ledger["predecessor"]
    head = first_head(
        int(ledger["chainId"]),
        read_address(ledger["address"]),
        read_hash(ledger["parentHash"]),
        Predecessor(
            int(before["chainId"]),
            read_address(before["ledger"]),
            read_hash(before["head"]),
            int(before["count"]),
        ),
    )
    assert head == read_hash(ledger["firstHead"])
    for one in vectors["records"]:
        record = from_json(one["record"])
        assert record_digest(record) == read_hash(one["digest"])
        head = next_head(head, record_digest(record))
        assert head == read_hash(one["head"])
    records = [from_json(one["record"]) for one in vectors["records"]]
    assert subject_heads(records) == {
        read_hash(one): read_hash(found) for one, found in vectors["subjectHeads"].items()
    }
