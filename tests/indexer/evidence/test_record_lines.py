"""Lines written by patterns are, octet for octet, those that are written the plain way."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import ExportError
from indexer.events import ACTS
from indexer.evidence.export_text import CSV, JSON_LINES, Form
from indexer.evidence.record_lines import MOST_SUBJECTS, RawRow, part_of, record_lines, record_of
from indexer.head import first_head, heads
from indexer.record import Record
from indexer.values import ZERO_HASH, Address, Hash32
from tests.indexer.histories import History, grow

FORMS = [JSON_LINES, CSV]
START = first_head(1, Address(bytes(20)), ZERO_HASH)
SELECTORS = [*sorted(ACTS), bytes(32)]
WORDS = st.one_of(
    st.integers(0, 9).map(lambda number: number.to_bytes(32, "big")),
    st.binary(min_size=20, max_size=20).map(lambda octets: bytes(12) + octets),
    st.binary(min_size=32, max_size=32),
)
ROWS = st.tuples(
    st.integers(0, 1 << 62),
    st.binary(min_size=20, max_size=20),
    st.sampled_from(SELECTORS),
    st.lists(WORDS, max_size=12).map(b"".join),
    st.binary(min_size=32, max_size=32),
    st.lists(WORDS, max_size=MOST_SUBJECTS + 2).map(b"".join),
    st.integers(0, 1 << 62),
    st.integers(0, 1 << 62),
    st.binary(min_size=32, max_size=32),
)


def raw(records: Sequence[Record]) -> list[RawRow]:
    return [
        (
            one.seq,
            one.source,
            one.act,
            one.data,
            one.state_after,
            b"".join(one.subjects),
            one.block_number,
            one.block_time,
            head,
        )
        for one, head in zip(records, heads(START, records), strict=True)
    ]


def plainly(form: Form, rows: Sequence[RawRow]) -> bytes:
    return "".join(form.record(record_of(row), Hash32(row[8])) for row in rows).encode()


@pytest.fixture(scope="module")
def rows() -> list[RawRow]:
    history = History()
    grow(history, 300, 4)
    return raw(history.records)


@pytest.mark.parametrize("form", FORMS)
def test_a_ledger_is_written_as_the_plain_way_writes_it(form: Form, rows: list[RawRow]):
    assert len({row[2] for row in rows}) > 8
    assert record_lines(form, rows) == plainly(form, rows)


@given(st.sampled_from(FORMS), st.lists(ROWS, max_size=4))
def test_whatever_words_an_act_has_both_ways_agree(form: Form, some: list[RawRow]):
    assert record_lines(form, some) == plainly(form, some)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("selector", sorted(ACTS), ids=lambda selector: ACTS[selector].__name__)
def test_every_act_is_written_alike_with_small_words(form: Form, selector: bytes):
    some = [
        (1, bytes(20), selector, (bytes(31) + bytes([value])) * count, bytes(32), bytes(64), 2, 3, bytes(32))
        for count in range(1, 13)
        for value in (0, 1, 2, 99)
    ]
    assert record_lines(form, some) == plainly(form, some)


def test_a_part_says_where_it_begins_and_ends(rows: list[RawRow]):
    part = part_of(CSV, START, range(20), [rows[:7], rows[7:20]])
    assert (part.first, part.last, part.before, part.after) == (0, 19, START, rows[19][8])
    assert b"".join(part.octets) == plainly(CSV, rows[:20])


@pytest.mark.parametrize("absent", [0, 3, 6, 7, 12, 19])
def test_a_record_that_is_not_there_is_named(rows: list[RawRow], absent: int):
    there = [row for row in rows[:20] if row[0] != absent]
    with pytest.raises(ExportError) as caught:
        part_of(CSV, START, range(20), [there[:7], there[7:]])
    assert caught.value.seq == absent


@pytest.mark.parametrize("damaged", [0, 7])
def test_the_first_of_the_rows_that_come_together_is_hashed_again(rows: list[RawRow], damaged: int):
    some = list(rows[:20])
    some[damaged] = (*some[damaged][:3], b"\0" * 32 + some[damaged][3], *some[damaged][4:])
    with pytest.raises(ExportError) as caught:
        part_of(CSV, START, range(20), [some[:7], some[7:]])
    assert caught.value.seq == damaged
