"""Puts itself on record and becomes a program. Owns the moment between the two.

    python -m devnet.launcher PARENT FOLDER PID_FILE RECORD COMMAND…

PARENT is the pid whose end shall end the program, or 0 for a program that outlives its starter.
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
    parent, folder, pid_file, record, *command = arguments
    os.setsid()
    if parent != "0":
        _end_with(int(parent))
    mine = {"pid": os.getpid(), "started": processes.start_mark(os.getpid())}
    files.write_json(Path(pid_file), json.loads(record) | mine)
    os.chdir(folder)
    os.execv(command[0], command)  # noqa: S606  It runs what it was given.


def _end_with(parent: int) -> None:
    """Have the kernel end this process when the thread that started it ends. Linux only."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit("the starter has gone")


if __name__ == "__main__":
    main(sys.argv[1:])
