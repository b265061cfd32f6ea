"""Virtual environments of this checkout, each made once from its locks. Standard library only; owns .venv/.

What is installed is exactly what requirements/*.txt say, with their hashes, and the project itself in place. An
environment is brought to its locks when they change, and made anew when it was left incomplete, the interpreter is
another or the folder was moved. Two callers at once wait for each other.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements"
HOME = ROOT / ".venv"


class SetupError(Exception):
    """Something this machine lacks or refused; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Environment:
    """One virtual environment: where it is and what goes into it, all names of files in requirements/."""

    name: str
    lock: str
    build: str | None = None
    """What builds the packages that come without a wheel, and the project: installed first."""
    optional: str | None = None
    """Faster twins of what `lock` has; left out where they have no wheel."""
    project: bool = False
    """Whether the project itself goes in."""

    @property
    def folder(self) -> Path:
        """Where it is."""
        return HOME / self.name

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / "bin" / "python"

    def program(self, name: str) -> Path:
        """Where a console script of it is."""
        return self.folder / "bin" / name

    def locks(self) -> list[Path]:
        """List the lock files, in order of installation."""
        return [REQUIREMENTS / name for name in (self.build, self.lock, self.optional) if name]


DEMO = Environment("demo", "runtime.txt", build="build.txt", optional="fast.txt", project=True)
TEST = Environment("test", "test.txt", build="build.txt", optional="fast.txt", project=True)
SOLIDITY = Environment("solidity-analysis", "solidity-analysis.txt")
AUDIT = Environment("audit", "audit.txt")
LOCK = Environment("lock", "lock.txt")


def prepare(environment: Environment) -> float:
    """Make an environment unless it is there as wanted, and give the seconds that took.

    Raises:
        SetupError: it cannot be made; the message says what is missing.
    """
    started = time.monotonic()
    HOME.mkdir(exist_ok=True)
    with alone(HOME / f"{environment.name}.lock"):
        if _read(environment, "made-from") != _fingerprint(environment):
            _make(environment)
    return time.monotonic() - started


def say(text: str, end: str = "\n") -> None:
    """Tell the person at the terminal; standard output stays free for what was asked for."""
    print(text, end=end, file=sys.stderr, flush=True)


def call(command: Sequence[str | Path], what: str, log: Path, env: dict[str, str] | None = None) -> None:
    """Run a command with its output in a file, saying what it is for and how long it took.

    Raises:
        SetupError: it failed; the message has the end of its output.
    """
    say(f"  {what} …", end="")
    started = time.monotonic()
    with log.open("w", encoding="utf-8") as output:
        code = subprocess.run(
            list(map(str, command)),
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env=env,
            check=False,
            close_fds=False,  # the lock of `alone` stays with it, should we be killed
        ).returncode
    say(f" {time.monotonic() - started:.1f} s")
    if code:
        end = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-30:])
        raise SetupError(f"{what}: exit code {code}\n{end}")


def _make(environment: Environment) -> None:
    """Make an environment, or change a complete one: of the same interpreter, in the same place."""
    base = f"{sys.version}\n{environment.folder}"
    if _read(environment, "complete") != base:
        shutil.rmtree(environment.folder, ignore_errors=True)
    (environment.folder / "complete").unlink(missing_ok=True)
    pip = _pip(environment)
    install = [*pip, "install", "--no-compile"]
    log = environment.folder / "pip.log"
    for lock in filter(None, (environment.build, environment.lock)):
        path = REQUIREMENTS / lock
        locked: list[str | Path] = ["--no-build-isolation", "--require-hashes", "-r", path]
        call([*install, *locked], f"{packages(path)} packages of requirements/{lock}", log)
    if environment.optional:
        _try_optional(environment, install, log)
    _remove_unlocked(environment, pip, log)
    if environment.project:
        in_place: list[str | Path] = ["--no-deps", "--no-build-isolation", "--editable", ROOT]
        call([*install, *in_place], "the project itself, in place", log)
    (environment.folder / "complete").write_text(base, encoding="utf-8")
    (environment.folder / "made-from").write_text(_fingerprint(environment), encoding="utf-8")


def _pip(environment: Environment) -> list[str | Path]:
    """Give the start of a pip command for an environment, which is made if it is not there."""
    bundled = importlib.util.find_spec("ensurepip") is not None
    if not bundled and importlib.util.find_spec("pip") is None:
        raise SetupError(
            "This Python can neither bring pip into a virtual environment nor has one itself. / 此 Python 缺少 pip。\n"
            "On Debian or Ubuntu: apt-get install python3-venv"
        )
    if not environment.folder.exists():
        say(f"  a virtual environment in {environment.folder.relative_to(ROOT)} …", end="")
        started = time.monotonic()
        venv.create(environment.folder, with_pip=bundled, symlinks=True)
        say(f" {time.monotonic() - started:.1f} s")
    python: list[str | Path] = [environment.python, "-m", "pip"]
    if not bundled:
        python = [sys.executable, "-m", "pip", "--python", environment.python]
    return [*python, "--disable-pip-version-check", "--no-input"]


def _remove_unlocked(environment: Environment, pip: Sequence[str | Path], log: Path) -> None:
    """Take out what an earlier lock asked for: it would hide that something is not declared."""
    listing = subprocess.run(
        [*pip, "list", "--format", "json"], capture_output=True, text=True, check=True, cwd=ROOT
    )
    installed = {entry["name"].lower().replace("_", "-") for entry in json.loads(listing.stdout)}
    locked = {name for lock in environment.locks() for name in locked_names(lock)}
    if surplus := installed - locked - {"pip", "setuptools", "qianyin"}:
        call(
            [*pip, "uninstall", "--yes", *sorted(surplus)],
            f"{len(surplus)} packages out that are no longer locked",
            log,
        )


def _try_optional(environment: Environment, install: Sequence[str | Path], log: Path) -> None:
    path = REQUIREMENTS / str(environment.optional)
    try:
        wheels: list[str | Path] = ["--only-binary", ":all:", "--require-hashes", "-r", path]
        call([*install, *wheels], f"faster twins of {packages(path)} packages, where they have wheels", log)
    except SetupError:
        say("    none for this machine: hashing and signing are slower, nothing else changes")


def packages(lock: Path) -> int:
    """Count the packages a lock file names, for whatever platform."""
    return len(locked_names(lock))


def locked_names(lock: Path) -> list[str]:
    """List the packages a lock file names."""
    return [
        line.partition("==")[0]
        for line in lock.read_text(encoding="utf-8").splitlines()
        if line[:1].isalnum()
    ]


def _read(environment: Environment, stamp: str) -> str:
    path = environment.folder / stamp
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _fingerprint(environment: Environment) -> str:
    """Say in one line what an environment was made from; another line means it has to be made anew."""
    parts = [sys.version, str(ROOT), *(path.read_text(encoding="utf-8") for path in environment.locks())]
    if environment.project:
        parts.append((ROOT / "pyproject.toml").read_text(encoding="utf-8").partition("[tool.ruff]")[0])
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold a lock that the system takes away when we, and what `call` started, have ended, however that was."""
    with path.open("w") as file:
        os.set_inheritable(file.fileno(), True)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"  waiting for another call that is at the same: {path.stem} …")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def clean_environment(environment: Environment) -> dict[str, str]:
    """Give the variables for programs of an environment: its folder first on PATH, nobody else's Python settings."""
    kept = {
        key: value
        for key, value in os.environ.items()
        if key not in ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV")
    }
    return kept | {"PATH": f"{environment.folder / 'bin'}{os.pathsep}{kept.get('PATH', os.defpath)}"}
