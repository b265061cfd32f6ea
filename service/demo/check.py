"""Whether the demonstration holds: verdicts, an export, fsck, and a second index that has the same rows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from indexer.announce import announce
from indexer.evidence.bundle import read_bundle, write_bundle
from indexer.evidence.export import verify_export, write_jsonl
from indexer.evidence.verdict import verify
from indexer.live import Indexer
from indexer.reindex import reindex
from indexer.store import Projection
from indexer.store.answers import Known
from indexer.store.comparison import same_rows
from service.checking import check_all
from service.demo.show import Show
from service.installation import Installation
from service.outbox import requests as asked
from service.reading.open import context
from service.reading.proof import Prover
from service.reading.titles import learn_titles


def check(show: Show) -> dict[str, Any]:
    """Check everything that the demonstration did; JSON-safe, `held` says whether all of it holds."""
    timings = dict(show.timings)
    timed = _timer(timings)
    installation = show.installation
    with timed("verify"):
        verdicts = _verdicts(installation, show)
    with timed("export"):
        export = _export(installation)
    with timed("fsck"):
        found = check_all(installation, thorough=True)
    with timed("reindex"):
        same = _reindexed(installation)
    refused = [one for one in show.story.told.values() if one.reason is not None]
    held = (
        all(one["verdict"] == "valid" for one in verdicts)
        and len(verdicts) > len(show.story.tokens)
        and export["verdict"] == "valid"
        and found["ok"]
        and same
        and show.recorded.conflicts == len(show.legacy.clashes) == 1
        and [one.reason.code for one in refused if one.reason] == ["token-held"]
    )
    return {
        "held": held,
        "did": _did(show),
        "verdicts": verdicts,
        "export": export,
        "fsck": {"ok": found["ok"], "checked": found["checked"], "findings": found["findings"]},
        "reindex_same_rows": same,
        "refused_as_it_should_be": [one.reason.en for one in refused if one.reason],
        "existing_contracts": show.legacy.as_json() | {"recorded": show.recorded.as_json()},
        "timings": timings,
    }


def _did(show: Show) -> dict[str, int]:
    counted: dict[str, int] = {}
    for one in show.story.told.values():
        if one.reason is None:
            counted[one.kind] = counted.get(one.kind, 0) + 1
    return counted


def _verdicts(installation: Installation, show: Show) -> list[dict[str, Any]]:
    """Check every deposit and collectible as a stranger would: from the bytes of its bundle and the pinned anchor."""
    works = [
        one.request.work_id for one in show.story.told.values() if isinstance(one.request, asked.Deposit)
    ]
    verdicts: list[dict[str, Any]] = []
    with context(installation) as one:
        prover = Prover(installation, one.view, installation.anchor, installation.proofs)
        known: list[tuple[str, Known[Any] | None]] = [("deposit", one.view.work(work)) for work in works]
        known += [("holding", one.view.token(token)) for token in show.story.tokens]
        for kind, state in known:
            if state is None:
                verdicts.append({"kind": kind, "verdict": "missing"})
                continue
            octets = write_bundle(prover.bundle(state))
            verdict = verify(read_bundle(octets), installation.anchor)
            verdicts.append({"kind": kind, "verdict": verdict.answer.value, "bytes": len(octets)})
    return verdicts


def _export(installation: Installation) -> dict[str, Any]:
    anchor = installation.anchor
    if anchor is None:
        return {"verdict": "indeterminate", "records": 0}
    with installation.projection.view() as view:
        header = announce(view, installation.node, anchor, 0, view.as_of.settled_number)
        if header.first_seq is None or header.last_seq is None:
            return {"verdict": "indeterminate", "records": 0}
        lines = list(write_jsonl(header, view.records(header.first_seq, header.last_seq)))
    found = verify_export(lines, anchor)
    return {"verdict": found.answer.value, "complete": found.complete, "records": found.records}


def _reindexed(installation: Installation) -> bool:
    """Index the chain a second time beside the first, by the live way and by rebuilding, and compare all rows."""
    path = installation.settings.home / "second-index.db"
    with Projection.open(f"sqlite:///{path}") as second:
        Indexer(installation.node, second, installation.deployment).catch_up()
        lived = same_rows(installation.projection, second)
        reindex(installation.node, second, installation.deployment)
        rebuilt = same_rows(installation.projection, second)
    Path(path).unlink()
    learn_titles(installation)
    return lived and rebuilt


def _timer(timings: dict[str, float]) -> Callable[[str], Any]:
    @contextmanager
    def timed(name: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        timings[name] = round(time.monotonic() - began, 3)

    return timed
