"""The first block names its signers as EIP-225 says, and the node takes it so."""

from __future__ import annotations

import pytest

from devnet import geth
from devnet.genesis import genesis
from indexer.values import Address
from tests.devnet_fixtures import LiveNode

FOUR = [Address(bytes([digit]) * 20) for digit in (3, 1, 4, 2)]


def test_signers_stand_in_ascending_order_between_vanity_and_an_empty_seal() -> None:
    extra = bytes.fromhex(genesis(1, FOUR, 0)["extraData"][2:])
    assert extra[:32].rstrip(b"\0") == b"Qianyin"
    assert extra[32:-65] == b"".join(sorted(FOUR))
    assert extra[-65:] == bytes(65)


def test_the_order_in_which_signers_are_given_does_not_matter() -> None:
    assert genesis(1, FOUR, 0) == genesis(1, sorted(FOUR), 0)


@pytest.mark.parametrize("signers", [[], [FOUR[0], FOUR[0]]])
def test_a_chain_without_signers_or_with_one_named_twice_is_refused(signers: list[Address]) -> None:
    with pytest.raises(ValueError, match="at least one signer, each named once"):
        genesis(1, signers, 0)


def test_rules_end_with_berlin_and_nobody_holds_coin() -> None:
    made = genesis(7, FOUR, 0)
    assert made["config"]["chainId"] == 7
    assert made["config"]["berlinBlock"] == 0
    assert "londonBlock" not in made["config"]
    assert made["config"]["clique"] == {"period": 0, "epoch": 30_000}
    assert made["alloc"] == {}


@pytest.mark.node
def test_the_node_starts_from_the_genesis_we_wrote(geth_node: LiveNode) -> None:
    first = geth_node.call("eth_getBlockByNumber", "0x0", False)
    [signer] = geth.signers(geth_node.home / "chain" / "geth")
    assert signer.hex() in first["extraData"]
    assert first["gasLimit"] == hex(500_000_000)
    assert "baseFeePerGas" not in first
