"""Creates a plan's contracts on a chain, once. Owns `chain/deployer.key` and `chain/deployment.draft.json`.

Every transaction is signed once and its bytes are on disk before the first is sent, so a deployment that was cut off
goes on with the same bytes, the same nonces and the same addresses; a plan that has changed since starts afresh.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contracts import Artifact
from devnet import files, keys
from devnet.errors import DeploymentFailed, NodeRefused, WrongChain
from devnet.plan import Creation, Step, steps
from devnet.progress import Notice, Progress
from devnet.rpc import Endpoint
from indexer.deployment import LEDGER, DeployedContract, Deployment
from indexer.keccak import keccak256
from indexer.values import Hash32, address, as_hex, hash32

if TYPE_CHECKING:
    from eth_account.signers.local import LocalAccount

_GAS = 15_000_000
_PATIENCE = 120.0
_KNOWN_ALREADY = ("already known", "nonce too low", "already imported")


@dataclass(frozen=True, slots=True)
class Signed:
    """A step's transaction, signed: the same bytes are sent however often it takes."""

    step: Step
    hash: Hash32
    raw: bytes


def deploy(folder: Path, node: Endpoint, plan: Sequence[Creation], load: Callable[[str], Artifact],
           progress: Progress) -> Deployment:  # fmt: skip
    """Create the plan's contracts, or finish creating them; return where they stand.

    Args:
        folder: the home's `chain/`.

    Raises:
        DeploymentFailed: a constructor reverted, its code is not the artifact's, or no receipt came in time.
        NodeUnreachable, NodeRefused: the node; calling again goes on from here.
    """
    began = time.monotonic()
    draft = folder / "deployment.draft.json"
    signed = _drafted(draft, folder, node, plan, load)
    for place, transaction in enumerate(signed):
        progress(
            Notice("deploy", "部署合约", "deploying contracts", time.monotonic() - began, place, len(signed))
        )
        _send(node, transaction)
    receipts = [_receipt(node, transaction, draft) for transaction in signed]
    contracts = {item.step.contract: _created(node, item.step, load(item.step.contract)) for item in signed}
    progress(
        Notice(
            "deploy", "部署合约", "deploying contracts", time.monotonic() - began, len(signed), len(signed)
        )
    )
    [ledger] = [
        receipt for item, receipt in zip(signed, receipts, strict=True) if item.step.contract == LEDGER
    ]
    block = node.call("eth_getBlockByNumber", ledger["blockNumber"], False)
    return Deployment(
        chain_id=int(node.call("eth_chainId"), 16),
        genesis_hash=genesis_hash(node),
        rpc=(node.url,),
        block=int(block["number"], 16),
        parent_hash=hash32(block["parentHash"]),
        contracts=contracts,
    )


def forget_draft(folder: Path) -> None:
    """Remove the signed transactions of a deployment that is finished and written down."""
    (folder / "deployment.draft.json").unlink(missing_ok=True)


def verify(node: Endpoint, deployment: Deployment) -> None:
    """Check that this is the deployment's chain, and that the code at each address is still that code.

    Raises:
        WrongChain: the first block or a contract's code is another.
    """
    found = genesis_hash(node)
    if found != deployment.genesis_hash:
        raise WrongChain(
            "other-genesis",
            "节点的创世区块与 deployment.json 不符: 这是另一条链。",
            "The node's first block is not the one in deployment.json: this is another chain.",
            expected=as_hex(deployment.genesis_hash), found=as_hex(found),
        )  # fmt: skip
    for name, contract in deployment.contracts.items():
        if keccak256(_code(node, contract.address)) != contract.code_hash:
            raise WrongChain(
                "contract-missing",
                f"链上 {name} 的代码与 deployment.json 不符: 链的状态已丢失或被替换。请用新的目录重新开始。",
                f"The code of {name} on the chain is not that of deployment.json: the chain's state was lost or replaced. "
                "Start again in a new home folder.",
                contract=name, address=as_hex(contract.address),
            )  # fmt: skip


def genesis_hash(node: Endpoint) -> Hash32:
    """Return the hash of block 0."""
    return hash32(node.call("eth_getBlockByNumber", "0x0", False)["hash"])


def _drafted(draft: Path, folder: Path, node: Endpoint, plan: Sequence[Creation],
             load: Callable[[str], Artifact]) -> list[Signed]:  # fmt: skip
    """Return the signed transactions on disk if they are for this plan and chain, else sign and write them."""
    deployer = keys.deployer(folder / "deployer.key")
    sender, first_block = address(deployer.address), as_hex(genesis_hash(node))
    kept = files.read_json(draft)
    if kept is not None and kept["genesisHash"] == first_block:
        wanted = steps(plan, sender, kept["firstNonce"], load)
        if [as_hex(keccak256(step.initcode)) for step in wanted] == [
            entry["initcode"] for entry in kept["transactions"]
        ]:
            return [
                Signed(step, hash32(entry["hash"]), bytes.fromhex(entry["raw"][2:]))
                for step, entry in zip(wanted, kept["transactions"], strict=True)
            ]
    first_nonce = int(node.call("eth_getTransactionCount", deployer.address, "pending"), 16)
    chain_id = int(node.call("eth_chainId"), 16)
    gas = min(_GAS, int(node.call("eth_getBlockByNumber", "latest", False)["gasLimit"], 16))
    signed = [_sign(deployer, step, chain_id, gas) for step in steps(plan, sender, first_nonce, load)]
    entries = [
        {"contract": item.step.contract, "initcode": as_hex(keccak256(item.step.initcode)), "hash": as_hex(item.hash),
         "raw": as_hex(item.raw)}
        for item in signed
    ]  # fmt: skip
    files.write_json(draft, {"genesisHash": first_block, "firstNonce": first_nonce, "transactions": entries})
    return signed


def _sign(deployer: LocalAccount, step: Step, chain_id: int, gas: int) -> Signed:
    transaction = {
        "nonce": step.nonce,
        "gasPrice": 0,
        "gas": gas,
        "value": 0,
        "data": step.initcode,
        "chainId": chain_id,
    }
    done = deployer.sign_transaction(transaction)
    return Signed(step, Hash32(bytes(done.hash)), bytes(done.raw_transaction))


def _send(node: Endpoint, transaction: Signed) -> None:
    try:
        node.call("eth_sendRawTransaction", as_hex(transaction.raw))
    except NodeRefused as refused:
        # Sent before: the receipt decides.
        if not any(word in str(refused.facts["message"]).lower() for word in _KNOWN_ALREADY):
            raise


def _receipt(node: Endpoint, transaction: Signed, draft: Path) -> dict[str, Any]:
    until = time.monotonic() + _PATIENCE
    while (receipt := _receipt_now(node, transaction.hash)) is None:
        if time.monotonic() > until:
            raise _failed(transaction.step, "超时未入块", f"no receipt after {_PATIENCE:.0f} s")
        time.sleep(0.05)
    if receipt["status"] != "0x1":
        draft.unlink()
        raise _failed(transaction.step, "构造函数回退", "its constructor reverted")
    return receipt


def _receipt_now(node: Endpoint, transaction: Hash32) -> dict[str, Any] | None:
    try:
        receipt: dict[str, Any] | None = node.call("eth_getTransactionReceipt", as_hex(transaction))
    except NodeRefused as refused:
        if "indexing" not in str(refused.facts["message"]):
            raise
        return None
    return receipt


def _created(node: Endpoint, step: Step, artifact: Artifact) -> DeployedContract:
    code = _code(node, step.address)
    if not code or artifact.runtime_with(code) != code:
        raise _failed(step, "链上代码与编译结果不同", "the code on the chain is not what was compiled")
    return DeployedContract(step.address, keccak256(code))


def _code(node: Endpoint, where: bytes) -> bytes:
    return bytes.fromhex(node.call("eth_getCode", as_hex(where), "latest")[2:])


def _failed(step: Step, zh: str, en: str) -> DeploymentFailed:
    return DeploymentFailed(
        "deployment-failed", f"合约 {step.contract} 未能部署: {zh}。", f"{step.contract} was not deployed: {en}.",
        contract=step.contract,
    )  # fmt: skip
