"""The quick-trial node: foundry's anvil. Owns finding its program, its folder and its command line.

Its blocks carry no seals, so nothing on it can be more than "cannot be confirmed". Its state is one file, written
each second and on a clean stop: `kill -9` may lose the last second, or cut the file off, and the state of old
blocks is gone after any restart. A copy of the file is kept at each start, to go back to.
"""

from __future__ import annotations

import json
import platform
import shutil
from pathlib import Path

from devnet import genesis
from devnet.errors import NodeNotBuilt

STATE = "state.json"
_MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}


def binary() -> Path:
    """Find anvil: in `node_modules` of this repository, else on PATH.

    Raises:
        NodeNotBuilt: it is in neither place.
    """
    machine = _MACHINES.get(platform.machine(), platform.machine())
    package = f"anvil-{platform.system().lower()}-{machine}"
    modules = Path(__file__).resolve().parents[2] / "node_modules"
    installed = modules / "@foundry-rs" / package / "bin" / "anvil"
    if installed.exists():
        return installed
    on_path = shutil.which("anvil")
    if on_path is not None:
        return Path(on_path).resolve()
    raise NodeNotBuilt(
        "no-anvil",
        "找不到 anvil: 不在 node_modules 中 (npm ci), 也不在 PATH 中。",
        "anvil is neither in node_modules (npm ci) nor on PATH.",
    )


def prepare(folder: Path) -> bool:
    """Make the folder and see to it that the state file is whole, keeping a copy of it.

    False if the file was cut off; then the copy took its place, if there was one.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    state, kept = folder / STATE, folder / "state.last-good.json"
    if not state.exists():
        return True
    if _whole(state):
        _copy(state, kept)
        return True
    state.replace(folder / "state.cut-off.json")
    if kept.exists():
        _copy(kept, state)
    return False


STATES_IN_MEMORY: int | None = None
"""Of how many blocks the state is kept, in memory alone; None: of 500 there and of 3,600 more on disk.

A chain that is re-organised back to one on disk finds no code of any contract (anvil 1.7.1)."""


def command(program: Path, chain_id: int, port: int) -> list[str]:
    """Return the command line, for the node's folder: rules, gas price and gas limit are the embedded chain's.

    Blocks come on demand, and one every few seconds besides: its mining on demand has been seen to stop with
    transactions pending.
    """
    return [
        str(program), "--host", "127.0.0.1", "--port", str(port), "--no-cors", "--chain-id", str(chain_id),
        "--hardfork", "berlin", "--gas-price", "0", "--base-fee", "0",
        "--gas-limit", str(genesis.GAS_LIMIT), "--accounts", "1", "--balance", "0",
        "--disable-default-create2-deployer", "--order", "fifo", "--mixed-mining", "--block-time", "5",
        "--no-request-size-limit", "--state", STATE, "--state-interval", "1", "--color", "never",
        *([] if STATES_IN_MEMORY is None else ["--prune-history", str(STATES_IN_MEMORY)]),
    ]  # fmt: skip


def _copy(source: Path, target: Path) -> None:
    scratch = target.with_suffix(".part")
    shutil.copyfile(source, scratch)
    scratch.replace(target)


def _whole(state: Path) -> bool:
    try:
        json.loads(state.read_bytes())
    except ValueError:
        return False
    return True
