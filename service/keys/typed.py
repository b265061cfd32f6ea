"""EIP-712 for frozen dataclasses annotated with ABI words: struct hashes, and the JSON for wallets. Pure.

A struct is called like its class, or by its `TYPE`. Structs may lie in structs; arrays hold static values.
"""

from __future__ import annotations

from dataclasses import is_dataclass
from typing import Any, get_args

from indexer.keccak import keccak256
from indexer.values import Address, Hash32, as_hex
from indexer.wire import write_address
from indexer.words import WORD, layout, solidity_type, word

_END = "[]"


def struct_hash(value: Any) -> Hash32:
    """Hash a struct: `keccak256(typeHash ‖ encodeData)`."""
    members = layout(type(value))
    data = [_encoded(annotation, getattr(value, name)) for name, annotation in members]
    return keccak256(keccak256(type_text(type(value)).encode()) + b"".join(data))


def type_text(kind: type[Any]) -> str:
    """Write a type as it is hashed (`encodeType`): the struct, then those it refers to by name."""
    inner = sorted(_inner(kind), key=type_name)
    return "".join(f"{type_name(one)}({_members_text(one)})" for one in (kind, *inner))


def type_name(kind: type[Any]) -> str:
    """Give the name that a struct has for wallets and contracts."""
    return str(getattr(kind, "TYPE", kind.__name__))


def types_json(kind: type[Any]) -> dict[str, list[dict[str, str]]]:
    """List the members of a struct and of those it refers to, as `eth_signTypedData_v4` wants them."""
    return {
        type_name(one): [{"name": name, "type": type_} for name, type_ in members(one)]
        for one in (kind, *sorted(_inner(kind), key=type_name))
    }


def message_json(value: Any) -> dict[str, Any]:
    """Write the values of a struct for a wallet; numbers are decimal strings."""
    return {
        member_name(name): _json(annotation, getattr(value, name)) for name, annotation in layout(type(value))
    }


def members(kind: type[Any]) -> list[tuple[str, str]]:
    """List the (name, type) pairs of a struct."""
    return [(member_name(name), _type(annotation)) for name, annotation in layout(kind)]


def member_name(name: str) -> str:
    """Write a field's name as Solidity does: `from_` is `from`, `work_id` is `workId`."""
    first, *rest = name.rstrip("_").split("_")
    return first + "".join(part.capitalize() for part in rest)


def _members_text(kind: type[Any]) -> str:
    return ",".join(f"{type_} {name}" for name, type_ in members(kind))


def _inner(kind: type[Any]) -> set[type[Any]]:
    found: set[type[Any]] = set()
    for _, annotation in layout(kind):
        if is_dataclass(annotation) and isinstance(annotation, type):
            found |= {annotation, *_inner(annotation)}
    return found


def _type(annotation: Any) -> str:
    return (
        type_name(annotation)
        if isinstance(annotation, type) and is_dataclass(annotation)
        else solidity_type(annotation)
    )


def _encoded(annotation: Any, value: Any) -> bytes:
    if is_dataclass(annotation):
        return struct_hash(value)
    kind = solidity_type(annotation)
    if kind == "string":
        return keccak256(value.encode())
    if kind.endswith(_END):
        return keccak256(b"".join(_word(kind.removesuffix(_END), one) for one in value))
    return _word(kind, value)


def _word(kind: str, value: int | bytes) -> bytes:
    if isinstance(value, bytes):
        if len(value) != (20 if kind == "address" else WORD):
            raise ValueError(f"{len(value)} bytes are no {kind}")
        return value.rjust(WORD, b"\0")
    number = int(value)
    if kind != "bool" and number >> int(kind.removeprefix("uint")):
        raise ValueError(f"{number} does not fit {kind}")
    return word(number)


def _json(annotation: Any, value: Any) -> Any:
    if is_dataclass(annotation):
        return message_json(value)
    if isinstance(value, tuple):
        inner = get_args(get_args(annotation)[0])[0]
        return [_json(inner, one) for one in value]
    if isinstance(value, bool | str):
        return value
    if isinstance(value, bytes):
        return write_address(Address(value)) if len(value) == len(Address(bytes(20))) else as_hex(value)
    return str(int(value))
