"""Where a ledger and its contracts stand: the value, and the reader of `deployment.json`. Owns nothing but that read.

The one error here is `DeploymentUnreadable`, a branch of `IndexerError`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexer.errors import IndexerError
from indexer.events import CONTRACT_NAMES, LEDGER, Sources
from indexer.values import Address, Hash32, as_hex
from indexer.wire import read_address, read_hash, write_address


class DeploymentUnreadable(IndexerError):
    """The file is missing, or is no deployment; the message says which and where."""


@dataclass(frozen=True, slots=True)
class DeployedContract:
    """A contract on chain: its address, and the Keccak-256 of its code there."""

    address: Address
    code_hash: Hash32


@dataclass(frozen=True, slots=True)
class Deployment:
    """One installation's contracts on one chain.

    `rpc` are the nodes that follow the chain, the nearest first. `block` is the number of the block that created the
    ledger, `parent_hash` the hash of the block before it (the salt of the EIP-712 domains). `contracts` is by the
    name of the Solidity contract.
    """

    chain_id: int
    genesis_hash: Hash32
    rpc: tuple[str, ...]
    block: int
    parent_hash: Hash32
    contracts: Mapping[str, DeployedContract]

    @property
    def ledger(self) -> DeployedContract:
        """The contract that all records are in."""
        return self.contracts[LEDGER]

    @property
    def sources(self) -> Sources:
        """Which contract is which to the records.

        Raises:
            KeyError: the deployment lacks one.
        """
        return Sources(**{field: self.contracts[name].address for name, field in CONTRACT_NAMES.items()})


def read(path: Path) -> Deployment:
    """Read `deployment.json`.

    Raises:
        DeploymentUnreadable: there is no such file, or it is no deployment.
    """
    try:
        return from_json(json.loads(path.read_bytes()))
    except FileNotFoundError as absent:
        raise DeploymentUnreadable(f"{path} does not exist: nothing is deployed here yet") from absent
    except (OSError, ValueError) as fault:
        raise DeploymentUnreadable(f"{path}: {fault}") from fault


def from_json(value: Any) -> Deployment:
    """Read a deployment from its JSON value.

    Raises:
        ValueError: a field is missing or of another form, or there is no ledger.
    """
    try:
        contracts = {
            str(name): DeployedContract(read_address(entry["address"]), read_hash(entry["codeHash"]))
            for name, entry in value["contracts"].items()
        }
        deployment = Deployment(
            chain_id=_natural(value["chainId"]),
            genesis_hash=read_hash(value["genesisHash"]),
            rpc=tuple(str(url) for url in value["rpc"]),
            block=_natural(value["block"]),
            parent_hash=read_hash(value["parentHash"]),
            contracts=contracts,
        )
    except (KeyError, TypeError, AttributeError) as fault:
        raise ValueError(f"not a deployment: {type(fault).__name__} {fault}") from fault
    if LEDGER not in contracts:
        raise ValueError(f"not a deployment: it has no {LEDGER}")
    return deployment


def to_json(deployment: Deployment) -> dict[str, Any]:
    """Write a deployment as the JSON value that `from_json` reads."""
    return {
        "chainId": deployment.chain_id,
        "genesisHash": as_hex(deployment.genesis_hash),
        "rpc": list(deployment.rpc),
        "block": deployment.block,
        "parentHash": as_hex(deployment.parent_hash),
        "contracts": {
            name: {"address": write_address(contract.address), "codeHash": as_hex(contract.code_hash)}
            for name, contract in deployment.contracts.items()
        },
    }


def _natural(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"expected a number without sign, got {value!r}")
    return value
