"""Database against chain against files, for one installation. Reads all of them."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from typing import Any

from indexer.fsck import Files, Kept, Paper, fsck
from indexer.values import Hash32
from service.errors import NotFound, Unavailable
from service.files.cid import raw_cid
from service.installation import Installation

_PAGE = 500


def check_all(installation: Installation, *, thorough: bool = False) -> dict[str, Any]:
    """Run fsck on the parts of an installation; JSON-safe, `ok` says whether all agrees.

    Args:
        thorough: prove the head of every subject, too.
    """
    deposited = _deposited(installation)
    report = fsck(
        installation.projection,
        installation.node,
        installation.deployment,
        Files(lambda paper, digest: _kept(installation, deposited, paper, digest)),
        thorough=thorough,
    )
    return {
        "ok": report.ok,
        "block": report.tip.number,
        "checked": report.checked,
        "findings": [asdict(one) for one in report.findings],
    }


def _deposited(installation: Installation) -> dict[Hash32, str]:
    """Give the CID of every deposited file by its SHA-256, as the manifests say; a long file's CID does not hold it."""
    found: dict[Hash32, str] = {}
    with installation.projection.view() as view:
        after: int | None = None
        while True:
            page = view.works(after=after, limit=_PAGE)
            for known in page.items:
                manifest = installation.library.manifest(known.state.manifest_digest)
                if manifest is not None:
                    found[manifest.deposited.digests.sha256] = manifest.deposited.digests.cid
            if not isinstance(page.cursor, int):
                return found
            after = page.cursor


def _kept(installation: Installation, deposited: dict[Hash32, str], paper: Paper, digest: Hash32) -> Kept:
    """Look whether what a digest on chain names is kept here, whole."""
    cid = deposited.get(digest) if paper is Paper.FILE else None
    try:
        with installation.files.get(cid or raw_cid(digest)) as stream:
            same = hashlib.file_digest(stream, "sha256").digest() == digest  # type: ignore[arg-type]
    except NotFound:
        return Kept.MISSING
    except Unavailable:
        return Kept.DAMAGED
    return Kept.WHOLE if same else Kept.DAMAGED
