"""The compiled contracts, read from the artifacts beside this file, which scripts/compile.py makes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True)
class Artifact:
    """One compiled contract, or one interface: then everything but its ABI is empty.

    Do not change what the fields hold: every caller gets the same object.
    """

    name: str
    source: str
    """Path from the root of the repository."""
    abi: list[dict[str, Any]]
    bytecode: bytes
    """What a deploying transaction carries, before the constructor's arguments."""
    runtime: bytes
    """What stands on chain, with zeros where the immutables go."""
    immutables: Mapping[str, list[dict[str, int]]]
    """For each immutable the places in `runtime` that it fills: `start` and `length` in bytes."""
    storage_layout: Mapping[str, Any]
    """The compiler's `storageLayout`, without the numbers of its syntax tree."""
    compiler: str

    def runtime_with(self, code: bytes) -> bytes:
        """Give `runtime` with the immutables of `code`, read from a chain: equal to `code` if that is ours."""
        filled = bytearray(self.runtime)
        for places in self.immutables.values():
            for place in places:
                part = slice(place["start"], place["start"] + place["length"])
                filled[part] = code[part].ljust(place["length"], b"\0")
        return bytes(filled)


def names() -> tuple[str, ...]:
    """List all artifacts, interfaces included, in alphabetical order."""
    folder = resources.files(__name__) / "artifacts"
    return tuple(
        sorted(entry.name.removesuffix(".json") for entry in folder.iterdir() if entry.name.endswith(".json"))
    )


@cache
def load(name: str) -> Artifact:
    """Read one artifact by the name of its contract or interface.

    Raises:
        KeyError: there is none of this name.
    """
    if name not in names():
        raise KeyError(f"no artifact of a contract {name!r}; run scripts/compile.py")
    content = json.loads(
        (resources.files(__name__) / "artifacts" / f"{name}.json").read_text(encoding="utf-8")
    )
    return Artifact(
        name=content["contract"],
        source=content["source"],
        abi=content["abi"],
        bytecode=bytes.fromhex(content.get("bytecode", "0x")[2:]),
        runtime=bytes.fromhex(content.get("runtime", "0x")[2:]),
        immutables=content.get("immutables", {}),
        storage_layout=content.get("storageLayout", {}),
        compiler=content.get("compiler", ""),
    )
