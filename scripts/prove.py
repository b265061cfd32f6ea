#!/usr/bin/env python3
"""Run the proofs in contracts/test/symbolic with halmos, on the contracts as they are deployed.

    python scripts/prove.py [options of halmos]

Halmos reads the code of a contract from a file as forge writes it. The committed artifacts, which `scripts/compile.py
--check` proves fresh, are put into that form, so that nothing that is deployed is compiled again: minutes less. Wants
`halmos` beside this Python and `forge` on PATH.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROOM = Path(".forge", "halmos")
"""Where forge and halmos work, from the root; contracts/test/symbolic/Proofs.t.sol names it too."""
SYMBOLIC = "contracts/test/symbolic"
MOST_TURNS = "16"
"""How often a loop is followed whose end depends on what is unknown; no loop in the proofs has as many turns."""
UNFINISHED = "warnings#loop-bound"
"""Halmos names this page where it left paths out, and calls the proof passed."""


def main() -> int:
    """Run halmos with the given options; the exit code is its own, or 1 where it left something out."""
    hand_over(ROOT / "contracts" / "artifacts", ROOT / ROOM / "artifacts")
    command = [
        Path(sys.executable).with_name("halmos"),
        *("--forge-build-out", ROOM / "out", "--function", "check_", "--loop", MOST_TURNS),
        *sys.argv[1:],
    ]
    whole = True
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | settings(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as halmos:
        for line in halmos.stdout or ():
            print(line, end="", flush=True)
            whole = whole and UNFINISHED not in line
    if not whole:
        print("prove: a proof that halmos did not follow to its end is none")
    return halmos.returncode or int(not whole)


def hand_over(artifacts: Path, room: Path) -> None:
    """Write the code of what is deployed where the proofs look for it."""
    room.mkdir(parents=True, exist_ok=True)
    for path in sorted(artifacts.glob("*.json")):
        code = json.loads(path.read_text(encoding="utf-8")).get("bytecode")
        if code:
            room.joinpath(path.name).write_text(json.dumps({"bytecode": {"object": code}}), encoding="utf-8")


def settings() -> dict[str, str]:
    """Give forge the proofs alone, and an output folder of their own, since it compiles another set of files."""
    return {
        "FOUNDRY_SRC": SYMBOLIC,
        "FOUNDRY_TEST": SYMBOLIC,
        "FOUNDRY_SKIP": "[]",
        "FOUNDRY_VIA_IR": "false",
        "FOUNDRY_OPTIMIZER": "false",
        "FOUNDRY_OUT": str(ROOM / "out"),
        "FOUNDRY_CACHE_PATH": str(ROOM / "cache"),
    }


if __name__ == "__main__":
    sys.exit(main())
