"""`qianyin operation · supersede · reconcile`: what became of requests, and how stuck ones are freed."""

from __future__ import annotations

import argparse

from service.cli.acting import follow, text_of
from service.cli.opening import Verbs, installation_of, settings_of, tell

_STATES = ("accepted", "stored", "signed", "sent", "settled", "refused")
_OPERATORS = (
    *("operationsGovernor", "regulationGovernor", "registrar", "recoveryOfficer"),
    *("issuer", "orderFiler", "orderExecutor", "relayer"),
)


def add(verbs: Verbs) -> None:
    """Add the verbs."""
    one = verbs.add_parser("operation", help="what became of requests")
    acts = one.add_subparsers(dest="act", metavar="ACT", required=True)
    listed = acts.add_parser("list", help="list requests, newest first")
    listed.add_argument("--state", choices=_STATES)
    listed.add_argument("--kind", help="e.g. mint, deposit, give-from-kept")
    listed.add_argument("--limit", type=int, default=20)
    listed.add_argument("--json", action="store_true")
    listed.set_defaults(run=run_list)
    for name, about, waits in (
        ("show", "say how far a request is", False),
        ("wait", "wait until a request has ended; 1 if it is refused", True),
    ):
        shown = acts.add_parser(name, help=about)
        shown.add_argument("operation", metavar="ID")
        shown.add_argument("--json", action="store_true")
        shown.set_defaults(run=run_show, no_wait=not waits)
    cancel = acts.add_parser("cancel", help="take a request back that is not signed yet")
    cancel.add_argument("operation", metavar="ID")
    cancel.add_argument("--json", action="store_true")
    cancel.set_defaults(run=run_cancel)
    supersede = verbs.add_parser(
        "supersede",
        help="free the nonce of a request whose transaction is stuck, by a second attempt",
        description=(
            "Free the nonce of a request whose transaction is stuck: a self-send with the same nonce is signed, the "
            "worker sends both, and whichever becomes final decides."
        ),
    )
    supersede.add_argument("operation", metavar="ID", help="as qianyin operation list shows it")
    supersede.add_argument("--json", action="store_true")
    supersede.set_defaults(run=run_supersede)
    reconcile = verbs.add_parser(
        "reconcile",
        help="let keys sign again whose chain is beyond their rows, after a backup was restored",
        description=(
            "Let keys sign again whose chain is beyond their rows: an older database was restored, or somebody else "
            "has the key. Find out which before you do."
        ),
    )
    reconcile.add_argument(
        "operator",
        nargs="*",
        type=operator_word,
        help=f"keys to reconcile: {', '.join(_OPERATORS)} (default: all that need it)",
    )
    reconcile.add_argument("--json", action="store_true")
    reconcile.set_defaults(run=run_reconcile)


def operator_word(text: str) -> str:
    """Read the name of an operator's key; a wrong one is a wrong command line (exit code 2)."""
    if text not in _OPERATORS:
        raise argparse.ArgumentTypeError(f"{text[:80]!r}: {', '.join(_OPERATORS)}")
    return text


def run_list(arguments: argparse.Namespace) -> int:
    """List requests."""
    from service.outbox.operations import State, as_json, operations
    from service.reading.operation import result_of

    state = State(arguments.state) if arguments.state else None
    with installation_of(arguments) as installation:
        found = operations(installation.database, kind=arguments.kind, state=state, limit=arguments.limit)
    listed = [as_json(one) | {"page": result_of(one)} for one in found]
    text = "\n".join(f"{one.id}  {one.state.value:8}  {one.kind}" for one in found)
    tell(arguments, {"operations": listed}, text or "没有请求 / no requests")
    return 0


def run_show(arguments: argparse.Namespace) -> int:
    """Say how a request is, or follow it to its end."""
    from service.outbox.operations import operation

    with installation_of(arguments) as installation:
        return follow(arguments, installation, operation(installation.database, arguments.operation))


def run_cancel(arguments: argparse.Namespace) -> int:
    """Take a request back, whoever asked for it: this is the home folder."""
    from service.outbox.operations import as_json, cancel, operation

    with installation_of(arguments) as installation:
        asked = operation(installation.database, arguments.operation)
        found = cancel(installation.database, asked.id, principal=asked.principal)
    tell(arguments, as_json(found), text_of(found, None))
    return 0


def run_supersede(arguments: argparse.Namespace) -> int:
    """Sign the second attempt."""
    from indexer.values import as_hex
    from service.outbox.office import opened
    from service.outbox.supersede import supersede

    with opened(settings_of(arguments)) as office:
        signed = as_hex(supersede(office, arguments.operation))
    tell(
        arguments,
        {"operation": arguments.operation, "second_attempt": signed},
        f"{signed}\n已签发第二次尝试，由 qianyin worker 发送；看结果：qianyin operation wait {arguments.operation}\n"
        f"signed; qianyin worker sends it; what comes of it: qianyin operation wait {arguments.operation}",
    )
    return 0


def run_reconcile(arguments: argparse.Namespace) -> int:
    """Reconcile keys, each by itself."""
    from service.keys.operators import Operator
    from service.outbox.nonces import unreconciled
    from service.outbox.office import opened
    from service.outbox.reconcile import reconcile

    done = []
    with opened(settings_of(arguments)) as office:
        with office.database.read() as connection:
            flagged = [one for one in Operator if unreconciled(connection, office.key(one)) is not None]
        for operator in [Operator(name) for name in arguments.operator] or flagged:
            found = reconcile(office, operator)
            done.append(
                {
                    "operator": str(operator),
                    "foreign_nonces": list(found.foreign),
                    "tried_again": found.tried_again,
                }
            )
    lines = [
        f"{one['operator']}：他处用过的序号 / nonces used elsewhere {one['foreign_nonces']}，"
        f"重试 / tried again {one['tried_again']}"
        for one in done
    ]
    tell(arguments, {"reconciled": done}, "\n".join(lines) or "没有需要核对的密钥 / no key needs it")
    return 0
