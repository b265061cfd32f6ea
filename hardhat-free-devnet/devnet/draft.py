"""The signed transactions of a deployment, on disk before the first is sent. Owns `deployer.key` and the draft's file.

A deployment that was cut off goes on with the same bytes, hence the same nonces and addresses. One that cannot go on
is abandoned together with its key, so that nothing of it that a node still holds can stand in the next one's way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contracts import Artifact
from devnet import files, keys
from devnet.plan import Creation, Step, steps
from indexer.keccak import keccak256
from indexer.values import Hash32, address, as_hex, hash32

if TYPE_CHECKING:
    from eth_account.signers.local import LocalAccount

Load = Callable[[str], Artifact]
"""Gives the compiled contract of a name, as `contracts.load` does."""

_FILE = "deployment.draft.json"
_KEY = "deployer.key"


@dataclass(frozen=True, slots=True)
class Signed:
    """A step's transaction, signed once: the same bytes are sent however often it takes."""

    step: Step
    hash: Hash32
    raw: bytes


def take_up(
    folder: Path, chain_id: int, genesis: Hash32, plan: Sequence[Creation], load: Load
) -> list[Signed] | None:
    """Return the transactions of this plan on this chain that were signed before.

    None if there are none; a draft for another plan or chain is abandoned.
    """
    kept = files.read_json(folder / _FILE)
    if kept is None:
        return None
    sender = address(keys.deployer(folder / _KEY).address)
    wanted = steps(plan, sender, load)
    same_chain = (kept["chainId"], kept["genesisHash"]) == (chain_id, as_hex(genesis))
    if not same_chain or [_initcode_hash(step) for step in wanted] != [
        one["initcode"] for one in kept["signed"]
    ]:
        abandon(folder)
        return None
    return [
        Signed(step, hash32(one["hash"]), bytes.fromhex(one["raw"][2:]))
        for step, one in zip(wanted, kept["signed"], strict=True)
    ]


def draw_up(
    folder: Path, chain_id: int, genesis: Hash32, plan: Sequence[Creation], load: Load
) -> list[Signed]:
    """Sign the plan's transactions with a fresh key, and keep them."""
    (folder / _KEY).unlink(missing_ok=True)
    deployer = keys.deployer(folder / _KEY)
    wanted = steps(plan, address(deployer.address), load)
    signed = [_sign(deployer, step, chain_id, _gas(step, load(step.contract))) for step in wanted]
    entries = [
        {"initcode": _initcode_hash(one.step), "hash": as_hex(one.hash), "raw": as_hex(one.raw)}
        for one in signed
    ]
    paper = {"chainId": chain_id, "genesisHash": as_hex(genesis), "signed": entries}
    files.write_json(folder / _FILE, paper)
    return signed


def abandon(folder: Path) -> None:
    """Give the deployment up, and its key with it."""
    (folder / _KEY).unlink(missing_ok=True)
    forget(folder)


def forget(folder: Path) -> None:
    """Remove the signed transactions of a deployment that is finished and written down."""
    (folder / _FILE).unlink(missing_ok=True)


def _initcode_hash(step: Step) -> str:
    return as_hex(keccak256(step.initcode))


def _gas(step: Step, artifact: Artifact) -> int:
    """Bound the gas of a creation: base, calldata and code deposit (Yellow Paper, appendix G), and room to run."""
    return 1_500_000 + 20 * len(step.initcode) + 220 * len(artifact.runtime)


def _sign(deployer: LocalAccount, step: Step, chain_id: int, gas: int) -> Signed:
    fields: dict[str, Any] = {"nonce": step.nonce, "gasPrice": 0, "gas": gas, "value": 0, "chainId": chain_id}
    done = deployer.sign_transaction(fields | {"data": step.initcode})
    return Signed(step, Hash32(bytes(done.hash)), bytes(done.raw_transaction))
