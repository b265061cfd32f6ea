"""What a request's numbers and texts may be, checked before it is accepted. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

from indexer.events import Measure
from indexer.words import layout, solidity_type
from service.errors import BadInput
from service.outbox.fields import called
from service.outbox.requests import (
    AccountTarget,
    AssignmentTarget,
    EstateTarget,
    FileOrder,
    GrantTarget,
    OrderName,
    Request,
    RightsTarget,
    Target,
    TokenTarget,
)

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
    "estate_id": 256,
    "estate_ids": 256,
    "moral_rights": 8,
}
_LONGEST = {"reason": LONGEST_REASON, "authority": LONGEST_AUTHORITY}
_MOST = {
    "anchor_proof": MOST_PROOF,
    "consents": 101,
    "cuts": 16,
    "estate_ids": 1_000,
    "owners": 50,
    "parts": 50,
}
"""Of a list; those who agree are old and new owners, or owners and a licensee."""
_HELD = frozenset((Measure.HOLD, Measure.RELEASE))
MEASURES: Mapping[type[Target], frozenset[Measure]] = {
    TokenTarget: _HELD | {Measure.FORCED_TRANSFER, Measure.ANNUL},
    AccountTarget: frozenset((Measure.SUSPEND, Measure.RESTORE)),
    EstateTarget: _HELD,
    AssignmentTarget: frozenset((Measure.ASSIGN,)),
    GrantTarget: _HELD | {Measure.TERMINATE},
    RightsTarget: _HELD,
}
"""What an order may demand of what."""


def check(request: Request) -> None:
    """Refuse what no contract could take.

    Raises:
        BadInput: a field is out of its range; `field` names it.
    """
    _check(request)
    if isinstance(request, FileOrder):
        _check_target(request.order)


def _check(value: Any) -> None:
    kind: Any = type(value)
    bits = _bits_of(kind)
    for one in fields(value):
        held = getattr(value, one.name)
        if is_dataclass(held):
            _check(held)
        elif isinstance(held, tuple):
            _check_list(one.name, held, bits[one.name])
        else:
            _check_scalar(one.name, held, bits[one.name])


@cache
def _bits_of(kind: Any) -> Mapping[str, int | None]:
    """Say how many bits the numbers of a value may have: as it is annotated, else by their names."""
    found: dict[str, int | None] = {}
    for name, annotation in layout(kind):
        written = solidity_type(annotation) if hasattr(annotation, "__metadata__") else ""
        sized = written.startswith("uint")
        found[name] = int(written.removeprefix("uint").removesuffix("[]")) if sized else _BITS.get(name)
    return found


def _check_list(name: str, held: tuple[Any, ...], bits: int | None) -> None:
    if len(held) > _MOST.get(name, len(held)):
        raise out_of_range(name, _MOST[name])
    for one in held:
        if is_dataclass(one):
            _check(one)
        else:
            _check_scalar(name, one, bits)


def _check_scalar(name: str, held: Any, bits: int | None) -> None:
    if isinstance(held, bool) or held is None:
        return
    if isinstance(held, int) and bits is not None and not 0 <= held < 1 << bits:
        raise out_of_range(name, (1 << bits) - 1)
    if (
        isinstance(held, bytes)
        and name.endswith(("signature", "confirmation"))
        and len(held) > LONGEST_SIGNATURE
    ):
        raise out_of_range(name, LONGEST_SIGNATURE)
    if isinstance(held, str) and name in _LONGEST and len(held.encode()) > _LONGEST[name]:
        raise out_of_range(name, _LONGEST[name])


def _check_target(order: OrderName) -> None:
    if order.measure not in MEASURES[type(order.target)]:
        raise BadInput(
            "order-target",
            "变更持有人与作废针对藏品；暂停与恢复针对账户；变更权利人针对权利项；终止针对许可；"
            "限制与解除针对藏品、权利项、许可或作品的权利。",
            "A change of holder and an annulment concern a collectible, a suspension and a restoration an account, "
            "an assignment an estate, a termination a grant; a hold and a release a collectible, an estate, a grant "
            "or the rights of a work.",
            field="target",
        )


def out_of_range(name: str, most: int) -> BadInput:
    """The error for a field over its limit (of a number, or of bytes)."""
    zh, en = called(name)
    return BadInput(
        "out-of-range",
        f"“{zh}”超出范围，上限为 {most}。",
        f"Out of range: {en}; the most is {most}.",
        field=name,
        most=str(most),
    )
