"""The twenty contracts of the demonstration: in order, and two of them clashing over traditional characters."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.rights.scope import Axis
from indexer.rights.text import write_mask
from service.demo.legacy import CONTRACTS, take_in
from service.demo.story import Story
from service.installation import Installation
from service.keys.vault import make_vault
from service.rights.backlog.findings import findings
from service.rights.backlog.house import cabinet_of
from service.rights.backlog.reporting import Findings
from service.rights.backlog.sheet import ContractSheet, read_contracts
from service.settings import Settings, read_settings
from tests.service.rights.backlog.making import TODAY


@pytest.fixture(scope="module")
def sheet() -> ContractSheet:
    return read_contracts(CONTRACTS, TODAY)


@pytest.fixture(scope="module")
def found(sheet: ContractSheet) -> Findings:
    return findings(sheet.sound(), TODAY)


def test_twenty_contracts_of_several_works_are_read_without_a_word(sheet: ContractSheet) -> None:
    assert len(sheet.contracts) == 20
    assert len({contract.work.title for contract in sheet.contracts}) == 4
    assert (sheet.report.error_count, sheet.report.warning_count) == (0, 0)
    assert len(sheet.scans) == 3


def test_unknown_terms_are_among_them(sheet: ContractSheet) -> None:
    unknown = {contract.row: contract.unknown for contract in sheet.contracts if contract.unknown}
    assert unknown[15] == ("until", "kind", "sublicensable")
    assert len(unknown) == 3


def test_two_clash_over_traditional_characters_and_no_others_surely(found: Findings) -> None:
    certain = [conflict for conflict in found.conflicts if conflict.is_certain]
    assert [(conflict.older.number, conflict.newer.number) for conflict in certain] == [
        ("JN-2020-113", "JN-2024-061")
    ]
    assert write_mask(Axis.LANGUAGES, certain[0].overlap.languages) == "繁体中文"


def test_one_more_is_possible_for_what_nobody_knows(found: Findings) -> None:
    (possible,) = (conflict for conflict in found.conflicts if not conflict.is_certain)
    assert possible.depends == ("newer.media",)


def test_something_comes_within_six_months_of_the_demonstration(found: Findings) -> None:
    assert len({fact.kind for fact in found.coming}) >= 4


def test_the_demonstration_takes_them_in_once_however_often_and_names_the_clash(tmp_path: Path) -> None:
    make_vault(Settings(home=tmp_path))
    installation, said = Installation(read_settings({}, tmp_path)), list[str]()
    story = Story(installation, lambda zh, _: said.append(zh), lambda: None)
    first, again = take_in(story), take_in(story)
    kept = cabinet_of(installation, "test").contracts()
    installation.close()
    assert first == again
    assert (len(kept), first.scans) == (20, 3)
    assert [(one.older.number, one.newer.number) for one in first.clashes] == [("JN-2020-113", "JN-2024-061")]
    assert sum("JN-2020-113" in one and "繁体中文" in one for one in said) == 2
