"""The steps of scripts/test.py: what each runs, and how its output shows that it looked at something.

Standard library only. A step that found nothing to check has failed: its count is printed, and must not be zero.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import environment
import machine
from environment import AUDIT, ROOT, SOLIDITY, TEST

LOGS = ROOT / ".cache" / "checks"
NAMES = (
    "ruff",
    "format",
    "mypy",
    "imports",
    "spelling",
    "solfmt",
    "solhint",
    "compile",
    "forge",
    "slither",
    "halmos",
    "audit",
    "pytest",
)
NEED_NPM = {"solfmt", "solhint", "compile", "forge", "slither", "halmos", "pytest"}
NIGHTLY = {"audit"}
"""What changes with the world and not with the code: a change must not fail for it."""
NEED_SOLIDITY = {"slither", "halmos"}
BY_MODULE = ("--dist", "loadscope", "--no-loadscope-reorder")
LATE = 124
"""The exit code of a step that was ended for taking too long; `timeout` uses it too."""


@dataclass(frozen=True, slots=True)
class Step:
    """One program to run."""

    name: str
    command: Sequence[str | Path]
    counted: str
    """What is counted, e.g. `files`."""
    count: Callable[[str], int] | None
    """Reads from the output how many were looked at; None where the program itself fails if it finds nothing."""
    env: Mapping[str, str] = field(default_factory=dict)
    minutes: int = 10
    """After this long it is ended, and has failed."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a step ended."""

    name: str
    held: bool
    seconds: float
    remark: str


def choose(names: Sequence[str], *, nightly: bool) -> list[Step]:
    """Prepare what the named steps need, or all steps where none is named, and give them in their order.

    Raises:
        SetupError: the machine lacks something.
    """
    wanted = set(names or NAMES) - (set() if names or nightly else NIGHTLY)
    environment.prepare(TEST)
    if "audit" in wanted:
        environment.prepare(AUDIT)
    if wanted & NEED_SOLIDITY:
        environment.prepare(SOLIDITY)
    if wanted & NEED_NPM:
        machine.node_modules()
    if "pytest" in wanted:
        machine.chromium()
        machine.node_program(TEST)
    every = [
        *python_steps(),
        *(solidity_steps(nightly=nightly) if wanted & NEED_NPM else []),
        audit_step(),
        pytest_step(nightly=nightly),
    ]
    return [step for step in every if step.name in wanted]


def python_steps() -> list[Step]:
    """The checks of the Python sources and of the prose."""
    prose = [path for path in tracked() if spelled(path)]
    return [
        Step(
            "ruff",
            [TEST.program("ruff"), "check", "."],
            "files",
            listed([TEST.program("ruff"), "check", "--show-files", "."]),
        ),
        Step(
            "format",
            [TEST.program("ruff"), "format", "--check", "."],
            "files",
            number(r"(\d+) files? already formatted"),
        ),
        Step("mypy", [TEST.program("mypy")], "files", number(r"no issues found in (\d+) source files")),
        Step(
            "imports", [TEST.program("lint-imports"), "--no-cache"], "files", number(r"Analyzed (\d+) files")
        ),
        Step("spelling", [TEST.program("codespell"), *prose], "files", lambda _output: len(prose)),
    ]


def solidity_steps(*, nightly: bool) -> list[Step]:
    """The checks of the contracts."""
    forge = machine.foundry("forge")
    sources = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "contracts").rglob("*.sol"))
    tests = [path for path in sources if path.startswith("contracts/test/")]
    linter = machine.NODE_MODULES / ".bin" / "solhint"
    profile = (
        {"FOUNDRY_PROFILE": "nightly", "FOUNDRY_FUZZ_SEED": f"0x{secrets.token_hex(8)}"} if nightly else {}
    )
    return [
        Step("solfmt", [forge, "fmt", "--check"], "files", lambda _output: len(sources)),
        Step(
            "solhint",
            [linter, "--noPoster", "--disc", "--max-warnings", "0", *sorted(set(sources) - set(tests))],
            "files",
            lambda _output: len(sources) - len(tests),
        ),
        Step(
            "compile", [TEST.python, "scripts/compile.py", "--check"], "artifacts", number(r"compile: (\d+) artifacts"),
        ),
        Step(
            "forge", [forge, "test", "-vv"], "tests", number(r"(\d+) tests? passed, 0 failed"),
            env=profile, minutes=120 if nightly else 25,
        ),
        Step(
            "slither", [SOLIDITY.program("slither"), "."], "contracts", number(r"analyzed \((\d+) contracts"),
            env=with_forge(forge) | apart("slither"),
        ),
        Step(
            "halmos",
            [SOLIDITY.python, "scripts/prove.py"],
            "proofs", number(r"Symbolic test result: (\d+) passed; 0 failed", every=True),
            env=with_forge(forge),
        ),
    ]  # fmt: skip


def audit_step() -> Step:
    """The look at known vulnerabilities of every dependency."""
    return Step(
        "audit",
        [TEST.python, "scripts/audit.py", "--program", AUDIT.program("pip-audit")],
        "dependencies",
        number(r": (\d+) dependencies looked up", every=True),
    )


def pytest_step(*, nightly: bool) -> Step:
    """The Python tests."""
    every = ["-m", "nightly or not nightly"] if nightly else []
    return Step(
        "pytest",
        # One process a core; a module stays in one, since its tests share what is dear to start.
        [TEST.python, "-m", "pytest", "-n", "auto", "--maxprocesses", "4", *BY_MODULE, *every],
        "tests",
        None,
        minutes=120 if nightly else 50,
    )


class Programs:
    """What runs for the steps: each a group of processes of its own, ended as a whole."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()
        self._changing = threading.Lock()
        self.over = False
        """Whether somebody pressed Ctrl-C: nothing is begun any more, and what was ended is not judged."""

    def run_all(self, chosen: Sequence[Step]) -> list[Outcome]:
        """Run steps two at a time, since each mostly keeps one core busy."""
        with ThreadPoolExecutor(2) as pool:
            try:
                return list(pool.map(self.run, chosen))
            except KeyboardInterrupt:
                self.end_all()
                raise

    def run(self, step: Step) -> Outcome:
        """Run a step with its output kept, and shown whole if it failed."""
        LOGS.mkdir(parents=True, exist_ok=True)
        log = LOGS / f"{step.name}.log"
        started = time.monotonic()
        with log.open("w", encoding="utf-8") as output:
            code = self.execute(step, output)
        seconds = time.monotonic() - started
        text = re.sub(r"\x1b\[[0-9;]*m", "", log.read_text(encoding="utf-8", errors="replace"))
        outcome = judge(step, code, text, seconds)
        if not self.over:
            word = "ok" if outcome.held else "FAILED"
            said = f"{step.name:<10}{word:<8}{seconds:>7.1f} s  {outcome.remark}\n"
            print(said if outcome.held else f"{said}{text}\n", end="", flush=True)
        return outcome

    def execute(self, step: Step, output: IO[str] | None = None) -> int:
        """Run a step's program, with its output on ours unless a file is given, and give its exit code, or `LATE`.

        What it started ends with it, when its time is over or somebody presses Ctrl-C.
        """
        process = self._begin(step, output)
        if process is None:
            return LATE
        try:
            return process.wait(60 * step.minutes)
        except subprocess.TimeoutExpired:
            end(process)
            return LATE
        except KeyboardInterrupt:
            self.end_all()
            raise
        finally:
            self._running.discard(process)

    def _begin(self, step: Step, output: IO[str] | None) -> subprocess.Popen[bytes] | None:
        with self._changing:
            if self.over:
                return None
            process = subprocess.Popen(
                list(map(str, step.command)),
                cwd=ROOT,
                env=variables_of(step),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT if output else None,
                start_new_session=True,
            )
            self._running.add(process)
            return process

    def end_all(self) -> None:
        """Begin nothing more, and end what runs."""
        with self._changing:
            self.over = True
        for process in tuple(self._running):
            end(process)


def judge(step: Step, code: int, text: str, seconds: float) -> Outcome:
    """Say how a step ended from its exit code and its output."""
    if code == LATE:
        return Outcome(step.name, False, seconds, f"ended after {step.minutes} minutes")
    if code:
        return Outcome(step.name, False, seconds, f"exit code {code}")
    count = step.count(text) if step.count else 1
    return Outcome(
        step.name, count > 0, seconds, f"{count} {step.counted}" if count else f"looked at no {step.counted}"
    )


def end(process: subprocess.Popen[bytes]) -> None:
    """End a program and what it started: politely, then, after ten seconds, at once."""
    for order in (signal.SIGINT, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, order)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
            return


def summarise(outcomes: Sequence[Outcome]) -> None:
    """Print what held and what did not, of all steps but the last."""
    if not outcomes:
        return
    failed = [outcome.name for outcome in outcomes if not outcome.held]
    total = sum(outcome.seconds for outcome in outcomes)
    verdict = f"FAILED: {', '.join(failed)}" if failed else "all held"
    print(f"{len(outcomes)} steps, {total:.0f} s of work, {verdict}\n", flush=True)


def variables_of(step: Step) -> dict[str, str]:
    """Give the environment variables a step runs with."""
    return environment.clean_environment(SOLIDITY if step.name in NEED_SOLIDITY else TEST) | dict(step.env)


def with_forge(forge: Path) -> dict[str, str]:
    """Give a PATH for programs that call `forge` by its name: the launcher npm puts there hides failures."""
    path = environment.clean_environment(SOLIDITY)["PATH"]
    return {"PATH": f"{forge.parent}{os.pathsep}{path}"}


def apart(name: str) -> dict[str, str]:
    """Give forge an output folder of its own for one tool, since each compiles another set of files."""
    return {"FOUNDRY_OUT": f".forge/{name}/out", "FOUNDRY_CACHE_PATH": f".forge/{name}/cache"}


def number(pattern: str, *, every: bool = False) -> Callable[[str], int]:
    """Read a count from the output: of the last match, or the sum of all."""

    def read(output: str) -> int:
        found = [int(match) for match in re.findall(pattern, output)]
        return sum(found) if every else (found or [0])[-1]

    return read


def listed(command: Sequence[str | Path]) -> Callable[[str], int]:
    """Count by a second command that lists what the first looks at, one a line."""

    def read(_output: str) -> int:
        answer = subprocess.run(
            list(map(str, command)), cwd=ROOT, capture_output=True, text=True, check=False
        )
        return len(answer.stdout.splitlines())

    return read


def tracked() -> list[str]:
    """List the files git tracks."""
    answer = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    return answer.stdout.splitlines()


def spelled(path: str) -> bool:
    """Say whether a file is prose or code of ours, in words that codespell knows."""
    ours = path.endswith((".py", ".sol", ".md", ".toml", ".html", ".js", ".mjs", ".typ"))
    return ours and not path.startswith(("contracts/artifacts/", "tests/vectors/"))
