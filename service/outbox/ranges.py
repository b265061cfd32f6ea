"""What a request's numbers and texts may be, checked before it is accepted. Pure."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

from service.errors import BadInput
from service.outbox.requests import AccountTarget, FileOrder, OrderName, Request

LONGEST_REASON = 2_000
LONGEST_AUTHORITY = 128
LONGEST_SIGNATURE = 4_096
MOST_PROOF = 64
_BITS = {
    "verified_at": 64,
    "acknowledged_claims": 32,
    "leaves": 64,
    "expected_amendments": 32,
    "version": 32,
    "number": 32,
    "cap": 64,
    "serial": 64,
    "edition_id": 128,
    "token_id": 192,
    "nonce": 256,
    "deadline": 64,
    "until": 64,
    "occurred_at": 64,
    "effect_until": 64,
    "expires": 64,
    "since": 63,
    "size": 63,
    "first_holding": 32,
    "next_holding": 32,
    "gifts_per_day": 16,
    "receivers": 8,
    "work_kinds": 8,
    "longest_loan": 32,
}
_LONGEST = {"reason": LONGEST_REASON, "authority": LONGEST_AUTHORITY}
_MEASURES_OF_ACCOUNTS = ("SUSPEND", "RESTORE")


def check(request: Request) -> None:
    """Refuse what no contract could take.

    Raises:
        BadInput: a field is out of its range; `field` names it.
    """
    _check(request)
    if isinstance(request, FileOrder):
        _check_target(request.order)


def _check(value: Any) -> None:
    for one in fields(value):
        held = getattr(value, one.name)
        if is_dataclass(held):
            _check(held)
        elif isinstance(held, tuple):
            _check_list(one.name, held)
        else:
            _check_scalar(one.name, held)


def _check_list(name: str, held: tuple[Any, ...]) -> None:
    if name == "anchor_proof" and len(held) > MOST_PROOF:
        raise out_of_range(name, MOST_PROOF)
    for one in held:
        if is_dataclass(one):
            _check(one)


def _check_scalar(name: str, held: Any) -> None:
    if isinstance(held, bool) or held is None:
        return
    if isinstance(held, int) and name in _BITS and not 0 <= held < 1 << _BITS[name]:
        raise out_of_range(name, (1 << _BITS[name]) - 1)
    if isinstance(held, bytes) and name.endswith("signature") and len(held) > LONGEST_SIGNATURE:
        raise out_of_range(name, LONGEST_SIGNATURE)
    if isinstance(held, str) and name in _LONGEST and len(held.encode()) > _LONGEST[name]:
        raise out_of_range(name, _LONGEST[name])


def _check_target(order: OrderName) -> None:
    if isinstance(order.target, AccountTarget) != (order.measure.name in _MEASURES_OF_ACCOUNTS):
        raise BadInput(
            "order-target",
            "限制、解除、变更持有人与作废针对藏品；暂停与恢复针对账户。",
            "A hold, a release, a change of holder and an annulment concern a collectible; a suspension and a "
            "restoration an account.",
            field="target",
        )


def out_of_range(name: str, most: int) -> BadInput:
    """The error for a field over its limit (of a number, or of bytes)."""
    return BadInput(
        "out-of-range",
        f"{name} 超出范围，上限为 {most}。",
        f"{name} is out of range; the most is {most}.",
        field=name,
        most=str(most),
    )
