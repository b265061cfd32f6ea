"""`qianyin reindex · fsck · doctor`: the index, checked and built anew."""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from indexer.values import Hash32, as_hex
from service.cli.opening import Verbs, hash_word, installation_of, settings_of, tell
from service.errors import NotFound, QianyinError, Unavailable

if TYPE_CHECKING:
    from indexer.fsck import Kept, Paper
    from service.installation import Installation


def add(verbs: Verbs) -> None:
    """Add the verbs."""
    reindex = verbs.add_parser(
        "reindex", help="build the index anew from the chain, and put it in place of the old"
    )
    reindex.add_argument(
        "--accept-chain",
        type=hash_word,
        metavar="HASH",
        help="accept that settled history was replaced by this chain",
    )
    reindex.add_argument("--json", action="store_true")
    reindex.set_defaults(run=run_reindex)
    fsck = verbs.add_parser("fsck", help="check index against chain against files")
    fsck.add_argument("--thorough", action="store_true", help="prove the head of every subject, too")
    fsck.add_argument("--json", action="store_true")
    fsck.set_defaults(run=run_fsck)
    doctor = verbs.add_parser("doctor", help="look at every part of this home and say what is wrong")
    doctor.add_argument("--json", action="store_true")
    doctor.set_defaults(run=run_doctor)


def run_reindex(arguments: argparse.Namespace) -> int:
    """Build the index anew."""
    from indexer.reindex import reindex
    from service.cli.processes import learn_titles

    began = time.monotonic()
    with installation_of(arguments) as installation:
        found = reindex(
            installation.node,
            installation.projection,
            installation.deployment,
            accept_chain=arguments.accept_chain,
            heed=_progress(quiet=arguments.json),
        )
        learn_titles(installation)
    said = {
        "block": found.tip.number,
        "records": found.records,
        "seconds": round(time.monotonic() - began, 2),
    }
    tell(arguments, said, f"\n{found.records} records up to block {found.tip.number}, {said['seconds']} s")
    return 0


def run_fsck(arguments: argparse.Namespace) -> int:
    """Check everything against everything; exit code 3 if something is not as it should be."""
    with installation_of(arguments) as installation:
        found = check_all(installation, thorough=arguments.thorough)
    lines = [f"{what:24} {number}" for what, number in found["checked"].items()]
    lines += [f"✗ {one['place']}: {one['zh']} / {one['en']}" for one in found["findings"]]
    tell(arguments, found, "\n".join([*lines, "一切相符 / all agrees" if found["ok"] else ""]))
    return 0 if found["ok"] else 3


def check_all(installation: Installation, *, thorough: bool = False) -> dict[str, Any]:
    """Run fsck on the parts of an installation; JSON-safe."""
    from indexer.fsck import Files, fsck

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
            page = view.works(after=after, limit=500)
            for known in page.items:
                manifest = installation.library.manifest(known.state.manifest_digest)
                if manifest is not None:
                    found[manifest.deposited.digests.sha256] = manifest.deposited.digests.cid
            if not isinstance(page.cursor, int):
                return found
            after = page.cursor


def _kept(installation: Installation, deposited: dict[Hash32, str], paper: Paper, digest: Hash32) -> Kept:
    """Look whether what a digest on chain names is kept here, whole."""
    from indexer.fsck import Kept, Paper
    from service.files.cid import raw_cid

    cid = deposited.get(digest) if paper is Paper.FILE else None
    try:
        with installation.files.get(cid or raw_cid(digest)) as stream:
            same = hashlib.file_digest(stream, "sha256").digest() == digest  # type: ignore[arg-type]
    except NotFound:
        return Kept.MISSING
    except Unavailable:
        return Kept.DAMAGED
    return Kept.WHOLE if same else Kept.DAMAGED


def run_doctor(arguments: argparse.Namespace) -> int:
    """Look at every part; exit code 1 if one is not well."""
    with installation_of(arguments) as installation:
        looked = [_look(name, look) for name, look in _parts(installation)]
    for one in looked:
        if not arguments.json:
            print(f"{'✓' if one['well'] else '✗'} {one['part']:12} {one['said']}")
    if arguments.json:
        tell(arguments, {"home": str(settings_of(arguments).home), "parts": looked}, "")
    return 0 if all(one["well"] for one in looked) else 1


def _parts(installation: Installation) -> list[tuple[str, Any]]:
    from service.outbox.operations import counts

    def chain() -> str:
        genesis, newest = installation.node.look()
        if genesis.hash != installation.deployment.genesis_hash:
            raise ValueError("the node follows another chain than this home's")
        return f"block {newest.number}"

    def index() -> str:
        with installation.projection.view() as view:
            return f"block {view.as_of.number}, {view.as_of.count} records"

    def anchor() -> str:
        found = installation.anchor
        if found is None:
            raise ValueError("there is none")
        return f"{len(found.issuers)} issuers, {'demo' if found.demo else 'production'}"

    return [
        ("deployment", lambda: as_hex(installation.deployment.ledger.address)),
        ("chain", chain),
        ("anchor", anchor),
        (
            "outbox",
            lambda: (
                ", ".join(f"{n} {s.value}" for s, n in counts(installation.database).items() if n) or "empty"
            ),
        ),
        ("index", index),
        ("keys", lambda: f"{len(installation.vault.operators)} operator keys"),
        ("files", lambda: type(installation.files).__name__),
    ]


def _look(part: str, look: Any) -> dict[str, Any]:
    from devnet.errors import DevnetError
    from indexer.errors import IndexerError

    try:
        return {"part": part, "well": True, "said": look()}
    except (QianyinError, DevnetError, IndexerError, ValueError, OSError) as fault:
        return {"part": part, "well": False, "said": str(fault)}


def _progress(*, quiet: bool) -> Any:
    def heed(at: int, until: int) -> None:
        if not quiet:
            print(f"\r  block {at} / {until}", end="", file=sys.stderr, flush=True)

    return heed
