"""`kill -9` of the indexer at any moment: what is in the database is whole, and following goes on from there."""

from __future__ import annotations

import pickle
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from indexer.fsck import fsck
from indexer.live import Indexer
from indexer.node import Node
from indexer.store import NothingIndexed, Projection
from indexer.store.comparison import differences
from tests.devnet_fixtures import LiveNode
from tests.indexer.conftest import Opener
from tests.indexer.ledgers import LiveLedger
from tests.indexer.test_live import record_world

pytestmark = pytest.mark.node

KILLS = 8
ROOT = Path(__file__).parents[2]


def test_a_killed_indexer_leaves_a_whole_projection_and_goes_on(
    anvil_node: LiveNode, place: tuple[str, str], opener: Opener, tmp_path: Path
) -> None:
    ledger = LiveLedger.create(anvil_node)
    history = record_world(ledger, 120, 61)
    arguments = tmp_path / "arguments.pickle"
    arguments.write_bytes(pickle.dumps((*place, ledger.deployment, 2, 1)))
    dice = random.Random(61)
    counts: list[int] = []
    for _ in range(KILLS):
        killed_after(arguments, dice.randint(0, 40), dice.uniform(0.0, 0.01))
        with Node([anvil_node.url]) as node:
            projection = opener()
            try:
                report = fsck(projection, node)
            except NothingIndexed:
                continue
            assert report.findings == []
            counts.append(report.tip.count)
            projection.close()
    assert counts == sorted(counts)
    assert len(set(counts)) > 2, "it was killed at different points, and got further each time"
    with Node([anvil_node.url]) as node, Projection.open(f"sqlite:///{tmp_path / 'whole.db'}") as whole:
        last = opener()
        Indexer(node, last, ledger.deployment, depth=2).catch_up()
        Indexer(node, whole, ledger.deployment, depth=2).catch_up()
        assert differences(last, whole) == ()
        assert last.progress().tip.count == len(history.records)


def killed_after(arguments: Path, lines: int, seconds: float) -> None:
    """Run the indexer, and kill it so long after it has said so many lines, most of which are within transactions."""
    command = [sys.executable, "-m", "tests.indexer.following", str(arguments)]
    environment = {"PYTHONPATH": f"{ROOT}:{ROOT / 'hardhat-free-devnet'}"}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            for _ in range(lines):
                assert process.stdout.readline()
            time.sleep(seconds)
        finally:
            process.kill()
