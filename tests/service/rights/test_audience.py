"""Who sees what of a work's rights: the present parties, and whoever owned an estate last, up to its end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.events import AccountSuspended
from indexer.rights.acts import GrantKind
from indexer.rights.scope import Axis
from indexer.store import Projection
from indexer.values import Address, Hash32
from service.rights.audience import Audience, parties_to
from service.rights.book import Book
from tests.indexer.histories import SOURCES, account, word
from tests.indexer.rights.told import BOX, RightsHistory
from tests.indexer.test_projection import index

AN, BO, CI, DE = (account(number) for number in range(1, 5))
MUSEUM = account(9)


@contextmanager
def booked(told: RightsHistory, folder: Path) -> Iterator[Book]:
    """Open the book of what was told."""
    told.close()
    with Projection.open(f"sqlite:///{folder / 'index.db'}") as projection:
        index(projection, told)
        with projection.view() as view:
            yield Book(view)


def of(*accounts: Address) -> Audience:
    """Whoever asks for these accounts."""
    return Audience(frozenset(accounts))


def test_who_owned_an_estate_that_was_cut_has_no_part_in_what_its_parts_became(tmp_path: Path) -> None:
    told = RightsHistory()
    whole = told.claim(told.work(MUSEUM, 1), BOX, AN)
    scope = replace(BOX, territories=0b1, from_=20_400)
    granted = told.grant(whole, CI, GrantKind.EXCLUSIVE, scope)
    sold, kept = told.split(whole, Axis.TERRITORIES, [0b1, 0b1110])
    told.assign(sold, BO)
    with booked(told, tmp_path) as book:
        grant, estates = book.grant(granted), {one: book.estate(one) for one in (whole, sold, kept)}
        assert [of(AN).owns(one) for one in estates.values()] == [False, False, True]
        assert not of(AN).sees_grant(book, grant)
        assert not of(AN).sees_rights(book, grant)
        assert of(BO).sees_grant(book, grant)
        assert of(AN).sees_estate(book, estates[whole]), "as it was"
        assert not of(AN).sees_estate(book, estates[sold])


def test_an_estate_that_was_cut_is_told_as_it_was_at_its_end(tmp_path: Path) -> None:
    told = RightsHistory()
    whole = told.claim(told.work(MUSEUM, 1), BOX, AN)
    parts = told.split(whole, Axis.TERRITORIES, [0b1, 0b1110])
    told.tomorrow()
    for part in parts:
        told.assign(part, BO)
    joined = told.merge(parts, Axis.TERRITORIES)
    told.tomorrow()
    with booked(told, tmp_path) as book:
        then = book.known_of(book.estate(whole), told.time)
        assert {one.owners for one in then.tenures} == {(AN,)}
        now = book.known_of(book.estate(joined), told.time)
        assert now.tenures[-1].owners == (BO,)


@pytest.mark.parametrize("who", [BO, CI, DE], ids=["BO", "CI", "DE"])
def test_who_never_owned_it_sees_nothing_of_an_estate_that_was_cut(who: Address, tmp_path: Path) -> None:
    told = RightsHistory()
    whole = told.claim(told.work(MUSEUM, 1), BOX, AN)
    told.split(whole, Axis.TERRITORIES, [0b1, 0b1110])
    with booked(told, tmp_path) as book:
        assert not of(who).sees_estate(book, book.estate(whole))


def test_what_an_owner_disclosed_is_seen_no_more_once_it_has_assigned_the_estate(tmp_path: Path) -> None:
    told = RightsHistory()
    estate = told.claim(told.work(MUSEUM, 1), BOX, AN)
    granted = told.grant(estate, CI, GrantKind.EXCLUSIVE, replace(BOX, territories=0b1, from_=20_400))
    told.assign(estate, BO)
    with booked(told, tmp_path) as book:
        subjects = (book.view.sources.estate(estate), book.view.sources.grant(granted))

        def seen(by: Address) -> tuple[bool, bool]:
            told_of = Audience(frozenset([DE]), disclosed=frozenset((one, by) for one in subjects))
            return (
                told_of.sees_estate(book, book.estate(estate)),
                told_of.sees_grant(book, book.grant(granted)),
            )

        assert seen(by=AN) == (False, False)
        assert seen(by=BO) == (True, True)
        assert seen(by=CI) == (False, True), "its licensee shows its grant"
        assert parties_to(book, book.grant(granted)) == (CI, BO)


def test_the_records_of_an_estate_tell_of_the_grants_that_one_may_see(tmp_path: Path) -> None:
    told = RightsHistory()
    estate = told.claim(told.work(MUSEUM, 1), BOX, AN)
    granted = told.grant(estate, CI, GrantKind.EXCLUSIVE, replace(BOX, territories=0b1, from_=20_400))
    with booked(told, tmp_path) as book:
        subject = book.view.sources.estate(estate)
        shown = Audience(frozenset([DE]), disclosed=frozenset({(subject, AN)}))
        assert shown.sees_estate(book, book.estate(estate))
        assert acts_seen(book, shown, subject) == ["EstateClaimed"]
        assert acts_seen(book, of(AN), subject) == ["EstateClaimed", "Granted"]
        assert acts_seen(book, of(CI), book.view.sources.grant(granted)) == ["Granted"]


def test_a_sub_licensee_takes_no_evidence_that_tells_of_others_sub_licences(tmp_path: Path) -> None:
    told = RightsHistory()
    estate = told.claim(told.work(MUSEUM, 1), BOX, AN)
    box = replace(BOX, territories=0b11, from_=20_400)
    granted = told.grant(estate, CI, GrantKind.EXCLUSIVE, box)
    first = told.sublicense(granted, DE, GrantKind.EXCLUSIVE, replace(box, territories=0b1))
    with booked(told, tmp_path) as book:
        assert not of(DE).hides_of(book, book.grant(first)), "it is the only one"
    told.sublicense(granted, BO, GrantKind.EXCLUSIVE, replace(box, territories=0b10))
    (tmp_path / "later").mkdir()
    with booked(told, tmp_path / "later") as book:
        assert of(DE).hides_of(book, book.grant(first))
        assert not of(CI).hides_of(book, book.grant(first))
        assert not of(CI).hides_of(book, book.grant(granted))
        assert acts_seen(book, of(DE), book.view.sources.grant(first)) == ["Granted"]


def acts_seen(book: Book, audience: Audience, subject: Hash32) -> list[str]:
    entries = book.view.history(subject, newest_first=False).items
    return [type(one.act).__name__ for one in entries if audience.sees_record(book, one.act)]


def test_who_stood_for_whom_is_found_however_much_its_account_did_since(tmp_path: Path) -> None:
    told = RightsHistory()
    old, new = told.person(1), account(8)
    told.replace_account(old, new)
    for number in range(60):
        told.record(AccountSuspended(new, word("order", number), told.time + 60), SOURCES.account(new))
    with booked(told, tmp_path) as book:
        assert book.view.subject_head(book.view.sources.account(new))[1] == 61
        assert book.stood_for(new) == {old, new}
        assert book.stood_for(old) == {old}
