"""Streamed exports: what was announced or nothing, in few records at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Literal

import pytest

from indexer.errors import ExportError
from indexer.evidence.ends import End
from indexer.evidence.export import ExportHeader, verify_export
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
