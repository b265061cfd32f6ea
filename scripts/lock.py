#!/usr/bin/env python3
"""Lock every dependency again: requirements/*.txt from pyproject.toml, package-lock.json from package.json.

    python3 scripts/lock.py              keep every version that still fits
    python3 scripts/lock.py --upgrade    take the newest that fit

Locks carry hashes of all files of a release and no address, and hold for every platform and Python from 3.11 on.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

import environment
from environment import LOCK, REQUIREMENTS, ROOT

PROJECT = "pyproject.toml"
LOCKS: dict[str, Sequence[str]] = {
    "build.txt": ["--group", "build"],
    "runtime.txt": [PROJECT, "-c", "requirements/build.txt"],
    "fast.txt": ["-", "-c", "requirements/runtime.txt"],
    "test.txt": [
        PROJECT, "--extra", "postgresql", "--group", "test",
        "-c", "requirements/runtime.txt", "-c", "requirements/build.txt",
    ],
    "solidity-analysis.txt": ["--group", "solidity-analysis"],
    "audit.txt": ["--group", "audit"],
    "lock.txt": ["--group", "lock"],
}  # fmt: skip


def main() -> int:
    """Run the command line; the exit code is that of the first tool that fails."""
    parser = argparse.ArgumentParser(description="Lock every dependency again.")
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions that fit")
    upgrade = parser.parse_args().upgrade
    for name, inputs in LOCKS.items():
        command = [str(locker()), "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"]
        command += ["--generate-hashes", "--no-emit-index-url", "--no-emit-find-links", "--no-header"]
        command += ["--upgrade"] if upgrade else []
        command += ["--output-file", f"requirements/{name}", *inputs]
        answer = subprocess.run(command, cwd=ROOT, input=fast_twins(), text=True, check=False)
        if answer.returncode:
            return answer.returncode
        print(f"requirements/{name:<24}{environment.packages(REQUIREMENTS / name):>4} packages")
    return lock_npm(upgrade=upgrade)


def locker() -> Path:
    """Find uv: the locked one, or, before the first lock there is, the one on PATH."""
    if (REQUIREMENTS / LOCK.lock).is_file():
        environment.prepare(LOCK)
        return LOCK.program("uv")
    found = shutil.which("uv")
    if not found:
        raise SystemExit("requirements/lock.txt is missing: put uv on PATH once, to make it")
    return Path(found)


def fast_twins() -> str:
    """Give the extra `fast` alone, one requirement a line: uv would lock it with the whole project."""
    project = tomllib.loads((ROOT / PROJECT).read_text(encoding="utf-8"))["project"]
    return "\n".join(project["optional-dependencies"]["fast"])


def lock_npm(*, upgrade: bool) -> int:
    """Bring package-lock.json up to package.json; what .npmrc says keeps addresses out."""
    verb = "update" if upgrade else "install"
    return subprocess.run(["npm", verb, "--package-lock-only", "--silent"], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
