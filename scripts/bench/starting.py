"""How long the command line takes to start, and what each process takes at rest. A chapter of the speed table."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from measuring import ROUNDS, chapter, interleaved, seconds
from minting import Bench, running
from rows import Row, Spread, beside

VERBS = (("--help",), ("mint", "--help"), ("verify", "--help"))
BARE = [sys.executable, "-c", "0"]
REST = 10.0
"""Seconds over which rest is watched."""


def rows(_scale: float) -> Iterator[Row]:
    """Measure; nothing of it has a size."""
    for words in VERBS:
        command = [sys.executable, "-m", "service.cli", *words]
        found = interleaved(partial(_milliseconds, command), partial(_milliseconds, BARE))
        yield beside(
            f"start of `qianyin {' '.join(words)}`", 1, "ms", found, "an interpreter alone", headline=True
        )
    with (
        tempfile.TemporaryDirectory(prefix="qianyin-bench-") as folder,
        running(Path(folder) / "home") as bench,
    ):
        bench.found()
        time.sleep(2.0)
        for name in ("worker", "index"):
            used = [_cpu_at_rest(bench, name) for _ in range(max(1, ROUNDS // 2))]
            yield Row(f"CPU of a resting `qianyin {name}`", 1, "% of a core", Spread.of(used), headline=True)
        yield from bench.memory()


def _milliseconds(command: list[str]) -> float:
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": os.environ.copy()}
    return 1_000 * seconds(lambda: subprocess.run(command, check=True, **quiet))  # type: ignore[call-overload]


def _cpu_at_rest(bench: Bench, name: str) -> float:
    before, began = bench.cpu(name), time.monotonic()
    time.sleep(REST)
    return 100 * (bench.cpu(name) - before) / (time.monotonic() - began)


if __name__ == "__main__":
    chapter(rows)
