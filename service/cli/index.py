"""`qianyin reindex · fsck · doctor`: the index, checked and built anew."""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

from service.cli.opening import Verbs, counted, hash_word, installation_of, settings_of, tell


def add(verbs: Verbs) -> None:
    """Add the verbs."""
    reindex = verbs.add_parser(
        "reindex", help="build the index anew from the chain, and put it in place of the old"
    )
    reindex.add_argument(
        "--accept-chain",
        type=hash_word,
        metavar="HASH",
        help="accept that settled history was replaced by this chain",
    )
    reindex.add_argument("--json", action="store_true")
    reindex.set_defaults(run=run_reindex)
    fsck = verbs.add_parser("fsck", help="check index against chain against files")
    fsck.add_argument("--thorough", action="store_true", help="prove the head of every subject, too")
    fsck.add_argument("--json", action="store_true")
    fsck.set_defaults(run=run_fsck)
    doctor = verbs.add_parser("doctor", help="look at every part of this home and say what is wrong")
    doctor.add_argument("--json", action="store_true")
    doctor.set_defaults(run=run_doctor)


def run_reindex(arguments: argparse.Namespace) -> int:
    """Build the index anew."""
    from indexer.reindex import reindex
    from service.reading.titles import learn_titles

    began = time.monotonic()
    with installation_of(arguments) as installation:
        found = reindex(
            installation.node,
            installation.projection,
            installation.deployment,
            accept_chain=arguments.accept_chain,
            heed=_progress(quiet=arguments.json),
        )
        learn_titles(installation)
    said = {
        "block": found.tip.number,
        "records": found.records,
        "seconds": round(time.monotonic() - began, 2),
    }
    tell(
        arguments,
        said,
        f"\n{counted(found.records, 'record')} up to block {found.tip.number}, {said['seconds']} s",
    )
    return 0


def run_fsck(arguments: argparse.Namespace) -> int:
    """Check everything against everything; exit code 3 if something is not as it should be."""
    from service.checking import check_all

    with installation_of(arguments) as installation:
        found = check_all(installation, thorough=arguments.thorough)
    lines = [f"{what:24} {number}" for what, number in found["checked"].items()]
    lines += [f"✗ {one['place']}: {one['zh']} / {one['en']}" for one in found["findings"]]
    tell(arguments, found, "\n".join([*lines, "一切相符 / all agrees" if found["ok"] else ""]))
    return 0 if found["ok"] else 3


def run_doctor(arguments: argparse.Namespace) -> int:
    """Look at every part; exit code 1 if one is ill."""
    from service.examining.finding import Grade
    from service.examining.parts import examine

    with installation_of(arguments) as installation:
        found = examine(installation)
    marks = {Grade.WELL: "✓", Grade.WARNING: "!", Grade.ILL: "✗"}
    lines = []
    for one in found:
        lines.append(f"{marks[one.grade]} {one.part:12} {one.zh} / {one.en}")
        if one.todo_zh:
            lines += [f"  {'':12} → {one.todo_zh}", f"  {'':12} → {one.todo_en}"]
    said = {"home": str(settings_of(arguments).home), "parts": [one.as_json() for one in found]}
    tell(arguments, said, "\n".join(lines))
    return 1 if any(one.grade is Grade.ILL for one in found) else 0


def _progress(*, quiet: bool) -> Any:
    def heed(at: int, until: int) -> None:
        if not quiet:
            print(f"\r  block {at} / {until}", end="", file=sys.stderr, flush=True)

    return heed
