"""Exports written by processes apart: the same octets, whatever becomes of the processes."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from indexer.errors import ExportError
from indexer.evidence.ends import End
from indexer.evidence.export import ExportHeader
from indexer.store import Projection
from indexer.values import ZERO_HASH
from service.audit import export
from service.audit.export import pieces
from service.audit.renderers import Renderers
from tests.indexer.histories import FOLLOWED, SOURCES


@pytest.fixture(autouse=True)
def _few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "_AT_ONCE", 7)
    monkeypatch.setattr(export, "MANY", 20)


@pytest.fixture
def renderers(projection: Projection) -> Iterator[Renderers]:
    with projection.connection() as connection:
        path = connection.exec_driver_sql("PRAGMA database_list").one()[2]
    opened = Renderers(f"sqlite:///{path}", number=2)
    yield opened
    opened.close()


@pytest.fixture
def header(projection: Projection) -> ExportHeader:
    with projection.view() as view:
        last = view.as_of.count - 1
        ends = End(view.head_before(0), 1, ZERO_HASH), End(view.head_before(last + 1), 2, ZERO_HASH)
    ledger = SOURCES.ledger
    return ExportHeader("ledger", FOLLOWED.chain_id, FOLLOWED.genesis_hash, ledger, None, 0, last, *ends)


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_processes_apart_write_the_same_octets(
    projection: Projection, renderers: Renderers, header: ExportHeader, form: export.TextForm
) -> None:
    here = b"".join(pieces(projection, header, form))
    assert b"".join(pieces(projection, header, form, renderers)) == here
    first = renderers.processes()
    assert len(first) == 2
    assert b"".join(pieces(projection, header, form, renderers)) == here
    assert renderers.processes() == first, "they are kept for the next one"


def test_a_short_export_starts_no_process(
    projection: Projection, renderers: Renderers, header: ExportHeader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "MANY", 10_000)
    assert b"".join(pieces(projection, header, "csv", renderers))
    assert renderers.processes() == []


def test_a_process_killed_meanwhile_is_done_without(
    projection: Projection, renderers: Renderers, header: ExportHeader
) -> None:
    writing = pieces(projection, header, "jsonl", renderers)
    began = [next(writing), next(writing)]
    os.kill(renderers.processes()[0], signal.SIGKILL)
    assert b"".join((*began, *writing)) == b"".join(pieces(projection, header, "jsonl"))
    assert b"".join(pieces(projection, header, "jsonl", renderers)), "the next one has new ones"
    assert len(renderers.processes()) == 2


def test_two_exports_at_once_do_not_mix(
    projection: Projection, renderers: Renderers, header: ExportHeader
) -> None:
    one, other = (pieces(projection, header, "jsonl", renderers) for _ in range(2))
    both = list(zip(one, other, strict=False))
    whole = b"".join(pieces(projection, header, "jsonl"))
    assert whole.startswith(b"".join(first for first, _ in both))
    assert whole.startswith(b"".join(second for _, second in both))


def test_an_export_that_nobody_reads_on_leaves_nothing_for_the_next(
    projection: Projection, renderers: Renderers, header: ExportHeader
) -> None:
    writing = pieces(projection, header, "jsonl", renderers)
    next(writing), next(writing)
    writing.close()
    assert b"".join(pieces(projection, header, "csv", renderers)) == b"".join(
        pieces(projection, header, "csv")
    )


def test_a_part_that_is_not_there_ends_the_file_without_its_footer(
    projection: Projection, renderers: Renderers, header: ExportHeader
) -> None:
    longer = replace(header, last_seq=(header.last_seq or 0) + 1)
    written: list[bytes] = []
    with pytest.raises(ExportError):
        written.extend(pieces(projection, longer, "jsonl", renderers))
    assert written
    assert b'"type":"footer"' not in b"".join(written)


def test_the_processes_end_with_whoever_asked(
    projection: Projection, renderers: Renderers, header: ExportHeader
) -> None:
    assert b"".join(pieces(projection, header, "jsonl", renderers))
    found = renderers.processes()
    for one in renderers._held:
        one.line.close()
    for _ in range(100):
        if not renderers.processes():
            break
        time.sleep(0.05)
    assert found
    assert renderers.processes() == []
