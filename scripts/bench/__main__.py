"""Measure the speed table: how fast Qianyin is beside a limit or peer of the same run.

    python3 scripts/bench                          everything, at the sizes the goals are set for (about 45 minutes)
    python3 scripts/bench --scale 0.02             everything, small
    python3 scripts/bench --only backfill          one chapter; may be given again for more
    python3 scripts/bench --json FILE --markdown FILE
    python3 scripts/bench --merge FILE --merge FILE --short
                                                   one table of what --json wrote, as the README has it

Prints the table as Markdown. Each row is taken at a tenth of its size too, so that growth shows. Measure on a machine
that does nothing else. Standard library only; what is measured runs in the environment of the tests.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(HERE.parent)]

import environment  # noqa: E402
from measuring import machine, say  # noqa: E402
from rows import Row, Table, from_json, merged  # noqa: E402

CHAPTERS = ("backfill", "live", "minting", "bulk", "queries", "rights", "serving", "exporting", "starting")
"""Files of this folder, in the order of the table; measuring.py says what is in them."""


def main() -> int:
    """Run the command line; the exit code is 0 only if every chapter came to its end."""
    parser = argparse.ArgumentParser(description="Measure the speed table.")
    parser.add_argument(
        "--only", action="append", choices=CHAPTERS, metavar="CHAPTER", help=", ".join(CHAPTERS)
    )
    parser.add_argument("--scale", type=float, default=1.0, help="of the sizes that the goals are set for")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure there")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the table there")
    parser.add_argument("--python", type=Path, help="an interpreter that has the project, instead of its own")
    parser.add_argument(
        "--merge", action="append", type=Path, metavar="FILE", help="measure nothing, read what --json wrote"
    )
    parser.add_argument(
        "--short", action="store_true", help="what has a goal, and headlines, at the largest size"
    )
    options = parser.parse_args()
    table = _read(options.merge) if options.merge else _measured(options)
    shown = table.short() if options.short else table
    print(shown.markdown())
    if options.json:
        options.json.write_text(
            json.dumps(table.json(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
        )
    if options.markdown:
        options.markdown.write_text(shown.markdown(), encoding="utf-8")
    return 1 if table.failed or not table.rows else 0


def _measured(options: argparse.Namespace) -> Table:
    python = options.python or _prepared()
    named, rows, failed = machine(), list[Row](), list[str]()
    for chapter in options.only or CHAPTERS:
        say(f"{chapter} …")
        found, whole = run(python, chapter, options.scale)
        rows += found
        failed += [] if whole else [chapter]
    return Table(named, tuple(rows), tuple(failed))


def _read(files: list[Path]) -> Table:
    tables = [Table.from_json(json.loads(file.read_text(encoding="utf-8"))) for file in files]
    found = merged(tables)
    return replace(found, rows=tuple(sorted(found.rows, key=lambda row: CHAPTERS.index(row.chapter))))


def run(python: Path, chapter: str, scale: float) -> tuple[list[Row], bool]:
    """Run a chapter in a process of its own; give its rows, and whether it came to its end."""
    command = [python, HERE / f"{chapter}.py", "--scale", str(scale)]
    path = os.pathsep.join(map(str, (ROOT, ROOT / "hardhat-free-devnet")))
    process = subprocess.run(
        list(map(str, command)),
        env=os.environ | {"PYTHONPATH": path},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    lines = (line for line in process.stdout.splitlines() if line.startswith("{"))
    rows = [replace(from_json(json.loads(line)), chapter=chapter) for line in lines]
    return rows, process.returncode == 0 and bool(rows)


def _prepared() -> Path:
    environment.prepare(environment.TEST)
    return environment.TEST.python


if __name__ == "__main__":
    try:
        sys.exit(main())
    except environment.SetupError as error:
        say(str(error))
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
