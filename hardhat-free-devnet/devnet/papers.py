"""What an installation writes down about its chain: `deployment.json` and `trust-anchor.json`. Pure.

The trust anchor here is the unsigned part; the service adds the issuers and the signatures. Its `id` is the SHA-256
of its canonical JSON (RFC 8785) without `id`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import rfc8785
from eth_utils.address import to_checksum_address

from devnet.genesis import EPOCH
from indexer.deployment import Deployment
from indexer.values import Address, as_hex


def deployment_json(deployment: Deployment) -> dict[str, Any]:
    """Return the value of `deployment.json`, as `indexer.deployment.from_json` reads it."""
    return {
        "chainId": deployment.chain_id,
        "genesisHash": as_hex(deployment.genesis_hash),
        "rpc": list(deployment.rpc),
        "block": deployment.block,
        "parentHash": as_hex(deployment.parent_hash),
        "contracts": {
            name: {"address": to_checksum_address(contract.address), "codeHash": as_hex(contract.code_hash)}
            for name, contract in deployment.contracts.items()
        },
    }


def trust_anchor(deployment: Deployment, validators: Sequence[Address], demo: bool) -> dict[str, Any]:
    """Return the trust anchor of a deployment; without validators its headers carry no seal to check."""
    sets = [
        {"fromBlock": "0", "untilBlock": None, "validators": [to_checksum_address(one) for one in validators]}
    ]
    anchor = {
        "version": 1,
        "chainId": str(deployment.chain_id),
        "genesisHash": as_hex(deployment.genesis_hash),
        "ledger": {
            "address": to_checksum_address(deployment.ledger.address),
            "codeHash": as_hex(deployment.ledger.code_hash),
            "block": deployment.block,
        },
        "consensus": {
            "kind": "clique" if validators else "none",
            "epoch": EPOCH,
            "validatorSets": sets if validators else [],
        },
        "issuers": [],
        "demo": demo,
    }
    return {"id": hashlib.sha256(rfc8785.dumps(anchor)).hexdigest(), **anchor}
