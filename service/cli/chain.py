"""`qianyin up · down · status · logs`: the chain of this home."""

from __future__ import annotations

import argparse
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from service.cli.opening import Verbs, settings_of, tell

if TYPE_CHECKING:
    from devnet.qianyin import Terms
    from indexer.deployment import Deployment
    from indexer.values import Address
    from service.settings import Settings


def add(verbs: Verbs) -> None:
    """Add the verbs."""
    up = verbs.add_parser("up", help="bring the chain up, with the contracts on it")
    up.add_argument("--chain", choices=("geth", "anvil"), help="the node of a new chain (default: geth)")
    up.add_argument("--rpc", metavar="URL", help="use the node at this address")
    up.add_argument("--demo", action="store_true", help="mark the trust anchor as a demonstration's")
    up.add_argument(
        "--governance-delay", type=int, metavar="SECONDS", help="from proposing a role to its grant"
    )
    up.add_argument(
        "--recovery-wait", type=int, metavar="SECONDS", help="from asking for a recovery to confirming it"
    )
    up.add_argument("--json", action="store_true")
    up.set_defaults(run=run_up)
    down = verbs.add_parser("down", help="end the node")
    down.add_argument("--json", action="store_true")
    down.set_defaults(run=run_down)
    status = verbs.add_parser("status", help="say how the chain is")
    status.add_argument("--json", action="store_true")
    status.set_defaults(run=run_status)
    logs = verbs.add_parser("logs", help="show the node's log")
    logs.add_argument("-n", "--lines", type=int, default=50)
    logs.add_argument("-f", "--follow", action="store_true")
    logs.set_defaults(run=run_logs)


def run_up(arguments: argparse.Namespace) -> int:
    """Bring the chain up."""
    from devnet.qianyin import Terms
    from indexer.wire import write_address

    terms = Terms()
    if arguments.governance_delay is not None:
        terms = replace(terms, governance_delay=arguments.governance_delay)
    if arguments.recovery_wait is not None:
        terms = replace(terms, recovery_wait=arguments.recovery_wait)
    settings = settings_of(arguments)
    found = bring_up(settings, arguments.chain, arguments.rpc, terms, demo=arguments.demo)
    contracts = {name: write_address(one.address) for name, one in found.contracts.items()}
    text = "\n".join(
        [f"{found.rpc[0]}  chain {found.chain_id}", *(f"{a}  {n}" for n, a in contracts.items())]
    )
    tell(arguments, {"chainId": found.chain_id, "rpc": list(found.rpc), "contracts": contracts}, text)
    return 0


def bring_up(
    settings: Settings,
    chain: str | None,
    rpc: str | None,
    terms: Terms,
    *,
    demo: bool,
    attached: bool = False,
) -> Deployment:
    """Bring the chain of a home up, its roles held by this installation's operator keys."""
    from devnet import installation as devnet
    from devnet.progress import terminal

    with terminal() as progress:
        return devnet.up(
            settings.home,
            role_accounts(settings),
            chain=chain,
            rpc=rpc,
            terms=terms,
            demo=demo,
            attached=attached,
            progress=progress,
        )


def role_accounts(settings: Settings) -> dict[str, Address]:
    """Give the operator accounts by the names that the devnet has for roles; in a new home their keys are made.

    Raises:
        Unavailable: contracts are deployed already, and the keys that they know are not there.
    """
    from service.keys.operators import Operator
    from service.keys.vault import make_vault, open_vault

    vault = open_vault(settings) if settings.deployment.exists() else make_vault(settings)
    return {
        re.sub("[A-Z]", lambda letter: "_" + letter[0].lower(), operator.value): vault.operator(operator)
        for operator in Operator
        if operator is not Operator.RELAYER
    }


def run_down(arguments: argparse.Namespace) -> int:
    """End the node."""
    from devnet import installation as devnet
    from devnet.progress import terminal

    with terminal() as progress:
        ended = devnet.down(settings_of(arguments).home, progress)
    tell(arguments, {"ended": ended}, "" if ended else "没有在运行的节点 / no node was running")
    return 0


def run_status(arguments: argparse.Namespace) -> int:
    """Say how the chain is."""
    from devnet import installation as devnet

    found = devnet.status(settings_of(arguments).home).as_json()
    tell(arguments, found, "\n".join(f"{name:12} {value}" for name, value in found.items()))
    return 0 if found["answers"] else 1


def run_logs(arguments: argparse.Namespace) -> int:
    """Show the node's log."""
    from devnet import installation as devnet

    for line in devnet.logs(settings_of(arguments).home, arguments.lines, follow=arguments.follow):
        print(line, flush=True)
    return 0
