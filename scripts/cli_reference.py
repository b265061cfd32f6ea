#!/usr/bin/env python3
"""Write docs/cli.md from the parsers of `qianyin`: what every verb takes. `--check` compares instead.

    python scripts/cli_reference.py [--check]

Run it in an environment that has Qianyin installed.
"""

# argparse has no public way to walk a parser.
# ruff: noqa: SLF001

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from service.cli.program import make_parser

TARGET = Path(__file__).resolve().parents[1] / "docs" / "cli.md"
OPENING = """\
# The command line

Written by `python scripts/cli_reference.py` from the parsers themselves; a test compares.

`--home FOLDER` names the installation (default: `$QIANYIN_HOME`, else `./qianyin-home`) and comes before the verb.
With `--json` a verb prints one JSON object on standard output, errors included.

| exit code | meaning |
|---|---|
| 0 | done; of `verify` and `fsck`: all that was checked holds |
| 1 | it could not be done; the reason is on standard error, in Chinese and English |
| 2 | the command line is wrong |
| 3 | what was checked is not valid, or cannot be confirmed |
| 130 | interrupted |
"""


def main() -> int:
    parser = argparse.ArgumentParser(description="Write docs/cli.md.")
    parser.add_argument("--check", action="store_true", help="compare, and write nothing")
    options = parser.parse_args()
    text = reference()
    if not options.check:
        TARGET.write_text(text, encoding="utf-8")
        return 0
    if TARGET.read_text(encoding="utf-8") == text:
        return 0
    print("docs/cli.md is not what the parsers say; run scripts/cli_reference.py")
    return 1


def reference() -> str:
    """Give the whole page."""
    parts = [OPENING]
    parts += [
        f"## `{one.prog}`\n\n{about}\n{_arguments(one)}" for about, one in verbs(make_parser(), "qianyin")
    ]
    return "\n".join(parts)


def verbs(parser: argparse.ArgumentParser, prog: str) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Walk the verbs that do something, each with what it is for."""
    for action in parser._actions:
        if not isinstance(action, argparse._SubParsersAction):
            continue
        helps = {one.dest: one.help or "" for one in action._choices_actions}
        for name, below in action.choices.items():
            below.prog = f"{prog} {name}"
            inner = list(verbs(below, below.prog))
            yield from inner or [(_sentence(below.description or helps[name]), below)]


def _arguments(parser: argparse.ArgumentParser) -> str:
    rows = [_row(action) for action in parser._actions if not isinstance(action, argparse._HelpAction)]
    return "\n".join(["", "| argument | meaning |", "|---|---|", *rows, ""]) if rows else ""


def _row(action: argparse.Action) -> str:
    value = "" if action.nargs == 0 else _value(action)
    names = ", ".join(f"`{name}{' ' + value if value else ''}`" for name in action.option_strings)
    said = [action.help or ("one JSON object" if action.dest == "json" else "")]
    if action.required and action.option_strings:
        said.append("(required)")
    if (
        isinstance(action.default, int | float | str)
        and not isinstance(action.default, bool)
        and action.default
    ):
        said.append(f"(default: {action.default})" if "default" not in said[0] else "")
    return f"| {names or f'`{value}`'} | {' '.join(filter(None, said)).replace('|', chr(92) + '|')} |"


def _value(action: argparse.Action) -> str:
    if action.metavar:
        return str(action.metavar).replace("|", chr(92) + "|")
    if action.choices:
        return "{" + ",".join(map(str, action.choices)) + "}"
    return action.dest.upper()


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "."


if __name__ == "__main__":
    sys.exit(main())
