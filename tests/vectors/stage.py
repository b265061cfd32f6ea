"""A chain of ours for the while, and those who act on it. Owns the anvil it starts."""

from __future__ import annotations

import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from eth_abi.abi import encode
from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_typing import Hash32 as SignedHash
from eth_utils.abi import get_abi_input_types

from contracts import load
from devnet import anvil, plan, qianyin
from devnet.errors import NodeUnreachable
from devnet.rpc import Endpoint
from indexer.keccak import keccak256
from indexer.values import address, as_hex

CHAIN_ID = 20_001
START = 1_767_571_200
"""2026-01-05 08:00 in UTC+8."""
HOUR, DAY = 3_600, 86_400
TERMS = qianyin.Terms(governance_delay=HOUR, recovery_wait=DAY)

YES_SAYER = bytes.fromhex("6f631626ba7e60e01b60005260206000f360005260106010f3")
"""Creates a contract account that answers yes to every ERC-1271 question."""


class SceneFailed(Exception):
    """The chain did something else than the scene expects."""


@dataclass
class Stage:
    """A chain with the contracts on it, the keys of those who act, and what was read at the end."""

    node: Endpoint
    keys: dict[str, LocalAccount] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    views: list[dict[str, Any]] = field(default_factory=list)
    refused: list[dict[str, str]] = field(default_factory=list)

    def key(self, name: str) -> LocalAccount:
        """Give a key that depends on its name alone."""
        if name not in self.keys:
            self.keys[name] = Account.from_key(keccak256(f"Qianyin vectors: {name}".encode()))
        return self.keys[name]

    def who(self, name: str) -> str:
        """Give the address of a contract or of a key."""
        return self.addresses.get(name) or self.key(name).address

    def later(self, seconds: int) -> None:
        """Let the next block be this much later than the last."""
        latest = self.node.call("eth_getBlockByNumber", "latest", False)
        self.node.call("evm_setNextBlockTimestamp", hex(int(latest["timestamp"], 16) + seconds))

    def now(self) -> int:
        """Give the time of the last block."""
        return int(self.node.call("eth_getBlockByNumber", "latest", False)["timestamp"], 16)

    def act(self, sender: str, target: str, *arguments: Any, after: int = 1) -> None:
        """Call `Contract.function` by a transaction of the sender's own, in a block of its own."""
        self.later(after)
        name, function = target.split(".")
        self.send(self.who(sender), self.who(name), call_data(name, function, arguments))

    def send(self, sender: str, to: str | None, data: bytes) -> dict[str, Any]:
        """Send one transaction and give its receipt.

        Raises:
            SceneFailed: it reverted.
        """
        fields = {"from": sender, "data": as_hex(data), "gas": hex(20_000_000), "gasPrice": "0x0"}
        sent = self.node.call("eth_sendTransaction", fields | ({"to": to} if to else {}))
        self.node.call("evm_mine")
        receipt: dict[str, Any] = self.node.call("eth_getTransactionReceipt", sent)
        if receipt["status"] != "0x1":
            reason = self.node.call("debug_traceTransaction", sent, {"tracer": "callTracer"}).get("output")
            raise SceneFailed(f"reverted with {reason}: {as_hex(data)[:10]} to {to}")
        return receipt

    def ask(self, target: str, *arguments: Any) -> bytes:
        """Call a view, and give its words."""
        name, function = target.split(".")
        asked = {"to": self.who(name), "data": as_hex(call_data(name, function, arguments))}
        return bytes.fromhex(self.node.call("eth_call", asked, "latest")[2:])

    def view(self, target: str, *arguments: Any) -> None:
        """Call a view, and keep the answer for the file."""
        answer = as_hex(self.ask(target, *arguments))
        self.views.append({"view": target, "arguments": [plain(one) for one in arguments], "words": answer})

    def sign(self, signer: str, contract: str, kind: str, *values: Any) -> bytes:
        """Sign one EIP-712 struct, given as `Kind(type name,…)`, for a contract's domain."""
        fields = [part.split(" ") for part in kind[kind.index("(") + 1 : -1].split(",")]
        struct = keccak256(keccak256(kind.encode()) + encode([one for one, _ in fields], values))
        digest = keccak256(b"\x19\x01" + self.ask(f"{contract}.domainSeparator") + struct)
        return bytes(self.key(signer).unsafe_sign_hash(SignedHash(digest)).signature)

    def subject(self, contract: str, local_id: int | bytes) -> bytes:
        """Give the subject of a contract's local id."""
        local = local_id if isinstance(local_id, bytes) else local_id.to_bytes(32, "big")
        return keccak256(encode(["address", "bytes32"], [self.who(contract), local]))


@contextmanager
def chain(chain_id: int = CHAIN_ID) -> Iterator[Endpoint]:
    """Run anvil on a free port for the while; every account may send, and gas is free."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        str(anvil.binary()), "--host", "127.0.0.1", "--port", str(port), "--chain-id", str(chain_id), "--silent",
        "--timestamp", str(START), "--hardfork", "berlin", "--gas-price", "0", "--base-fee", "0",
        "--gas-limit", "100000000", "--accounts", "1", "--balance", "0", "--auto-impersonate",
        "--disable-default-create2-deployer", "--no-mining",
    ]  # fmt: skip
    with tempfile.TemporaryDirectory() as folder, subprocess.Popen(command, cwd=folder) as process:
        try:
            node = Endpoint(f"http://127.0.0.1:{port}")
            await_answer(node)
            yield node
        finally:
            process.terminate()


def await_answer(node: Endpoint) -> None:
    """Wait until the node answers, ten seconds at most."""
    until = time.monotonic() + 10
    while True:
        try:
            node.call("eth_chainId")
        except NodeUnreachable:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return


def deploy(
    stage: Stage, deployer: str = "deployer", predecessor: qianyin.Succession = qianyin.FROM_NOTHING
) -> None:
    """Create the contracts in one block, as on every chain of ours, and the contract account before them.

    Args:
        deployer: one that created nothing yet.
        predecessor: what the contracts continue; from then on the stage knows the new ones.
    """
    stage.later(1)
    stage.addresses["club"] = stage.send(stage.who("stranger"), None, YES_SAYER)["contractAddress"]
    roles = {role: address(stage.who(role)) for role in qianyin.ROLES}
    steps = plan.steps(qianyin.creations(roles, TERMS, predecessor), address(stage.who(deployer)), load)
    stage.later(1)
    for step in steps:
        fields = {
            "from": stage.who(deployer),
            "data": as_hex(step.initcode),
            "gas": hex(9_000_000),
            "gasPrice": "0x0",
        }
        stage.node.call("eth_sendTransaction", fields | {"nonce": hex(step.nonce)})
    stage.node.call("evm_mine")
    for step in steps:
        if stage.node.call("eth_getCode", as_hex(step.address), "latest") == "0x":
            raise SceneFailed(f"{step.contract} was not created")
        stage.addresses[step.contract] = as_hex(step.address)


def call_data(contract_name: str, function: str, arguments: tuple[Any, ...]) -> bytes:
    """Write the call of a function by its name in the contract's ABI."""
    found = [one for one in load(contract_name).abi if one["type"] == "function" and one["name"] == function]
    entry = next(one for one in found if len(one["inputs"]) == len(arguments))
    types = get_abi_input_types(entry)  # type: ignore[arg-type]
    return keccak256(f"{function}({','.join(types)})".encode())[:4] + encode(types, arguments)


def plain(value: Any) -> str:
    """Write an argument: bytes in hexadecimal, numbers in decimal."""
    return as_hex(value) if isinstance(value, bytes) else str(value)
