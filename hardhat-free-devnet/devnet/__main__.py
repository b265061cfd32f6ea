"""`python -m devnet up|down|status|logs|build`: the verbs of this package for a terminal. Owns the command line."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from devnet import installation, node_build
from devnet.errors import DevnetError
from devnet.progress import terminal
from devnet.qianyin import ROLES
from indexer import deployment as papers
from indexer.errors import IndexerError
from indexer.values import Address
from indexer.wire import read_address


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; 0 if it did what it says, 1 if not, 2 for a wrong command line."""
    asked = _parser().parse_args(arguments)
    try:
        return int(_VERBS[asked.verb](asked))
    except (DevnetError, IndexerError) as fault:
        code = fault.code if isinstance(fault, DevnetError) else "indexer"
        _say(asked, {"error": code, "message": str(fault)}, f"{fault}", stream=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m devnet", description="A chain on this machine / 本机的链"
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    up = verbs.add_parser("up", help="start the chain; with --role, create the contracts / 启动链, 部署合约")
    kind = up.add_mutually_exclusive_group()
    kind.add_argument("--chain", choices=("geth", "anvil"), help="which node (at first geth)")
    kind.add_argument("--rpc", metavar="URL", help="use somebody else's node")
    up.add_argument("--chain-id", type=int, help="number of a new chain (drawn at random)")
    up.add_argument("--role", action="append", default=[], type=_role, metavar="ROLE=0x…",
                    help=f"who holds a role; the roles: {', '.join(ROLES)}")  # fmt: skip
    up.add_argument("--demo", action="store_true", help="mark the trust anchor as a demonstration's")
    up.add_argument("--predecessor", type=Path, metavar="DEPLOYMENT.JSON",
                    help="new contracts continue the ledger of that deployment / 新合约接续该部署的账本")  # fmt: skip
    verbs.add_parser("down", help="stop the node / 停止节点")
    verbs.add_parser("status", help="how it is; 0 only if it answers / 状态")
    logs = verbs.add_parser("logs", help="the node's log / 日志")
    logs.add_argument("--lines", type=int, default=50)
    logs.add_argument("--follow", action="store_true")
    verbs.add_parser("build", help="build the node program if this user has none, print its path / 编译节点")
    for verb in verbs.choices.values():
        verb.add_argument("--home", type=Path, default=Path(os.environ.get("QIANYIN_HOME", "qianyin-home")))
        verb.add_argument("--json", action="store_true", help="one JSON value on standard output")
    return parser


def _role(text: str) -> tuple[str, Address]:
    name, _, written = text.partition("=")
    if name not in ROLES:
        raise argparse.ArgumentTypeError(f"{name} is no role")
    try:
        return name, read_address(written)
    except ValueError as fault:
        raise argparse.ArgumentTypeError(str(fault)) from fault


def _up(asked: argparse.Namespace) -> int:
    place = {"chain": asked.chain, "rpc": asked.rpc, "chain_id": asked.chain_id}
    if not asked.role and not (asked.home / "deployment.json").exists():
        with terminal() as progress:
            endpoint = installation.start(asked.home, **place, progress=progress)
        _say(asked, {"rpc": endpoint.url, "deployed": False}, f"{endpoint.url} (没有合约 / no contracts yet)")
        return 0
    with terminal() as progress:
        deployment = installation.up(
            asked.home,
            dict(asked.role),
            demo=asked.demo,
            predecessor=papers.read(asked.predecessor) if asked.predecessor else None,
            **place,
            progress=progress,
        )
    _say(asked, papers.to_json(deployment), f"{deployment.rpc[0]} · {len(deployment.contracts)} contracts")
    return 0


def _down(asked: argparse.Namespace) -> int:
    with terminal() as progress:
        stopped = installation.down(asked.home, progress)
    _say(asked, {"stopped": stopped}, "已停止 / stopped" if stopped else "没有在运行 / nothing was running")
    return 0


def _status(asked: argparse.Namespace) -> int:
    status = installation.status(asked.home)
    lines = (f"{name}: {value}" for name, value in status.as_json().items())
    _say(asked, status.as_json(), "\n".join(lines))
    return 0 if status.answers else 1


def _logs(asked: argparse.Namespace) -> int:
    for line in installation.logs(asked.home, asked.lines, follow=asked.follow):
        _say(asked, line, line)
    return 0


def _build(asked: argparse.Namespace) -> int:
    with terminal() as progress:
        program = node_build.geth_binary(progress)
    _say(asked, {"geth": str(program)}, str(program))
    return 0


def _say(asked: argparse.Namespace, value: Any, text: str, stream: Any = None) -> None:
    print(
        json.dumps(value, ensure_ascii=False) if asked.json else text, file=stream or sys.stdout, flush=True
    )


_VERBS = {"up": _up, "down": _down, "status": _status, "logs": _logs, "build": _build}

if __name__ == "__main__":
    sys.exit(main())
