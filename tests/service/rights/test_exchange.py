"""A work's rights in ODRL and ONIX: to whom they may be shown, no more than is on record, and read against it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from indexer.rights.acts import GrantKind
from indexer.rights.codes import TERRITORIES
from indexer.store import Projection
from indexer.values import Address, Hash32, as_hex
from indexer.wire import write_address
from service.errors import NotFound
from service.rights import exchange
from service.rights.audience import Audience
from service.rights.book import Book
from service.rights.formats.odrl import document
from service.rights.formats.onix import Need, Product, Sales
from service.rights.formats.onix_codes import Sale
from service.rights.formats.onix_reading import read_onix
from service.rights.formats.onix_writing import Sender, write_onix
from tests.indexer.histories import account
from tests.indexer.rights.told import BOX, RightsHistory
from tests.indexer.test_projection import index
from tests.service.rights.formats.test_onix import complaints

MUSEUM, AN, BO, CI, DE = (account(number) for number in range(5))
FIRST, SECOND, THIRD = 0b1, 0b10, 0b100
NEED = Need(0b10, 0b1, 0b1, 20_500)
DESCRIBED = Product("qianyin.r", (("own", "x"),), "远行", "例社", "BA", 0b1, ())
SENDER = Sender("例社", datetime(2026, 11, 30, tzinfo=UTC))


@dataclass(frozen=True)
class Told:
    """A work of the museum; An owns its rights, Ci has the first country exclusively, De the second as others may."""

    book: Book
    work: Hash32
    exclusive: Hash32
    plain: Hash32
    now: int
    today: int

    def policies(self, *accounts: Address) -> list[dict[str, Any]]:
        seen = Audience(frozenset(accounts))
        return exchange.policies(self.book, seen, self.work, self.now, self.today)

    def product(self, *accounts: Address, need: Need = NEED) -> Product:
        seen = Audience(frozenset(accounts))
        return exchange.product(self.book, seen, self.work, self.now, need, DESCRIBED)

    def compared(self, product: Product, who: Address, **answered: int) -> dict[str, Any]:
        (read,) = read_onix(write_onix([product], SENDER))
        said = exchange.Answered(NEED.rights, NEED.day, **answered)
        return exchange.compared(self.book.known(self.work, self.now), [who], read, said)


@contextmanager
def telling(folder: Path, *owners: Address) -> Iterator[Told]:
    told = RightsHistory()
    work = told.work(MUSEUM, 1)
    estate = told.claim(work, BOX, *(owners or (AN,)))
    box = replace(BOX, from_=20_400)
    exclusive = told.grant(estate, CI, GrantKind.EXCLUSIVE, replace(box, territories=FIRST))
    plain = told.grant(estate, DE, GrantKind.NON_EXCLUSIVE, replace(box, territories=SECOND))
    told.close()
    with Projection.open(f"sqlite:///{folder / 'index.db'}") as projection:
        index(projection, told)
        with projection.view() as view:
            yield Told(Book(view), work, exclusive, plain, told.time, told.today)


def names(policies: list[dict[str, Any]]) -> list[str]:
    return [one["uid"] for one in policies]


def test_an_owner_has_all_grants_as_policies_and_a_licensee_its_own(tmp_path: Path) -> None:
    with telling(tmp_path) as told:
        both = [f"urn:qianyin:grant:{as_hex(one)}" for one in (told.exclusive, told.plain)]
        assert names(told.policies(AN)) == names(told.policies(MUSEUM)) == both
        assert names(told.policies(CI)) == both[:1]
        assert document(told.policies(CI))["@graph"][0]["permission"][0]["assignee"] == {
            "@type": "Party",
            "uid": f"urn:qianyin:account:{write_address(CI)}",
        }


def test_who_has_no_part_is_told_that_there_is_no_such_work(tmp_path: Path) -> None:
    with telling(tmp_path) as told:
        with pytest.raises(NotFound, match="no such deposit"):
            told.policies(BO)
        with pytest.raises(NotFound, match="no such deposit"):
            told.product(BO)


def test_a_grant_that_is_over_is_no_policy_any_more(tmp_path: Path) -> None:
    with telling(tmp_path) as told:
        later = replace(told, today=24_000)
        assert later.policies(AN) == []


def test_each_states_as_sales_rights_what_it_did_not_give_away(tmp_path: Path) -> None:
    with telling(tmp_path) as told:
        rest = BOX.territories & ~FIRST & ~SECOND
        assert told.product(AN).sales == (Sales(Sale.EXCLUSIVE, rest), Sales(Sale.NON_EXCLUSIVE, SECOND))
        assert told.product(CI).sales == (Sales(Sale.EXCLUSIVE, FIRST),)
        assert told.product(DE).sales == (Sales(Sale.NON_EXCLUSIVE, SECOND),)
        assert complaints(write_onix([told.product(AN)], SENDER), "xsd") == []


def test_one_of_two_owners_states_nothing_as_exclusive(tmp_path: Path) -> None:
    with telling(tmp_path, AN, BO) as told:
        assert {one.sale for one in told.product(AN).sales} == {Sale.NON_EXCLUSIVE}
        assert Sale.EXCLUSIVE in {one.sale for one in told.product(AN, BO).sales}


def test_nothing_is_stated_that_is_not_held_on_that_day(tmp_path: Path) -> None:
    with telling(tmp_path) as told:
        with pytest.raises(NotFound, match="hold nothing on record"):
            told.product(CI, need=replace(NEED, day=24_000))
        with pytest.raises(NotFound, match="hold nothing on record"):
            told.product(CI, need=replace(NEED, rights=0b11))
        with pytest.raises(NotFound, match="hold nothing on record"):
            told.product(MUSEUM)


def test_a_file_that_states_what_is_on_record_differs_nowhere(tmp_path: Path) -> None:
    with telling(tmp_path) as told:
        for who in (AN, CI, DE):
            found = told.compared(told.product(who), who)
            assert found["differences"] == []
            assert {one["ask"] for one in found["asked"]} == {"rights", "days"}


def test_what_a_file_states_beyond_the_record_is_named_by_country(tmp_path: Path) -> None:
    with telling(tmp_path) as told:
        more = replace(told.product(CI), sales=(Sales(Sale.EXCLUSIVE, FIRST | SECOND),))
        code = [one.code for one in TERRITORIES.of(SECOND)]
        assert told.compared(more, CI)["differences"] == [
            {"stated": "exclusive", "recorded": "none", "territories": code}
        ]
        less = replace(told.product(CI), sales=(Sales(Sale.NON_EXCLUSIVE, FIRST),))
        assert [one["recorded"] for one in told.compared(less, CI)["differences"]] == ["exclusive"]


def test_what_a_file_leaves_open_is_not_compared_until_it_is_answered(tmp_path: Path) -> None:
    with telling(tmp_path) as told:
        digital = replace(told.product(CI), form="ED")
        assert told.compared(digital, CI)["differences"] is None
        assert "media" in {one["ask"] for one in told.compared(digital, CI)["asked"]}
        assert told.compared(digital, CI, media=0b1)["differences"] == []
