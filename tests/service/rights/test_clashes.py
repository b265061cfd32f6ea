"""The question who may at a point tells of conflicts on record, whichever contract was recorded first."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from indexer.rights.acts import GrantKind
from indexer.rights.scope import Point
from indexer.values import as_hex
from service.rights.asking import question
from tests.indexer.histories import account
from tests.indexer.rights.told import BOX, RightsHistory
from tests.service.rights.test_audience import booked, of

MUSEUM, AN, BO, CI = (account(number) for number in range(1, 5))
PART = replace(BOX, territories=0b1, from_=20_400)
HERE = Point(1, 0, 0, 0, 20_500)


def test_a_licensee_learns_that_an_earlier_grant_of_its_own_conflicts_and_with_how_many(
    tmp_path: Path,
) -> None:
    told = RightsHistory()
    work = told.work(MUSEUM, 1)
    estate = told.claim(work, BOX, AN)
    first = told.grant(estate, BO, GrantKind.EXCLUSIVE, PART)
    second = told.grant(estate, CI, GrantKind.SOLE, PART, signed_on=19_000, conflicts=1)
    with booked(told, tmp_path) as book:
        [own] = question(book, of(BO), work, HERE, told.time)["grants"]
        every = question(book, of(AN), work, HERE, told.time)["grants"]
    assert (own["grant_id"], own["clashes"]) == (as_hex(first), {"count": 1, "seen": []})
    assert {one["grant_id"]: [each["grant_id"] for each in one["clashes"]["seen"]] for one in every} == {
        as_hex(first): [as_hex(second)],
        as_hex(second): [as_hex(first)],
    }
