"""A node that is killed loses nothing it had confirmed."""

from __future__ import annotations

import time

import pytest

from devnet import installation
from tests.devnet.transactions import mined
from tests.devnet_fixtures import LiveNode

pytestmark = pytest.mark.node


def test_a_block_is_still_there_when_geth_is_killed_right_after_the_receipt(geth_node: LiveNode) -> None:
    for _ in range(5):
        receipt = mined(geth_node, 3)
        geth_node.kill()
        assert not installation.status(geth_node.home).answers
        geth_node.start()
        block = geth_node.call("eth_getBlockByNumber", receipt["blockNumber"], False)
        assert block is not None
        assert block["hash"] == receipt["blockHash"]
    assert int(geth_node.call("eth_blockNumber"), 16) == 15


def test_geth_proves_old_state_after_it_was_killed(geth_node: LiveNode) -> None:
    account = mined(geth_node, 2)["from"]
    geth_node.kill()
    geth_node.start()
    proofs = [geth_node.call("eth_getProof", account, [], hex(block)) for block in (0, 1, 2)]
    assert [int(proof["nonce"], 16) for proof in proofs] == [0, 1, 2]


def test_geth_goes_on_sealing_after_it_was_killed(geth_node: LiveNode) -> None:
    mined(geth_node)
    geth_node.kill()
    geth_node.start()
    assert mined(geth_node)["blockNumber"] == "0x2"


def test_anvil_keeps_what_it_wrote_a_second_ago(anvil_node: LiveNode) -> None:
    receipt = mined(anvil_node)
    time.sleep(2.5)
    anvil_node.kill()
    anvil_node.start()
    assert (
        anvil_node.call("eth_getBlockByNumber", receipt["blockNumber"], False)["hash"] == receipt["blockHash"]
    )


def test_anvil_with_a_cut_off_state_file_starts_from_the_copy_before(anvil_node: LiveNode) -> None:
    mined(anvil_node)
    assert installation.down(anvil_node.home)
    anvil_node.start()  # starts from block 1 and keeps a copy of that state
    mined(anvil_node)
    assert installation.down(anvil_node.home)
    state = anvil_node.home / "chain" / "anvil" / "state.json"
    state.write_bytes(state.read_bytes()[:-100])
    heard: list[str] = []
    installation.start(anvil_node.home, attached=True, progress=lambda notice: heard.append(notice.stage))
    assert "cut-off" in heard
    assert anvil_node.call("eth_blockNumber") == "0x1"
