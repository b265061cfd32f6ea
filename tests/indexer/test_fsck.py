"""Checking a projection: clean where all is well, and a name for everything that is not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from indexer.fsck import Files, Kept, Paper, fsck
from indexer.live import Indexer
from indexer.node import Node
from indexer.store import Projection
from indexer.values import Hash32
from tests.devnet_fixtures import LiveNode
from tests.indexer.histories import SOURCES, History, grow
from tests.indexer.ledgers import LiveLedger
from tests.indexer.test_live import record_world
from tests.indexer.test_projection import index


@pytest.fixture
def world() -> History:
    history = History()
    grow(history, 120, 41)
    return history


def change(projection: Projection, statement: str) -> None:
    with projection._database.writing() as connection:
        assert connection.execute(text(statement)).rowcount > 0


def test_a_projection_that_is_well_is_found_well(projection: Projection, world: History) -> None:
    index(projection, world, depth=6, blocks_at_once=13)
    report = fsck(projection)
    assert report.findings == []
    assert report.ok
    assert report.checked == {"records": len(world.records)}


@pytest.mark.parametrize(
    ("table", "statement"),
    [
        ("tokens", "UPDATE tokens SET gifts = gifts + 1 WHERE seq = (SELECT max(seq) FROM tokens)"),
        ("tokens", "DELETE FROM tokens WHERE seq = (SELECT max(seq) FROM tokens)"),
        ("works", "UPDATE works SET superseded_by = NULL WHERE superseded_by IS NOT NULL"),
        ("blocks", "UPDATE blocks SET count = count + 1 WHERE number = (SELECT max(number) FROM blocks) - 3"),
        ("records", "UPDATE records SET head = digest WHERE seq = 20"),
        ("record_subjects", "UPDATE record_subjects SET ordinal = ordinal + 1 WHERE seq = 20"),
        ("intents", "DELETE FROM intents"),
    ],
)
def test_a_row_that_was_changed_is_found(
    projection: Projection, world: History, table: str, statement: str
) -> None:
    index(projection, world, depth=6)
    change(projection, statement)
    report = fsck(projection)
    assert not report.ok
    assert {finding.code for finding in report.findings} == {"row-differs"}
    assert any(finding.place.startswith(f"{table}:") for finding in report.findings)
    assert all(finding.zh and finding.en for finding in report.findings)


def test_a_raw_record_that_was_changed_shows_in_every_head_after_it(
    projection: Projection, world: History
) -> None:
    index(projection, world)
    change(projection, "UPDATE records SET log_index = log_index, block_time = block_time + 1 WHERE seq = 30")
    places = {finding.place.split(":")[0] for finding in fsck(projection).findings}
    assert {"records", "record_subjects", "blocks"} <= places


def test_files_that_are_missing_or_damaged_are_named(projection: Projection, world: History) -> None:
    index(projection, world)
    asked: list[tuple[Paper, Hash32]] = []

    def find(paper: Paper, digest: Hash32) -> Kept:
        asked.append((paper, digest))
        return Kept.WHOLE

    assert fsck(projection, files=Files(find)).ok
    assert len(set(asked)) == len(asked)
    _, lost = next(one for one in asked if one[0] is Paper.FILE)
    _, broken = next(one for one in asked if one[0] is Paper.MANIFEST)

    def find_some(paper: Paper, digest: Hash32) -> Kept:
        if digest == lost:
            return Kept.MISSING
        return Kept.DAMAGED if digest == broken else Kept.WHOLE

    report = fsck(projection, files=Files(find_some))
    assert {(finding.code, finding.place) for finding in report.findings} == {
        ("file-missing", "0x" + lost.hex()),
        ("manifest-damaged", "0x" + broken.hex()),
    }
    amended = {state.manifest_digest for state in world.held.values() if hasattr(state, "manifest_digest")}
    assert {digest for paper, digest in asked if paper is Paper.MANIFEST} > amended, (
        "old readings are kept too"
    )


@pytest.mark.node
class TestAgainstAChain:
    @pytest.fixture
    def ledger(self, anvil_node: LiveNode) -> LiveLedger:
        return LiveLedger.create(anvil_node)

    @pytest.fixture
    def node(self, ledger: LiveLedger) -> Iterator[Node]:
        with Node([ledger.node.url], seconds=10) as node:
            yield node

    @pytest.fixture
    def followed(self, ledger: LiveLedger, node: Node, projection: Projection) -> Projection:
        record_world(ledger, 20, 42)
        Indexer(node, projection, ledger.deployment, depth=30).catch_up()
        return projection

    def test_all_is_well(self, ledger: LiveLedger, node: Node, followed: Projection) -> None:
        report = fsck(followed, node, thorough=True)
        assert report.findings == []
        assert report.checked["blocks"] == len(followed.progress().blocks)
        assert report.checked["heads"] == 1
        assert report.checked["subjects"] > 20

    def test_blocks_that_are_not_on_the_chain_are_named(
        self, ledger: LiveLedger, node: Node, followed: Projection
    ) -> None:
        ledger.node.call("anvil_reorg", 2, [])
        report = fsck(followed, node)
        assert {finding.code for finding in report.findings} >= {"block-differs"}
        assert sum(finding.code == "block-differs" for finding in report.findings) == 2

    def test_a_head_that_is_not_the_chains_is_named(self, node: Node, followed: Projection) -> None:
        change(followed, "UPDATE blocks SET head = hash WHERE number = (SELECT max(number) FROM blocks)")
        assert {finding.code for finding in fsck(followed, node).findings} == {"row-differs", "head-differs"}

    def test_a_subject_whose_head_is_not_the_chains_is_named(self, node: Node, followed: Projection) -> None:
        subject = SOURCES.account(b"\0" * 20)  # type: ignore[arg-type]
        with followed._database.writing() as connection:
            changed = text("UPDATE record_subjects SET subject = :one WHERE seq = 0")
            assert connection.execute(changed, {"one": subject}).rowcount
        codes = [finding.code for finding in fsck(followed, node, thorough=True).findings]
        assert "subject-differs" in codes

    def test_code_that_is_not_the_deployments_is_named(
        self, ledger: LiveLedger, node: Node, followed: Projection
    ) -> None:
        report = fsck(followed, node, ledger.deployment)
        accounts = {finding.place for finding in report.findings if finding.code == "code-differs"}
        assert "Collectible" in accounts, "the sources of this ledger are accounts, not contracts"
        assert "ProvenanceLedger" not in accounts

    def test_another_chain_is_named(self, followed: Projection, geth_node: LiveNode) -> None:
        with Node([geth_node.url], seconds=10) as stranger:
            assert "other-chain" in {finding.code for finding in fsck(followed, stranger).findings}
