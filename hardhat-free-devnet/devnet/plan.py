"""What is created on a chain, in which order, with which arguments and at which addresses. Pure.

An address of CREATE is `keccak256(rlp([sender, nonce]))[12:]` (Yellow Paper, §7), so contracts that name one another
in their constructors are known by address before any of them exists.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import rlp
from eth_abi.abi import encode
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


def steps(
    plan: Sequence[Creation], sender: Address, first_nonce: int, load: Callable[[str], Artifact]
) -> tuple[Step, ...]:
    """Give each creation its nonce, its address and its bytes.

    Raises:
        KeyError: an `AddressOf` names no contract of the plan, or `load` knows no such artifact.
        ValueError: a contract is named twice, or an argument does not fit its type.
    """
    nonces = {creation.contract: first_nonce + place for place, creation in enumerate(plan)}
    if len(nonces) != len(plan):
        raise ValueError("a plan creates each contract once")
    addresses = {contract: created_address(sender, nonce) for contract, nonce in nonces.items()}
    return tuple(
        Step(
            name, nonces[name], addresses[name], _initcode(load(name), _filled(creation.arguments, addresses))
        )
        for creation in plan
        for name in (creation.contract,)
    )


def _filled(value: Any, addresses: dict[str, Address]) -> Any:
    if isinstance(value, AddressOf):
        return addresses[value.contract]
    if isinstance(value, (list, tuple)):
        return tuple(_filled(part, addresses) for part in value)
    return value


def _initcode(artifact: Artifact, arguments: Sequence[Any]) -> bytes:
    [constructor] = [entry for entry in artifact.abi if entry["type"] == "constructor"] or [None]
    types = get_abi_input_types(constructor) if constructor else []
    if len(types) != len(arguments):
        raise ValueError(f"{artifact.name} takes {len(types)} arguments, not {len(arguments)}")
    try:
        return artifact.bytecode + encode(types, arguments)
    except Exception as fault:
        raise ValueError(f"{artifact.name} takes {types}: {fault}") from fault
