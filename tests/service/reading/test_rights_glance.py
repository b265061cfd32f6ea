"""A work's rights at a glance, to each as far as they are for it: a party, whom one lets see some of it, nobody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from indexer.rights.acts import GrantKind
from indexer.rights.codes import RIGHTS, TERRITORIES
from indexer.rights.scope import Axis, Point, Scope
from indexer.values import Address, Hash32
from service.errors import NotFound
from service.pages.render import render
from service.pages.views import Answer
from service.reading.rights.glance import Asked, history_of, matrix_view, rights_page
from service.rights.asking import question, slice_of
from tests.indexer.histories import SOURCES, account
from tests.indexer.rights.told import BOX, RightsHistory
from tests.service.pages.samples import SITE
from tests.service.reading.rights_visit import by, read

AN, BO, CI, DE, EN = (account(number) for number in range(1, 6))
MUSEUM = account(9)
PART = replace(BOX, territories=0b1, languages=0b1, from_=20_400)


@dataclass
class Halves:
    """A work of two estates, AN's and BO's; in AN's an exclusive grant to CI, and two to DE."""

    told: RightsHistory = field(default_factory=RightsHistory)

    def __post_init__(self) -> None:
        self.work = self.told.work(MUSEUM, 1)
        whole = self.told.claim(self.work, BOX, AN)
        self.first, self.second = self.told.split(whole, Axis.TERRITORIES, [0b11, 0b1100])
        self.told.assign(self.second, BO)
        self.exclusive = self.granted(CI, GrantKind.EXCLUSIVE, PART)
        self.granted(DE, GrantKind.EXCLUSIVE, replace(PART, languages=0b10))
        self.granted(DE, GrantKind.NON_EXCLUSIVE, replace(PART, territories=0b10))
        self.told.tomorrow(60)

    @property
    def day(self) -> int:
        return self.told.today

    def granted(self, licensee: object, kind: GrantKind, scope: Scope) -> Hash32:
        return self.told.grant(self.first, licensee, kind, scope)  # type: ignore[arg-type]


def test_one_function_says_whose_eyes_they_are_and_whether_there_is_anything_to_see(tmp_path: Path) -> None:
    halves = Halves()
    with read(halves.told, tmp_path) as context:
        shown = [
            frozenset({(SOURCES.estate(halves.second), BO)}),
            frozenset({(SOURCES.grant(halves.exclusive), CI)}),
        ]
        readers = {
            "owner": by(context, halves.work, BO),
            "licensee": by(context, halves.work, CI),
            "registrant": by(context, halves.work, MUSEUM),
            "shown": by(context, halves.work, EN, disclosed=shown[0]),
        }
        for name, reading in readers.items():
            assert reading.reading_as == name
            assert rights_page(reading, Asked(), ()).reading_as == name
        assert by(context, halves.work, EN, disclosed=shown[1]).reading_as == "shown"
        nobody = by(context, halves.work, EN)
        assert nobody.reading_as is None
        with pytest.raises(NotFound):
            rights_page(nobody, Asked(), ())


def states(rows: Iterable[dict[str, Any]], right: str) -> list[str]:
    [row] = (one for one in rows if one["right"] == right)
    return [cell["state"] for cell in row["cells"]]


def test_the_columns_are_cut_along_what_one_may_see_and_the_rest_is_anothers(tmp_path: Path) -> None:
    halves = Halves()
    right = next(code.code for code in RIGHTS.codes if code.mask == 0b10)
    masks = {code.code: code.mask for code in TERRITORIES.codes}
    with read(halves.told, tmp_path) as context:

        def told(*accounts: Address) -> tuple[list[int], list[str]]:
            reading = by(context, halves.work, *accounts)
            found = slice_of(reading.book, reading.audience, halves.work, halves.day, halves.told.time)
            cut = [sum(masks[code] for code in column) for column in found["columns"]]
            return [one & 0b1111 for one in cut if one & 0b1111], states(found["rows"], right)

        columns, seen = told(CI)
        assert sorted(columns) == [0b1, 0b1110], "where DE has a grant, and which half is whose, is not told"
        assert set(seen) == {"exclusive", "others"}
        columns, seen = told(AN)
        assert sorted(columns) == [0b1, 0b10, 0b1100]
        assert {"exclusive", "non_exclusive", "others"} <= set(seen)
        assert "mixed" not in seen
        columns, seen = told(BO)
        assert sorted(columns) == [0b11, 0b1100]
        assert {"kept", "others"} == set(seen)
        with pytest.raises(NotFound):
            told(EN)


def test_a_licensee_reads_its_own_grant_in_the_matrix_and_nothing_of_how_many_others_there_are(
    tmp_path: Path,
) -> None:
    halves = Halves()
    with read(halves.told, tmp_path) as context:
        asked = Asked(day=halves.day)
        cells = {
            (cell.state, cell.count)
            for row in matrix_view(by(context, halves.work, CI), asked).rows
            for cell in row.cells
        }
        assert cells == {("exclusive", 1), ("others", 0), ("unclaimed", 0)}
        all_of_it = {
            cell.count
            for row in matrix_view(by(context, halves.work, MUSEUM), asked).rows
            for cell in row.cells
        }
        assert max(all_of_it) == 2


@dataclass
class Passed(Halves):
    """The same; of its exclusive grant CI passed on an exclusive sub-licence, in one medium, to EN."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.below = self.told.sublicense(self.exclusive, EN, GrantKind.EXCLUSIVE, replace(PART, media=0b1))
        self.told.tomorrow()


def test_what_a_party_has_by_a_sub_licence_is_its_own_in_the_matrix_and_what_it_passed_on_is_shown_as_given(
    tmp_path: Path,
) -> None:
    passed = Passed()
    with read(passed.told, tmp_path) as context:

        def told(who: Address) -> set[tuple[str, int, int, int]]:
            reading = by(context, passed.work, who)
            found = slice_of(reading.book, reading.audience, passed.work, passed.day, passed.told.time)
            return {
                (cell["state"], *(len(cell[name]) for name in ("grants", "held", "passed_on")))
                for row in found["rows"]
                for cell in row["cells"]
                if cell["grants"]
            }

        assert told(EN) == {("exclusive", 1, 1, 0)}
        assert told(CI) == {("exclusive", 1, 1, 1)}
        owner = told(AN)
        assert owner == {("exclusive", 2, 0, 0), ("non_exclusive", 1, 0, 0)}, "as before it was passed on"
        with pytest.raises(NotFound):
            told(account(6))


def test_the_page_says_that_a_party_holds_it_and_that_it_passed_it_on_and_says_neither_to_the_owner(
    tmp_path: Path,
) -> None:
    passed = Passed()
    with read(passed.told, tmp_path) as context:

        def page(who: Address) -> str:
            return render(rights_page(by(context, passed.work, who), Asked(day=passed.day), ()), "zh", SITE)

        assert "本方所得：专有许可" in page(EN)
        assert "，已转授</b>" not in page(EN)
        assert "本方所得：专有许可" in page(CI)
        assert "，已转授</b>" in page(CI)
        for mark in ("本方所得", "，已转授</b>"):
            assert mark not in page(AN)


def test_whose_a_point_is_and_by_which_title_is_for_its_owners_and_what_is_hidden_is_not_called_nothing(
    tmp_path: Path,
) -> None:
    halves = Halves()
    granted, elsewhere = (Point(1, territory, 0, 0, halves.day) for territory in (0, 1))
    with read(halves.told, tmp_path) as context:

        def told(who: Address, point: Point) -> tuple[dict[str, Any], Answer]:
            reading = by(context, halves.work, who)
            body = question(reading.book, reading.audience, halves.work, point, halves.told.time)
            page = rights_page(reading, Asked(point=point), ())
            assert page.question.answer is not None
            return body, page.question.answer

        body, answer = told(CI, granted)
        assert (len(body["grants"]), body["estate"], body["title"], body["free"]) == (1, None, [], None)
        assert (len(answer.grants), answer.owners, answer.title) == (1, (), ())
        body, answer = told(AN, granted)
        assert body["estate"] is not None
        assert body["title"] != []
        assert [one.mine for one in answer.owners or ()] == [True]
        asked = Asked(point=elsewhere)
        page = render(rights_page(by(context, halves.work, CI), asked, ()), "en", SITE)
        assert "not for you to see" in page
        assert "No grant is in force there" not in page


def test_a_history_shows_the_records_that_are_for_the_reader_and_counts_the_others(tmp_path: Path) -> None:
    halves = Halves()
    with read(halves.told, tmp_path) as context:
        known = context.view.estate(halves.first)
        assert known is not None
        shown = by(context, halves.work, EN, disclosed=frozenset({(SOURCES.estate(halves.first), AN)}))
        own = history_of(by(context, halves.work, AN), known)
        part = history_of(shown, known)
        assert [entry.act for entry in own.entries].count("Granted") == 3
        assert "Granted" not in [entry.act for entry in part.entries]
        assert part.entries
        assert part.total == own.total == len(own.entries)
