"""How chapters of the speed table measure: rounds that alternate, sizes, the machine. Owns the clock.

A chapter is a file of this folder with `def rows(scale: float) -> Iterator[Row]`, which ends with

    if __name__ == "__main__":
        chapter(rows)

and is named in `CHAPTERS` of __main__.py. It runs in a process of its own: `python scripts/bench/NAME.py --scale 0.1`.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from rows import Row, to_json

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 5


def chapter(rows: Callable[[float], Iterator[Row]]) -> None:
    """Run a chapter from the command line: each row is a line of JSON on standard output when it is there."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--scale", type=float, default=1.0, help="of the sizes that the goals are set for")
    for row in rows(parser.parse_args().scale):
        print(json.dumps(to_json(row), ensure_ascii=False), flush=True)


def sizes(full: int, scale: float, number: int = 2) -> tuple[int, ...]:
    """Give the sizes to measure at, each a tenth of the next: the last, `full`, is what the goal is set for."""
    smallest = max(1, round(full * scale / 10 ** (number - 1)))
    return tuple(smallest * 10**power for power in range(number))


def interleaved(
    ours: Callable[[], float], peer: Callable[[], float], rounds: int = ROUNDS
) -> list[tuple[float, float]]:
    """Measure ours and the peer in turn, beginning with the other each round; each gives its figure."""
    found: list[tuple[float, float]] = []
    for turn in range(rounds):
        gc.collect()
        if turn % 2:
            theirs = peer()
            found.append((ours(), theirs))
        else:
            mine = ours()
            found.append((mine, peer()))
    return found


def seconds(work: Callable[[], object]) -> float:
    """Say how long something takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def rate(count: int, work: Callable[[], object]) -> Callable[[], float]:
    """Give a measurement of how many a second something does, that does `count`."""
    return lambda: count / seconds(work)


def say(text: str) -> None:
    """Tell the person at the terminal; standard output is for the rows."""
    print(text, file=sys.stderr, flush=True)


def machine() -> dict[str, str]:
    """Name the machine, and how busy it was with other things when asked."""
    model, memory = "", ""
    cpus, meminfo = Path("/proc/cpuinfo"), Path("/proc/meminfo")
    if cpus.is_file():
        models = [line for line in cpus.read_text().splitlines() if line.startswith("model name")]
        model = models[0].partition(":")[2].strip() if models else ""
        memory = f"{int(meminfo.read_text().split()[1]) / (1 << 20):.0f} GB"
    return {
        "processor": model or platform.processor() or platform.machine(),
        "cores": str(os.cpu_count()),
        "memory": memory,
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "load before": f"{os.getloadavg()[0]:.1f}",
    }
