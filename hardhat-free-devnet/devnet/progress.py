"""How long work tells what it is doing. Pure, but for the terminal writer at the end."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TextIO


@dataclass(frozen=True, slots=True)
class Notice:
    """What is being done now.

    `seconds` is how long this stage has run; `done` and `total` count its parts where they are known.
    """

    stage: str
    zh: str
    en: str
    seconds: float = 0.0
    done: int | None = None
    total: int | None = None


Progress = Callable[[Notice], None]


def silent(notice: Notice) -> None:
    """Say nothing."""


def one_line(notice: Notice) -> str:
    """Write a notice as one line of text, Chinese first."""
    count = "" if notice.done is None else f" {notice.done}"
    if notice.total is not None:
        count += f"/{notice.total}"
    return f"{notice.zh} / {notice.en}{count} · {notice.seconds:.0f} s"


@contextmanager
def terminal(stream: TextIO | None = None) -> Iterator[Progress]:
    """Give a progress that rewrites one line of a terminal for each stage, or prints each stage once into a file."""
    out = stream or sys.stderr
    last_stage = ""

    def show(notice: Notice) -> None:
        nonlocal last_stage
        fresh = notice.stage != last_stage
        if out.isatty():
            out.write(("\n" if fresh and last_stage else "\r") + one_line(notice) + "\033[K")
        elif fresh:
            out.write(one_line(notice) + "\n")
        last_stage = notice.stage
        out.flush()

    try:
        yield show
    finally:
        if out.isatty() and last_stage:
            out.write("\n")
