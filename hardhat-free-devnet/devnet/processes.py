"""Processes by (pid, start mark), so that a recycled pid is never taken for ours. Owns starting and ending them."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from devnet import files

_LADDER = ((signal.SIGTERM, 30.0), (signal.SIGINT, 10.0), (signal.SIGKILL, 10.0))
_PACKAGE_PARENT = str(Path(__file__).resolve().parent.parent)


@dataclass(frozen=True, slots=True)
class Process:
    """A process: its pid, and a mark of when it began that no later process with this pid shares."""

    pid: int
    mark: str

    @property
    def alive(self) -> bool:
        """Whether this very process still runs."""
        return start_mark(self.pid) == self.mark


def start_mark(pid: int) -> str | None:
    """Return when `pid` began, as text to compare, or None if no process that runs has this number.

    On Linux: the boot's id and the clock tick of the start (proc(5), field 22); elsewhere what ps(1) says.
    """
    _reap(pid)
    if not sys.platform.startswith("linux"):
        shown = subprocess.run(
            ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        return shown.stdout.strip() or None
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except (FileNotFoundError, ProcessLookupError):
        return None
    ended = (
        fields[0] in "ZX" and int(fields[17]) <= 1
    )  # Its first thread may go before those that hold its files.
    return None if ended else f"{boot}:{fields[19]}"


def _reap(pid: int) -> None:
    """Take the exit status of `pid` if it is a child of ours that has ended."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return


def recorded(pid_file: Path) -> Process | None:
    """Return the process that `pid_file` names if it still runs."""
    record = files.read_json(pid_file)
    if not isinstance(record, dict) or "pid" not in record:
        return None
    process = Process(int(record["pid"]), str(record["started"]))
    return process if process.alive else None


@dataclass(frozen=True, slots=True)
class Launch:
    """A command line and environment that put a program on record and then become it (`devnet.launcher`)."""

    arguments: tuple[str, ...]
    environment: Mapping[str, str]


def launch(
    command: Sequence[str], folder: Path, pid_file: Path, record: Mapping[str, str], *, attached: bool
) -> Launch:
    """Prepare to run `command` in `folder`, in a session of its own.

    `pid_file` gets `record`, the pid and the start mark before the program itself begins, so there is no moment in
    which it runs and is not on record, whatever happens to the caller; the calling process must start it.

    Args:
        attached: end the program when the calling thread ends, even by `kill -9` (Linux; elsewhere it stays).
    """
    launcher = (sys.executable, "-m", "devnet.launcher", "attached" if attached else "detached")
    order = (str(os.getpid()), str(folder), str(pid_file), json.dumps(dict(record)))
    search = os.pathsep.join([_PACKAGE_PARENT, *filter(None, sys.path)])
    return Launch((*launcher, *order, *command), {**os.environ, "PYTHONPATH": search})


def start(prepared: Launch, log: Path) -> Process:
    """Start a launch as a process that is nobody's child to wait for; its output is appended to `log`."""
    with log.open("ab") as sink:
        pid = os.posix_spawn(
            sys.executable,
            prepared.arguments,
            prepared.environment,
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_DUP2, sink.fileno(), 1),
                (os.POSIX_SPAWN_DUP2, sink.fileno(), 2),
            ],
        )
    return Process(pid, start_mark(pid) or "")


def stop(process: Process) -> bool:
    """End a launched process and its children: SIGTERM, then SIGINT, then SIGKILL. False if it had ended already."""
    if not process.alive:
        return False
    for number, patience in _LADDER:
        if process.alive:
            send(process.pid, number)
        if ended(process, patience):
            return True
    return not process.alive


def send(pid: int, number: signal.Signals) -> None:
    """Signal a launched process with its children; it leads their group, but for a moment at its start."""
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def ended(process: Process, seconds: float) -> bool:
    """Wait until the process has ended, at most `seconds`; whether it has."""
    until = time.monotonic() + seconds
    while process.alive:
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True
