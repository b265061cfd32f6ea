"""`qianyin distribute · gift · explain`: collectibles handed out by the institution, and given on by their holders."""

from __future__ import annotations

import argparse

from service.cli import naming
from service.cli.acting import PRINCIPAL, add_act, ask, bearer
from service.cli.opening import Verbs, installation_of, tell

_COLLECTIBLE = "number, or short code of a label"
_RECEIVER = "code of somebody registered here, or an account"


def add(verbs: Verbs) -> None:
    """Add the verbs."""
    distribute = verbs.add_parser("distribute", help="hand a collectible out for the first time")
    distribute.add_argument("collectible", help=_COLLECTIBLE)
    distribute.add_argument("receiver", help=_RECEIVER)
    add_act(distribute)
    distribute.set_defaults(run=run_distribute)
    gift = verbs.add_parser(
        "gift",
        help="give a collectible whose holder's key is kept here",
        description=(
            "Give a collectible whose holder's key is kept here. The holder asks: its bearer key is read from "
            "QIANYIN_KEY, or asked for."
        ),
    )
    gift.add_argument("collectible", help=_COLLECTIBLE)
    gift.add_argument("receiver", help=_RECEIVER)
    gift.add_argument(
        "--accepted",
        action="store_true",
        help="the receiver agreed, and its key is kept here, too: sign that",
    )
    add_act(gift)
    gift.set_defaults(run=run_gift)
    explain = verbs.add_parser("explain", help="say whether a gift would be refused, and by which rules")
    explain.add_argument("collectible", help=_COLLECTIBLE)
    explain.add_argument("receiver", help=_RECEIVER)
    explain.add_argument("--accepted", action="store_true", help="suppose that the receiver agreed")
    explain.add_argument("--json", action="store_true")
    explain.set_defaults(run=run_explain)


def run_distribute(arguments: argparse.Namespace) -> int:
    """Hand a collectible out."""
    from service.outbox.requests import Distribute
    from service.reading.open import context

    with installation_of(arguments) as installation:
        with context(installation) as one:
            token = naming.collectible(one, arguments.collectible).state
        to = naming.receiver(installation, arguments.receiver, token.collection_id, PRINCIPAL)
        return ask(arguments, installation, Distribute(token.collection_id, token.token_id, to))


def run_gift(arguments: argparse.Namespace) -> int:
    """Give a collectible on, for the holder whose bearer key is presented."""
    from service.access.bearer import Scope
    from service.access.entitlement import entitled
    from service.outbox.requests import GiveFromKept
    from service.reading.open import context

    with installation_of(arguments) as installation:
        holder = bearer(installation, Scope.HOLDER)
        with context(installation) as one:
            token = naming.collectible(one, arguments.collectible).state
        entitled(holder, token.holder)
        to = naming.receiver(installation, arguments.receiver, token.collection_id, holder.key_id)
        request = GiveFromKept(token.token_id, token.holder, to, accept_with_kept_key=arguments.accepted)
        return ask(arguments, installation, request, holder.key_id)


def run_explain(arguments: argparse.Namespace) -> int:
    """Say whether a gift would be refused; exit code 3 if it would."""
    from service.reading.explained import explained
    from service.reading.open import context

    with installation_of(arguments) as installation:
        with context(installation) as one:
            token = naming.collectible(one, arguments.collectible).state
        to = naming.receiver(installation, arguments.receiver, token.collection_id, PRINCIPAL)
        with context(installation) as one:
            found = explained(one, token.token_id, to, None, accepted=arguments.accepted)
    lines = [f"✗ {one['zh']}\n  {one['en']}" for one in found["refusals"]]
    tell(arguments, found, "\n".join(lines) or "不会被拒绝 / it would not be refused")
    return 3 if found["refused"] else 0
