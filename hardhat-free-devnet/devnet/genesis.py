"""The first block of a Clique chain with Berlin rules, as go-ethereum reads it. Pure.

Clique is EIP-225: the genesis `extraData` is 32 bytes of vanity, the signers in ascending order, 65 zero bytes.
Berlin is the last rule set without a base fee, so a gas price of zero needs no exception anywhere; Clique in
go-ethereum refuses Shanghai and what follows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from indexer.values import Address, as_hex

GAS_LIMIT = 500_000_000
"""Gas of a block: room for thousands of acts, far from what two cores execute in a few seconds."""

EPOCH = 30_000
"""Blocks between two checkpoints that list the signers (EIP-225)."""

_VANITY = b"Qianyin".ljust(32, b"\0")
_SEAL = bytes(65)
_FORKS = (
    "homesteadBlock", "eip150Block", "eip155Block", "eip158Block", "byzantiumBlock", "constantinopleBlock",
    "petersburgBlock", "istanbulBlock", "berlinBlock",
)  # fmt: skip


def genesis(chain_id: int, signers: Sequence[Address], timestamp: int) -> dict[str, Any]:
    """Return the genesis as JSON-ready values. Nobody holds coin: gas is free.

    Args:
        chain_id: EIP-155 chain id.
        signers: the first validators, at least one, each once, in any order.
        timestamp: Unix seconds of block 0.

    Raises:
        ValueError: no signer, or one named twice.
    """
    if not signers or len(set(signers)) != len(signers):
        raise ValueError("a Clique chain needs at least one signer, each named once")
    return {
        "config": {"chainId": chain_id}
        | dict.fromkeys(_FORKS, 0)
        | {"clique": {"period": 0, "epoch": EPOCH}},
        "timestamp": hex(timestamp),
        "extraData": as_hex(_VANITY + b"".join(sorted(signers)) + _SEAL),
        "gasLimit": hex(GAS_LIMIT),
        "difficulty": "0x1",
        "alloc": {},
    }
