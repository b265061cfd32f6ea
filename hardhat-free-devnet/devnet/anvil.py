"""The quick-trial node: foundry's anvil. Owns finding its program, its folder and its command line.

Its blocks carry no seals, so nothing on it can be more than "cannot be confirmed". Its state is one file, written
each second and on a clean stop: `kill -9` may lose the last second, or cut the file off, and the state of old
blocks is gone after any restart. `keep` holds the last file that anvil was seen to start from.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
from pathlib import Path

from devnet import genesis
from devnet.errors import NodeNotBuilt

STATE = "state.json"
_KEPT = "state.last-good.json"
_MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}


def binary() -> Path:
    """Find anvil: on PATH, else in `node_modules` of this repository.

    Raises:
        NodeNotBuilt: it is in neither place.
    """
    on_path = shutil.which("anvil")
    if on_path is not None and not Path(on_path).resolve().suffix:
        return Path(on_path)
    machine = _MACHINES.get(platform.machine(), platform.machine())
    package = f"anvil-{platform.system().lower()}-{machine}"
    installed = (
        Path(__file__).resolve().parents[2] / "node_modules" / "@foundry-rs" / package / "bin" / "anvil"
    )
    if installed.exists():
        return installed
    raise NodeNotBuilt(
        "no-anvil",
        "找不到 anvil: 不在 PATH 中, 也不在 node_modules 中 (npm ci)。",
        "anvil is neither on PATH nor in node_modules (npm ci).",
    )


def prepare(folder: Path) -> bool:
    """Make the folder, and see to it that the state file is whole; False if an older one had to take its place."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    state, kept = folder / STATE, folder / _KEPT
    if not state.exists() or _whole(state):
        return True
    state.replace(folder / "state.cut-off.json")
    if kept.exists():
        shutil.copyfile(kept, state)
    return False


def keep(folder: Path) -> None:
    """Keep a copy of the state file that anvil has just started from."""
    state = folder / STATE
    if state.exists() and _whole(state):
        scratch = folder / f"{_KEPT}.part"
        shutil.copyfile(state, scratch)
        os.replace(scratch, folder / _KEPT)


def command(program: Path, folder: Path, chain_id: int, port: int) -> list[str]:
    """Return the command line: the rules, gas price and gas limit of the embedded chain, blocks on demand."""
    return [
        str(program), "--host", "127.0.0.1", "--port", str(port), "--no-cors", "--chain-id", str(chain_id),
        "--hardfork", "berlin", "--gas-price", "0", "--base-fee", "0",
        "--gas-limit", str(genesis.GAS_LIMIT), "--accounts", "1", "--balance", "0",
        "--disable-default-create2-deployer", "--order", "fifo", "--no-request-size-limit",
        "--state", STATE, "--state-interval", "1", "--color", "never",
    ]  # fmt: skip


def _whole(state: Path) -> bool:
    try:
        json.loads(state.read_bytes())
    except ValueError:
        return False
    return True
