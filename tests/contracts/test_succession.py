"""A deployment that continues another one of the same chain, as the tools create it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from devnet import deploy as deploying
from devnet.errors import WrongChain
from devnet.qianyin import Succession
from indexer.deployment import DeployedContract, Deployment
from indexer.events import LEDGER
from indexer.head import Predecessor, first_head
from indexer.keccak import keccak256
from indexer.values import Hash32, address, hash32
from tests.vectors import scene
from tests.vectors.stage import CHAIN_ID, SceneFailed, Stage, chain, deploy

pytestmark = pytest.mark.node

CLAIM = (
    scene.PUBLICATION, scene.digest("book.pdf"), scene.digest("book.json"), 0, scene.NOTHING, scene.NOTHING, [],
)  # fmt: skip


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """A chain where an institution has deposited one work."""
    with chain() as node:
        made = Stage(node)
        deploy(made)
        scene.register_people(made)
        made.act("issuer", "WorkRegistry.register", CLAIM)
        yield made


def deployment(stage: Stage) -> Deployment:
    """Write down what stands on the stage."""
    contracts = {
        name: DeployedContract(
            address(stage.who(name)),
            keccak256(bytes.fromhex(stage.node.call("eth_getCode", stage.who(name), "latest")[2:])),
        )
        for name in stage.addresses
        if name[0].isupper()
    }
    genesis = hash32(stage.node.call("eth_getBlockByNumber", "0x0", False)["hash"])
    return Deployment(CHAIN_ID, genesis, (stage.node.url,), 1, genesis, contracts)


def test_the_next_ledger_goes_on_where_the_last_one_is_and_its_registries_ask_those(stage: Stage) -> None:
    for generation in (1, 2):
        older = deployment(stage)
        head, count = stage.ask(f"{LEDGER}.head"), int.from_bytes(stage.ask(f"{LEDGER}.count"), "big")
        assert count > 0
        predecessor = deploying.continued(stage.node, older)
        assert predecessor == Succession.on_the_same_chain(older)
        deploy(stage, f"deployer {generation}", predecessor)
        made = next(
            log for log in stage.node.call("eth_getLogs", {"address": stage.who(LEDGER), "fromBlock": "0x0"})
        )
        parent = stage.node.call("eth_getBlockByNumber", made["blockNumber"], False)["parentHash"]
        before = Predecessor(CHAIN_ID, older.contracts[LEDGER].address, Hash32(head), count)
        assert stage.ask(f"{LEDGER}.firstHead") == first_head(
            CHAIN_ID, address(stage.who(LEDGER)), hash32(parent), before
        )
        for name in ("WorkRegistry", "Collections"):
            assert stage.ask(f"{name}.predecessor")[12:] == older.contracts[name].address
        scene.register_people(stage)
        assert int.from_bytes(stage.ask("WorkRegistry.claims", scene.digest("book.pdf")), "big") == 1
        known = keccak256(b"WorkKnown(bytes32)")[:4].hex()
        with pytest.raises(SceneFailed, match=f"0x{known}"):
            stage.act("issuer", "WorkRegistry.register", CLAIM)


def test_of_a_ledger_on_another_chain_head_and_count_are_read_at_its_node(stage: Stage) -> None:
    older = deployment(stage)
    with chain(CHAIN_ID + 1) as node:
        elsewhere = Stage(node)
        found = deploying.continued(node, older)
        assert (found.chain_id, found.ledger) == (CHAIN_ID, older.contracts[LEDGER].address)
        assert found.head == stage.ask(f"{LEDGER}.head")
        assert found.count == int.from_bytes(stage.ask(f"{LEDGER}.count"), "big")
        deploy(elsewhere, predecessor=found)
        assert elsewhere.ask("WorkRegistry.predecessor") == bytes(32)


def test_a_deployment_that_is_not_on_its_chain_is_not_continued(stage: Stage) -> None:
    with chain() as node, pytest.raises(WrongChain):
        deploying.continued(node, deployment(stage))
