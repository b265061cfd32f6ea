"""A warm parent that has imported everything and forks the programs that are to be killed.

    python -m tests.faults.nursery

Importing and rehearsing take a second, forking some milliseconds; a child is a process like any other, and `kill -9`
of it a real one. Orders come in as lines of JSON, `{"ask": number, …Part}`; what goes out is
`{"ask": number, "pid": …}` for each, and `{"ask": number, "status": …}` when it has ended (as `waitpid` says). All
children die with it, and it with its parent.
"""

from __future__ import annotations

import ctypes
import gc
import json
import logging
import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
import traceback
from contextlib import suppress
from pathlib import Path
from queue import Empty, Queue
from typing import Any

from sqlalchemy import create_engine
from sqlalchemy.orm import configure_mappers

from indexer.store import Projection
from service.files import kubo  # noqa: F401 - so that no child needs to
from service.outbox.database import open_database
from tests.faults.actors import Part, play

_PR_SET_PDEATHSIG = 1
ROOT = Path(__file__).resolve().parents[2]


class Nursery:
    """The warm parent, from outside. Threads may share it."""

    def __init__(self, log: Path) -> None:
        search = os.pathsep.join([str(ROOT), str(ROOT / "hardhat-free-devnet")])
        self._log = log.open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.nursery"],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": search},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
        )
        self._lock = threading.Lock()
        self._asked = 0
        self._said: dict[int, Queue[int]] = {}
        threading.Thread(target=self._listen, daemon=True).start()

    def fork(self, part: Part) -> Child:
        """Have a child play a part."""
        said: Queue[int] = Queue()
        with self._lock:
            self._asked += 1
            self._said[self._asked] = said
            order = json.dumps({"ask": self._asked} | part.as_json()) + "\n"
            assert self._process.stdin is not None
            self._process.stdin.write(order.encode())
            self._process.stdin.flush()
        return Child(said.get(timeout=120), part, said)

    def close(self) -> None:
        """End it with all its children."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._log):
            if pipe is not None:
                pipe.close()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            said = json.loads(line)
            self._said[said["ask"]].put(said.get("pid", said.get("status")))


class Child:
    """One program that was forked; `said` gives what `waitpid` says of it, once it has ended."""

    def __init__(self, pid: int, part: Part, said: Queue[int]) -> None:
        self.pid, self.part = pid, part
        self._said = said
        self._status: int | None = None

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        if self._status is None:
            with suppress(Empty):
                self._status = self._said.get_nowait()
        return self._status is None

    def kill(self) -> None:
        """End it as a power switch would; it may have died at its point before, and nothing else may have ended it."""
        if self.alive:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
        assert self.wait() == -signal.SIGKILL, f"{self.part} ended by itself; see the nursery's log"

    def wait(self, seconds: float = 30.0) -> int:
        """Wait for its end; give its exit code as `subprocess` puts it (-9: killed)."""
        if self._status is None:
            self._status = self._said.get(timeout=seconds)
        return os.waitstatus_to_exitcode(self._status)


def main() -> None:
    """Fork what is asked for until nobody asks any more."""
    logging.basicConfig(level=logging.WARNING, format="%(process)d %(name)s %(message)s")
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    _rehearse()
    rest, asks = b"", dict[int, int]()
    while True:
        ready, _, _ = select.select([0], [], [], 0.01)
        if ready:
            chunk = os.read(0, 65_536)
            if not chunk:
                return
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                _fork(json.loads(line), asks)
        _report_ends(asks)


def _rehearse() -> None:
    """Do once what every child would do first, and leave it nothing to clear away."""
    with tempfile.TemporaryDirectory(prefix="qianyin-faults-") as folder:
        open_database(f"sqlite:///{folder}/outbox.db").close()
        Projection.open(f"sqlite:///{folder}/index.db").close()
    create_engine("postgresql+psycopg://").dispose()
    configure_mappers()
    gc.collect()
    gc.freeze()


def _fork(order: dict[str, Any], asks: dict[int, int]) -> None:
    ask = order.pop("ask")
    pid = os.fork()
    if pid:
        asks[pid] = ask
        _say({"ask": ask, "pid": pid})
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    try:
        play(Part(**order))
    except BaseException:  # noqa: BLE001 - it would fall back into the parent's loop
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)
    os._exit(0)


def _report_ends(asks: dict[int, int]) -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        _say({"ask": asks.pop(pid), "status": status})


def _say(what: dict[str, Any]) -> None:
    os.write(1, json.dumps(what).encode() + b"\n")


if __name__ == "__main__":
    main()
