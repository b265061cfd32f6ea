"""A warm parent that has imported everything and forks the programs that are to be killed.

    python -m tests.faults.nursery

Importing and rehearsing take a second, forking some milliseconds; a child is a process like any other, and `kill -9`
of it a real one. Orders come in as lines of JSON, `{"ask": number, …Part}`; what goes out is
`{"ask": number, "pid": …}` for each, `{"ask": number, "began": 1}` when the child has got to its first step, and
`{"ask": number, "status": …}` when it has ended (as `waitpid` says). All children die with it, and it with its parent.
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
        self._place, self._log = log, log.open("ab")
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
        self._said: dict[int, Queue[dict[str, int]]] = {}
        threading.Thread(target=self._listen, daemon=True).start()

    def fork(self, part: Part) -> Child:
        """Have a child play a part."""
        said: Queue[dict[str, int]] = Queue()
        with self._lock:
            self._asked += 1
            self._said[self._asked] = said
            order = json.dumps({"ask": self._asked} | part.as_json()) + "\n"
            assert self._process.stdin is not None
            self._process.stdin.write(order.encode())
            self._process.stdin.flush()
        return Child(part, said)

    def log(self) -> str:
        """Give what its children have said so far."""
        return self._place.read_text()

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
            self._said[said["ask"]].put(said)


class Child:
    """One program that was forked; `said` gives what the nursery says of it."""

    def __init__(self, part: Part, said: Queue[dict[str, int]]) -> None:
        self.part = part
        self._said, self._known = said, dict[str, int]()
        while "pid" not in self._known:
            self._known |= said.get(timeout=120)

    @property
    def began(self) -> bool:
        """Whether it has got to its first step."""
        self._listen()
        return "began" in self._known

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        self._listen()
        return "status" not in self._known

    def kill(self) -> None:
        """End it as a power switch would; it may have died at its point before, and nothing else may have ended it."""
        if self.alive:
            with suppress(ProcessLookupError):
                os.kill(self._known["pid"], signal.SIGKILL)
        assert self.wait() == -signal.SIGKILL, f"{self.part} ended by itself; see the nursery's log"

    def wait(self, seconds: float = 30.0) -> int:
        """Wait for its end; give its exit code as `subprocess` puts it (-9: killed)."""
        while self.alive:
            self._known |= self._said.get(timeout=seconds)
        return os.waitstatus_to_exitcode(self._known["status"])

    def _listen(self) -> None:
        with suppress(Empty):
            while True:
                self._known |= self._said.get_nowait()


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
    told, null = os.dup(1), os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    try:
        play(Part(**order), lambda: _say({"ask": ask, "began": 1}, told))
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


def _say(what: dict[str, Any], to: int = 1) -> None:
    os.write(to, json.dumps(what).encode() + b"\n")


if __name__ == "__main__":
    main()
