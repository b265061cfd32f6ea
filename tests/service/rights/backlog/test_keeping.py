"""Contracts in the cabinet: taken in once however often, sealed, erased with their key, struck out but not lost."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from service.demo.legacy import CONTRACTS
from service.errors import Conflict, NotFound, TooLarge
from service.files.directory import DirectoryStore
from service.issuing.column_keys import destroy_column_key
from service.keys.sealing import Sealer, new_sealer_key
from service.outbox.database import Database
from service.rights.backlog import keeping as module
from service.rights.backlog.findings import findings
from service.rights.backlog.keeping import Cabinet
from service.rights.backlog.scans import LARGEST_SCAN
from service.rights.backlog.sheet import ContractSheet, read_contracts
from service.rights.backlog.tables import ContractRow
from tests.service.rights.backlog.making import TODAY


@pytest.fixture
def sheet() -> ContractSheet:
    return read_contracts(CONTRACTS, TODAY)


@pytest.fixture
def cabinet(database: Database, tmp_path: Path) -> Cabinet:
    store = DirectoryStore(tmp_path / "store")
    return Cabinet(database, Sealer(new_sealer_key()), store, house="jiangnan", by="key-1")


def files(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "store").rglob("*") if path.is_file()]


def take(cabinet: Cabinet, sheet: ContractSheet) -> list[str]:
    return [kept.id for chunk in cabinet.take_in(sheet.sound(), sheet.scans) for kept in chunk]


def rows(database: Database) -> int:
    with database.read() as connection:
        return connection.execute(select(func.count()).select_from(ContractRow)).scalar_one()


def test_a_sheet_is_taken_in_with_its_scans(cabinet: Cabinet, sheet: ContractSheet) -> None:
    take(cabinet, sheet)
    kept = cabinet.contracts()
    assert tuple(one.contract for one in kept) == sheet.contracts
    scan = (CONTRACTS.parent / kept[0].contract.scan).read_bytes()
    assert kept[0].scan is not None
    assert kept[0].scan.sha256 == hashlib.sha256(scan).digest()
    assert cabinet.scan(kept[0].id) == scan
    assert findings([one.contract for one in kept], TODAY) == findings(sheet.contracts, TODAY)


def test_taken_in_again_it_is_the_same(cabinet: Cabinet, sheet: ContractSheet, tmp_path: Path) -> None:
    first = take(cabinet, sheet)
    before = sorted(files(tmp_path))
    assert take(cabinet, sheet) == first
    assert rows(cabinet.database) == 20
    assert sorted(files(tmp_path)) == before
    assert len(before) == 3


def test_a_run_that_was_cut_off_goes_on(
    cabinet: Cabinet, sheet: ContractSheet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ROWS_AT_ONCE", 3)
    cut = cabinet.take_in(sheet.sound(), sheet.scans)
    started = [kept.id for _ in range(2) for kept in next(cut)]
    cut.close()
    assert rows(cabinet.database) == 6
    assert take(cabinet, sheet)[:6] == started
    assert rows(cabinet.database) == 20


def test_one_row_twice_is_two_contracts_and_stays_two(cabinet: Cabinet, sheet: ContractSheet) -> None:
    twice = replace(sheet, contracts=(sheet.contracts[4], replace(sheet.contracts[4], row=99)))
    ids = take(cabinet, twice)
    assert len(set(ids)) == 2
    assert take(cabinet, twice) == ids
    assert rows(cabinet.database) == 2


def test_a_sheet_in_another_order_asks_for_nothing_twice(cabinet: Cabinet, sheet: ContractSheet) -> None:
    ids = take(cabinet, sheet)
    assert set(take(cabinet, replace(sheet, contracts=tuple(reversed(sheet.contracts))))) == set(ids)
    assert rows(cabinet.database) == 20


def test_nothing_of_a_contract_lies_open(cabinet: Cabinet, sheet: ContractSheet, tmp_path: Path) -> None:
    take(cabinet, sheet)
    with cabinet.database.read() as connection:
        stored = repr(connection.execute(select(ContractRow.__table__)).all())
    for word in ("沈怀舟", "北岸文化事业", "JN-2020-113", "旧城的钟"):
        assert word not in stored
        assert word.encode().hex() not in stored
    scan = (CONTRACTS.parent / "scans/JN-2015-007.pdf").read_bytes()
    assert all(scan not in path.read_bytes() for path in files(tmp_path))


def test_another_house_sees_nothing_of_it(cabinet: Cabinet, sheet: ContractSheet) -> None:
    ids = take(cabinet, sheet)
    other = replace(cabinet, house="elsewhere")
    assert other.contracts() == []
    with pytest.raises(NotFound):
        other.scan(ids[0])
    assert set(take(other, sheet)).isdisjoint(ids)


def test_a_contract_whose_key_is_destroyed_is_erased(cabinet: Cabinet, sheet: ContractSheet) -> None:
    ids = take(cabinet, sheet)
    with cabinet.database.write() as connection:
        assert destroy_column_key(connection, f"contract jiangnan {ids[0]}")
    assert ids[0] not in [kept.id for kept in cabinet.contracts()]
    with pytest.raises(NotFound):
        cabinet.scan(ids[0])


def test_what_was_struck_out_stays_and_counts_no_more(cabinet: Cabinet, sheet: ContractSheet) -> None:
    ids = take(cabinet, sheet)
    cabinet.strike_out(ids[2], "重复录入")
    assert len(cabinet.contracts()) == 19
    assert rows(cabinet.database) == 20
    with pytest.raises(Conflict):
        cabinet.strike_out(ids[2], "再次")
    with pytest.raises(NotFound):
        cabinet.strike_out("0" * 32, "没有")


def test_a_contract_without_a_scan_has_none(cabinet: Cabinet, sheet: ContractSheet) -> None:
    ids = take(cabinet, sheet)
    with pytest.raises(NotFound):
        cabinet.scan(ids[5])


def test_a_scan_that_was_changed_meanwhile_or_is_too_large_is_refused(
    cabinet: Cabinet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "scan.pdf").write_bytes(b"%PDF-1.4 one")
    (tmp_path / "sheet.csv").write_text("作品,扫描件\n旧城的钟,scan.pdf\n", encoding="utf-8")
    sheet = read_contracts(tmp_path / "sheet.csv", TODAY)
    (tmp_path / "scan.pdf").write_bytes(b"%PDF-1.4 other")
    with pytest.raises(Conflict):
        take(cabinet, sheet)
    monkeypatch.setattr(module, "LARGEST_SCAN", 5)
    with pytest.raises(TooLarge, match=r"row 2, scan\.pdf, is over the limit of 64 MiB") as refused:
        take(cabinet, sheet)
    assert refused.value.facts == {"row": 2, "file": "scan.pdf", "limit": LARGEST_SCAN}
    assert rows(cabinet.database) == 0
