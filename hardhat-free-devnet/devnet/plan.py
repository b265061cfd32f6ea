"""What is created on a chain, in which order, with which arguments and at which addresses. Pure.

An address of CREATE is `keccak256(rlp([sender, nonce]))[12:]` (Yellow Paper, §7), so contracts that name one another
in their constructors are known by address before any of them exists.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import rlp  # type: ignore[import-untyped]
from eth_abi.abi import encode
from eth_abi.exceptions import EncodingError
from eth_utils.abi import get_abi_input_types

from contracts import Artifact
from indexer.keccak import keccak256
from indexer.values import Address


@dataclass(frozen=True, slots=True)
class AddressOf:
    """Stands, in arguments, for the address of a contract of the same plan."""

    contract: str


@dataclass(frozen=True, slots=True)
class Creation:
    """One contract to create: its artifact's name and its constructor's arguments, which may hold `AddressOf`."""

    contract: str
    arguments: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One creating transaction: from `nonce` follows `address`; `initcode` is bytecode and encoded arguments."""

    contract: str
    nonce: int
    address: Address
    initcode: bytes


def created_address(sender: Address, nonce: int) -> Address:
    """Return where a contract comes to stand that `sender` creates with `nonce`."""
    return Address(keccak256(rlp.encode([sender, nonce]))[12:])


def steps(plan: Sequence[Creation], sender: Address, load: Callable[[str], Artifact]) -> tuple[Step, ...]:
    """Give each creation its nonce, its address and its bytes; `sender` is a fresh account, so they count from 0.

    Raises:
        KeyError: an `AddressOf` names no contract of the plan, or `load` knows no such artifact.
        ValueError: a contract is named twice, or an argument does not fit its type.
    """
    addresses = {creation.contract: created_address(sender, place) for place, creation in enumerate(plan)}
    if len(addresses) != len(plan):
        raise ValueError("a plan creates each contract once")
    return tuple(
        Step(
            creation.contract,
            place,
            addresses[creation.contract],
            _initcode(load(creation.contract), _filled(creation.arguments, addresses)),
        )
        for place, creation in enumerate(plan)
    )


def _filled(value: Any, addresses: dict[str, Address]) -> Any:
    if isinstance(value, AddressOf):
        return addresses[value.contract]
    if isinstance(value, (list, tuple)):
        return tuple(_filled(part, addresses) for part in value)
    return value


def _initcode(artifact: Artifact, arguments: Sequence[Any]) -> bytes:
    constructors: list[Any] = [entry for entry in artifact.abi if entry["type"] == "constructor"]
    types = get_abi_input_types(constructors[0]) if constructors else []
    if len(types) != len(arguments):
        raise ValueError(f"{artifact.name} takes {len(types)} arguments, not {len(arguments)}")
    try:
        return artifact.bytecode + encode(types, arguments)
    except (EncodingError, TypeError) as fault:
        raise ValueError(f"{artifact.name} takes {types}: {fault}") from fault
