"""Streamed exports: what was announced or nothing, in few records at a time."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from typing import Literal

import pytest

from indexer.errors import ExportError
from indexer.evidence.ends import End
from indexer.evidence.export import ExportHeader, verify_export, write_csv, write_jsonl
from indexer.state import Token
from indexer.store import Projection, View
from indexer.values import ZERO_HASH, Hash32
from service.audit import export
from service.audit.export import BYTE_ORDER_MARK, pieces
from tests.indexer.histories import FOLLOWED, SOURCES, History

FORMS: list[Literal["csv", "jsonl"]] = ["csv", "jsonl"]


@pytest.fixture(autouse=True)
def _few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "_AT_ONCE", 7)
    monkeypatch.setattr(export, "_PIECE", 3_000)


def _header(view: View, first: int, last: int) -> ExportHeader:
    before = End(view.head_before(first), 1, ZERO_HASH)
    after = End(view.head_before(last + 1), 2, ZERO_HASH)
    return _of("ledger", None, first, last, before, after)


def _of(scope: str, subject: Hash32 | None, first: int, last: int, before: End, after: End) -> ExportHeader:
    chain, genesis = FOLLOWED.chain_id, FOLLOWED.genesis_hash
    return ExportHeader(scope, chain, genesis, SOURCES.ledger, subject, first, last, before, after)


def _lines(written: Iterator[bytes]) -> list[str]:
    return b"".join(written).decode().splitlines(keepends=True)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("first", "last"), [(0, 0), (0, 6), (3, 9), (13, 62)])
def test_a_range_is_written_whole_and_verifies(
    projection: Projection, form: Literal["csv", "jsonl"], first: int, last: int
) -> None:
    with projection.view() as view:
        header = _header(view, first, last)
    summary = verify_export(_lines(pieces(projection, header, form)))
    assert (summary.records, summary.complete) == (last - first + 1, True)


def test_csv_begins_with_a_byte_order_mark_and_json_lines_do_not(projection: Projection) -> None:
    with projection.view() as view:
        header = _header(view, 0, 3)
    assert next(pieces(projection, header, "csv")).decode().startswith(BYTE_ORDER_MARK)
    assert json.loads(_lines(pieces(projection, header, "jsonl"))[0])["type"] == "header"


def test_a_long_export_comes_in_pieces(projection: Projection) -> None:
    with projection.view() as view:
        header = _header(view, 0, 60)
    assert len(list(pieces(projection, header, "jsonl"))) > 5


def test_a_subject_is_written_whole_over_many_pages(projection: Projection, world: History) -> None:
    with projection.view() as view:
        found = [
            (view.subject_head(view.sources.party(state.holder)), view.sources.party(state.holder))
            for state in world.held.values()
            if isinstance(state, Token)
        ]
        (head, count), subject = max(found, key=lambda one: one[0][1])
        last = view.history(subject, limit=1).items[0].record.seq
        first = view.history(subject, limit=1, newest_first=False).items[0].record.seq
    assert count > 7
    ends = End(ZERO_HASH, 0, ZERO_HASH), End(head, 2, ZERO_HASH)
    header = _of("subject", subject, first, last, *ends)
    assert verify_export(_lines(pieces(projection, header, "jsonl"))).records == count


def test_a_chain_replaced_meanwhile_ends_the_file_without_its_footer(projection: Projection) -> None:
    with projection.view() as view:
        header = _header(view, 0, 20)
    other = _of(
        "ledger", None, 0, 20, End(ZERO_HASH, 1, ZERO_HASH), header.after or End(ZERO_HASH, 1, ZERO_HASH)
    )
    written: list[bytes] = []
    with pytest.raises(ExportError):
        written.extend(pieces(projection, other, "jsonl"))
    with pytest.raises(ExportError):
        verify_export(b"".join(written).decode().splitlines())


@pytest.mark.parametrize(("form", "write"), [("csv", write_csv), ("jsonl", write_jsonl)])
def test_parts_make_the_file_that_the_plain_way_makes(
    projection: Projection, form: Literal["csv", "jsonl"], write: Callable[..., Iterator[str]]
) -> None:
    with projection.view() as view:
        header = _header(view, 2, 60)
        plain = "".join(write(header, list(view.records(2, 60))))
    assert b"".join(pieces(projection, header, form)).decode().removeprefix(BYTE_ORDER_MARK) == plain


def test_a_damaged_row_is_found_by_whoever_reads_the_file_at_its_line(projection: Projection) -> None:
    with projection.view() as view:
        header = _header(view, 0, 60)
    _damage(projection, 16)
    with pytest.raises(ExportError) as caught:
        verify_export(_lines(pieces(projection, header, "jsonl")))
    assert (caught.value.line, caught.value.seq) == (18, 16)


def test_a_damaged_row_that_is_hashed_again_is_never_given_out(projection: Projection) -> None:
    with projection.view() as view:
        header = _header(view, 0, 60)
    _damage(projection, 14)
    written: list[bytes] = []
    with pytest.raises(ExportError):
        written.extend(pieces(projection, header, "jsonl"))
    assert [json.loads(line).get("seq") for line in _lines(iter(written))][-1] == "13"


def _damage(projection: Projection, seq: int) -> None:
    with projection.connection() as connection:
        path = connection.exec_driver_sql("PRAGMA database_list").one()[2]
    with sqlite3.connect(path) as plain:
        plain.execute("UPDATE records SET state_after = zeroblob(32) WHERE seq = ?", (seq,))
    plain.close()
