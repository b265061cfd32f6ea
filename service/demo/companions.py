"""The processes that a demonstration runs beside its chain. Owns their start and end; none outlives its starter."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from devnet import processes
from devnet.processes import Process

PROGRAMS = ("index", "worker", "serve")


@dataclass(slots=True)
class Companions:
    """Index, worker and server of one home. Use it in a `with`: at its end they are ended, and waited for."""

    home: Path
    port: int
    programs: tuple[str, ...] = PROGRAMS
    running: dict[str, Process] = field(default_factory=dict)
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

    def revive(self) -> list[str]:
        """Start again what has ended by itself or was killed; give its names. Nothing accepted is lost by it."""
        ended = [program for program, process in self.running.items() if not process.alive]
        for program in ended:
            self._start(program, self.home / "run")
        return ended

    def _start(self, program: str, folder: Path) -> None:
        pid_file = folder / f"{program}.json"
        left = processes.recorded(pid_file)
        if left is not None:
            processes.stop(left)
        command = [sys.executable, "-m", "service.cli", "--home", str(self.home), program]
        if program == "serve":
            command += ["--port", str(self.port)]
        prepared = processes.launch(command, Path.cwd(), pid_file, {"program": program}, attached=True)
        process = processes.start(prepared, self.log_of(program))
        self.running[program] = process
        self._ending.callback(processes.stop, process)
