"""Existing contracts on a real chain: two that clash are recorded as they are, with their conflict."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from indexer.rights.codes import TERRITORIES
from indexer.rights.scope import whole_world
from indexer.rights.state import Grant
from indexer.values import Address, Hash32
from service.files.directory import DirectoryStore
from service.intake.attached import Attached, attached
from service.keys.agreements import Claim, Ownership
from service.keys.sealing import Sealer, new_sealer_key
from service.outbox import naming, requests
from service.rights.audience import Audience
from service.rights.backlog.contract import Contract, Span
from service.rights.backlog.keeping import Cabinet
from service.rights.backlog.offering import Obstacle
from service.rights.backlog.proposing import (
    Outcome,
    Progress,
    Registers,
    contracts_behind,
    one_by_name,
    propose_due,
)
from service.rights.book import Book
from service.rights.consents import Desk, agree_kept
from service.rights.drafting import Drafting
from service.rights.ending import endings
from tests.service.outbox.test_rights_kinds import FAR, TODAY, House, claim, founded, house
from tests.service.rights.backlog.making import CONTRACT, OTHER, with_terms

__all__ = ["house"]
pytestmark = [pytest.mark.node, pytest.mark.timeout(600)]


def scans(folder: Path, *rows: int) -> dict[int, Attached]:
    found = {}
    for row in rows:
        (folder / f"{row}.pdf").write_bytes(b"%PDF-1.4 " + bytes([row]) * 40)
        file = attached(folder, f"{row}.pdf")
        assert isinstance(file, Attached)
        found[row] = file
    return found


def due(house: House, cabinet: Cabinet, registers: Registers) -> list[Outcome]:
    house.indexer.catch_up()
    with house.office.projection.view() as view:
        drafting = Drafting(Book(view), house.office.names.consents)
        return propose_due(cabinet, drafting, registers, deadline=FAR, proposed_by=None)


def agree(house: House, outcome: Outcome, *parties: Address) -> None:
    assert outcome.proposal is not None
    desk = Desk(house.office.database, house.office.vault, house.office.names.consents)
    for party in parties:
        agree_kept(desk, outcome.proposal.id, party, signer=party, by="test")
    house.settle()


def claimed(house: House) -> Claim:
    """Everything of a work, claimed for its one author while the backlog is open."""
    work_id = founded(house).work_id
    whole = replace(
        claim(house, work_id, whole_world(TODAY)),
        ownership=Ownership((house.ann,), (1,)),
        backlog_until=TODAY + 30,
    )
    house.do(claim=requests.ClaimEstate(whole, house.agreed(whole, house.issuer, house.ann)))
    return whole


def taken_in(house: House, folder: Path, rows: list[Contract], *scanned: int) -> Cabinet:
    """A cabinet with these contracts, some of them scanned."""
    store = DirectoryStore(folder / "store")
    cabinet = Cabinet(house.office.database, Sealer(new_sealer_key()), store, "例社", "test")
    for _ in cabinet.take_in(rows, scans(folder, *scanned)):
        pass
    return cabinet


def test_two_contracts_that_clash_are_recorded_one_after_the_other_with_their_conflict(
    house: House, tmp_path: Path
) -> None:
    whole = claimed(house)
    first, second = house.account("first"), house.account("second")
    registers = Registers(
        lambda name: whole.work_id if name.title == "旧城的钟" else None,
        one_by_name([("例社", house.ann), ("甲社", first), ("乙社", second)]),
    )
    until = TODAY + 900
    rows = [
        with_terms(OTHER, until=until),
        with_terms(replace(CONTRACT, sell_off=Span(days=180), option_until=TODAY + 100), until=until),
        with_terms(replace(OTHER, row=4, number="A-3"), until=until, territories=None),
        with_terms(replace(OTHER, row=5, number="A-4", licensee="丙社"), until=TODAY - 1),
    ]
    cabinet = taken_in(house, tmp_path, rows, 2, 3)

    older, newer, unknown, over = (outcome for outcome in due(house, cabinet, registers))
    assert [older.progress, newer.progress] == [Progress.PROPOSED, Progress.WAITING]
    assert unknown.obstacles == (Obstacle.UNKNOWN_TERMS, Obstacle.NO_SCAN)
    assert over.obstacles == (Obstacle.OVER, Obstacle.NO_SCAN, Obstacle.LICENSEE_UNREGISTERED)
    again = due(house, cabinet, registers)
    assert [one.proposal and one.proposal.id for one in again[:2]] == [
        older.proposal and older.proposal.id,
        None,
    ]

    agree(house, older, house.ann, first)
    recorded, newer = due(house, cabinet, registers)[:2]
    assert [recorded.progress, newer.progress] == [Progress.RECORDED, Progress.PROPOSED]
    agree(house, newer, house.ann, second)
    assert [one.progress for one in due(house, cabinet, registers)[:2]] == [Progress.RECORDED] * 2

    estate = naming.made_estate(house.intent(whole))
    with house.office.projection.view() as view:
        grants = list(Book(view).grants(work=whole.work_id))
        ends = _ends_of(Book(view), cabinet, (house.ann, first, second), grants[0].grant_id)
    days = [(TODAY + 99, "option_end"), (until - 1, "expiry"), (until + 179, "sell_off_end")]
    assert ends == {house.ann: days, first: days, second: [(until - 1, "expiry")]}
    assert [(grant.licensee, grant.conflicts) for grant in grants] == [(first, 0), (second, 1)]
    assert {grant.estate_id for grant in grants} == {estate}
    assert grants[0].signed_on == CONTRACT.signed_on
    assert grants[0].scope.from_ == TODAY
    assert grants[0].scope.territories == TERRITORIES.mask(["HK", "TW"])


def test_what_a_house_passed_on_of_its_own_licence_is_recorded_as_sublicences_with_their_conflict(
    house: House, tmp_path: Path
) -> None:
    whole = claimed(house)
    press, first, second = (house.account(name) for name in ("press", "first", "second"))
    house.do(press=house.registration(press))
    registers = Registers(
        lambda _: whole.work_id,
        one_by_name([("作者", house.ann), ("例社", press), ("甲社", first), ("乙社", second)]),
    )
    until = TODAY + 900
    licence = replace(
        CONTRACT,
        row=1,
        licensor="作者",
        licensee="例社",
        sublicensable=True,
        signed_on=CONTRACT.signed_on - 9,
    )
    rows = [
        with_terms(licence, until=until),
        with_terms(CONTRACT, until=until),
        with_terms(OTHER, until=until),
        with_terms(replace(OTHER, row=4, number="A-9"), until=until + 1),
    ]
    cabinet = taken_in(house, tmp_path, rows, 1, 2, 3, 4)

    above, *below = due(house, cabinet, registers)
    assert above.progress is Progress.PROPOSED
    assert {one.obstacles for one in below} == {(Obstacle.NOTHING_HELD,)}, (
        "the house has nothing on record yet"
    )
    agree(house, above, house.ann, press)

    _, older, newer, longer = due(house, cabinet, registers)

    assert [older.progress, newer.progress] == [Progress.PROPOSED, Progress.WAITING]
    assert longer.obstacles == (Obstacle.NOTHING_HELD,), "nobody passes on more than was granted"
    agree(house, older, press, first)
    newer = due(house, cabinet, registers)[2]
    assert newer.progress is Progress.PROPOSED
    with house.office.projection.view() as view:
        [parent, child] = Book(view).grants(work=whole.work_id)
    assert newer.clashes == (child.grant_id,)
    agree(house, newer, press, second)

    assert [one.progress for one in due(house, cabinet, registers)[:3]] == [Progress.RECORDED] * 3
    with house.office.projection.view() as view:
        grants = list(Book(view).grants(parent=parent.grant_id))
    assert [(grant.licensee, grant.conflicts) for grant in grants] == [(first, 0), (second, 1)]


def _ends_of(
    book: Book, cabinet: Cabinet, accounts: tuple[Address, ...], grant_id: Hash32
) -> dict[Address, list[tuple[int, str]]]:
    """What each is told of a grant that an owner let all of them see."""
    subject = book.view.sources.grant(grant_id)
    told = {}
    for account in accounts:
        audience = Audience(frozenset({account}), disclosed=frozenset({(subject, accounts[0])}))
        found = endings(book, audience, partial(contracts_behind, cabinet), TODAY, months=60)
        told[account] = [
            (one.day, one.kind.value)
            for one in found
            if isinstance(one.of, Grant) and one.of.grant_id == grant_id
        ]
    return told


def test_a_name_that_two_have_is_nobodys() -> None:
    one, other = Address(b"\x01" * 20), Address(b"\x02" * 20)
    account = one_by_name([("甲社", one), ("乙社", one), (" 乙 社", other), ("乙社", one)])
    assert account("甲社") == one
    assert account("甲 社") == one
    assert account("乙社") is None
    assert account("") is None
