"""What holds for the repository as a whole, whatever is in it."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

import contracts

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = {
    "contracts": ROOT / "contracts",
    "devnet": ROOT / "hardhat-free-devnet" / "devnet",
    "indexer": ROOT / "indexer",
    "service": ROOT / "service",
}
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT, GROUPS = PYPROJECT["project"], PYPROJECT["dependency-groups"]

# In pieces, or this file would be the first that the test finds.
FOREIGN = re.compile(
    r"(?<![\w.-])/(?:ro{2}t|home/\w+|Users/\w+|wor[k]/(?:main|shared|venv|in|steering|\.library))(?=[/\s\"'`)]|$)"
    r"|\b(?:registry\.npmj[s]|regis[t]ry\.yarnpkg|py[p]i\.(?:org|python)|files\.pythonhoste[d]|proxy\.golan[g]"
    r"|sum\.golan[g]|(?:index|static)\.crate[s]\.io|deb\.debi[a]n)",
    re.MULTILINE,
)

INPUT_AND_OUTPUT = {
    "asyncio", "ftplib", "http", "httpx", "ipfshttpclient", "multiprocessing", "os", "psycopg", "requests", "shutil",
    "signal", "smtplib", "socket", "sqlite3", "ssl", "subprocess", "tempfile", "threading", "time", "urllib3", "web3",
}  # fmt: skip


def tracked() -> list[Path]:
    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    ).stdout.decode()
    return [path for name in names.split("\0") if name and (path := ROOT / name).is_file()]


def modules() -> Iterator[tuple[Path, ast.Module]]:
    for folder in PACKAGES.values():
        for path in sorted(folder.rglob("*.py")):
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.Module) -> set[str]:
    """Name what a module imports, `a.b` for `from a import b`."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def is_pure(tree: ast.Module) -> bool:
    """Say whether a module's docstring promises that it does no input or output."""
    return re.search(r"\bPure[.:;,]", ast.get_docstring(tree) or "") is not None


def used_distributions(trees: Iterable[ast.Module]) -> set[str]:
    """Name the distributions that modules import from, by what is installed; the module's name where none is."""
    tops = {name.partition(".")[0] for tree in trees for name in imported(tree)}
    foreign = tops - set(sys.stdlib_module_names) - PACKAGES.keys() - {"tests"}
    distributions = packages_distributions()
    return {canonical(name) for top in foreign for name in distributions.get(top, [top])}


def canonical(name: str) -> str:
    """Spell a distribution's name as PEP 503 does."""
    return re.sub(r"[-_.]+", "-", name).lower()


def requirement(line: str) -> str:
    match = re.match(r"[A-Za-z0-9._-]+", line)
    assert match, line
    return canonical(match[0])


def test_the_readme_names_the_two_commands_and_they_are_there() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for script in ("scripts/demo.py", "scripts/test.py"):
        assert f"python3 {script}" in readme
        assert os.access(ROOT / script, os.X_OK)


def test_ci_runs_the_readmes_test_command_and_nothing_else() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    lines = [
        line for line in script.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")
    ]
    assert len(lines) == 1
    assert lines[0].endswith("exec python3 scripts/test.py")


def test_no_tracked_file_names_one_machines_path_or_a_registry() -> None:
    looked_at = 0
    found = []
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        looked_at += 1
        found += [f"{path.relative_to(ROOT)}: {match[0]}" for match in FOREIGN.finditer(text)]
    assert found == []
    assert looked_at > 100


@pytest.mark.parametrize(
    "text",
    [
        "see /" + "root/.npmrc",
        'path = "/wor' + 'k/main/x"',
        "/hom" + "e/mei/qianyin",
        "https://py" + "pi.org/simple",
        '"resolved": "https://registry.npm' + 'js.org/solc"',
    ],
)
def test_the_search_for_foreign_paths_finds_one(text: str) -> None:
    assert FOREIGN.search(text)


@pytest.mark.parametrize("text", ["/works/0x01", "/work/0x01", "the root/branch", "npm ci", "a PyPI package"])
def test_the_search_for_foreign_paths_leaves_ordinary_text_alone(text: str) -> None:
    assert not FOREIGN.search(text)


def test_every_interface_has_its_abi_beside_it() -> None:
    specified = {
        name
        for path in (ROOT / "contracts" / "interfaces").glob("*.sol")
        for name in re.findall(r"^interface (\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert len(specified) >= 8
    assert specified <= set(contracts.names())
    assert all(contracts.load(name).abi for name in specified)


def test_every_deployable_contract_comes_with_code_and_a_storage_layout() -> None:
    deployable = [artifact for name in contracts.names() if (artifact := contracts.load(name)).bytecode]
    assert {"ProvenanceLedger", "Collectible"} <= {artifact.name for artifact in deployable}
    for artifact in deployable:
        assert len(artifact.runtime) <= 22_000
        assert artifact.storage_layout.keys() == {"storage", "types"}
        assert (ROOT / artifact.source).is_file()


def test_the_immutables_of_code_on_chain_are_put_into_ours_and_nothing_else_is() -> None:
    artifact = next(made for name in contracts.names() if (made := contracts.load(name)).immutables)
    place = next(iter(artifact.immutables.values()))[0]
    deployed = bytearray(artifact.runtime)
    deployed[place["start"] : place["start"] + place["length"]] = b"\x01" * place["length"]
    outside = bytearray(deployed)
    outside[place["start"] - 1] ^= 1
    assert artifact.runtime_with(bytes(deployed)).count(b"\x01") > artifact.runtime.count(b"\x01")
    assert artifact.runtime_with(bytes(outside)) != bytes(outside)


def test_an_unknown_contract_is_refused_by_its_name() -> None:
    with pytest.raises(KeyError, match="Nothing"):
        contracts.load("Nothing")


def test_locks_name_no_address_and_pin_each_package_with_a_hash() -> None:
    assert len(LOCKS) >= 5
    for lock in LOCKS:
        text = lock.read_text(encoding="utf-8")
        assert "://" not in text
        pins = re.findall(r"^\S+==\S+.*(?:\n    .*)*", text, re.MULTILINE)
        assert len(pins) == sum(line[:1].isalnum() for line in text.splitlines()) > 0
        assert all("--hash=sha256:" in pin for pin in pins)


def test_npms_lock_names_no_address_and_pins_each_package_with_a_hash() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    installed = {name: entry for name, entry in packages.items() if name}
    assert len(installed) > 50
    assert all("integrity" in entry and "resolved" not in entry for entry in installed.values())


def test_every_dependency_of_the_project_is_locked() -> None:
    locked = {
        requirement(line)
        for line in (ROOT / "requirements/runtime.txt").read_text().splitlines()
        if line[:1].isalnum()
    }
    declared = {requirement(line) for line in PROJECT["dependencies"]}
    assert declared <= locked


def test_what_is_imported_is_declared_and_what_is_declared_is_imported() -> None:
    extras = [line for lines in PROJECT["optional-dependencies"].values() for line in lines]
    declared = {requirement(line) for line in [*PROJECT["dependencies"], *extras]}
    used = used_distributions(tree for _, tree in modules())
    assert used <= declared
    # Bounds on what another one needs, or found by another one where it is installed; web3 is what tests compare with.
    assert declared - used <= {"coincurve", "multiaddr", "psycopg", "python-multipart", "urllib3", "web3"}


def test_what_is_optional_is_imported_only_when_it_is_used() -> None:
    needed = {requirement(line) for line in PROJECT["dependencies"]}
    extras = {requirement(line) for lines in PROJECT["optional-dependencies"].values() for line in lines}
    at_once = used_distributions(
        ast.Module([node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)], [])
        for _, tree in modules()
    )
    assert "sqlalchemy" in at_once
    assert at_once & (extras - needed) == set()
    assert "psycopg" in used_distributions([ast.parse("import psycopg")])


def test_what_the_tests_import_is_declared() -> None:
    groups = [line for line in [*GROUPS["test"], *GROUPS["fonts"]] if isinstance(line, str)]
    declared = {requirement(line) for line in [*PROJECT["dependencies"], *groups]}
    paths = sorted((ROOT / "tests").rglob("*.py"))
    assert len(paths) > 20
    used = used_distributions(ast.parse(path.read_text(encoding="utf-8")) for path in paths)
    assert used - declared <= {
        requirement(line) for lines in PROJECT["optional-dependencies"].values() for line in lines
    }


def test_modules_that_call_themselves_pure_import_nothing_that_reads_or_writes() -> None:
    pure = [(path, tree) for path, tree in modules() if is_pure(tree)]
    assert len(pure) > 50
    assert [
        f"{path.relative_to(ROOT)} imports {name}"
        for path, tree in pure
        for name in sorted(imported(tree))
        if name.partition(".")[0] in INPUT_AND_OUTPUT
    ] == []


def test_a_pure_module_with_input_is_told_from_one_without() -> None:
    tree = ast.parse('"""Say the time. Pure."""\nfrom time import time')
    assert is_pure(tree)
    assert {name.partition(".")[0] for name in imported(tree)} & INPUT_AND_OUTPUT
    assert not is_pure(ast.parse('"""The node; owns the connection."""'))


IMPORT_EVERYTHING = """
import importlib, pathlib, pkgutil, sys
import contracts, devnet, indexer, service
before = sys.getrecursionlimit()
count = 0
for package in (contracts, devnet, indexer, service):
    for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if not found.name.endswith("__main__") and ".migrations" not in found.name:
            importlib.import_module(found.name)
            count += 1
from devnet import keys
keys.deployer(pathlib.Path(sys.argv[1]))
print(count, before, sys.getrecursionlimit())
"""


def test_nothing_we_import_raises_the_recursion_limit(tmp_path: Path) -> None:
    """py_ecc, which eth-account imports, sets it to 100,000; `json.loads("[" * 200_000)` then crashes CPython."""
    command = [sys.executable, "-c", IMPORT_EVERYTHING, str(tmp_path / "key")]
    folders = os.pathsep.join([str(ROOT), str(ROOT / "hardhat-free-devnet")])
    answer = subprocess.run(
        command, capture_output=True, text=True, check=True, env=os.environ | {"PYTHONPATH": folders}
    )
    count, before, after = map(int, answer.stdout.split())
    assert count > 100
    assert after == before


def test_every_module_says_in_its_first_line_what_it_is() -> None:
    silent = [path for path, tree in modules() if tree.body and not ast.get_docstring(tree)]
    assert silent == []
