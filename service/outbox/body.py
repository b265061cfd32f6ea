"""A request as JSON-ready values, and back. Pure.

Integers are decimal strings, hashes lower-case hexadecimal, addresses in EIP-55, enumerations by name. Two requests are
the same when their canonical JSON (RFC 8785) is.
"""

from __future__ import annotations

import json
import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import IntEnum, StrEnum
from functools import cache, lru_cache
from typing import Any, Union, get_args, get_origin, get_type_hints

import rfc8785

from indexer.values import Address, Hash32, as_hex
from indexer.wire import read_address, read_hash, read_octets, read_uint, write_address
from service.errors import BadInput
from service.outbox.attachments import Attachment
from service.outbox.requests import KINDS, Request

_HIDDEN = {Attachment: ("content", "path")}
"""Where the bytes of a file wait is no part of what was asked."""


def to_json(request: Request) -> dict[str, Any]:
    """Write a request, its `KIND` as `request`; the content of its files is left out."""
    written: dict[str, Any] = _write(request)
    return {"request": request.KIND, **written}


def from_json(value: Mapping[str, Any]) -> Request:
    """Read a request.

    Raises:
        BadInput: a field is missing, not known, or of another form.
    """
    given = dict(value)
    kind = KINDS.get(str(given.pop("request", "")))
    if kind is None:
        raise _malformed("request")
    request: Request = _read(kind, given, "")
    return request


@lru_cache(maxsize=8_192)
def from_text(text: str) -> Request:
    """Read a request from its JSON as rows have it; the last ones read are remembered.

    Raises:
        BadInput: as `from_json`.
    """
    return from_json(json.loads(text))


def canonical(request: Request) -> bytes:
    """Write a request as canonical JSON."""
    return rfc8785.dumps(to_json(request))


@cache
def _fields(kind: Any) -> tuple[tuple[str, Any, bool], ...]:
    """Name each field of a dataclass, with its type and whether it may be left out."""
    hints = get_type_hints(kind, include_extras=False)
    hidden = _HIDDEN.get(kind, ())
    return tuple(
        (one.name, _plain(kind, one.name, hints[one.name]), one.default is not MISSING)
        for one in fields(kind)
        if one.name not in hidden
    )


def _plain(kind: Any, name: str, hint: Any) -> Any:
    """Tell hashes and addresses from other bytes also where the ABI words are annotated."""
    raw = get_type_hints(kind, include_extras=True)[name]
    metadata = getattr(raw, "__metadata__", ())
    return {"bytes32": Hash32, "address": Address}.get(metadata[0], hint) if metadata else hint


def _write(value: Any) -> Any:
    if is_dataclass(value):
        return {name: _write_as(hint, getattr(value, name)) for name, hint, _ in _fields(_kind(value))}
    raise TypeError(f"not a value of a request: {type(value).__name__}")


def _kind(value: Any) -> Any:
    return type(value)


def _write_as(hint: Any, value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, tuple):
        return [_write_as(get_args(hint)[0], one) for one in value]
    if isinstance(value, IntEnum):
        return value.name.lower()
    if isinstance(value, (str, StrEnum)):
        return str(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, bytes):
        return write_address(Address(value)) if hint is Address else as_hex(value)
    return _write(value)


def _read(kind: Any, value: Any, place: str) -> Any:
    if not isinstance(value, Mapping):
        raise _malformed(place)
    known = _fields(kind)
    names = {name for name, _, _ in known}
    for name in value:
        if name not in names:
            raise _malformed(f"{place}/{name}")
    read: dict[str, Any] = {}
    for name, hint, optional in known:
        if name in value:
            read[name] = _read_as(hint, value[name], f"{place}/{name}")
        elif not optional:
            raise _malformed(f"{place}/{name}")
    return kind(**read)


def _read_as(hint: Any, value: Any, place: str) -> Any:
    if get_origin(hint) in (Union, types.UnionType):
        return _read_union(get_args(hint), value, place)
    if get_origin(hint) is tuple:
        if not isinstance(value, list):
            raise _malformed(place)
        return tuple(_read_as(get_args(hint)[0], one, f"{place}/{index}") for index, one in enumerate(value))
    if is_dataclass(hint):
        return _read(hint, value, place)
    try:
        return _scalar(hint, value)
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise _malformed(place) from fault


def _read_union(hints: tuple[Any, ...], value: Any, place: str) -> Any:
    if value is None and type(None) in hints:
        return None
    candidates = [hint for hint in hints if hint is not type(None)]
    for hint in candidates[:-1]:
        if isinstance(value, Mapping) and set(value) == {name for name, _, _ in _fields(hint)}:
            return _read(hint, value, place)
    return _read_as(candidates[-1], value, place)


def _scalar(hint: Any, value: Any) -> Any:
    if hint is bool:
        if not isinstance(value, bool):
            raise TypeError
        return value
    if not isinstance(value, str):
        raise TypeError
    if hint in _SCALARS:
        return _SCALARS[hint](value)
    if issubclass(hint, IntEnum):
        return hint[value.upper()]
    return hint(value)


_SCALARS: dict[Any, Any] = {
    Hash32: read_hash,
    Address: read_address,
    int: read_uint,
    bytes: read_octets,
    str: str,
}


def _malformed(place: str) -> BadInput:
    return BadInput(
        "request-malformed",
        f"请求中的 {place or '内容'} 缺失、多余或格式不对。",
        f"In the request, {place or 'the whole'} is missing, not known, or of another form.",
        field=place,
    )
