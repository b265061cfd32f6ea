"""The embedded node: one go-ethereum that seals Clique blocks on demand. Owns its data folder and command line.

Why these flags: archive mode with the hash state scheme loses no block to `kill -9`, and answers proofs of old
state; any other mode lost every block. HTTP has `eth`, `net` and `web3` only: with `clique` there, any local process
could vote a second signer in and so stop the chain. `admin`, `debug` and `clique` are on a socket of mode 0600.
"""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from typing import Any

from devnet import files, genesis, keys, processes
from devnet.errors import NodeNotStarted
from indexer.values import Address, address, as_hex

SOCKET = "geth.ipc"
"""Name of the administration socket in the node's folder."""

_CONFIG = """\
# Nothing but loopback: no listener for peers, no discovery.
[Node.P2P]
ListenAddr = ""
MaxPeers = 0
NoDiscovery = true
"""


def prepare(binary: Path, folder: Path, chain_id: int) -> None:
    """Make the node's folder: validator key, genesis, first state. Does nothing where that was done.

    Raises:
        NodeNotStarted: the node program does not take the genesis.
    """
    done = folder / "genesis.json"
    if done.exists():
        return
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / "config.toml").write_text(_CONFIG)
    draft = folder / "genesis.draft.json"
    if not draft.exists():  # A draft left by a crash may be in the node's database already.
        files.write_json(draft, genesis.genesis(chain_id, [keys.validator(folder)], int(time.time())))
    made = _initialised(binary, folder, draft)
    if made.returncode != 0:
        tail = made.stderr[-800:]
        raise NodeNotStarted(
            "genesis-refused", "节点不接受创世区块。", f"The node refused the genesis: {tail}", detail=tail
        )
    draft.replace(done)


def _initialised(binary: Path, folder: Path, draft: Path) -> subprocess.CompletedProcess[str]:
    """Run `geth init`, after ending one that a killed caller may have left at work."""
    pid_file = folder / "init.json"
    left = processes.recorded(pid_file)
    if left is not None:
        processes.stop(left)
    command = [str(binary), "init", "--datadir", ".", "--state.scheme", "hash", draft.name]
    launch = processes.launch(command, folder, pid_file, {}, attached=True)
    return subprocess.run(
        launch.arguments, env=launch.environment, capture_output=True, text=True, timeout=120, check=False
    )


def signers(folder: Path) -> list[Address]:
    """Return the validators that the folder's genesis names, in ascending order."""
    first: dict[str, Any] = files.read_json(folder / "genesis.json")
    listed = first["extraData"][2 + 64 : -130]
    return [address("0x" + listed[at : at + 40]) for at in range(0, len(listed), 40)]


def command(binary: Path, folder: Path, chain_id: int, port: int) -> list[str]:
    """Return the command line; the node must be started in `folder`.

    A socket's path has a length limit (107 bytes), which that of a home folder may exceed; so it is named from here.
    geth takes `./geth.ipc` for a plain name and puts the folder's whole path before it, so the name goes round.
    """
    [validator] = signers(folder)
    return [
        str(binary), "--config", "config.toml", "--datadir", ".", "--networkid", str(chain_id),
        "--gcmode", "archive", "--state.scheme", "hash", "--syncmode", "full", "--nat", "none",
        "--mine", "--miner.etherbase", as_hex(validator), "--miner.gasprice", "0",
        "--miner.gaslimit", str(genesis.GAS_LIMIT),
        "--unlock", as_hex(validator), "--password", keys.PASSWORD_FILE, "--allow-insecure-unlock",
        "--http", "--http.addr", "127.0.0.1", "--http.port", str(port), "--http.api", "eth,net,web3",
        "--authrpc.addr", "127.0.0.1", "--authrpc.port", "0", "--ipcpath", f"../{folder.resolve().name}/{SOCKET}",
        "--rpc.gascap", "0", "--rpc.txfeecap", "0",
        "--txpool.accountslots", "65536", "--txpool.globalslots", "131072",
        "--txpool.accountqueue", "65536", "--txpool.globalqueue", "131072",
    ]  # fmt: skip
