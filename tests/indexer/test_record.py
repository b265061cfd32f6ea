"""Records: their digest, the log they come from, their JSON."""

from __future__ import annotations

from dataclasses import replace

import eth_abi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import MalformedRecord
from indexer.keccak import keccak256
from indexer.record import (
    RECORDED_TOPIC,
    Record,
    entry_digest,
    from_json,
    from_log,
    from_words,
    record_digest,
    subject,
    to_json,
)
from indexer.values import Address, Hash32, as_hex

WORDS = st.binary(min_size=32, max_size=32)
UINTS = st.integers(0, 2**256 - 1)
RECORDS = st.builds(
    Record,
    seq=UINTS,
    source=st.binary(min_size=20, max_size=20),
    act=WORDS,
    data=st.binary(max_size=100),
    state_after=WORDS,
    subjects=st.lists(WORDS, max_size=4).map(tuple),
    block_number=UINTS,
    block_time=UINTS,
)
PLAIN = Record(3, Address(b"\x11" * 20), Hash32(b"\x22" * 32), b"words", Hash32(b"\x33" * 32), (), 5, 6)


def log_of(record: Record) -> tuple[list[bytes], bytes]:
    """The log that the ledger emits for a record, by another encoder."""
    topics = [RECORDED_TOPIC, record.seq.to_bytes(32, "big"), bytes(12) + record.source, record.act]
    data = eth_abi.encode(
        ["bytes32", "bytes32[]", "bytes"], [record.state_after, record.subjects, record.data]
    )
    return topics, data


@given(RECORDS)
def test_the_digest_is_that_of_seven_abi_words(record: Record):
    words = eth_abi.encode(
        ["uint256", "address", "bytes32", "bytes32", "bytes32", "uint256", "uint256"],
        [
            record.seq,
            record.source,
            keccak256(record.act + record.data),
            record.state_after,
            keccak256(b"".join(record.subjects)),
            record.block_number,
            record.block_time,
        ],
    )
    assert len(words) == 224
    assert record_digest(record) == keccak256(words)


@pytest.mark.parametrize(
    "change",
    [
        {"seq": 4},
        {"source": b"\x12" * 20},
        {"act": b"\x23" * 32},
        {"data": b"wordz"},
        {"state_after": b"\x34" * 32},
        {"subjects": (b"\x44" * 32,)},
        {"block_number": 4},
        {"block_time": 7},
    ],
    ids=lambda change: next(iter(change)),
)
def test_every_field_is_in_the_digest(change: dict[str, object]):
    assert record_digest(replace(PLAIN, **change)) != record_digest(PLAIN)


def test_the_order_of_subjects_is_in_the_digest():
    one, two = Hash32(b"\x01" * 32), Hash32(b"\x02" * 32)
    assert record_digest(replace(PLAIN, subjects=(one, two))) != record_digest(
        replace(PLAIN, subjects=(two, one))
    )


def test_an_entry_is_the_act_and_its_words():
    assert entry_digest(PLAIN.act, PLAIN.data) == keccak256(PLAIN.act + PLAIN.data)


def test_a_subject_is_the_abi_encoding_of_contract_and_local_id():
    source, local = Address(b"\x11" * 20), Hash32(b"\x05" * 32)
    assert subject(source, local) == keccak256(eth_abi.encode(["address", "bytes32"], [source, local]))


@given(RECORDS)
def test_a_log_of_the_ledger_gives_its_record(record: Record):
    assert from_words(*log_of(record), record.block_number, record.block_time) == record


@given(RECORDS, st.data())
def test_a_log_that_is_laid_out_otherwise_is_refused_or_the_same(record: Record, draws: st.DataObject):
    topics, data = log_of(record)
    at = draws.draw(st.integers(0, len(data) - 1))
    touched = data[:at] + bytes((data[at] ^ draws.draw(st.integers(1, 255)),)) + data[at + 1 :]
    try:
        found = from_words(topics, touched, record.block_number, record.block_time)
    except MalformedRecord:
        return
    assert found != record
    assert log_of(found)[1] == touched


@pytest.mark.parametrize("cut", [1, 32, 64])
def test_a_log_that_is_cut_off_or_has_more_is_refused(cut: int):
    topics, data = log_of(replace(PLAIN, subjects=(Hash32(b"\x44" * 32),)))
    for touched in (data[:-cut], data + bytes(cut), b""):
        with pytest.raises(MalformedRecord):
            from_words(topics, touched, 5, 6)


def test_a_log_of_another_event_or_source_is_refused():
    topics, data = log_of(PLAIN)
    for wrong in (
        [keccak256(b"Other()"), *topics[1:]],
        topics[:3],
        [*topics, topics[3]],
        [topics[0], topics[1], b"\x01" + topics[2][1:], topics[3]],
    ):
        with pytest.raises(MalformedRecord):
            from_words(wrong, data, 5, 6)


def test_a_log_as_a_node_returns_it_is_read():
    topics, data = log_of(PLAIN)
    log = {"topics": [as_hex(topic) for topic in topics], "data": as_hex(data), "blockNumber": "0x5"}
    assert from_log(log, 6) == PLAIN


@pytest.mark.parametrize(
    "change",
    [{"topics": None}, {"data": "0xzz"}, {"data": 5}, {"blockNumber": "five"}, {"blockNumber": "-0x1"}],
)
def test_something_that_is_no_log_is_refused(change: dict[str, object]):
    topics, data = log_of(PLAIN)
    log = {"topics": [as_hex(topic) for topic in topics], "data": as_hex(data), "blockNumber": "0x5"}
    with pytest.raises(MalformedRecord):
        from_log(log | change, 6)


@given(RECORDS)
def test_json_and_back_is_the_same_record(record: Record):
    assert from_json(to_json(record)) == record


@pytest.mark.parametrize(
    "change",
    [
        {"seq": 3},
        {"seq": "03"},
        {"seq": "-3"},
        {"seq": "+3"},
        {"seq": "3 "},
        {"seq": "٣"},
        {"seq": str(2**256)},
        {"act": "0x" + "AB" * 32},
        {"act": "0x" + "ab" * 31},
        {"act": "ab" * 32},
        {"data": "0xabc"},
        {"data": "0x a"},
        {"source": "0x" + "ab" * 20},
        {"subjects": "0x"},
        {"subjects": [5]},
        {"more": "1"},
    ],
    ids=str,
)
def test_json_in_another_form_is_refused(change: dict[str, object]):
    with pytest.raises(MalformedRecord):
        from_json(to_json(PLAIN) | change)


def test_json_without_a_field_is_refused():
    fields = to_json(PLAIN)
    for name in fields:
        with pytest.raises(MalformedRecord):
            from_json({other: value for other, value in fields.items() if other != name})
    with pytest.raises(MalformedRecord):
        from_json([])
