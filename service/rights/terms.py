"""What an act says, field by field as its parties sign it, in words and as JSON-ready values. Pure.

Every field of the typed data is there, the empty ones too: nobody agrees to what is not shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Any, Final

from indexer.china import in_china
from indexer.rights.acts import Alone, GrantKind, Ground
from indexer.rights.codes import LISTS
from indexer.rights.scope import Axis, Scope
from indexer.rights.text import Tongue, write, write_day, write_mask
from indexer.values import ZERO_HASH, Address, as_hex
from indexer.wire import write_address
from service.keys.agreements import Agreement, Ownership
from service.rights.answers import day_text, last_day, owners_body, scope_body

Call = Callable[[Address, Tongue], str]
_NONE: Final = ("无", "none")
KIND_WORDS: Final = {
    GrantKind.EXCLUSIVE: ("专有", "exclusive"),
    GrantKind.SOLE: ("排他", "sole"),
    GrantKind.NON_EXCLUSIVE: ("普通", "non-exclusive"),
}
_GROUNDS: Final = {
    Ground.AGREEMENT: ("双方协议", "agreement"),
    Ground.CONDITION: ("约定条件", "a condition that it records"),
}
AXIS_WORDS: Final = {
    **{Axis(place): (known.zh, known.en) for place, known in enumerate(LISTS)},
    Axis.TIME: ("期间", "term"),
}
_ENDS: Final = frozenset(("until", "backlog_until"))
"""Days of which the one before is the last."""


@dataclass(frozen=True, slots=True)
class Term:
    """One field. `name`: as in the typed data, in Python's spelling. `value`: JSON-ready."""

    name: str
    zh: str
    en: str
    value: Any


def terms(agreement: Agreement, call: Call) -> tuple[Term, ...]:
    """Say all that is signed, in the order of the typed data; `call`: names an account in a language."""
    return tuple(_terms(agreement, call))


def _terms(agreement: Agreement, call: Call) -> Iterator[Term]:
    for one in fields(agreement):
        value = getattr(agreement, one.name)
        if one.name == "cuts":
            yield _cuts(agreement.axis, value)  # type: ignore[union-attr]
        elif isinstance(value, int) and not isinstance(value, (IntEnum, bool)):
            yield _number(one.name, value)
        else:
            yield _said(one.name, value, call)


def _said(name: str, value: Any, call: Call) -> Term:
    match value:
        case Scope():
            said = ("空", "empty") if value.is_empty() else (write(value, "zh"), write(value, "en"))
            return Term(name, *said, scope_body(value))
        case Ownership():
            body = owners_body(value.owners, value.parts)
            return Term(name, _owners(value, call, "zh"), _owners(value, call, "en"), body)
        case Alone():
            return _alone(name, value)
        case IntEnum():
            return Term(name, *_word(value), value.name.lower())
        case bytes():
            return _octets(name, value, call)
    return _plain(name, value)


def _alone(name: str, alone: Alone) -> Term:
    body = {"longest": alone.longest, "quota": alone.quota}
    if not alone.quota:
        return Term(name, *_NONE, body)
    zh = f"{alone.quota} 次，每次至多 {alone.longest} 日"
    return Term(name, zh, f"{alone.quota}, of {alone.longest} days at most", body)


def _word(value: IntEnum) -> tuple[str, str]:
    if isinstance(value, GrantKind):
        return KIND_WORDS.get(value, _NONE)
    return _GROUNDS.get(value, _NONE) if isinstance(value, Ground) else AXIS_WORDS[Axis(value)]


def _plain(name: str, value: Any) -> Term:
    if isinstance(value, bool):
        return Term(name, *(("是", "yes") if value else ("否", "no")), value)
    if isinstance(value, str):
        return Term(name, value, value, value)
    return Term(name, "、".join(map(str, value)), ", ".join(map(str, value)), [str(one) for one in value])


def _octets(name: str, value: bytes, call: Call) -> Term:
    if len(value) == len(ZERO_HASH):
        said = _NONE if value == ZERO_HASH else (value.hex(), value.hex())
        return Term(name, *said, None if value == ZERO_HASH else as_hex(value))
    account = Address(value)
    return Term(name, call(account, "zh"), call(account, "en"), write_address(account))


def _number(name: str, value: int) -> Term:
    if name == "deadline":
        text = in_china(value).strftime("%Y-%m-%d %H:%M:%S")
        return Term(name, f"{text}（北京时间）", f"{text} (UTC+8)", value)
    if not value:
        return Term(name, *_NONE, value if name.endswith("days") else None)
    if name in _ENDS:
        return Term(name, write_day(value - 1), write_day(value - 1), last_day(value))
    if name == "signed_on":
        return Term(name, write_day(value), write_day(value), day_text(value))
    return Term(name, str(value), str(value), str(value))


def _cuts(axis: Axis, cuts: Sequence[int]) -> Term:
    if axis is Axis.TIME:
        days = [write_day(one) for one in cuts]
        return Term("cuts", "；".join(days), "; ".join(days), days)
    zh, en = ([write_mask(axis, one, tongue) for one in cuts] for tongue in ("zh", "en"))
    return Term("cuts", "；".join(zh), "; ".join(en), en)


def _owners(said: Ownership, call: Call, tongue: Tongue) -> str:
    whole = sum(said.parts)
    pairs = zip(said.owners, said.parts, strict=True)
    return ("、", ", ")[tongue == "en"].join(f"{call(one, tongue)} {part}/{whole}" for one, part in pairs)
