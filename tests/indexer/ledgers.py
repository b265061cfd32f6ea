"""A real ledger on a real node, whose sources are keys of the tests: so it can be made to record any history."""

from __future__ import annotations

import json
import os
import socket
import time
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import rlp
from eth_abi.abi import encode as abi_encode
from eth_account import Account

from contracts import load
from devnet.errors import NodeRefused
from indexer.deployment import DeployedContract, Deployment
from indexer.events import SOURCE_NAMES
from indexer.keccak import keccak256
from indexer.record import Record
from indexer.values import Address, Hash32, as_hex, hash32
from indexer.wire import write_address
from tests.devnet_fixtures import LiveNode
from tests.indexer import histories
from tests.indexer.histories import SOURCES, History

CONTRACTS = tuple(SOURCE_NAMES)
_APPEND = keccak256(b"appendBatch((bytes32,bytes32,bytes32[],bytes)[])")[:4]


@dataclass
class LiveLedger:
    """The ledger on a node. Acts of `history` are sent by `commit`; the index is to find them."""

    node: LiveNode
    nonces: dict[Address, int] = field(default_factory=dict)
    block: int = 0

    @classmethod
    def create(cls, node: LiveNode) -> LiveLedger:
        """Deploy it; the deployer's key and nonce are always the same, and so is the address."""
        ledger = cls(node)
        sources = [getattr(SOURCES, name) for name in SOURCES.__slots__[1:]]
        predecessor = (0, "0x" + "00" * 20, bytes(32), 0)
        arguments = abi_encode(
            ["address[]", "(uint256,address,bytes32,uint256)"],
            [[as_hex(one) for one in sources], predecessor],
        )
        ledger._send(histories.DEPLOYER, None, load("ProvenanceLedger").bytecode + arguments)
        receipt = ledger._mined()
        assert receipt["contractAddress"] == as_hex(SOURCES.ledger)
        ledger.block = int(receipt["blockNumber"], 16)
        return ledger

    @property
    def deployment(self) -> Deployment:
        """What the indexer is told."""
        genesis = self.node.call("eth_getBlockByNumber", "0x0", False)["hash"]
        created = self.node.call("eth_getBlockByNumber", hex(self.block), False)
        addresses = dict(
            zip(CONTRACTS, (getattr(SOURCES, name) for name in SOURCES.__slots__[1:]), strict=True)
        )
        contracts = {
            name: DeployedContract(address, Hash32(bytes(32))) for name, address in addresses.items()
        }
        code = bytes.fromhex(self.node.call("eth_getCode", as_hex(SOURCES.ledger), "latest")[2:])
        contracts["ProvenanceLedger"] = DeployedContract(SOURCES.ledger, keccak256(code))
        return Deployment(
            chain_id=self.node.chain_id,
            genesis_hash=hash32(genesis),
            rpc=(self.node.url,),
            block=self.block,
            parent_hash=hash32(created["parentHash"]),
            contracts=contracts,
        )

    def commit(self, history: History, at_most: int = 100) -> None:
        """Have the ledger record what is pending in `history`, in order, and close its block.

        On anvil all of it is in one block with the history's time; on geth it takes blocks as it comes, so acts whose
        state depends on the time do not follow there.
        """
        anvil = self.node.kind == "anvil"
        if anvil:
            self.node.call("evm_setAutomine", False)
        for source, run in groupby(history.pending, key=lambda record: record.source):
            records = list(run)
            for start in range(0, len(records), at_most):
                self._send(KEYS[source], SOURCES.ledger, append_data(records[start : start + at_most]))
        if anvil:
            self.node.call("evm_setNextBlockTimestamp", hex(history.time))
            self.node.call("evm_mine")
            self.node.call("evm_setAutomine", True)
        if history.pending:
            self._mined()
        history.close()

    def empty_block(self) -> None:
        """Make a block without records."""
        key = histories.DEPLOYER
        self._send(key, Address(bytes(19) + b"\1"), b"")
        self._mined()

    @property
    def head(self) -> int:
        """The node's newest block."""
        return int(self.node.call("eth_blockNumber"), 16)

    def forget_nonces(self) -> None:
        """After a re-org: ask the node again."""
        self.nonces.clear()

    def _send(self, key: bytes, to: Address | None, data: bytes) -> None:
        account = Account.from_key(key)
        sender = Address(bytes.fromhex(account.address[2:]))
        if sender not in self.nonces:
            self.nonces[sender] = int(
                self.node.call("eth_getTransactionCount", account.address, "latest"), 16
            )
        fields = {
            "nonce": self.nonces[sender],
            "gasPrice": 0,
            "gas": 30_000_000,
            "value": 0,
            "data": data,
            "chainId": self.node.chain_id,
        }
        signed = account.sign_transaction(fields | ({"to": write_address(to)} if to else {}))
        self.nonces[sender] += 1
        self._last = self.node.call("eth_sendRawTransaction", as_hex(signed.raw_transaction))

    def _mined(self) -> dict[str, Any]:
        until = time.monotonic() + 20
        while time.monotonic() < until:
            try:
                receipt: dict[str, Any] | None = self.node.call("eth_getTransactionReceipt", self._last)
            except NodeRefused:  # "transaction indexing is in progress"
                receipt = None
            if receipt is not None:
                assert receipt["status"] == "0x1", receipt
                return receipt
            time.sleep(0.005)
        raise AssertionError(f"{self._last} was not mined")


def append_data(records: list[Record]) -> bytes:
    """Write the call by which a source appends records."""
    entries = [(one.act, one.state_after, list(one.subjects), one.data) for one in records]
    return _APPEND + abi_encode(["(bytes32,bytes32,bytes32[],bytes)[]"], [entries])


def administer(node: LiveNode, method: str, *arguments: Any) -> Any:
    """Make a call on geth's administration socket, whose path may be too long to connect to."""
    with socket.socket(socket.AF_UNIX) as connection:
        folder = os.open(node.socket.parent, os.O_RDONLY)
        try:
            connection.connect(f"/proc/self/fd/{folder}/{node.socket.name}")
        finally:
            os.close(folder)
        request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(arguments)}
        connection.sendall(json.dumps(request).encode())
        with connection.makefile("rb") as answers:
            answer = json.loads(answers.readline())
    assert "error" not in answer, answer
    return answer["result"]


def created_address(key: bytes, nonce: int) -> Address:
    """Give the address of what a key creates by its transaction with this nonce."""
    sender = bytes.fromhex(Account.from_key(key).address[2:])
    return Address(keccak256(rlp.encode([sender, nonce]))[12:])


KEYS: dict[Address, bytes] = {
    getattr(SOURCES, name): histories.source_key(name) for name in SOURCES.__slots__[1:]
}
assert created_address(histories.DEPLOYER, 0) == SOURCES.ledger
