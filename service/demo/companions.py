"""The processes that a demonstration runs beside its chain. Owns their start and end; none outlives its starter."""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from devnet import processes
from devnet.processes import Process
from service.errors import Unavailable

PROGRAMS = ("index", "worker", "serve")
AGAIN = 2
"""How often a program is started again within `LATELY` seconds; one that ends more often would end for ever."""
LATELY = 60.0
_SHOWN = 8
_WIDEST = 300
_READ = 1 << 16


@dataclass(frozen=True, slots=True)
class Ended:
    """A program that ended by itself or was killed: its log, and the last lines it wrote there."""

    program: str
    log: Path
    last: tuple[str, ...]

    def quoted(self) -> str:
        """Give the last lines, indented, below the name of the log."""
        lines = self.last or ("（没有新内容 / nothing new）",)
        return "\n".join([f"{self.log}:", *(f"    {line}" for line in lines)])


@dataclass(slots=True)
class Companions:
    """Index, worker and server of one home. Use it in a `with`: at its end they are ended, and waited for."""

    home: Path
    port: int
    programs: tuple[str, ...] = PROGRAMS
    running: dict[str, Process] = field(default_factory=dict)
    _begun: dict[str, int] = field(default_factory=dict)
    """Where in its log each began: what is before was written by an earlier one."""
    _ends: dict[str, list[float]] = field(default_factory=dict)
    _ending: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        """Start them; those that a killed starter left behind are ended first."""
        folder = self.home / "run"
        folder.mkdir(parents=True, exist_ok=True)
        try:
            for program in self.programs:
                self._start(program, folder)
        except BaseException:
            self._ending.close()
            raise
        return self

    def __exit__(self, *raised: object) -> None:
        """End them, the last one first."""
        self._ending.close()

    def log_of(self, program: str) -> Path:
        """Give the log of a program."""
        return self.home / "run" / f"{program}.log"

    def revive(self) -> list[Ended]:
        """Start again what has ended by itself or was killed; say what that was. Nothing accepted is lost by it.

        Raises:
            Unavailable: one ends again and again; the message has the end of its log.
        """
        found = [self._ended(program) for program, process in self.running.items() if not process.alive]
        for one in found:
            self._count(one)
            self._start(one.program, self.home / "run")
        return found

    def _ended(self, program: str) -> Ended:
        log = self.log_of(program)
        with log.open("rb") as stream:
            stream.seek(max(self._begun[program], log.stat().st_size - _READ))
            lines = stream.read().decode(errors="replace").splitlines()
        return Ended(program, log, tuple(line[:_WIDEST] for line in lines if line.strip())[-_SHOWN:])

    def _count(self, one: Ended) -> None:
        now = time.monotonic()
        ends = self._ends.setdefault(one.program, [])
        ends[:] = [*(at for at in ends if now - at < LATELY), now]
        if len(ends) > AGAIN:
            raise Unavailable(
                "companion-ends",
                f"{one.program} 一再停止，演示无法继续；原因见日志末尾。",
                f"{one.program} ends again and again, and nothing goes on without it: {one.quoted()}",
            )

    def _start(self, program: str, folder: Path) -> None:
        pid_file = folder / f"{program}.json"
        left = processes.recorded(pid_file)
        if left is not None:
            processes.stop(left)
        command = [sys.executable, "-m", "service.cli", "--home", str(self.home), program]
        if program == "serve":
            command += ["--port", str(self.port)]
        prepared = processes.launch(command, Path.cwd(), pid_file, {"program": program}, attached=True)
        log = self.log_of(program)
        self._begun[program] = log.stat().st_size if log.exists() else 0
        process = processes.start(prepared, log)
        self.running[program] = process
        self._ending.callback(processes.stop, process)
