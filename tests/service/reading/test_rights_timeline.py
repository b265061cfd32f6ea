"""Histories of rights, of estates and of grants that are longer than a page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.rights.acts import GrantKind
from indexer.state import State
from indexer.store import View
from indexer.store.answers import Known
from indexer.values import Hash32
from service.reading.rights.glance import Asked, rights_page
from service.reading.timeline import MOST_ENTRIES, history_page, timeline
from tests.indexer.histories import account
from tests.indexer.rights.told import BOX, RightsHistory
from tests.service.reading.rights_visit import by, read

AN, CI = account(1), account(3)
PART = replace(BOX, territories=0b1, from_=20_400)


class Long:
    """A work of which the rights, an estate and a grant have more records than a page shows."""

    def __init__(self) -> None:
        self.told = RightsHistory()
        self.work = self.told.work(AN, 1)
        self.estate = self.told.claim(self.work, BOX, AN)
        self.grant = self.told.grant(self.estate, CI, GrantKind.EXCLUSIVE, PART)
        for _ in range(MOST_ENTRIES // 2 + 1):
            self.told.hold_estate(self.estate)
            self.told.release_estate(self.estate)
            self.told.hold_grant(self.grant)
            self.told.release_grant(self.grant)


Finds = Callable[[View, Long], Known[State] | None]
OF: dict[str, Finds] = {
    "/w/{work}/rights": lambda view, long: view.work_rights(long.work),
    "/e/{estate}": lambda view, long: view.estate(long.estate),
    "/g/{grant}": lambda view, long: view.grant(long.grant),
}


@pytest.mark.parametrize("path", OF)
def test_a_long_history_of_rights_leads_on_to_its_older_records(path: str, tmp_path: Path) -> None:
    long = Long()
    named = path.format(work=hexed(long.work), estate=long.estate, grant=hexed(long.grant))
    with read(long.told, tmp_path) as context:
        known = OF[path](context.view, long)
        assert known is not None
        first = timeline(context, known)
        assert len(first.view.entries) == MOST_ENTRIES
        assert first.view.older == f"{named}/history?after={first.cursor}"
        older = history_page(context, known, first.cursor)
        assert (older.path, older.subject_path) == (first.view.older, named)
        assert first.cursor is not None
        assert max(entry.seq for entry in older.history.entries) < first.cursor <= first.view.entries[-1].seq


def test_the_page_of_rights_opens_when_there_are_more_records_than_it_shows(tmp_path: Path) -> None:
    long = Long()
    with read(long.told, tmp_path) as context:
        history = rights_page(by(context, long.work, AN), Asked(), ()).history
        assert len(history.entries) == MOST_ENTRIES < history.total
        assert rights_page(by(context, long.work, CI), Asked(), ()).history.entries == ()


def hexed(name: Hash32) -> str:
    return f"0x{name.hex()}"
