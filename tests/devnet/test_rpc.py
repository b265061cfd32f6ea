"""What a node says is told apart from a node that says nothing."""

from __future__ import annotations

import pytest

from devnet.errors import NodeRefused, NodeUnreachable
from devnet.rpc import Endpoint
from tests.devnet_fixtures import LiveNode


@pytest.mark.node
def test_an_error_of_the_node_is_passed_on_with_its_words(anvil_node: LiveNode) -> None:
    with pytest.raises(NodeRefused, match="not found") as raised:
        anvil_node.call("eth_noSuchMethod")
    assert raised.value.facts["method"] == "eth_noSuchMethod"


@pytest.mark.node
def test_nothing_where_there_is_nothing(anvil_node: LiveNode) -> None:
    assert anvil_node.call("eth_getTransactionReceipt", "0x" + "11" * 32) is None


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "ftp://127.0.0.1", "nowhere", "http://127.0.0.1:port"])
def test_an_address_where_no_node_is_is_named(url: str) -> None:
    with pytest.raises(NodeUnreachable) as raised:
        Endpoint(url).call("eth_chainId")
    assert raised.value.facts["url"] == url
