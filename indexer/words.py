"""The 32-byte words of the Solidity ABI, read strictly and written canonically. Pure.

Source: Solidity ABI specification, "Formal Specification of the Encoding"; only the types that acts use:
static words, static structs of them, texts, and lists of static words.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from enum import IntEnum
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

from indexer.errors import IndexerError
from indexer.values import Address, Hash32

Uint8 = Annotated[int, "uint8"]
Uint16 = Annotated[int, "uint16"]
Uint32 = Annotated[int, "uint32"]
Uint64 = Annotated[int, "uint64"]
Uint128 = Annotated[int, "uint128"]
Uint256 = Annotated[int, "uint256"]
Bool = Annotated[bool, "bool"]
Bytes32 = Annotated[Hash32, "bytes32"]
Account = Annotated[Address, "address"]
Text = Annotated[str, "string"]
Accounts = Annotated[tuple[Address, ...], "address[]"]
Uint32s = Annotated[tuple[int, ...], "uint32[]"]
Uint256s = Annotated[tuple[int, ...], "uint256[]"]

WORD = 32
T = TypeVar("T")


class WordsMalformed(IndexerError):
    """The bytes are not the canonical ABI encoding of the type that was asked for."""


def solidity_type(annotation: Any) -> str:
    """Give the Solidity type of a field: of an `Annotated` alias above, an IntEnum, or a dataclass (a tuple)."""
    if get_origin(annotation) is Annotated:
        return str(get_args(annotation)[1])
    if isinstance(annotation, type) and issubclass(annotation, IntEnum):
        return "uint8"
    if is_dataclass(annotation):
        return "(" + ",".join(solidity_type(kind) for _, kind in layout(annotation)) + ")"
    raise TypeError(f"no ABI type for {annotation!r}")


def layout(value_type: Any) -> tuple[tuple[str, Any], ...]:
    """List the (name, annotation) pairs of a dataclass, in order."""
    known = _LAYOUTS.get(value_type)
    if known is None:
        hints = get_type_hints(value_type, include_extras=True)
        known = _LAYOUTS[value_type] = tuple((field.name, hints[field.name]) for field in fields(value_type))
    return known


_LAYOUTS: dict[Any, tuple[tuple[str, Any], ...]] = {}


def encode(value: Any) -> bytes:
    """Write the fields of a dataclass as `abi.encode` of its arguments would.

    Raises:
        ValueError: a number is out of range or a byte string has the wrong length.
    """
    heads: list[bytes | None] = []
    tails: list[bytes] = []
    for name, annotation in layout(type(value)):
        _append(heads, tails, annotation, getattr(value, name))
    offset = WORD * len(heads)
    written: list[bytes] = []
    pending = iter(tails)
    for head in heads:
        if head is None:
            written.append(word(offset))
            offset += len(next(pending))
        else:
            written.append(head)
    return b"".join(written) + b"".join(tails)


def decode(value_type: type[T], data: bytes) -> T:
    """Read the fields of a dataclass from `data`, which must be their canonical encoding and nothing more.

    Raises:
        WordsMalformed: wrong length, padding that is not zero, a number too large for its type, an offset other than
            the canonical one, text that is not UTF-8.
    """
    reader = _Reader(data)
    value: T = reader.value(value_type)
    reader.finish()
    return value


def word(number: int) -> bytes:
    """Write an unsigned number as one word.

    Raises:
        OverflowError: negative, or 2**256 and more.
    """
    return number.to_bytes(WORD, "big")


def words(*parts: int | bytes) -> bytes:
    """Write numbers, 20-byte addresses and 32-byte strings as words, as `abi.encode` of static values does."""
    return b"".join(part.rjust(WORD, b"\0") if isinstance(part, bytes) else word(part) for part in parts)


def static_words(value: Any) -> bytes:
    """Write the fields of a dataclass that has none of dynamic size."""
    return b"".join(_static(annotation, getattr(value, name)) for name, annotation in layout(type(value)))


def _append(heads: list[bytes | None], tails: list[bytes], annotation: Any, value: Any) -> None:
    if is_dataclass(annotation):
        heads.extend(_static(kind, getattr(value, name)) for name, kind in layout(annotation))
    elif is_dynamic(annotation):
        heads.append(None)
        tails.append(_tail(solidity_type(annotation), value))
    else:
        heads.append(_static(annotation, value))


def is_dynamic(annotation: Any) -> bool:
    """Whether values of the type stand in the tail: texts and lists."""
    return not is_dataclass(annotation) and solidity_type(annotation).endswith(("string", "[]"))


def _tail(kind: str, value: Any) -> bytes:
    if kind == "string":
        octets: bytes = value.encode()
        return word(len(octets)) + octets + bytes(-len(octets) % WORD)
    return word(len(value)) + b"".join(_static_word(kind.removesuffix("[]"), one) for one in value)


def _static(annotation: Any, value: Any) -> bytes:
    return _static_word(solidity_type(annotation), value)


def _static_word(kind: str, value: Any) -> bytes:
    if kind == "bytes32":
        return _exactly(value, 32)
    if kind == "address":
        return bytes(12) + _exactly(value, 20)
    number = int(value)
    if number >> _bits(kind):
        raise ValueError(f"{number} does not fit {kind}")
    return word(number)


def _exactly(value: bytes, length: int) -> bytes:
    if len(value) != length:
        raise ValueError(f"expected {length} bytes, got {len(value)}")
    return value


def _bits(kind: str) -> int:
    return 1 if kind == "bool" else int(kind.removeprefix("uint"))


class _Reader:
    """A cursor over the head words; dynamic values must follow in order, without gaps."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self.deferred: list[tuple[int, str, Callable[[Any], None]]] = []

    def value(self, value_type: Any) -> Any:
        layout_of = layout(value_type)
        read: dict[str, Any] = {}
        for name, annotation in layout_of:
            if is_dynamic(annotation):
                kind = solidity_type(annotation)
                self.deferred.append((self._number(), kind, functools.partial(read.__setitem__, name)))
            else:
                read[name] = self._static(annotation)
        tail = self.at
        for offset, kind, put in self.deferred:
            if offset != tail:
                raise WordsMalformed(f"offset {offset} where {tail} is canonical")
            self.at = offset
            put(self._text() if kind == "string" else self._list(kind.removesuffix("[]")))
            tail = self.at
        return value_type(**read)

    def finish(self) -> None:
        if self.at != len(self.data):
            raise WordsMalformed(f"{len(self.data) - self.at} bytes too many")

    def _static(self, annotation: Any) -> Any:
        if is_dataclass(annotation):
            build: Callable[..., Any] = annotation  # type: ignore[assignment]
            return build(**{name: self._static(kind) for name, kind in layout(annotation)})
        kind = solidity_type(annotation)
        if isinstance(annotation, type) and issubclass(annotation, IntEnum):
            number = self._plain(kind)
            try:
                return annotation(number)
            except ValueError as fault:
                raise WordsMalformed(f"{number} is no {annotation.__name__}") from fault
        return self._plain(kind)

    def _plain(self, kind: str) -> Any:
        if kind == "bytes32":
            return Hash32(self._word())
        if kind == "address":
            octets = self._word()
            if any(octets[:12]):
                raise WordsMalformed("an address has dirty padding")
            return Address(octets[12:])
        number = self._number()
        if number >> _bits(kind):
            raise WordsMalformed(f"{number} does not fit {kind}")
        return bool(number) if kind == "bool" else number

    def _list(self, kind: str) -> tuple[Any, ...]:
        length = self._number()
        if length > (len(self.data) - self.at) // WORD:
            raise WordsMalformed("a list is cut off")
        return tuple(self._plain(kind) for _ in range(length))

    def _text(self) -> str:
        length = self._number()
        end = self.at + length
        padded = end + -length % WORD
        if padded > len(self.data) or any(self.data[end:padded]):
            raise WordsMalformed("a text is cut off or has dirty padding")
        try:
            text = self.data[self.at : end].decode()
        except UnicodeDecodeError as fault:
            raise WordsMalformed("a text is not UTF-8") from fault
        self.at = padded
        return text

    def _number(self) -> int:
        return int.from_bytes(self._word(), "big")

    def _word(self) -> bytes:
        octets = self.data[self.at : self.at + WORD]
        if len(octets) != WORD:
            raise WordsMalformed("the data end early")
        self.at += WORD
        return octets


def selector_text(name: str, value_type: Any) -> str:
    """Write the signature whose hash is the event's selector, e.g. `Minted(uint256,address,…)`."""
    kinds = [solidity_type(annotation) for _, annotation in layout(value_type)]
    return f"{name}({','.join(kinds)})"
