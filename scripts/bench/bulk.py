"""How fast 100,000 collectibles are minted, beside the same calls raw, and what one costs at a tenth of them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from measuring import chapter, sizes
from minting import running
from rows import Row


def rows(scale: float) -> Iterator[Row]:
    """Measure as `minting` does, with more of them; then what the processes took at most."""
    with (
        tempfile.TemporaryDirectory(prefix="qianyin-bench-") as folder,
        running(Path(folder) / "home") as bench,
    ):
        bench.found()
        bench.ours(400, bench.ask)
        batch = bench.office.settings.batch_items
        for size in sizes(100_000, scale):
            yield bench.row("mints asked for in calls of 500, many", size, batch, bench.ask)
        yield from bench.memory()


if __name__ == "__main__":
    chapter(rows)
