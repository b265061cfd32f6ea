"""A request's part of a transaction: function, arguments, gas; and what it takes to write one. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from eth_abi.abi import encode

from indexer.keccak import keccak256
from indexer.values import Address, Hash32
from indexer.words import words
from service.keys.intents import Domain, Intent
from service.outbox.naming import Case
from service.outbox.plan import ALONE

GAS_PER_BYTE = 100
"""For what is of no fixed size: call data, memory, the record's log."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a call needs that no request says.

    Attributes:
        case: names, and what the intents of this request need.
        sign_as_kept: claims the slot, then signs an intent with the key kept for an account; raises QianyinError.
        holder: of a token, None if there is none.
    """

    case: Case
    sign_as_kept: Callable[[Address, Domain, Intent], bytes]
    holder: Callable[[int], Address | None]


@dataclass(frozen=True, slots=True)
class Part:
    """One request's part of a transaction.

    Attributes:
        group: function that takes many of them, or `ALONE`. signature: of the function, as hashed for its selector.
        body: the arguments, or one element of the array that is the only argument; `dynamic`: of no fixed size.
        name: what the contract calls it in `Refused`.
        gas: bound.
    """

    to: Address
    signature: str
    body: bytes
    name: Hash32
    gas: int
    group: str = ALONE
    dynamic: bool = False

    @property
    def size(self) -> int:
        """Bytes that it adds to a transaction."""
        return len(self.body) + (32 if self.dynamic else 0)


def alone(to: Address, signature: str, values: Sequence[Any], gas: int) -> Part:
    """A function with scalar arguments, some of them of no fixed size."""
    kinds = signature[signature.index("(") + 1 : -1].split(",")
    body = encode(kinds, values)
    return Part(to, signature, body, keccak256(body), gas + GAS_PER_BYTE * len(body))


def tuple_alone(to: Address, function: str, kind: str, values: Any, gas: int) -> Part:
    """A function whose only argument is a tuple."""
    body = encode((kind,), (values,))
    return Part(to, f"{function}({kind})", body, keccak256(body), gas + GAS_PER_BYTE * len(body))


def static(to: Address, function: str, kind: str, body: bytes, name: Hash32, gas: int) -> Part:
    """An element of fixed size of a function's only argument."""
    return Part(to, f"{function}({kind}[])", body, name, gas, group=function)


def dynamic(to: Address, function: str, kind: str, values: Any, name: Hash32, gas: int) -> Part:
    """An element of no fixed size of a function's only argument."""
    body = encode((kind,), (values,))[32:]
    gas += GAS_PER_BYTE * len(body)
    return Part(to, f"{function}({kind}[])", body, name, gas, group=function, dynamic=True)


def as_word(number: int | bytes) -> Hash32:
    """Write a number or an address as the word that names it."""
    return Hash32(words(number))
