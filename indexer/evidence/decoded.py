"""The words of an act as JSON for people; a verifier derives them again and never believes those it is given. Pure."""

from __future__ import annotations

from dataclasses import is_dataclass
from enum import IntEnum
from typing import Any

from indexer.events import Act, UnknownAct
from indexer.values import as_hex
from indexer.wire import write_address
from indexer.words import layout, solidity_type


def decoded(act: Act | UnknownAct) -> dict[str, Any] | None:
    """Write an act as its name and arguments, or None if this version does not know it.

    Numbers are decimal strings, choices their names in lower case, addresses carry their checksum.
    """
    if isinstance(act, UnknownAct):
        return None
    return {"act": type(act).__name__, "arguments": _arguments(act)}


def _arguments(value: Any) -> dict[str, Any]:
    kind: Any = type(value)
    members = _MEMBERS.get(kind)
    if members is None:
        members = _MEMBERS[kind] = _members(kind)
    return {
        shown: _arguments(part) if nested else _json(part, address=address)
        for shown, name, nested, address in members
        for part in (getattr(value, name),)
    }


_MEMBERS: dict[Any, tuple[tuple[str, str, bool, bool], ...]] = {}
"""By kind of act, listed once: each member as shown, as named, whether it has members, whether it is addresses."""


def _members(kind: Any) -> tuple[tuple[str, str, bool, bool], ...]:
    return tuple(
        (shown_name(name), name, nested, not nested and solidity_type(annotation).startswith("address"))
        for name, annotation in layout(kind)
        for nested in (is_dataclass(annotation),)
    )


def _json(value: Any, *, address: bool) -> Any:
    if isinstance(value, tuple):
        return [_json(one, address=address) for one in value]
    if isinstance(value, IntEnum):
        return value.name.lower()
    if isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return str(value)
    return write_address(value) if address else as_hex(value)


def shown_name(name: str) -> str:
    """Name a member of an act as its words do."""
    first, *rest = name.rstrip("_").split("_")
    return first + "".join(word.capitalize() for word in rest)
