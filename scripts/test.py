#!/usr/bin/env python3
"""Run every check, with all set-up: Python and npm packages from their locks, Chromium on Debian.

    python3 scripts/test.py                 everything, as CI does it
    python3 scripts/test.py --only ruff     one step; may be given again for more
    python3 scripts/test.py --nightly       deep fuzzing, the slow tests and the audit too

Needs Python 3.11 or later and Node 20 or later. pytest runs last, and its closing line is the last one printed.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - said clearly, instead of by a syntax error of what comes next
    sys.exit("Qianyin needs Python 3.11 or later. / 需要 Python 3.11 或更新版本。 Here: " + sys.version)

import argparse
import time
from collections.abc import Sequence

import environment
import steps
from environment import say
from steps import Programs, Step


def main() -> int:
    """Run the command line; the exit code is 0 only if every step held."""
    parser = argparse.ArgumentParser(description="Run every check.")
    parser.add_argument(
        "--only", action="append", choices=steps.NAMES, metavar="STEP", help=", ".join(steps.NAMES)
    )
    parser.add_argument(
        "--nightly", action="store_true", help="deep fuzzing, the slow tests and the audit too"
    )
    options = parser.parse_args()
    started = time.monotonic()
    try:
        say("Qianyin 钤印: preparing the checks (two minutes the first time) / 准备测试环境（首次约两分钟）")
        chosen = steps.choose(options.only or (), nightly=options.nightly)
    except environment.SetupError as error:
        say(str(error))
        return 1
    say(f"Ready after {time.monotonic() - started:.1f} s.")
    with environment.alone(environment.HOME / "checks.lock"):  # they share folders of build output
        return carry_out(chosen)


def carry_out(chosen: Sequence[Step]) -> int:
    """Run the steps, pytest last and alone, and give the exit code: 0, or 1 for whatever went wrong."""
    programs = Programs()
    outcomes = programs.run_all([step for step in chosen if step.name != "pytest"])
    steps.summarise(outcomes)
    closing = [programs.execute(step) for step in chosen if step.name == "pytest"]
    return 0 if all(outcome.held for outcome in outcomes) and not any(closing) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
