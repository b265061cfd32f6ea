"""Puts itself on record and becomes a program. Owns the moment between the two.

    python -m devnet.launcher attached|detached STARTER FOLDER PID_FILE RECORD COMMAND…

STARTER is the pid of the caller. If it ends before the program is on record, the program does not begin: nobody would
know of it. An attached program ends with its starter later, too.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from pathlib import Path

from devnet import files, processes

_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Write the pid file, then replace this process by the command; the pid stays."""
    mode, starter, folder, pid_file, record, *command = arguments
    os.setsid()
    if mode == "attached" and sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    _require(int(starter))
    mine = {"pid": os.getpid(), "started": processes.start_mark(os.getpid())}
    files.write_json(Path(pid_file), json.loads(record) | mine)
    _require(int(starter))
    os.chdir(folder)
    os.execv(command[0], command)  # noqa: S606  It runs what it was given.


def _require(starter: int) -> None:
    if os.getppid() != starter:
        sys.exit("the starter has gone")


if __name__ == "__main__":
    main(sys.argv[1:])
