"""Real chains for tests: `geth_node` and `anvil_node`, each fresh, alone, and gone when the test is over."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from devnet import anvil, installation, processes
from devnet.rpc import Endpoint


@dataclass(frozen=True, slots=True)
class LiveNode:
    """A running node in a home folder of its own, without contracts; it ends with the test, or with pytest."""

    kind: str
    home: Path
    chain_id: int

    @property
    def url(self) -> str:
        """Where it answers now; a start may choose another port if the old one was taken."""
        return installation.status(self.home).rpc

    @property
    def pid(self) -> int:
        """Its process."""
        pid = installation.status(self.home).pid
        assert pid is not None, "the node is not running"
        return pid

    @property
    def socket(self) -> Path:
        """geth's administration socket: `admin`, `debug`, `clique`; `debug_setHead` makes a real rewind."""
        return self.home / "chain" / "geth" / "geth.ipc"

    def call(self, method: str, *arguments: Any) -> Any:
        """Make one JSON-RPC call."""
        return Endpoint(self.url).call(method, *arguments)

    def kill(self) -> None:
        """End it as a power switch would."""
        process = processes.recorded(self.home / "chain" / "node.json")
        assert process is not None, "the node is not running"
        os.kill(process.pid, signal.SIGKILL)
        assert processes.ended(process, 10.0)

    def start(self) -> None:
        """Start it again on what it kept."""
        installation.start(self.home, attached=True)


@contextmanager
def live(kind: str, home: Path) -> Iterator[LiveNode]:
    installation.start(home, chain=kind, attached=True)
    try:
        yield LiveNode(kind, home, installation.status(home).chain_id)
    finally:
        installation.down(home)
        # geth lays 140 MB aside for each of its logs; all homes of a run together would fill a disk.
        shutil.rmtree(home / "chain", ignore_errors=True)


@pytest.fixture
def geth_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveNode]:
    """One Clique validator, blocks on demand; the first use on a machine builds the node (about 70 s)."""
    with live("geth", tmp_path_factory.mktemp("geth-home")) as node:
        yield node


@pytest.fixture
def anvil_node(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[LiveNode]:
    """One anvil with the same rules, blocks on demand only; `anvil_reorg` and `anvil_rollback` re-organise it."""
    monkeypatch.setattr(anvil, "STATES_IN_MEMORY", 5_000)
    with live("anvil", tmp_path_factory.mktemp("anvil-home")) as node:
        node.call("evm_setAutomine", True)
        yield node
