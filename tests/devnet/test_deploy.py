"""Contracts are created once, all in one block, whatever cuts it off."""

from __future__ import annotations

import json

import pytest

from devnet import deploy, draft, keys
from devnet.errors import DeploymentFailed, NodeUnreachable, WrongChain
from devnet.plan import created_address
from devnet.progress import silent
from devnet.rpc import Endpoint
from indexer.deployment import Deployment
from indexer.keccak import keccak256
from indexer.values import Address, address, as_hex
from tests.devnet import tiny
from tests.devnet_fixtures import LiveNode

pytestmark = pytest.mark.node

_SALT = "0x" + keccak256(b"salt()").hex()[:8]
_FIRST_SOURCE = "0x" + keccak256(b"sources(uint256)").hex()[:8] + "0" * 64


def _deploy(node: LiveNode, delay: int = 1) -> Deployment:
    return deploy.deploy(node.home / "chain", Endpoint(node.url), tiny.plan(delay), tiny.load, silent)


def _asked(node: LiveNode, made: Deployment, contract: str, data: str) -> str:
    """Call a view of a contract in the block that created it."""
    where = as_hex(made.contracts[contract].address)
    return str(node.call("eth_call", {"to": where, "data": data}, hex(made.block)))


def _nonce(node: LiveNode, sender: Address) -> int:
    return int(node.call("eth_getTransactionCount", as_hex(sender), "pending"), 16)


def _deployer(node: LiveNode) -> Address:
    return address(keys.deployer(node.home / "chain" / "deployer.key").address)


@pytest.mark.parametrize("kind", ["geth_node", "anvil_node"])
def test_contracts_that_name_each_other_stand_at_the_addresses_foretold(
    kind: str, request: pytest.FixtureRequest
) -> None:
    node: LiveNode = request.getfixturevalue(kind)
    made = _deploy(node)
    assert made.contracts["ProvenanceLedger"].address == created_address(_deployer(node), 0)
    assert made.contracts["Clerk"].address == created_address(_deployer(node), 1)
    source = _asked(node, made, "ProvenanceLedger", _FIRST_SOURCE)
    assert source[-40:] == made.contracts["Clerk"].address.hex()


@pytest.mark.parametrize("kind", ["geth_node", "anvil_node"])
def test_all_contracts_see_one_parent_block(kind: str, request: pytest.FixtureRequest) -> None:
    node: LiveNode = request.getfixturevalue(kind)
    made = _deploy(node)
    seen = _asked(node, made, "Clerk", _SALT)
    assert seen == as_hex(made.parent_hash)
    assert node.call("eth_getBlockByNumber", hex(made.block - 1), False)["hash"] == seen


def test_the_deployers_key_is_for_the_owner_of_the_folder_only(geth_node: LiveNode) -> None:
    _deploy(geth_node)
    assert (geth_node.home / "chain" / "deployer.key").stat().st_mode & 0o777 == 0o600


def test_a_deployment_cut_off_before_anything_was_sent_goes_on_with_the_same_bytes(
    geth_node: LiveNode,
) -> None:
    folder, endpoint = geth_node.home / "chain", Endpoint(geth_node.url)
    genesis = deploy.genesis_hash(endpoint)
    signed = draft.draw_up(folder, geth_node.chain_id, genesis, tiny.plan(), tiny.load)
    made = _deploy(geth_node)
    assert [made.contracts[one.step.contract].address for one in signed] == [
        one.step.address for one in signed
    ]
    assert _nonce(geth_node, _deployer(geth_node)) == 2


def test_a_deployment_cut_off_between_two_transactions_is_finished(geth_node: LiveNode) -> None:
    folder, endpoint = geth_node.home / "chain", Endpoint(geth_node.url)
    genesis = deploy.genesis_hash(endpoint)
    signed = draft.draw_up(folder, geth_node.chain_id, genesis, tiny.plan(), tiny.load)
    geth_node.call("eth_sendRawTransaction", as_hex(signed[1].raw))
    geth_node.kill()
    with pytest.raises(NodeUnreachable):
        _deploy(geth_node)
    geth_node.start()
    made = _deploy(geth_node)
    assert made.ledger.address == signed[0].step.address


def test_a_deployment_whose_paper_was_not_written_is_found_again(geth_node: LiveNode) -> None:
    first = _deploy(geth_node)
    assert _deploy(geth_node) == first
    assert _nonce(geth_node, _deployer(geth_node)) == 2


def test_another_plan_starts_afresh_with_another_key(geth_node: LiveNode) -> None:
    first, sender = _deploy(geth_node), _deployer(geth_node)
    second = _deploy(geth_node, delay=2)
    assert _deployer(geth_node) != sender
    assert first.ledger.address != second.ledger.address


def test_a_constructor_that_reverts_is_named_and_nothing_of_it_stays_in_the_way(geth_node: LiveNode) -> None:
    with pytest.raises(DeploymentFailed, match="Clerk"):
        _deploy(geth_node, delay=0)
    assert _deploy(geth_node).contracts.keys() == {"ProvenanceLedger", "Clerk"}


def test_a_draft_for_another_chain_is_not_sent(geth_node: LiveNode) -> None:
    folder = geth_node.home / "chain"
    foreign = deploy.genesis_hash(Endpoint(geth_node.url))[::-1]
    draft.draw_up(folder, geth_node.chain_id, type(foreign)(foreign), tiny.plan(), tiny.load)
    sender = _deployer(geth_node)
    _deploy(geth_node)
    assert _nonce(geth_node, sender) == 0


def test_a_deployment_is_recognised_on_its_chain(geth_node: LiveNode) -> None:
    deploy.verify(Endpoint(geth_node.url), _deploy(geth_node))


def test_a_deployment_is_refused_where_its_code_is_gone(anvil_node: LiveNode) -> None:
    made = _deploy(anvil_node)
    anvil_node.call("anvil_setCode", as_hex(made.contracts["Clerk"].address), "0x00")
    with pytest.raises(WrongChain, match="Clerk"):
        deploy.verify(Endpoint(anvil_node.url), made)


def test_a_deployment_is_refused_on_another_chain(geth_node: LiveNode, anvil_node: LiveNode) -> None:
    made = _deploy(geth_node)
    with pytest.raises(WrongChain, match="another chain"):
        deploy.verify(Endpoint(anvil_node.url), made)


def test_the_draft_holds_no_key(geth_node: LiveNode) -> None:
    _deploy(geth_node)
    folder = geth_node.home / "chain"
    kept = (folder / "deployment.draft.json").read_text()
    assert (folder / "deployer.key").read_text() not in kept
    assert json.loads(kept)["chainId"] == geth_node.chain_id
