"""The program `qianyin`: reads the words, runs the verb, says errors in Chinese and English.

Exit codes: 0 done; 1 it could not be done, with the reason on standard error; 2 the words are wrong; 3 what was checked
is not valid; 130 interrupted.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from devnet.errors import DevnetError
from indexer.errors import IndexerError
from service.cli import (
    chain,
    collectibles,
    columns,
    contracts,
    demo,
    evidence,
    index,
    keys,
    operations,
    orders,
    people,
    policies,
    processes,
    rights,
    sheets,
    verify,
)
from service.errors import QianyinError, Unavailable
from service.files.lookalikes import visible, visible_lines

GROUPS = (
    *(demo, chain, processes, sheets, people, keys),
    *(collectibles, policies, rights, contracts, orders, operations, columns),
    *(index, evidence, verify),
)


def make_parser() -> argparse.ArgumentParser:
    """Make the parser of all verbs."""
    parser = argparse.ArgumentParser(
        prog="qianyin", description="钤印 Qianyin: provenance that anybody can check. 记录可自行核验。"
    )
    parser.add_argument(
        "--home",
        type=Path,
        metavar="FOLDER",
        help="the installation (default: $QIANYIN_HOME, else ./qianyin-home)",
    )
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    for group in GROUPS:
        group.add(verbs)
    return parser


def main(words: list[str] | None = None) -> int:
    """Run one verb; returns the exit code."""
    arguments = make_parser().parse_args(words)
    try:
        code: int = arguments.run(arguments)
    except (QianyinError, DevnetError) as error:
        return _say(error.code, error.zh, error.en, error.facts, as_json=getattr(arguments, "json", False))
    except IndexerError as error:
        return _say(
            "indexer", f"索引或证据出错：{error}", str(error), {}, as_json=getattr(arguments, "json", False)
        )
    except BrokenPipeError:
        return 1
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        fault = _of_database(error)
        if fault is None:
            raise
        return _say(fault.code, fault.zh, fault.en, fault.facts, as_json=getattr(arguments, "json", False))
    return code


def _of_database(error: Exception) -> Unavailable | None:
    """Say that the index's database does not answer; its library is loaded only now, since few verbs need it."""
    from sqlalchemy.exc import OperationalError

    if not isinstance(error, OperationalError):
        return None
    said = str(error.orig).partition("\n")[0]
    return Unavailable(
        "database-unavailable",
        f"数据库没有应答：{said}；请查看它是否在运行，地址是否正确。",
        f"The database does not answer: {said}; see that it runs, and that its address is right.",
    )


def _say(code: str, zh: str, en: str, facts: dict[str, object], *, as_json: bool) -> int:
    if as_json:
        print(
            visible(
                json.dumps(
                    {"error": code, "zh": zh, "en": en, "facts": facts}, ensure_ascii=False, default=str
                )
            )
        )
    else:
        # A log that is quoted has several lines.
        print(visible_lines(f"qianyin: {zh}\nqianyin: {en}"), file=sys.stderr)
        for line in _faults(facts):
            print(visible(line), file=sys.stderr)
    return 1


def _faults(facts: dict[str, object]) -> Iterator[str]:
    """List the single faults that an error carries, each with its cell, its line or its place in what was asked."""
    found = next((facts[name] for name in ("problems", "errors", "faults") if facts.get(name)), ())
    for fault in found if isinstance(found, list) else ():
        place = next((fault[name] for name in ("cell", "line", "at") if fault.get(name)), "")
        yield f"  {place}  " + " / ".join(fault[language] for language in ("zh", "en") if language in fault)
