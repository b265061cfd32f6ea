"""Sends small transactions from fresh accounts, for the tests beside it."""

from __future__ import annotations

import time
from typing import Any

from eth_account import Account

from devnet.errors import NodeRefused
from tests.devnet_fixtures import LiveNode


def mined(node: LiveNode, count: int = 1) -> dict[str, Any]:
    """Send `count` transactions one after the other from a fresh account; return the last one's receipt."""
    account = Account.create()
    receipt: dict[str, Any] = {}
    for nonce in range(count):
        signed = account.sign_transaction(
            {
                "nonce": nonce,
                "gasPrice": 0,
                "gas": 21_000,
                "value": 0,
                "to": account.address,
                "chainId": node.chain_id,
            }
        )
        receipt = awaited(node, node.call("eth_sendRawTransaction", "0x" + signed.raw_transaction.hex()))
    return receipt


def awaited(node: LiveNode, transaction: str) -> dict[str, Any]:
    """Return the receipt of a transaction, waiting at most ten seconds for it."""
    until = time.monotonic() + 10.0
    while time.monotonic() < until:
        try:
            receipt: dict[str, Any] | None = node.call("eth_getTransactionReceipt", transaction)
        except NodeRefused as fault:  # geth, just started: "transaction indexing is in progress"
            if "indexing" not in str(fault):
                raise
            receipt = None
        if receipt is not None:
            return receipt
        time.sleep(0.002)
    raise AssertionError(f"no receipt of {transaction}")
