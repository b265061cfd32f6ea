"""`qianyin key give · list · revoke · change-master`: bearer keys of the API, and the key of all keys."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from indexer.wire import write_address
from service.cli.opening import Verbs, address_word, counted, installation_of, tell


def add(verbs: Verbs) -> None:
    """Add the verbs."""
    key = verbs.add_parser("key", help="bearer keys of the API; the master key")
    acts = key.add_subparsers(dest="act", metavar="ACT", required=True)
    give = acts.add_parser("give", help="give a key out; it is shown once")
    give.add_argument("scope", choices=("issuer", "holder", "rights_holder", "regulator", "operator"))
    give.add_argument("--label", required=True, help="for whom, in your own words")
    give.add_argument(
        "--account",
        type=address_word,
        metavar="ADDRESS",
        help="of a holder's or rights holder's key: whom it acts for",
    )
    give.add_argument("--json", action="store_true")
    give.set_defaults(run=run_give)
    listed = acts.add_parser("list", help="list all keys, without their secrets")
    listed.add_argument("--json", action="store_true")
    listed.set_defaults(run=run_list)
    revoke = acts.add_parser("revoke", help="take a key back at once")
    revoke.add_argument("key_id")
    revoke.add_argument("--json", action="store_true")
    revoke.set_defaults(run=run_revoke)
    change = acts.add_parser(
        "change-master",
        help="seal everything under another master key; stop every program first",
        description=(
            "Seal everything that the master key sealed under another one. Stop every program of the home first. If it "
            "is cut off, run it again: it goes on."
        ),
    )
    change.add_argument(
        "--to",
        type=Path,
        metavar="FILE",
        help="file of the new key, made if it is not there (default: in the place of the old one)",
    )
    change.add_argument("--json", action="store_true")
    change.set_defaults(run=run_change_master)


def run_give(arguments: argparse.Namespace) -> int:
    """Give a key out."""
    from service.access.bearer import Scope
    from service.access.bearers import give_out

    if (arguments.scope in ("holder", "rights_holder")) != (arguments.account is not None):
        print(
            "--account 与 holder、rights_holder 范围同用 / --account goes with the scopes holder and rights_holder, "
            "and only with them",
            file=sys.stderr,
        )
        return 2
    with installation_of(arguments) as installation:
        key = give_out(installation.database, Scope(arguments.scope), arguments.label, arguments.account)
    tell(
        arguments, {"key_id": key.key_id, "key": key.text}, f"{key.text}\n只显示这一次 / shown only this once"
    )
    return 0


def run_list(arguments: argparse.Namespace) -> int:
    """List keys."""
    from service.access.bearers import bearers

    with installation_of(arguments) as installation:
        found = bearers(installation.database)
    rows = [
        {
            "key_id": one.key_id,
            "scope": one.scope.value,
            "label": one.label,
            "account": write_address(one.account) if one.account else None,
            "created_at": one.created_at,
            "revoked_at": one.revoked_at,
        }
        for one in found
    ]
    text = "\n".join(f"{row['key_id']}  {row['scope']:13}  {row['label']}" for row in rows)
    tell(arguments, {"keys": rows}, text)
    return 0


def run_revoke(arguments: argparse.Namespace) -> int:
    """Take a key back."""
    from service.access.bearers import revoke

    with installation_of(arguments) as installation:
        revoke(installation.database, arguments.key_id)
    tell(arguments, {"key_id": arguments.key_id}, "已收回 / revoked")
    return 0


def run_change_master(arguments: argparse.Namespace) -> int:
    """Seal everything under another master key."""
    from service.errors import BadInput
    from service.keys.master import make_key
    from service.rotation import rotate

    with installation_of(arguments) as installation:
        settings = installation.settings
        if arguments.to is None and settings.master_key is not None:
            raise BadInput(
                "new-key-nowhere",
                "主密钥由环境给出，请用 --to 指明新密钥的文件。",
                "The master key is given by value; name a file for the new one by --to.",
            )
        present = settings.master_key_path
        fresh: Path = arguments.to or present.with_name(f"{present.name}.next")
        done = rotate(settings, installation.database, make_key(fresh))
        if arguments.to is None:
            fresh.replace(present)
    said = {"rows": done.rows, "files": done.files, "master_key_file": str(arguments.to or present)}
    todo = (
        ""
        if arguments.to is None
        else f"\n请设 master_key_file = {arguments.to} 再启动 / set master_key_file to it before you start anything"
    )
    tell(
        arguments,
        said,
        f"已改用新主密钥：{done.rows} 行，{done.files} 个文件 / "
        f"{counted(done.rows, 'row')}, {counted(done.files, 'file')}{todo}\n"
        "请备份新主密钥，并销毁旧主密钥及其备份 / back the new key up; destroy the old one and its backups",
    )
    return 0
