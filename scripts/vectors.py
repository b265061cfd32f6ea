#!/usr/bin/env python3
"""Make tests/vectors/ledger.json: acts of every kind, as the compiled contracts record them on a real chain (anvil).

    python scripts/vectors.py            write the file
    python scripts/vectors.py --check    write nothing; exit 1 where the contracts now record something else

Everything is fixed, keys and times too, so that the same contracts give the same file. It holds what the node says and
nothing computed here: logs, the heads in storage after each block, the views at the end, one proof.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "hardhat-free-devnet")]

from indexer.keccak import keccak256  # noqa: E402
from indexer.values import as_hex  # noqa: E402
from tests.vectors import rights_scene, scene  # noqa: E402
from tests.vectors.stage import CHAIN_ID, Stage, chain, deploy  # noqa: E402

FILE = ROOT / "tests" / "vectors" / "ledger.json"
LOG_FIELDS = (
    "address",
    "topics",
    "data",
    "blockNumber",
    "blockHash",
    "transactionHash",
    "transactionIndex",
    "logIndex",
)
HEAD_SLOT, COUNT_SLOT, SUBJECT_SLOT = (number.to_bytes(32, "big") for number in range(3))


def main() -> int:
    """Run the command line; the exit code is 0 when the file is, or now is, what the contracts record."""
    parser = argparse.ArgumentParser(description="Make the shared vectors of the ledger.")
    parser.add_argument("--check", action="store_true", help="write nothing, fail where the file is stale")
    check = parser.parse_args().check
    with chain() as node:
        stage = Stage(node)
        deploy(stage)
        works = scene.play(stage)
        rights_scene.play(stage, works["book"])
        made = json.dumps(result(stage), indent=1, ensure_ascii=False) + "\n"
    records = len(json.loads(made)["logs"])
    if not check:
        FILE.parent.mkdir(parents=True, exist_ok=True)
        FILE.write_text(made, encoding="utf-8")
    stale = FILE.read_text(encoding="utf-8") != made
    print(
        f"vectors: {records} records, {'stale: run scripts/vectors.py and commit it' if stale else 'fresh'}"
    )
    return 1 if stale else 0


def result(stage: Stage) -> dict[str, Any]:
    """Read from the node what the file holds."""
    node, ledger = stage.node, stage.who("ProvenanceLedger")
    found = node.call("eth_getLogs", {"address": ledger, "fromBlock": "0x0", "toBlock": "latest"})
    first = node.call("eth_getBlockByNumber", found[0]["blockNumber"], False)
    numbers = sorted({one["blockNumber"] for one in found}, key=lambda number: int(number, 16))
    return {
        "about": "Made by scripts/vectors.py on anvil: what the contracts recorded, as the node tells it.",
        "chainId": CHAIN_ID,
        "genesisHash": node.call("eth_getBlockByNumber", "0x0", False)["hash"],
        "block": int(first["number"], 16),
        "parentHash": first["parentHash"],
        "contracts": {name: contract(stage, name) for name in stage.addresses if name[0].isupper()},
        "accounts": {name: key.address for name, key in sorted(stage.keys.items())}
        | {"club": stage.who("club")},
        "firstHead": as_hex(stage.ask("ProvenanceLedger.firstHead")),
        "blocks": [block(stage, number, found) for number in numbers],
        "logs": [{key: one[key] for key in LOG_FIELDS} for one in found],
        "refused": refused(stage),
        "views": stage.views,
        "proof": proof(stage, numbers[-1], found[-1]),
    }


def contract(stage: Stage, name: str) -> dict[str, str]:
    """Say where a contract stands and what its code hashes to."""
    code = bytes.fromhex(stage.node.call("eth_getCode", stage.who(name), "latest")[2:])
    return {"address": stage.who(name), "codeHash": as_hex(keccak256(code))}


def block(stage: Stage, number: str, logs: list[dict[str, Any]]) -> dict[str, Any]:
    """Read a block's time, and what stood in the ledger's storage after it, for all subjects that it touched."""
    header = stage.node.call("eth_getBlockByNumber", number, False)
    touched = sorted({one for log in logs if log["blockNumber"] == number for one in subjects(log)})
    return {
        "number": int(number, 16),
        "hash": header["hash"],
        "time": int(header["timestamp"], 16),
        "head": stored(stage, HEAD_SLOT, number),
        "count": int(stored(stage, COUNT_SLOT, number), 16),
        "subjectHeads": {one: stored(stage, subject_slot(one), number) for one in touched},
    }


def subjects(log: dict[str, Any]) -> list[str]:
    """Cut the subjects out of the data of a `Recorded` log."""
    data = bytes.fromhex(log["data"][2:])
    return [
        as_hex(data[at : at + 32]) for at in range(128, 128 + 32 * int.from_bytes(data[96:128], "big"), 32)
    ]


def subject_slot(subject: str) -> bytes:
    """Give the slot of a subject's head: an entry of the mapping in slot 2."""
    return keccak256(bytes.fromhex(subject[2:]) + SUBJECT_SLOT)


def stored(stage: Stage, slot: bytes, number: str) -> str:
    """Read a word of the ledger's storage after a block."""
    word_: str = stage.node.call("eth_getStorageAt", stage.who("ProvenanceLedger"), as_hex(slot), number)
    return word_


def refused(stage: Stage) -> list[dict[str, str]]:
    """Read which items of batches were refused."""
    topic = as_hex(keccak256(b"Refused(bytes32,bytes)"))
    logs = stage.node.call("eth_getLogs", {"fromBlock": "0x0", "toBlock": "latest", "topics": [topic]})
    return [{key: one[key] for key in ("address", "topics", "data", "blockNumber")} for one in logs]


def proof(stage: Stage, number: str, last: dict[str, Any]) -> dict[str, Any]:
    """Take the proof (EIP-1186) of the head, of the count and of the heads of the last record's subjects."""
    slots = [HEAD_SLOT, COUNT_SLOT, *(subject_slot(one) for one in subjects(last))]
    header = stage.node.call("eth_getBlockByNumber", number, False)
    return {
        "header": {
            key: value for key, value in header.items() if key not in ("transactions", "uncles", "size")
        },
        "answer": stage.node.call(
            "eth_getProof", stage.who("ProvenanceLedger"), [as_hex(slot) for slot in slots], number
        ),
    }


if __name__ == "__main__":
    sys.exit(main())
