"""The embedded node listens on this machine only, offers strangers nothing to break it with, and keeps its key."""

from __future__ import annotations

import json
import socket
import time
from pathlib import Path
from typing import Any

import pytest

from devnet import geth
from devnet.errors import NodeRefused
from tests.devnet.transactions import mined
from tests.devnet_fixtures import LiveNode

pytestmark = pytest.mark.node


def _listening(pid: int) -> list[str]:
    """The local addresses at which a process listens for TCP, in the kernel's hexadecimal form."""
    inodes = set()
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        target = entry.readlink().as_posix() if entry.is_symlink() else ""
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    rows = [
        row.split()
        for table in ("tcp", "tcp6")
        for row in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
    ]
    return [row[1].split(":")[0] for row in rows if row[3] == "0A" and row[9] in inodes]


def _by_socket(node: LiveNode, method: str, *arguments: Any) -> Any:
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(str(node.socket))
        line.sendall(json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": arguments}).encode())
        return json.loads(line.makefile().readline())["result"]


def test_geth_listens_on_loopback_only(geth_node: LiveNode) -> None:
    where = _listening(geth_node.pid)
    assert "0100007F" in where
    assert set(where) <= {"0100007F", "00000000000000000000000001000000"}


@pytest.mark.parametrize(
    "method", ["clique_propose", "admin_addPeer", "debug_setHead", "personal_listAccounts"]
)
def test_what_could_break_the_chain_is_not_offered_over_http(geth_node: LiveNode, method: str) -> None:
    with pytest.raises(NodeRefused, match="does not exist"):
        geth_node.call(method)


def test_what_could_break_the_chain_is_offered_to_the_owner_of_the_folder(geth_node: LiveNode) -> None:
    mined(geth_node, 2)
    assert geth_node.socket.stat().st_mode & 0o777 == 0o600
    assert _by_socket(geth_node, "admin_peers") == []
    _by_socket(geth_node, "debug_setHead", "0x1")
    assert geth_node.call("eth_blockNumber") == "0x1"


def test_keys_and_passwords_are_for_the_owner_of_the_folder_only(geth_node: LiveNode) -> None:
    folder = geth_node.home / "chain" / "geth"
    assert folder.stat().st_mode & 0o777 == 0o700
    secrets = [folder / "validator.password", *(folder / "keystore").iterdir()]
    assert len(secrets) == 2
    assert [path.stat().st_mode & 0o777 for path in secrets] == [0o600, 0o600]


def test_blocks_are_sealed_by_the_validator_in_the_genesis(geth_node: LiveNode) -> None:
    number = mined(geth_node)["blockNumber"]
    signer = _by_socket(geth_node, "clique_getSigner", number)
    assert bytes.fromhex(signer[2:]) in geth.signers(geth_node.home / "chain" / "geth")


def test_no_block_comes_without_a_transaction(geth_node: LiveNode) -> None:
    mined(geth_node)
    time.sleep(2.0)
    assert geth_node.call("eth_blockNumber") == "0x1"


def test_gas_costs_nothing_and_a_stranger_without_coin_can_act(geth_node: LiveNode) -> None:
    receipt = mined(geth_node)
    assert receipt["status"] == "0x1"
    assert receipt["effectiveGasPrice"] == "0x0"
    assert geth_node.call("eth_getBalance", receipt["from"], "latest") == "0x0"
