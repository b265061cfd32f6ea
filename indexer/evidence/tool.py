"""What this verifier is: its name, version and the digest of its own source. Owns the reading of its source files."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from importlib import metadata, resources
from typing import TYPE_CHECKING

from indexer.values import Hash32, as_hex

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

DISTRIBUTION = "qianyin"


@dataclass(frozen=True, slots=True)
class Tool:
    """A verifier; `source` is the digest of its source as `source_digest` defines it."""

    name: str
    version: str
    source: Hash32


@functools.cache
def this_tool() -> Tool:
    """Say what is verifying."""
    try:
        version = metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        version = "0 (not installed)"
    return Tool(DISTRIBUTION, version, source_digest())


def source_digest() -> Hash32:
    """Hash the source of the verifier: SHA-256 over one line `SHA-256 of the file, two spaces, its path` a file.

    All `.py` files of the package `indexer`, paths from it with `/`, in the order of their bytes: what `sha256sum`
    prints for them, hashed. Somebody with another copy can compare.
    """
    root = resources.files("indexer")
    lines = [
        f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {path}\n" for path, file in sorted(_sources(root))
    ]
    return Hash32(hashlib.sha256("".join(lines).encode("utf-8")).digest())


def described(tool: Tool) -> str:
    """Write it on one line."""
    return f"{tool.name} {tool.version}, source sha256 {as_hex(tool.source)}"


def _sources(folder: Traversable, prefix: str = "") -> Iterator[tuple[str, Traversable]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _sources(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(".py"):
            yield prefix + entry.name, entry
