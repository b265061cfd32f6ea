"""web3.py, which everybody uses, reads the ledger's log as we do: an independent second reader."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

import contracts
from indexer.record import from_log
from indexer.values import as_hex

VECTORS = Path(__file__).parents[1] / "vectors" / "ledger.json"


@pytest.fixture(scope="module")
def recorded() -> Any:
    limit = sys.getrecursionlimit()
    try:
        from web3 import Web3
    finally:
        sys.setrecursionlimit(limit)
    return Web3().eth.contract(abi=contracts.load("IProvenanceLedger").abi).events.Recorded()


def test_web3_reads_every_log_of_the_ledger_as_we_do(recorded: Any) -> None:
    logs = json.loads(VECTORS.read_text(encoding="utf-8"))["logs"]
    assert len(logs) > 90
    for log in logs:
        ours = from_log(log, 0)
        theirs = recorded.process_log(
            {
                "address": "0x" + "11" * 20,
                "topics": [bytes.fromhex(topic[2:]) for topic in log["topics"]],
                "data": bytes.fromhex(log["data"][2:]),
                "blockNumber": int(log["blockNumber"], 16),
                "blockHash": bytes(32),
                "transactionHash": bytes(32),
                "transactionIndex": 0,
                "logIndex": 0,
            }
        )["args"]
        assert theirs["seq"] == ours.seq
        assert theirs["source"].lower() == as_hex(ours.source)
        assert theirs["act"] == ours.act
        assert theirs["stateAfter"] == ours.state_after
        assert tuple(theirs["subjects"]) == ours.subjects
        assert theirs["data"] == ours.data
