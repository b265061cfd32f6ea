"""Every reader of bytes from strangers, under mutants of honest input: a value or our own error, and nothing else.

Two fuzzers drive the same targets: a blind one here, the same in every run; and atheris, which follows the branches
that an input takes (`program.py`). Each counts what it ran, and each must come upon a fault planted behind the
reader's gates.
"""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from itertools import islice
from pathlib import Path

import pytest

from tests.hostile.fuzz.mutations import inputs
from tests.hostile.fuzz.targets import TARGETS, PlantedFault, Target, run

pytestmark = [
    pytest.mark.filterwarnings(
        "ignore"
    ),  # a decoder may warn of what it reads; here only how it ends matters
    pytest.mark.parametrize("target", TARGETS.values(), ids=lambda target: target.name),
]
ROOT = Path(__file__).parents[3]
RUNS = 300
WITHIN = 100_000
DEEP = 20_000
needs_atheris = pytest.mark.skipif(
    importlib.util.find_spec("atheris") is None, reason="atheris has no wheel for this system"
)


def test_every_seed_is_read_and_shows_no_planted_fault(target: Target) -> None:
    seeds = target.seeds()
    assert seeds
    target.read(seeds[0])  # a corpus of what is refused anyway would keep the fuzzer outside
    for seed in seeds:
        run(target, seed, is_planted=True)


def test_mutants_end_in_a_value_or_in_our_own_error(target: Target) -> None:
    count = 0
    for data in islice(inputs(target, 1), RUNS):
        run(target, data)
        count += 1
    assert count == RUNS


def test_a_planted_fault_is_come_upon(target: Target) -> None:
    for data in islice(inputs(target, 1), WITHIN):
        try:
            run(target, data, is_planted=True)
        except PlantedFault:
            return
    pytest.fail(f"not found in {WITHIN} runs")


def fuzzed(target: Target, folder: Path, runs: int, *, is_planted: bool) -> subprocess.CompletedProcess[str]:
    corpus = folder / "corpus"
    corpus.mkdir()
    for number, seed in enumerate(target.seeds()):
        (corpus / str(number)).write_bytes(seed)
    (folder / "words").write_text(
        "".join(
            '"' + "".join(f"\\x{octet:02x}" for octet in word) + '"\n'
            for word in target.words
            if len(word) < 60
        ),
        encoding="ascii",
    )
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "tests.hostile.fuzz.program",
        target.name,
        *(["--planted"] if is_planted else []),
        f"-runs={runs}",
        "-seed=1",
        "-max_len=8192",
        "-timeout=60",
        "-rss_limit_mb=3000",
        f"-dict={folder / 'words'}",
        f"-artifact_prefix={folder}/",
        str(corpus),
    ]
    path = os.pathsep.join((str(ROOT), str(ROOT / "hardhat-free-devnet")))
    return subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False
    )


@needs_atheris
@pytest.mark.nightly
@pytest.mark.timeout(3_600)
def test_a_fuzzer_that_follows_the_branches_finds_nothing(target: Target, tmp_path: Path) -> None:
    done = fuzzed(target, tmp_path, DEEP, is_planted=False)
    assert done.returncode == 0, done.stderr[-3_000:]
    counted = re.search(r"Done (\d+) runs", done.stderr)
    assert counted is not None, done.stderr[-3_000:]
    assert int(counted[1]) >= DEEP


@needs_atheris
@pytest.mark.nightly
@pytest.mark.timeout(3_600)
def test_a_fuzzer_that_follows_the_branches_comes_upon_a_planted_fault(
    target: Target, tmp_path: Path
) -> None:
    done = fuzzed(target, tmp_path, DEEP, is_planted=True)
    assert done.returncode != 0
    assert "PlantedFault" in done.stdout + done.stderr
