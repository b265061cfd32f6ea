"""Read JSON from strangers: one meaning, bounded size and depth, errors that name their place. Pure."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import rfc8785

from indexer import wire
from indexer.errors import BundleError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from indexer.values import Address, Hash32

T = TypeVar("T")

MOST_DEPTH = 24
SAFE_INTEGER = (1 << 53) - 1
"""Largest integer that every JSON reader keeps exact (RFC 7493, §2.2)."""

_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[{\]}]', re.DOTALL)
"""Strings, one without an end too, and brackets; nothing is looked at twice, or a string without an end took hours."""


def parse(text: bytes | str, most_bytes: int) -> Any:
    """Parse a JSON document, refusing what two readers could take differently.

    Raises:
        BundleError: too long, too deep, not UTF-8, not JSON, a key twice, a fraction, an exponent, an unsafe integer,
            half a surrogate pair.
    """
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    if len(data) > most_bytes:
        raise BundleError("", f"{len(data)} bytes, expected at most {most_bytes}")
    try:
        decoded = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BundleError("", f"not UTF-8 at byte {error.start}") from error
    _refuse_depth(decoded)
    try:
        value = json.loads(
            decoded, object_pairs_hook=_pairs, parse_float=_number, parse_constant=_number, parse_int=_integer
        )
    except ValueError as error:
        raise BundleError("", f"not JSON: {error}") from error
    _refuse_surrogates(value)
    return value


def canonical(value: Any) -> bytes:
    """Write JSON in its canonical form (RFC 8785).

    Raises:
        BundleError: a value that has none, e.g. half a surrogate pair.
    """
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeError) as error:
        raise BundleError("", f"no canonical form: {error}") from error


@dataclass(frozen=True, slots=True)
class Node:
    """A value in a document, with its place as a JSON pointer (RFC 6901)."""

    value: Any
    place: str = ""

    def fail(self, reason: str) -> BundleError:
        """Make the error that names this place."""
        return BundleError(self.place, reason)

    def fields(self, required: Sequence[str], optional: Sequence[str] = ()) -> dict[str, Node]:
        """Take an object with exactly the required fields and some of the optional ones.

        Raises:
            BundleError: no object, a field is missing or unknown.
        """
        if not isinstance(self.value, dict):
            raise self.fail("expected an object")
        if missing := [name for name in required if name not in self.value]:
            raise self.fail(f"missing: {', '.join(missing)}")
        if unknown := [name for name in self.value if name not in required and name not in optional]:
            raise self.fail(f"unknown: {', '.join(sorted(unknown))[:200]}")
        return {name: Node(one, f"{self.place}/{_escaped(name)}") for name, one in self.value.items()}

    def members(self, most: int) -> list[Node]:
        """Take a list of at most `most` values.

        Raises:
            BundleError: no list, or longer.
        """
        if not isinstance(self.value, list):
            raise self.fail("expected a list")
        if len(self.value) > most:
            raise self.fail(f"{len(self.value)} members, expected at most {most}")
        return [Node(one, f"{self.place}/{index}") for index, one in enumerate(self.value)]

    def entries(self, most: int) -> dict[str, Node]:
        """Take an object of any keys, at most `most`.

        Raises:
            BundleError: no object, or more keys.
        """
        if not isinstance(self.value, dict) or len(self.value) > most:
            raise self.fail(f"expected an object of at most {most} fields")
        return {name: Node(one, f"{self.place}/{_escaped(name)}") for name, one in self.value.items()}

    def text(self, most: int) -> str:
        """Take a string of at most `most` characters.

        Raises:
            BundleError: no string, or longer.
        """
        if not isinstance(self.value, str):
            raise self.fail("expected a string")
        if len(self.value) > most:
            raise self.fail(f"{len(self.value)} characters, expected at most {most}")
        return self.value

    def integer(self) -> int:
        """Take a non-negative JSON integer.

        Raises:
            BundleError: anything else.
        """
        if type(self.value) is not int or self.value < 0:
            raise self.fail("expected a non-negative integer")
        return self.value

    def flag(self) -> bool:
        """Take true or false.

        Raises:
            BundleError: anything else.
        """
        if not isinstance(self.value, bool):
            raise self.fail("expected true or false")
        return self.value

    def one_of(self, choices: Sequence[str]) -> str:
        """Take one of the given words.

        Raises:
            BundleError: another value.
        """
        if not isinstance(self.value, str) or self.value not in choices:
            raise self.fail(f"expected one of: {', '.join(choices)}")
        return self.value

    def uint(self, most: int = wire.UINT256_MAX) -> int:
        """Take a decimal string.

        Raises:
            BundleError: another form, or larger than `most`.
        """
        return self._read(lambda text: wire.read_uint(text, most), 100)

    def hash(self) -> Hash32:
        """Take 32 bytes in hexadecimal.

        Raises:
            BundleError: another form.
        """
        return self._read(wire.read_hash, 100)

    def address(self) -> Address:
        """Take an address with its checksum (EIP-55).

        Raises:
            BundleError: another form or a wrong checksum.
        """
        return self._read(wire.read_address, 100)

    def octets(self, most: int) -> bytes:
        """Take at most `most` bytes in hexadecimal.

        Raises:
            BundleError: another form, or longer.
        """
        return self._read(wire.read_octets, 2 + 2 * most)

    def optional(self, read: Callable[[Node], T]) -> T | None:
        """Take what `read` takes, or null.

        Raises:
            BundleError: as `read`.
        """
        return None if self.value is None else read(self)

    def _read(self, read: Callable[[str], T], most: int) -> T:
        text = self.text(most)
        try:
            return read(text)
        except ValueError as error:
            raise self.fail(str(error)) from error


def _refuse_depth(text: str) -> None:
    depth = 0
    for match in _TOKEN.finditer(text):
        mark = match.group()
        if mark in "[{":
            depth += 1
            if depth > MOST_DEPTH:
                raise BundleError("", f"nested deeper than {MOST_DEPTH}")
        elif mark in "]}":
            depth -= 1


def _refuse_surrogates(value: Any) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise BundleError("", "half a surrogate pair in a string") from error


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        many = Counter(name for name, _ in pairs)  # counting each name anew took days for 32 MB of them
        twice = next(name for name, times in many.items() if times > 1)
        raise ValueError(f"the key {twice[:80]!r} twice in one object")
    return found


def _number(text: str) -> Any:
    raise ValueError(f"{text[:40]} is no integer")


def _integer(text: str) -> int:
    if len(text) > 17 or abs(int(text)) > SAFE_INTEGER or text == "-0":
        raise ValueError(f"{text[:40]} is not an integer that every reader keeps exact")
    return int(text)


def _escaped(name: str) -> str:
    return name[:80].replace("~", "~0").replace("/", "~1")
