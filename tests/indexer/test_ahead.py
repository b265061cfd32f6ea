"""A process that reads ahead gives what would be read here, and nothing depends on its living."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from indexer import ahead, backfill
from indexer.follow import Header
from indexer.live import Indexer
from indexer.node import Node
from indexer.reading import LogsContradict, Reader
from indexer.span import LedgerBlock, Span
from tests.devnet_fixtures import LiveNode
from tests.indexer.ledgers import LiveLedger
from tests.indexer.liar import lying
from tests.indexer.test_live import record_world

pytestmark = pytest.mark.node

Started = list[subprocess.Popen[bytes]]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Started:
    """Processes that were started, now also for few records."""
    found: Started = []

    class Noted(subprocess.Popen[bytes]):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            found.append(self)

    monkeypatch.setattr(ahead.subprocess, "Popen", Noted)
    monkeypatch.setattr(backfill, "MANY", 0)
    monkeypatch.setattr(backfill, "FIRST_WIDTH", 2)
    monkeypatch.setattr(backfill, "MOST_WIDTH", 2)
    return found


@pytest.fixture
def ledger(anvil_node: LiveNode) -> LiveLedger:
    return LiveLedger.create(anvil_node)


def all_stretches(url: str, ledger: LiveLedger) -> Iterator[tuple[LedgerBlock, Span]]:
    deployment = ledger.deployment
    with Node([url], seconds=10) as node:
        reader = Reader(node, deployment.ledger.address, 2)
        _, newest = node.look()
        base = reader.base(deployment.block, deployment.parent_hash, deployment.chain_id, newest.hash)
        yield from backfill.stretches(reader, base, newest.header)


def test_it_gives_what_is_read_here(
    ledger: LiveLedger, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = record_world(ledger, 60, 71)
    there = list(all_stretches(ledger.node.url, ledger))
    assert len(started) == 1
    assert started[0].returncode is not None, "it has ended with the work"
    monkeypatch.setattr(backfill, "MANY", 1 << 62)
    here = list(all_stretches(ledger.node.url, ledger))
    assert len(started) == 1
    assert len(there) > 5
    assert there[-1][1].last == here[-1][1].last
    recorded = [one for _, span in there for one in span.recorded]
    assert recorded == [one for _, span in here for one in span.recorded]
    assert [one.seq for one in recorded] == list(range(len(history.records)))


def test_when_it_is_killed_the_rest_is_read_here(ledger: LiveLedger, started: Started) -> None:
    history = record_world(ledger, 60, 72)
    found: list[Span] = []
    for number, (_, span) in enumerate(all_stretches(ledger.node.url, ledger)):
        found.append(span)
        if number == 1:
            [process] = started
            process.kill()
            process.wait(10)
    assert sum(len(span.recorded) for span in found) == len(history.records)
    assert all(one.last.number < other.blocks[0].number for one, other in pairwise(found))


def test_where_it_cannot_be_started_all_is_read_here(
    ledger: LiveLedger, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = record_world(ledger, 60, 74)
    monkeypatch.setattr(ahead.sys, "executable", "/no/such/interpreter")
    found = [one.seq for _, span in all_stretches(ledger.node.url, ledger) for one in span.recorded]
    assert found == list(range(len(history.records)))
    assert not started


def test_what_it_cannot_prove_is_not_believed_either(ledger: LiveLedger, started: Started) -> None:
    record_world(ledger, 60, 73)
    until = ledger.head // 2

    def leave_out(method: str, _: list[Any], answer: dict[str, Any]) -> dict[str, Any]:
        if method != "eth_getLogs":
            return answer
        return {"result": [log for log in answer["result"] if int(log["blockNumber"], 16) != until]}

    with lying(ledger.node.url) as liar:
        liar.bend = leave_out
        with pytest.raises(LogsContradict) as contradiction:
            list(all_stretches(liar.url, ledger))
    assert started, "the process was there"
    assert contradiction.value.seen.number == until


def test_it_ends_when_nobody_takes_what_it_says(ledger: LiveLedger) -> None:
    record_world(ledger, 60, 75)
    with Node([ledger.node.url]) as node:
        start, until = node.look()
    base = LedgerBlock(0, start.hash, start.header.parent_hash, start.time, 0, ledger.deployment.genesis_hash)
    asked = (endless, (ledger.node.url,), ledger.deployment.ledger.address, 0, base, until.header, 1)
    command = [sys.executable, "-m", "indexer.ahead"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        pickle.dump(asked, process.stdin)
        process.stdin.close()
        assert process.stdout.read(8), "it says something"
        process.stdout.close()
        assert process.wait(20) == 0


def endless(reader: Reader, start: LedgerBlock, until: Header, width: int) -> Iterator[Span]:
    """Read one block for ever."""
    while True:
        yield Span((start,), ())


def test_the_indexer_catches_up_by_it(ledger: LiveLedger, started: Started, projection: Any) -> None:
    history = record_world(ledger, 100, 74)
    with Node([ledger.node.url]) as node:
        Indexer(node, projection, ledger.deployment, depth=2).catch_up()
    assert projection.progress().tip.count == len(history.records)
