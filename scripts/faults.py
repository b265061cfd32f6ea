#!/usr/bin/env python3
"""Break everything and print the fault table as Markdown: what befell the system how often, and what came of it.

    python3 scripts/faults.py               the short version, as CI runs it: at least 300 kills and 300 lies
    python3 scripts/faults.py --nightly     at least 4,000 of each
    python3 scripts/faults.py --seed 7      the same lies, lives and order of deaths as in another run with this seed
    python3 scripts/faults.py --short       fewer rows: those of the README
    python3 scripts/faults.py --markdown    the table alone on standard output, everything else on standard error

Standard library only; what is run is tests/faults, in the environment of the tests.
"""

from __future__ import annotations

import argparse
import os
import secrets
import subprocess
import sys
import tempfile
import time
from contextlib import nullcontext, redirect_stdout
from pathlib import Path
from typing import TextIO

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path[:0] = [str(HERE), str(HERE / "bench")]

import environment  # noqa: E402
import machine  # noqa: E402
from measuring import machine as this_machine  # noqa: E402


def main() -> int:
    """Run the command line; the exit code is pytest's, or 1 where fewer things befell than were promised."""
    parser = argparse.ArgumentParser(description="Print the fault table.")
    parser.add_argument("--nightly", action="store_true", help="at least 4,000 kills and lies")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument("--short", action="store_true", help="print the rows of the README")
    parser.add_argument("--markdown", action="store_true", help="print the table and nothing else")
    parser.add_argument("--python", type=Path, help="an interpreter that has the project, instead of its own")
    options = parser.parse_args()
    with redirect_stdout(sys.stderr) if options.markdown else nullcontext():
        python = options.python or _prepared()
        began = time.monotonic()
        code, tables = _run(python, options.seed, nightly=options.nightly, out=sys.stdout)
    about = ", ".join(f"{name}: {value}" for name, value in this_machine().items())
    minutes = (time.monotonic() - began) / 60
    print(tables["short.md" if options.short else "table.md"])
    print(f"Seed {options.seed}, {minutes:.0f} minutes; {about}")
    return code or _came_short(tables["table.md"], 4_000 if options.nightly else 300)


def _run(python: Path, seed: int, *, nightly: bool, out: TextIO) -> tuple[int, dict[str, str]]:
    """Run the tests; give pytest's exit code, and the tables by the names of their files."""
    which = ["-m", "nightly or not nightly"] if nightly else []
    with tempfile.TemporaryDirectory() as folder:
        told = {"QIANYIN_FAULT_TABLE": folder, "QIANYIN_FAULT_SEED": str(seed)}
        code = subprocess.run(
            [str(python), "-m", "pytest", "-q", "tests/faults", *which],
            cwd=ROOT,
            env=os.environ | told,
            stdout=out,
            check=False,
        ).returncode
        return code, {name: _read(Path(folder) / name) for name in ("table.md", "short.md")}


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else "no faults\n"


def _came_short(table: str, promised: int) -> int:
    """Say on what was counted in the table itself whether it is as much as was promised; 0: it is."""
    counted = {kind: _count(table, kind) for kind in ("kill -9: ", "lie: ")}
    short = {kind: many for kind, many in counted.items() if many < promised}
    for kind, many in short.items():
        print(f"{kind}{many:,} where {promised:,} were promised", file=sys.stderr)
    return int(bool(short))


def _count(table: str, kind: str) -> int:
    rows = (line.split("|") for line in table.splitlines() if line.startswith(f"| {kind}"))
    return sum(int(row[2].replace(",", "")) for row in rows)


def _prepared() -> Path:
    environment.prepare(environment.TEST)
    machine.node_modules()
    return Path(environment.TEST.python)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except environment.SetupError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
