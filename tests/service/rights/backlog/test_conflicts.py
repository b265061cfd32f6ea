"""What contradicts what: by hand, and against every way in which the unknown terms may turn out."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.rights.acts import GrantKind
from indexer.rights.codes import LANGUAGES, MEDIA, RIGHTS, TERRITORIES
from indexer.rights.scope import NO_END
from service.rights.backlog import conflicts as module
from service.rights.backlog.conflicts import Between, Conflict, Why, conflicts
from service.rights.backlog.contract import Contract, NumberKind, Renewal, Span, Terms, WorkName
from service.rights.backlog.works import works
from tests.service.rights.backlog.making import CONTRACT, OTHER, TODAY, day, with_terms


def found(*contracts: Contract) -> tuple[Conflict, ...]:
    return conflicts(contracts, TODAY)


def only(*contracts: Contract) -> Conflict:
    (conflict,) = found(*contracts)
    return conflict


class TestClashes:
    def test_two_exclusive_grants_of_one_box_clash_and_the_older_is_named(self) -> None:
        conflict = only(OTHER, CONTRACT)
        assert (conflict.why, conflict.between) == (Why.CLASH, Between.ONE_LICENSOR)
        assert (conflict.older, conflict.newer) == (CONTRACT, OTHER)
        assert conflict.is_age_known
        assert conflict.is_certain
        assert conflict.overlap == CONTRACT.terms.scope()

    @pytest.mark.parametrize(
        ("one", "other", "clash"),
        [
            (GrantKind.EXCLUSIVE, GrantKind.NON_EXCLUSIVE, True),
            (GrantKind.SOLE, GrantKind.NON_EXCLUSIVE, True),
            (GrantKind.SOLE, GrantKind.SOLE, True),
            (GrantKind.NON_EXCLUSIVE, GrantKind.NON_EXCLUSIVE, False),
        ],
    )
    def test_kinds_clash_as_they_do_on_the_chain(self, one: GrantKind, other: GrantKind, clash: bool) -> None:
        pair = (replace(CONTRACT, kind=one), replace(OTHER, kind=other))
        assert bool(found(*pair)) is clash
        assert bool(found(*reversed(pair))) is clash

    @pytest.mark.parametrize(
        "elsewhere",
        [
            {"rights": RIGHTS.mask(["translation"])},
            {"territories": TERRITORIES.mask(["JP"])},
            {"languages": LANGUAGES.mask(["zh-Hans"])},
            {"media": MEDIA.mask(["ebook"])},
            {"from_": day("2030-01-01"), "until": NO_END},
            {"from_": day("2020-01-01"), "until": day("2024-01-01")},
        ],
    )
    def test_boxes_that_do_not_meet_do_not_clash(self, elsewhere: dict[str, int]) -> None:
        assert found(CONTRACT, with_terms(OTHER, **elsewhere)) == ()

    def test_other_works_do_not_clash(self) -> None:
        assert found(CONTRACT, replace(OTHER, work=WorkName("潮信"))) == ()

    def test_what_is_over_is_said_to_be(self) -> None:
        past = {"from_": day("2010-01-01"), "until": day("2015-01-01")}
        assert only(with_terms(CONTRACT, **past), with_terms(OTHER, **past)).is_over
        assert not only(CONTRACT, OTHER).is_over

    def test_one_licensee_twice_is_told_apart(self) -> None:
        assert only(CONTRACT, replace(OTHER, licensee=" 甲 社")).between is Between.ONE_LICENSEE

    def test_without_days_the_age_is_unknown(self) -> None:
        conflict = only(replace(OTHER, signed_on=None), replace(CONTRACT, signed_on=None))
        assert not conflict.is_age_known

    def test_without_a_day_of_signing_the_first_day_tells_the_age(self) -> None:
        later = with_terms(replace(CONTRACT, signed_on=None), from_=day("2025-01-01"))
        conflict = only(later, OTHER)
        assert (conflict.older, conflict.is_age_known) == (OTHER, True)

    def test_certain_conflicts_come_first(self) -> None:
        third = with_terms(replace(OTHER, row=4, licensee="丙社"), territories=None)
        certain = [conflict.is_certain for conflict in found(third, CONTRACT, OTHER)]
        assert certain == [True, False, False]


class TestUnknown:
    def test_what_nobody_knows_makes_a_possible_conflict_and_is_named(self) -> None:
        conflict = only(CONTRACT, with_terms(OTHER, territories=None))
        assert conflict.depends == ("newer.territories",)

    def test_what_meets_everything_is_certain(self) -> None:
        whole = with_terms(CONTRACT, territories=TERRITORIES.assigned)
        assert only(whole, with_terms(OTHER, territories=None)).is_certain

    def test_an_unknown_kind_is_certain_against_an_exclusive_one_only(self) -> None:
        assert only(CONTRACT, replace(OTHER, kind=None)).is_certain
        loose = replace(CONTRACT, kind=GrantKind.NON_EXCLUSIVE)
        assert only(loose, replace(OTHER, kind=None)).depends == ("newer.kind",)
        assert only(replace(CONTRACT, kind=None), replace(OTHER, kind=None)).depends == (
            "older.kind",
            "newer.kind",
        )

    def test_a_known_axis_that_does_not_meet_settles_it(self) -> None:
        apart = with_terms(
            OTHER, territories=TERRITORIES.mask(["JP"]), languages=None, media=None, until=None
        )
        assert found(CONTRACT, apart) == ()

    def test_an_unknown_end_is_possible_only_where_it_matters(self) -> None:
        assert only(CONTRACT, with_terms(OTHER, until=None)).is_certain
        early = with_terms(OTHER, from_=day("2020-01-01"), until=None)
        assert only(CONTRACT, early).depends == ("newer.until",)

    def test_a_contract_that_goes_on_by_itself_may_still_be_in_force(self) -> None:
        early = with_terms(CONTRACT, from_=day("2018-01-01"), until=day("2023-01-01"))
        assert found(early, OTHER) == ()
        conflict = only(replace(early, renewal=Renewal(Span(months=12))), OTHER)
        assert conflict.depends == ("older.renewal",)

    def test_stock_may_still_be_sold(self) -> None:
        early = with_terms(CONTRACT, from_=day("2018-01-01"), until=day("2023-12-01"))
        assert found(replace(early, sell_off=Span(days=30)), OTHER) == ()
        assert only(replace(early, sell_off=Span(days=60)), OTHER).depends == ("older.sell_off",)

    def test_an_unknown_licensor_is_said(self) -> None:
        assert only(CONTRACT, replace(OTHER, licensor="")).between is Between.UNKNOWN

    def test_two_licensors_of_one_title_may_mean_two_works(self) -> None:
        stranger = replace(OTHER, licensor="别社")
        conflict = only(CONTRACT, stranger)
        assert (conflict.between, conflict.depends) == (Between.TWO_LICENSORS, ("work",))
        number = {"number": "9787020002207", "number_kind": NumberKind.ISBN}
        named = [replace(one, work=replace(one.work, **number)) for one in (CONTRACT, stranger)]
        assert only(*named).is_certain


class TestBelow:
    IN = replace(
        with_terms(CONTRACT, territories=TERRITORIES.assigned, languages=LANGUAGES.assigned, until=NO_END),
        row=1,
        licensor="作者",
        licensee="例社",
        sublicensable=True,
    )

    def test_what_was_got_is_no_rival_of_what_is_given_of_it(self) -> None:
        assert found(self.IN, CONTRACT) == ()

    def test_nor_over_several_hands(self) -> None:
        further = replace(OTHER, licensor="甲社", licensee="丙社")
        assert found(self.IN, replace(CONTRACT, sublicensable=True), further) == ()

    def test_more_than_was_got_is_said(self) -> None:
        conflict = only(self.IN, with_terms(CONTRACT, media=MEDIA.mask(["print", "audio"])))
        assert (conflict.why, conflict.older, conflict.is_certain) == (Why.BEYOND, self.IN, True)
        longer = with_terms(self.IN, until=day("2029-12-31"))
        assert only(longer, CONTRACT).why is Why.BEYOND
        assert only(replace(longer, renewal=Renewal()), CONTRACT).depends == ("older.renewal",)

    def test_an_unknown_term_below_a_narrow_one_is_possible(self) -> None:
        assert only(self.IN, with_terms(CONTRACT, media=None)).depends == ("newer.media",)
        assert found(self.IN, with_terms(CONTRACT, languages=None)) == ()
        assert only(with_terms(self.IN, media=None), CONTRACT).depends == ("older.media",)

    def test_stronger_than_what_was_got_is_said(self) -> None:
        assert only(replace(self.IN, kind=GrantKind.NON_EXCLUSIVE), CONTRACT).why is Why.STRONGER

    def test_what_may_not_be_sub_licensed_is_said(self) -> None:
        assert only(replace(self.IN, sublicensable=False), CONTRACT).why is Why.NOT_SUBLICENSABLE

    def test_one_of_several_contracts_is_enough(self) -> None:
        narrow = with_terms(replace(self.IN, row=9), media=MEDIA.mask(["audio"]))
        assert found(self.IN, narrow, CONTRACT) == ()
        half = with_terms(self.IN, territories=TERRITORIES.mask(["HK"]))
        other_half = with_terms(replace(self.IN, row=9), territories=TERRITORIES.mask(["TW"]))
        assert only(half, other_half, CONTRACT).depends == ("older.several",)

    def test_two_who_licence_each_other_end_the_search(self) -> None:
        back = replace(CONTRACT, row=7, licensor="甲社", licensee="例社")
        assert all(conflict.why is not Why.CLASH for conflict in found(CONTRACT, back, self.IN))


class TestWorks:
    def rows(self, contracts: Sequence[Contract]) -> list[list[int]]:
        return [[contract.row for contract in group] for group in works(contracts)]

    def named(self, row: int, title: str, number: str = "", kind: NumberKind | None = None) -> Contract:
        return replace(CONTRACT, row=row, work=WorkName(title, number, kind))

    def test_titles_join_whatever_marks_stand_around_them(self) -> None:
        assert self.rows([self.named(1, "《围城》"), self.named(2, "围 城"), self.named(3, "家")]) == [
            [1, 2],
            [3],
        ]

    def test_numbers_join_what_titles_do_not(self) -> None:
        isbn = "9787020002207"
        group = [
            self.named(1, "围城", isbn, NumberKind.ISBN),
            self.named(2, "Fortress Besieged", isbn, NumberKind.ISBN),
        ]
        assert self.rows(group) == [[1, 2]]

    def test_unlike_isbns_part_nothing(self) -> None:
        group = [
            self.named(1, "围城", "9787020002207", NumberKind.ISBN),
            self.named(2, "围城", "9780306406157", NumberKind.ISBN),
        ]
        assert self.rows(group) == [[1, 2]]

    def test_one_title_of_two_works_joins_nothing(self) -> None:
        one, other = "0x" + "1" * 64, "0x" + "2" * 64
        group = [
            self.named(1, "家", one, NumberKind.ID),
            self.named(2, "家", other, NumberKind.ID),
            self.named(3, "家"),
        ]
        assert self.rows(group) == [[1], [2], [3]]

    def test_rows_that_name_nothing_stay_alone(self) -> None:
        assert self.rows([self.named(1, ""), self.named(2, "")]) == [[1], [2]]


SMALL = st.integers(1, 7)
KINDS = st.sampled_from([GrantKind.EXCLUSIVE, GrantKind.SOLE, GrantKind.NON_EXCLUSIVE])


@st.composite
def known(draw: st.DrawFn, row: int) -> Contract:
    """A contract where all is known, in a small universe."""
    begins = draw(st.integers(20_000, 20_006))
    terms = Terms(
        draw(SMALL), draw(SMALL), draw(SMALL), draw(SMALL), begins, begins + draw(st.integers(1, 4))
    )
    return replace(
        CONTRACT, row=row, licensee=f"社{row}", terms=terms, kind=draw(KINDS), signed_on=20_000 + row
    )


@st.composite
def pairs(draw: st.DrawFn) -> tuple[list[Contract], list[Contract]]:
    """Two contracts as they are, and as a house knows them: with some of their terms forgotten."""
    whole = [draw(known(row)) for row in (2, 3)]
    forgotten = []
    for contract in whole:
        names = draw(
            st.sets(
                st.sampled_from(["rights", "territories", "languages", "media", "from_", "until", "kind"])
            )
        )
        less = with_terms(contract, **dict.fromkeys(names - {"kind"}))
        forgotten.append(replace(less, kind=None) if "kind" in names else less)
    return whole, forgotten


class TestAgainstAllThatMayBe:
    @given(pairs())
    @settings(max_examples=500)
    def test_what_is_so_is_found_and_what_is_certain_is_so(
        self, pair: tuple[list[Contract], list[Contract]]
    ) -> None:
        whole, forgotten = pair
        one, other = (contract.terms.scope() for contract in whole)
        assert one is not None
        assert other is not None
        clash = one.overlaps(other) and {contract.kind for contract in whole} != {GrantKind.NON_EXCLUSIVE}
        assert [conflict.is_certain for conflict in found(*whole)] == [True] * clash
        told = found(*forgotten)
        assert bool(told) or not clash
        assert clash or not any(conflict.is_certain for conflict in told)

    @given(pairs())
    def test_the_order_of_rows_does_not_matter(self, pair: tuple[list[Contract], list[Contract]]) -> None:
        _, forgotten = pair
        assert found(*forgotten) == found(*reversed(forgotten))


def test_a_house_with_thousands_of_contracts_does_not_wait() -> None:
    many = [
        with_terms(
            replace(CONTRACT, row=row, work=WorkName(f"书{row // 25}"), licensee=f"社{row}"),
            territories=1 << row % 25 * 9 % 249,
        )
        for row in range(5_000)
    ]
    began = time.perf_counter()
    assert found(*many, replace(many[0], row=9_999, licensee="别社"))
    assert time.perf_counter() - began < 10


def test_there_is_an_end_to_what_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    many = [replace(CONTRACT, row=row, licensee=f"社{row}") for row in range(6)]
    assert len(found(*many)) == 15
    monkeypatch.setattr(module, "MOST_CONFLICTS", 10)
    assert len(found(*many)) == 10
