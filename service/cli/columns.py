"""`qianyin columns open · erase`: the internal columns of a work, kept sealed."""

from __future__ import annotations

import argparse
import time

from indexer.values import as_hex
from service.cli import naming
from service.cli.opening import Verbs, installation_of, tell

_WORK = "id of the work, or SHA-256 of its file"


def add(verbs: Verbs) -> None:
    """Add the verbs."""
    columns = verbs.add_parser("columns", help="internal columns of a work: open, erase")
    acts = columns.add_subparsers(dest="act", metavar="ACT", required=True)
    shown = acts.add_parser("open", help="show them, checked against the commitment that is public")
    shown.add_argument("work", help=_WORK)
    shown.add_argument("--json", action="store_true")
    shown.set_defaults(run=run_open)
    erase = acts.add_parser("erase", help="destroy their key, for good; the deposit still verifies")
    erase.add_argument("work", help=_WORK)
    erase.add_argument("--json", action="store_true")
    erase.set_defaults(run=run_erase)


def run_open(arguments: argparse.Namespace) -> int:
    """Show internal columns."""
    from service.issuing.internal import open_internal
    from service.reading.open import context

    with installation_of(arguments) as installation:
        with context(installation) as one:
            work = naming.work(one, arguments.work).state
        found = open_internal(installation, work)
    said = {"work": as_hex(work.work_id), "columns": found.columns, "salt": as_hex(found.salt)}
    tell(arguments, said, "\n".join(f"{name}：{text}" for name, text in found.columns.items()))
    return 0


def run_erase(arguments: argparse.Namespace) -> int:
    """Erase internal columns."""
    from service.issuing.internal import erase_internal
    from service.reading.open import context

    with installation_of(arguments) as installation:
        with context(installation) as one:
            work = naming.work(one, arguments.work).state
        fresh = erase_internal(installation, work)
    said = {"work": as_hex(work.work_id), "erased": fresh, "erased_at": int(time.time()) if fresh else None}
    text = "已删除；备份中若有旧密钥，须一并销毁 / erased; destroy old keys in backups, too"
    tell(arguments, said, text if fresh else "此前已删除 / erased before")
    return 0
