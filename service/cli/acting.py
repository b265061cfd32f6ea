"""Acts asked for on the command line: by whom, accepted durably, followed to their end."""

from __future__ import annotations

import argparse
import getpass
import os
import secrets
import sys
from typing import TYPE_CHECKING

from service.cli.opening import aside, tell
from service.errors import NotAllowed

if TYPE_CHECKING:
    from service.access.bearer import Scope
    from service.access.bearers import Bearer
    from service.installation import Installation
    from service.outbox.operations import Operation
    from service.outbox.requests import Request

KEY = "QIANYIN_KEY"
PRINCIPAL = "cli"
"""Who asks where no key is needed: whoever has the home folder is the institution."""


def add_act(verb: argparse.ArgumentParser) -> None:
    """Add what every verb that asks for an act takes."""
    verb.add_argument(
        "--idempotency-key",
        metavar="WORD",
        help="asked again under the same word, it is the same request (default: a new one)",
    )
    verb.add_argument("--no-wait", action="store_true", help="end once it is accepted, which is durable")
    verb.add_argument("--json", action="store_true")


def ask(
    arguments: argparse.Namespace, installation: Installation, request: Request, principal: str = PRINCIPAL
) -> int:
    """Accept a request, wait for its end unless told not to, and say what came of it; the exit code."""
    from service.outbox.accept import accept

    key = arguments.idempotency_key or f"cli/{secrets.token_hex(8)}"
    accepted = accept(installation.database, request, idempotency_key=key, principal=principal)
    return follow(arguments, installation, accepted)


def follow(arguments: argparse.Namespace, installation: Installation, accepted: Operation) -> int:
    """Wait for the end of an operation unless told not to, and say how it is; 1 if it was refused."""
    from service.cli.waiting import wait
    from service.outbox.operations import as_json, operation
    from service.reading.operation import result_of

    if not arguments.no_wait and not accepted.state.ended:
        aside(
            f"已受理，编号 {accepted.id}，不会丢失；等待记入账本（可中断）",
            f"accepted durably as {accepted.id}; waiting for the ledger (interrupt at will)",
        )
        wait(installation, [accepted], lambda _: None)
    found = operation(installation.database, accepted.id)
    page = result_of(found)
    said = as_json(found) | {"page": page}
    tell(arguments, said, text_of(found, page))
    return 1 if found.reason else 0


def text_of(found: Operation, page: str | None) -> str:
    """Describe an operation for a terminal, its id first."""
    lines = [f"{found.id}  {found.kind}  {found.state.value}"]
    if found.reason:
        lines += [f"  ✗ {found.reason.zh}", f"    {found.reason.en} ({found.reason.code})"]
    if found.seq is not None:
        lines.append(f"  记录 / record {found.seq}，区块 / block {found.block}")
    if found.waiting_on:
        lines.append(f"  等待 / waits for {', '.join(found.waiting_on)}")
    if page and found.seq is not None:
        lines.append(f"  页面 / page {page}")
    return "\n".join(lines)


def bearer(installation: Installation, *scopes: Scope) -> Bearer:
    """Give whose key is in `QIANYIN_KEY`, or is typed: an act of others than the institution is asked for by them.

    Raises:
        NotAllowed: there is no key, it is unknown or revoked, or its scope is another.
    """
    from service.access.bearers import bearer_of
    from service.access.entitlement import demand

    wanted = " / ".join(scope.value for scope in scopes)
    text = os.environ.get(KEY) or _typed(wanted)
    found = bearer_of(installation.database, text)
    if found is None:
        raise NotAllowed(
            "key-needed",
            f"此操作须由权限为 {wanted} 的密钥提出：请放入环境变量 {KEY}（qianyin key give {scopes[0]} 可发放）；"
            "现有密钥缺失、无效或已收回。",
            f"This is asked for by a key of scope {wanted}: put it into the variable {KEY} (qianyin key give "
            f"{scopes[0]} gives one out); what is there is missing, unknown or revoked.",
            needed=[scope.value for scope in scopes],
        )
    return demand(found, scopes)


def _typed(wanted: str) -> str:
    if not sys.stdin.isatty():
        return ""
    return getpass.getpass(f"密钥 / key ({wanted}): ", stream=sys.stderr)
