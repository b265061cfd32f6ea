"""The files that a manifest names, for comparing with those a bundle lists. Pure.

A manifest of this system has a block `qianyin` with `files`: CID, its profile, media type, size and SHA-256 of each.
A manifest of another form states no files here; its digest is checked all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from indexer.errors import BundleError
from indexer.evidence import strict
from indexer.evidence.bundle import MOST_FILES, MOST_MANIFEST, DepositedFile
from indexer.evidence.strict import Node

FORMAT = "qianyin-manifest/1"
_MOST_BYTES = 4 * MOST_MANIFEST
"""A character of JSON is at most four bytes of UTF-8."""


def stated_files(manifest: str) -> tuple[DepositedFile, ...] | None:
    """Give the files that a manifest states; None where it is no manifest of this system."""
    try:
        block = Node(strict.parse(manifest, _MOST_BYTES)).entries(64).get("qianyin")
        fields = block.entries(16) if block is not None else {}
        if "format" not in fields or fields["format"].value != FORMAT or "files" not in fields:
            return None
        return tuple(_file(one.entries(16)) for one in fields["files"].members(MOST_FILES))
    except BundleError:
        return None


def differing(listed: Sequence[DepositedFile], stated: Sequence[DepositedFile]) -> str | None:
    """Say in what a listed file differs from the manifest; None where each is there as listed."""
    by_digest = {one.sha256: one for one in stated}
    known = frozenset(stated)  # one file may be named twice, as two things
    for place, one in enumerate(listed):
        if one in known:
            continue
        found = by_digest.get(one.sha256)
        if found is None:
            return f"files/{place} is not in the manifest"
        names = (name for name in DepositedFile.__slots__ if getattr(one, name) != getattr(found, name))
        return f"files/{place}: {', '.join(names)}"
    return None


def _file(fields: dict[str, Node]) -> DepositedFile:
    return DepositedFile(
        sha256=_field(fields, "sha256").hash(),
        size=_field(fields, "size").integer(),
        media_type=_field(fields, "media_type").text(200),
        cid=_field(fields, "cid").text(200),
        cid_profile=_field(fields, "cid_profile").text(100),
    )


def _field(fields: dict[str, Any], name: str) -> Node:
    found: Node | None = fields.get(name)
    if found is None:
        raise BundleError("", f"missing: {name}")
    return found
