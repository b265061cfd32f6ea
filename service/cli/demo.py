"""`qianyin demo`: everything on this machine, from an empty folder to pages to open."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from service.cli.opening import Verbs, aside, settings_of


def add(verbs: Verbs) -> None:
    """Add the verb."""
    demo = verbs.add_parser("demo", help="show everything on this machine")
    demo.add_argument("--once", action="store_true", help="in a fresh folder: do it, check it, stop")
    demo.add_argument("--json", action="store_true", help="print one JSON object (with --once)")
    demo.add_argument("--chain", choices=("geth", "anvil"), help="the node (default: geth)")
    demo.add_argument("--port", type=int, help="port of the pages (default: the setting port, or a free one)")
    demo.set_defaults(run=run_demo)


def run_demo(arguments: argparse.Namespace) -> int:
    """Run the demonstration: until Ctrl-C, or once and checked."""
    if arguments.once:
        import tempfile

        with tempfile.TemporaryDirectory(prefix="qianyin-demo-") as folder:
            arguments.home = Path(folder)
            return _once(arguments)
    return _stay(arguments)


def _stay(arguments: argparse.Namespace) -> int:
    from service.demo.show import Show

    settings = settings_of(arguments)
    with Show(settings, arguments.chain, arguments.port, aside) as show:
        print(show.addresses(), flush=True)
        show.wait()
        aside("正在停止", "stopping")
    aside(
        f"已停止；所记都在 {settings.home}，再次运行即继续",
        f"stopped; all of it is in {settings.home}, run again to go on",
    )
    return 0


def _once(arguments: argparse.Namespace) -> int:
    from service.demo.check import check
    from service.demo.show import Show

    began = time.monotonic()
    with Show(settings_of(arguments), arguments.chain, arguments.port, aside) as show:
        found = check(show)
    found["timings"]["total"] = round(time.monotonic() - began, 3)
    if arguments.json:
        print(json.dumps(found, ensure_ascii=False))
    else:
        print(json.dumps(found, ensure_ascii=False, indent=2), file=sys.stdout)
    return 0 if found["held"] else 1
