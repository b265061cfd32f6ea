#!/usr/bin/env python3
"""Look every locked dependency up among the known vulnerabilities, and prove that it was looked up.

    python3 scripts/audit.py                      with pip-audit on PATH
    python3 scripts/audit.py --program P          with another one

pip-audit says "no known vulnerabilities" too when it could not look: it skips what its source does not know, and some
package mirrors pass no vulnerabilities on. So each dependency must come back looked at, and a version that is known to
be vulnerable must be found out. Exit code 0: looked, none known; 1: some are; 2: could not look, which is no answer.
Standard library only.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
CONTROL = "urllib3==1.26.4"
"""Known to be vulnerable since 2021 (CVE-2021-33503); nothing here uses it."""


class Looked(NamedTuple):
    """What came of looking: how many were looked up, which could not be, and what is known of which."""

    count: int
    skipped: tuple[str, ...]
    known: tuple[str, ...]


def read(report: dict[str, Any]) -> Looked:
    """Read a report of pip-audit (`--format json`)."""
    skipped, known, count = [], [], 0
    for one in report["dependencies"]:
        if "skip_reason" in one:
            skipped.append(f"{one['name']}: {one['skip_reason']}")
            continue
        count += 1
        known += [f"{one['name']} {one['version']}: {fault['id']}" for fault in one["vulns"]]
    return Looked(count, tuple(skipped), tuple(known))


def answer(found: Looked, control: Looked, expected: int) -> tuple[int, str]:
    """Say the exit code, and why in words."""
    if not control.known:
        return 2, f"could not look: {CONTROL}, known to be vulnerable, was not found out"
    if found.skipped or found.count < expected:
        told = "; ".join(found.skipped[:5])
        return 2, f"could not look: {found.count} of {expected} were looked up. {told}"
    if found.known:
        return 1, "vulnerable: " + "; ".join(found.known)
    return (
        0,
        f"{found.count} dependencies looked up, none is known to be vulnerable; the control was found out",
    )


def pins(text: str) -> set[str]:
    """List the dependencies that a locked requirements file pins, each once."""
    return {line.split("==")[0].strip() for line in text.splitlines() if "==" in line and line[:1].isalnum()}


def main() -> int:
    """Look everything up."""
    parser = argparse.ArgumentParser(description="Look locked dependencies up among known vulnerabilities.")
    parser.add_argument("--program", default="pip-audit", help="pip-audit, or where it is")
    program = parser.parse_args().program
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder) / "control.txt"
        scratch.write_text(CONTROL + "\n", encoding="utf-8")
        control = look(program, scratch)
        worst = 0
        for locked in sorted((ROOT / "requirements").glob("*.txt")):
            code, words = answer(look(program, locked), control, len(pins(locked.read_text("utf-8"))))
            print(f"{locked.name}: {words}")
            worst = max(worst, code)
    return worst


def look(program: str, requirements: Path) -> Looked:
    """Run pip-audit over a requirements file; nothing is installed."""
    command = [program, "-r", str(requirements), "--no-deps", "--disable-pip", "--format", "json"]
    try:
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        return read(json.loads(ended.stdout))
    except (OSError, ValueError) as fault:
        return Looked(0, (f"{program}: {fault}",), ())


if __name__ == "__main__":
    sys.exit(main())
