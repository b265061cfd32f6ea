"""`qianyin order file · execute · withdraw`: legal bases, filed by one hand and executed by another."""

from __future__ import annotations

import argparse
import hashlib
import re
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from service.cli import naming
from service.cli.acting import add_act, ask, bearer
from service.cli.opening import Verbs, address_word, hash_word, installation_of, opened, owner_word
from service.errors import BadInput

if TYPE_CHECKING:
    from indexer.values import Hash32
    from service.installation import Installation
    from service.outbox.requests import OrderName, Target

_MEASURES = ("hold", "release", "forced_transfer", "annul", "suspend", "restore", "assign", "terminate")
_DAY = 86_400
_MOST_DIGITS = 15
"""Of Unix seconds: thirty million years."""
_SPAN = re.compile(r"\+(\d{1,5})d", re.ASCII)


def add(verbs: Verbs) -> None:
    """Add the verbs."""
    order = verbs.add_parser("order", help="legal bases: holds, releases, changes of holder by order")
    acts = order.add_subparsers(dest="act", metavar="ACT", required=True)
    file = _act(acts, "file", "file a legal basis; asked for by a regulator's key (QIANYIN_KEY)", run_file)
    file.add_argument("--reason-code", required=True, metavar="CODE", help="a short code, at most 32 bytes")
    file.add_argument(
        "--occurred", type=moment_word, metavar="TIME", help="when the order was made (default: now)"
    )
    file.add_argument(
        "--expires", type=moment_word, default="+30d", metavar="TIME", help="until when it may be executed"
    )
    file.add_argument(
        "--until", type=moment_word, metavar="TIME", help="when a hold or suspension ends by itself"
    )
    file.add_argument(
        "--to", type=address_word, metavar="ACCOUNT", help="of a forced transfer: the new holder"
    )
    file.add_argument("--corrects", type=hash_word, metavar="ID", help="the order that this one replaces")
    execute = _act(
        acts, "execute", "carry a filed order out; asked for by an operator's key (QIANYIN_KEY)", run_execute
    )
    execute.add_argument("--to", type=address_word, metavar="ACCOUNT", help="as filed")
    execute.add_argument("--reason", default="", help="of an annulment or a termination")
    withdraw = _act(
        acts,
        "withdraw",
        "take a filed order back; asked for by a regulator's key (QIANYIN_KEY)",
        run_withdraw,
    )
    withdraw.add_argument("--reason-code", required=True, metavar="CODE", help="a short code")


def _act(acts: Verbs, name: str, about: str, run: object) -> argparse.ArgumentParser:
    act: argparse.ArgumentParser = acts.add_parser(name, help=about)
    act.add_argument("measure", choices=_MEASURES)
    act.add_argument(
        "target",
        help="a collectible (number or short code), an account, or estate:NUMBER, grant:ID, rights:WORK",
    )
    act.add_argument(
        "--owner",
        action="append",
        type=owner_word,
        metavar="ACCOUNT=PARTS",
        dest="owners",
        help="of an assignment: whose the estate becomes",
    )
    act.add_argument("--authority", required=True, help="who decided, at most 32 bytes")
    document = act.add_mutually_exclusive_group(required=True)
    document.add_argument("--document", type=Path, metavar="FILE", help="the order; only its SHA-256 is kept")
    document.add_argument(
        "--order-hash", type=hash_word, metavar="SHA256", help="that, where the file is not here"
    )
    add_act(act)
    act.set_defaults(run=run)
    return act


def moment_word(text: str) -> int:
    """Read a time from the command line: `2026-12-31`, `2026-12-31T08:00+08:00`, `+30d`, or Unix seconds."""
    if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS:
        return int(text)
    span = _SPAN.fullmatch(text)
    if span:
        return int(time.time()) + int(span[1]) * _DAY
    from indexer.china import CHINA

    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text[:80]!r}: 2026-12-31, 2026-12-31T08:00+08:00, +30d 或 Unix 秒 / or Unix seconds"
        ) from None
    return int((found if found.tzinfo else found.replace(tzinfo=CHINA)).timestamp())


def run_file(arguments: argparse.Namespace) -> int:
    """File a legal basis."""
    from indexer.values import ZERO_ADDRESS, ZERO_HASH
    from service.access.bearer import Scope
    from service.outbox.requests import FileOrder
    from service.people.identity import code

    with installation_of(arguments) as installation:
        regulator = bearer(installation, Scope.REGULATOR)
        request = FileOrder(
            _named(arguments, installation),
            code(arguments.reason_code),
            arguments.occurred or int(time.time()),
            arguments.expires,
            arguments.until or 0,
            arguments.to or ZERO_ADDRESS,
            arguments.corrects or ZERO_HASH,
        )
        return ask(arguments, installation, request, regulator.key_id)


def run_execute(arguments: argparse.Namespace) -> int:
    """Carry a filed order out: the second hand."""
    from indexer.values import ZERO_ADDRESS
    from service.access.bearer import Scope
    from service.outbox.requests import ExecuteOrder

    with installation_of(arguments) as installation:
        operator = bearer(installation, Scope.OPERATOR)
        named = _named(arguments, installation)
        request = ExecuteOrder(named, arguments.to or ZERO_ADDRESS, arguments.reason)
        return ask(arguments, installation, request, operator.key_id)


def run_withdraw(arguments: argparse.Namespace) -> int:
    """Take a filed order back."""
    from service.access.bearer import Scope
    from service.outbox.requests import WithdrawOrder
    from service.people.identity import code
    from service.reading.open import context

    with installation_of(arguments) as installation:
        regulator = bearer(installation, Scope.REGULATOR)
        with context(installation) as one:
            since = one.view.as_of.count
        request = WithdrawOrder(_named(arguments, installation), code(arguments.reason_code), since)
        return ask(arguments, installation, request, regulator.key_id)


def _named(arguments: argparse.Namespace, installation: Installation) -> OrderName:
    from indexer.events import Measure
    from indexer.values import address
    from service.outbox.requests import AccountTarget, OrderName, TokenTarget
    from service.reading.open import context

    target: Target
    if ":" in arguments.target:
        target = _of_rights(arguments)
    elif arguments.target.lower().startswith("0x"):
        try:
            target = AccountTarget(address(arguments.target.lower()))
        except ValueError:
            raise BadInput(
                "no-address",
                f"{arguments.target[:80]} 不是账户地址：应为 0x 及 40 位十六进制数字。",
                f"{arguments.target[:80]} is no account: 0x and 40 hexadecimal digits.",
            ) from None
    else:
        with context(installation) as one:
            target = TokenTarget(naming.collectible(one, arguments.target).state.token_id)
    return OrderName(arguments.authority, _digest(arguments), Measure[arguments.measure.upper()], target)


def _of_rights(arguments: argparse.Namespace) -> Target:
    """Read `estate:NUMBER`, `grant:ID` or `rights:WORK`."""
    from service.api.acts import OwnerBody, ownership_in
    from service.api.names import digest_in, number_in
    from service.outbox.requests import AssignmentTarget, EstateTarget, GrantTarget, RightsTarget

    kind, _, name = arguments.target.partition(":")
    match kind:
        case "estate" if arguments.owners:
            owners = [OwnerBody.model_validate(one) for one in arguments.owners]
            return AssignmentTarget(number_in(name), ownership_in(owners))
        case "estate":
            return EstateTarget(number_in(name))
        case "grant":
            return GrantTarget(digest_in(name))
        case "rights":
            return RightsTarget(digest_in(name))
    raise BadInput(
        "target-unclear",
        f"{arguments.target[:80]}：应为 estate:编号、grant:编号 或 rights:作品编号。",
        f"{arguments.target[:80]}: write estate:NUMBER, grant:ID or rights:WORK.",
    )


def _digest(arguments: argparse.Namespace) -> Hash32:
    from indexer.values import Hash32 as Digest

    if arguments.document is None:
        found: Hash32 = arguments.order_hash
        return found
    with opened(arguments.document) as stream:
        return Digest(hashlib.file_digest(stream, "sha256").digest())
