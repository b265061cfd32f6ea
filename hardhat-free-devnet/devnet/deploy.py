"""Creates a plan's contracts on a chain, once, and checks them later. Owns no files; `devnet.draft` has the bytes.

All contracts come to stand in one block: each takes the hash of the block before as the salt of its EIP-712 domain,
and there is to be one salt. The last transaction is sent first, so that the node can take none before it has all.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from contracts import Artifact
from devnet import draft
from devnet.draft import Load, Signed
from devnet.errors import DeploymentFailed, NodeRefused, WrongChain
from devnet.plan import Creation, Step
from devnet.progress import Notice, Progress
from devnet.qianyin import Succession
from devnet.rpc import Endpoint
from indexer.deployment import DeployedContract, Deployment
from indexer.events import LEDGER
from indexer.evidence import slots
from indexer.keccak import keccak256
from indexer.values import Hash32, as_hex, hash32

_PATIENCE = 120.0
_SENT_BEFORE = ("already known", "nonce too low", "already imported")


def deploy(
    folder: Path, node: Endpoint, plan: Sequence[Creation], load: Load, progress: Progress
) -> Deployment:
    """Create the plan's contracts, or finish creating them; return where they stand.

    Args:
        folder: the home's `chain/`.

    Raises:
        DeploymentFailed: a constructor reverted, the code is not the artifact's, the contracts stand in several
            blocks, or no receipt came in time; calling again starts afresh.
        NodeUnreachable, NodeRefused: the node; calling again goes on from here.
    """
    began = time.monotonic()
    chain_id, genesis = int(node.call("eth_chainId"), 16), genesis_hash(node)
    signed = draft.take_up(folder, chain_id, genesis, plan, load)
    if signed is None:
        signed = draft.draw_up(folder, chain_id, genesis, plan, load)
    progress(Notice("deploy", "部署合约", "deploying contracts", 0.0, 0, len(signed)))
    for transaction in reversed(signed):
        _send(node, transaction)
    try:
        block = _one_block([_receipt(node, transaction) for transaction in signed])
        contracts = {
            one.step.contract: _created(node, one.step, load(one.step.contract), block) for one in signed
        }
    except DeploymentFailed:
        draft.abandon(folder)
        raise
    seconds = time.monotonic() - began
    progress(Notice("deploy", "部署合约", "deploying contracts", seconds, len(signed), len(signed)))
    return Deployment(
        chain_id=chain_id,
        genesis_hash=genesis,
        rpc=(node.url,),
        block=int(block, 16),
        parent_hash=hash32(node.call("eth_getBlockByNumber", block, False)["parentHash"]),
        contracts=contracts,
    )


def continued(node: Endpoint, older: Deployment) -> Succession:
    """Say what a deployment on the node's chain continues that follows an older one.

    One of the same chain is named alone, since the new ledger reads there how far it is. Of one of another chain
    the head and count are read at the first of its nodes, at its latest block: let it be still before.

    Raises:
        WrongChain: the older deployment is not on the chain that it says.
        NodeUnreachable, NodeRefused: a node.
    """
    if int(node.call("eth_chainId"), 16) == older.chain_id:
        verify(node, older)
        return Succession.on_the_same_chain(older)
    there = Endpoint(older.rpc[0])
    verify(there, older)
    ledger, latest = older.contracts[LEDGER].address, there.call("eth_blockNumber")
    head, count = (
        str(there.call("eth_getStorageAt", as_hex(ledger), as_hex(slot), latest))
        for slot in (slots.HEAD, slots.COUNT)
    )
    return Succession(older.chain_id, ledger, hash32(head), int(count, 16))


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
            expected=as_hex(deployment.genesis_hash),
            found=as_hex(found),
        )
    for name, contract in deployment.contracts.items():
        if keccak256(_code(node, contract.address, "latest")) != contract.code_hash:
            raise WrongChain(
                "contract-missing",
                f"链上 {name} 的代码与 deployment.json 不符: 链的状态已丢失或被替换。请用新的目录重新开始。",
                f"The code of {name} on the chain is not that of deployment.json: the chain's state was lost or "
                "replaced. Start again in a new home folder.",
                contract=name,
                address=as_hex(contract.address),
            )


def genesis_hash(node: Endpoint) -> Hash32:
    """Return the hash of block 0."""
    return hash32(node.call("eth_getBlockByNumber", "0x0", False)["hash"])


def _send(node: Endpoint, transaction: Signed) -> None:
    try:
        node.call("eth_sendRawTransaction", as_hex(transaction.raw))
    except NodeRefused as refused:
        # Sent before: the receipt decides.
        if not any(word in str(refused.facts["message"]).lower() for word in _SENT_BEFORE):
            raise


def _receipt(node: Endpoint, transaction: Signed) -> dict[str, Any]:
    until = time.monotonic() + _PATIENCE
    while (receipt := _receipt_now(node, transaction.hash)) is None:
        if time.monotonic() > until:
            raise _failed(
                f"{transaction.step.contract} 超时未入块", f"no receipt of {transaction.step.contract}"
            )
        time.sleep(0.05)
    if receipt["status"] != "0x1":
        raise _failed(
            f"{transaction.step.contract} 的构造函数回退",
            f"the constructor of {transaction.step.contract} reverted",
        )
    return receipt


def _receipt_now(node: Endpoint, transaction: Hash32) -> dict[str, Any] | None:
    try:
        receipt: dict[str, Any] | None = node.call("eth_getTransactionReceipt", as_hex(transaction))
    except NodeRefused as refused:
        if "indexing is in progress" not in str(
            refused.facts["message"]
        ):  # geth, for a moment after its start
            raise
        return None
    return receipt


def _one_block(receipts: Sequence[dict[str, Any]]) -> str:
    blocks = sorted({str(receipt["blockNumber"]) for receipt in receipts})
    if len(blocks) != 1:
        raise _failed(
            "合约没有进入同一区块 (区块燃料上限太低?)",
            f"the contracts stand in blocks {', '.join(blocks)} and not in one (is the block gas limit too low?)",
        )
    return blocks[0]


def _created(node: Endpoint, step: Step, artifact: Artifact, block: str) -> DeployedContract:
    code = _code(node, step.address, block)  # A receipt may be there before its block is the latest.
    if not code or artifact.runtime_with(code) != code:
        raise _failed(
            f"{step.contract} 的链上代码与编译结果不同",
            f"the code of {step.contract} is not what was compiled",
        )
    return DeployedContract(step.address, keccak256(code))


def _code(node: Endpoint, where: bytes, block: str) -> bytes:
    return bytes.fromhex(node.call("eth_getCode", as_hex(where), block)[2:])


def _failed(zh: str, en: str) -> DeploymentFailed:
    return DeploymentFailed("deployment-failed", f"部署失败: {zh}。", f"The deployment failed: {en}.")
