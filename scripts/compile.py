#!/usr/bin/env python3
"""Compile contracts/ into contracts/artifacts/, which are committed so that nobody needs a compiler to run Qianyin.

    python scripts/compile.py            write the artifacts, remove those without a source
    python scripts/compile.py --check    write nothing; exit 1 where the committed ones differ from the sources

Settings are those of [profile.default] in foundry.toml. The compiler is the pinned version of (1) `solc` on PATH,
(2) py-solc-x's own installations, (3) the npm package behind scripts/solc; all three give the same bytes. Interfaces
under contracts/interfaces/ get an artifact with their ABI alone, deployable contracts the whole one.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import solcx

ROOT = Path(__file__).resolve().parent.parent
CONTRACTS = ROOT / "contracts"
ARTIFACTS = CONTRACTS / "artifacts"
RUNTIME_LIMIT = 22_000
"""Bytes. EIP-170 allows 24,576; the rest is room for a correction."""

OUTPUTS = ["abi", "storageLayout", "metadata", "evm.bytecode.object"] + [
    f"evm.deployedBytecode.{part}" for part in ("object", "immutableReferences", "linkReferences")
]

Json = dict[str, Any]


class CompileError(Exception):
    """The sources do not compile, or break one of our own rules; the message is for a person."""


def main() -> int:
    """Run the command line; the exit code is 0 when the artifacts are, or now are, those of the sources."""
    parser = argparse.ArgumentParser(description="Compile the contracts and keep their artifacts.")
    parser.add_argument("--check", action="store_true", help="write nothing, fail where an artifact is stale")
    check = parser.parse_args().check
    started = time.monotonic()
    try:
        compiler = find_compiler(pinned_version())
        wanted = artifacts(compile_all(compiler, sources()))
    except CompileError as error:
        print(f"compile: {error}", file=sys.stderr)
        return 1
    too_large = print_sizes(wanted)
    stale = differences(wanted)
    seconds = time.monotonic() - started
    outcome = f"{len(stale)} {'stale' if check else 'changed'}"
    print(f"compile: {len(wanted)} artifacts, {outcome}, {seconds:.1f} s with {compiler.name}")
    for name in too_large:
        print(f"  too large: {name}; nothing may have more than {RUNTIME_LIMIT:,} bytes", file=sys.stderr)
    if not check:
        write(wanted, stale)
        return 1 if too_large else 0
    for name in stale:
        print(
            f"  stale: contracts/artifacts/{name}.json; run scripts/compile.py and commit it", file=sys.stderr
        )
    return 1 if stale or too_large else 0


def sources() -> list[Path]:
    """List the Solidity files that are deployed or specify what is, in a fixed order; no tests."""
    skipped = {"test", "script", "artifacts"}
    found = [path for path in CONTRACTS.rglob("*.sol") if path.relative_to(CONTRACTS).parts[0] not in skipped]
    if not found:
        raise CompileError("no Solidity file under contracts/")
    return sorted(found)


def pinned_version() -> str:
    """Read the compiler version that package.json pins."""
    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    return str(package["devDependencies"]["solc"])


def find_compiler(version: str) -> Path:
    """Find the pinned compiler.

    Raises:
        CompileError: none of the three places has it.
    """
    native = shutil.which("solc")
    if native and version_of(Path(native)) == version:
        return Path(native)
    if version in (str(installed) for installed in solcx.get_installed_solc_versions()):
        return Path(solcx.install.get_executable(version))
    stand_in = ROOT / "scripts" / "solc"
    if (ROOT / "node_modules" / "solc").is_dir() and version_of(stand_in) == version:
        return stand_in
    raise CompileError(f"no solc {version}: run `npm ci` here, or put a native solc {version} on PATH")


def version_of(compiler: Path) -> str:
    """Ask a compiler for its version, three numbers; empty where it does not answer."""
    answer = subprocess.run([compiler, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"Version: (\d+\.\d+\.\d+)\+", answer)
    return found[1] if found else ""


def settings() -> Json:
    """Turn [profile.default] of foundry.toml into the settings of the compiler's standard JSON."""
    profile = tomllib.loads((ROOT / "foundry.toml").read_text(encoding="utf-8"))["profile"]["default"]
    return {
        "remappings": profile["remappings"],
        "optimizer": {"enabled": profile["optimizer"], "runs": profile["optimizer_runs"]},
        "viaIR": profile["via_ir"],
        "evmVersion": profile["evm_version"],
        "metadata": {"bytecodeHash": profile["bytecode_hash"]},
    }


def compile_all(compiler: Path, paths: list[Path]) -> Json:
    """Compile the files in one run and give the compiler's standard JSON.

    Raises:
        CompileError: there is an error or a warning.
    """
    contents = {str(path.relative_to(ROOT)): {"content": path.read_text(encoding="utf-8")} for path in paths}
    # Code for what is imported would take half of the time and end nowhere.
    selection = {"*": {"": ["ast"]}} | {name: {"": ["ast"], "*": OUTPUTS} for name in contents}
    request = {
        "language": "Solidity",
        "sources": contents,
        "settings": settings() | {"outputSelection": selection},
    }
    try:
        output: Json = solcx.compile_standard(
            request,
            base_path=str(ROOT),
            allow_paths=str(ROOT),
            solc_binary=str(compiler),
        )
    except solcx.exceptions.SolcError as error:
        raise CompileError(str(error)) from error
    if warnings := [found["formattedMessage"] for found in output.get("errors", []) if is_our_warning(found)]:
        raise CompileError("warnings count as errors\n" + "\n".join(warnings))
    return output


def is_our_warning(found: Json) -> bool:
    """Say whether a message of the compiler is a warning, and not about a file of node_modules."""
    file = found.get("sourceLocation", {}).get("file", "")
    return bool(found["severity"] == "warning" and not file.startswith("node_modules/"))


def artifacts(output: Json) -> dict[str, str]:
    """Make the text of every artifact from the compiler's answer, by contract name.

    Raises:
        CompileError: two contracts share a name, or one needs a library to be linked.
    """
    names = {node["id"]: node["name"] for node in declarations(output["sources"])}
    made: dict[str, str] = {}
    for source, contract in ours(output["sources"]):
        name = contract["name"]
        if name in made:
            raise CompileError(f"two contracts are called {name}")
        compiled = output["contracts"][source][name]
        made[name] = text(artifact(source, contract, compiled, names))
    return made


def ours(files: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
    """Go through what gets an artifact, with its file: specified interfaces and deployable contracts."""
    for source, file in sorted(files.items()):
        for node in file["ast"]["nodes"]:
            if node["nodeType"] == "ContractDefinition" and gets_artifact(source, node):
                yield source, node


def gets_artifact(source: str, contract: Json) -> bool:
    """Say whether a definition is an interface of the specification or a contract that can be deployed."""
    if not source.startswith("contracts/"):
        return False
    if contract["contractKind"] == "interface":
        return source.startswith("contracts/interfaces/")
    return contract["contractKind"] == "contract" and not contract["abstract"]


def artifact(source: str, contract: Json, compiled: Json, names: Mapping[int, str]) -> Json:
    """Shape one artifact. Hexadecimal is `0x`-prefixed; offsets of immutables are bytes into `runtime`."""
    made: Json = {"contract": contract["name"], "source": source, "abi": compiled["abi"]}
    if contract["contractKind"] == "interface":
        return made
    runtime = compiled["evm"]["deployedBytecode"]
    if runtime["linkReferences"]:
        raise CompileError(f"{contract['name']} needs linking: make the functions of its library internal")
    return made | {
        "compiler": json.loads(compiled["metadata"])["compiler"]["version"],
        "settings": {key: value for key, value in settings().items() if key != "remappings"},
        "bytecode": "0x" + compiled["evm"]["bytecode"]["object"],
        "runtime": "0x" + runtime["object"],
        "immutables": {
            names[int(key)]: spots for key, spots in runtime.get("immutableReferences", {}).items()
        },
        "storageLayout": storage_layout(compiled["storageLayout"]),
    }


def declarations(files: Mapping[str, Json]) -> Iterator[Json]:
    """Go through the state variables of all contracts, inherited libraries included."""
    for file in files.values():
        for contract in file["ast"]["nodes"]:
            for node in contract.get("nodes", []):
                if node["nodeType"] == "VariableDeclaration":
                    yield node


def storage_layout(layout: Json) -> Json:
    """Take the syntax tree's numbers out of a layout: they change with any other file, the layout does not.

    Raises:
        CompileError: two types would then have one name.
    """
    types = layout["types"] or {}
    if len({without_ids(name) for name in types}) != len(types):
        raise CompileError("two types in one storage layout share a name")
    cleaned: Json = json.loads(without_ids(json.dumps({"storage": layout["storage"], "types": types})))
    for variable in cleaned["storage"]:
        del variable["astId"]
    for kind in cleaned["types"].values():
        for member in kind.get("members", []):
            del member["astId"]
    return cleaned


def without_ids(text_: str) -> str:
    """Cut the number that follows the name in `t_struct(Name)123_storage` and its like."""
    return re.sub(r"(t_(?:struct|contract|enum|userDefinedValueType)\([A-Za-z0-9_$.]+\))\d+", r"\1", text_)


def text(made: Json) -> str:
    """Write an artifact as it is committed: sorted keys, one space of indentation, a last line break."""
    return json.dumps(made, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def print_sizes(wanted: Mapping[str, str]) -> list[str]:
    """Print the runtime size of every deployable contract, and name those over the limit."""
    runtimes = {name: json.loads(content).get("runtime", "0x") for name, content in wanted.items()}
    sizes = {name: len(runtime) // 2 - 1 for name, runtime in runtimes.items() if runtime != "0x"}
    for name, size in sizes.items():
        print(f"  {name:<24}{size:>8,} of {RUNTIME_LIMIT:,} bytes")
    return [name for name, size in sizes.items() if size > RUNTIME_LIMIT]


def differences(wanted: Mapping[str, str]) -> list[str]:
    """Name the artifacts that are missing, different or without a source."""
    held = {path.stem: path.read_text(encoding="utf-8") for path in ARTIFACTS.glob("*.json")}
    return sorted(name for name in wanted.keys() | held.keys() if wanted.get(name) != held.get(name))


def write(wanted: Mapping[str, str], changed: list[str]) -> None:
    """Bring the folder to the wanted state."""
    ARTIFACTS.mkdir(exist_ok=True)
    for name in changed:
        path = ARTIFACTS / f"{name}.json"
        if name in wanted:
            path.write_text(wanted[name], encoding="utf-8")
        else:
            path.unlink()


if __name__ == "__main__":
    sys.exit(main())
