"""The wheel has everything that an installation reads at run time."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """What is in the wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    [wheel] = folder.glob("*.whl")
    return set(zipfile.ZipFile(wheel).namelist())


@pytest.mark.parametrize(
    ("package", "folder"),
    [("devnet", "hardhat-free-devnet/devnet"), ("service", "service"), ("indexer", "indexer")],
)
def test_every_tracked_file_of_a_package_is_in_it(names: set[str], package: str, folder: str):
    listed = subprocess.run(
        ["git", "ls-files", folder], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split()
    wanted = {f"{package}{path.removeprefix(folder)}" for path in listed if (ROOT / path).exists()}
    assert len(wanted) > 10
    assert wanted <= names, sorted(wanted - names)


def test_the_recipe_of_the_node_and_the_compiled_contracts_are_in_it(names: set[str]):
    assert {"devnet/go/go.mod", "devnet/go/go.sum", "devnet/go/go-toolchain.txt"} <= names
    assert "contracts/artifacts/Collectible.json" in names
    assert not [name for name in names if name.startswith("tests/") or name.endswith(".sol")]
