"""Existing contracts on the command line: judged, compared, written out, taken in once."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import icalendar
import pytest

from service.cli.program import main
from service.demo.legacy import CONTRACTS
from service.keys.vault import make_vault
from service.rights.backlog.scans import LARGEST_SCAN
from service.settings import Settings


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str]:
    code = main([str(word) for word in words])
    return code, capsys.readouterr().out


def test_the_sample_is_reported_in_words_and_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    code, text = run(capsys, "contracts", "check", CONTRACTS)
    assert code == 0
    assert "20 份合同：1 处冲突，1 处可能冲突" in text
    code, text = run(capsys, "contracts", "check", CONTRACTS, "--json")
    assert [one["certain"] for one in json.loads(text)["conflicts"]] == [True, False]


def test_conflicts_and_days_are_written_to_files(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    sheet, calendar = tmp_path / "conflicts.csv", tmp_path / "days.ics"
    words = ("--conflicts", sheet, "--calendar", calendar, "--months", 120)
    assert run(capsys, "contracts", "check", CONTRACTS, *words)[0] == 0
    with sheet.open(encoding="utf-8-sig", newline="") as stream:
        assert len(list(csv.reader(stream))) == 3
    assert len(icalendar.Calendar.from_ical(calendar.read_bytes()).walk("VEVENT")) > 10


def test_a_sheet_with_an_error_is_reported_and_not_well(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    sheet = tmp_path / "contracts.csv"
    sheet.write_text("作品,地域\n旧城的钟,中国\n", encoding="utf-8")
    assert run(capsys, "contracts", "check", sheet)[0] == 1
    assert run(capsys, "--home", tmp_path / "home", "contracts", "keep", sheet)[0] == 1
    code, text = run(capsys, "contracts", "check", sheet, "--json")
    assert [one["cell"] for one in json.loads(text)["sheet"]["errors"]] == ["B2"]
    assert code == 1


def test_what_was_taken_in_is_there_once_and_reported_from_there(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    make_vault(Settings(home=tmp_path))
    _, first = run(capsys, "--home", tmp_path, "contracts", "keep", CONTRACTS, "--json")
    _, again = run(capsys, "--home", tmp_path, "contracts", "keep", CONTRACTS, "--json")
    assert json.loads(first) == json.loads(again)
    assert len(json.loads(first)["contracts"]) == 20
    _, kept = run(capsys, "--home", tmp_path, "contracts", "report", "--json")
    _, judged = run(capsys, "contracts", "check", CONTRACTS, "--json")
    assert json.loads(kept) == {key: value for key, value in json.loads(judged).items() if key != "sheet"}


def test_each_error_of_a_sheet_is_said_once_by_either_verb(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    sheet = tmp_path / "contracts.csv"
    sheet.write_text("作品,地域,经办人\n旧城的钟,中国,张\n", encoding="utf-8")
    for words in (("check",), ("keep",)):
        assert main(["--home", str(tmp_path / "home"), "contracts", *words, str(sheet)]) == 1
        said = capsys.readouterr().err
        [line] = [one for one in said.splitlines() if "B2  " in one]
        assert " / " in line
        assert said.count("经办人") == 2, "the unknown heading, in Chinese and in English"


def test_what_stands_in_a_sheet_reaches_the_terminal_escaped_and_plain_text_as_it_is(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    sheet = tmp_path / "contracts.csv"
    rows = "旧城\u202e的钟,例社,甲社,中国\n钟楼,例社,乙社,中国\n"
    sheet.write_text(f"作品,授权方,被授权方,经办\u2066人\x1b[31m\n{rows}", encoding="utf-8")
    for words in (("check", str(sheet)), ("check", str(sheet), "--json")):
        main(["contracts", *words])
        said = capsys.readouterr()
        for text in (said.out, said.err):
            assert not {"\u202e", "\u2066", "\x1b"} & set(text)
    assert json.loads(said.out)["sheet"]["warnings"], "as JSON it is the same value"
    assert main(["contracts", "check", str(CONTRACTS)]) == 0
    assert "\\u" not in capsys.readouterr().out


def test_a_scan_that_is_too_large_is_named_with_its_row_by_either_verb(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    sheet, scan = tmp_path / "contracts.csv", tmp_path / "scan.pdf"
    sheet.write_text("作品,扫描件\n旧城的钟,scan.pdf\n", encoding="utf-8")
    scan.touch()
    os.truncate(scan, LARGEST_SCAN + 1)
    for verb in ("check", "keep"):
        assert main(["--home", str(tmp_path / "home"), "contracts", verb, str(sheet)]) == 1
        assert "第 2 行的扫描件 scan.pdf 大于 64 MiB" in capsys.readouterr().err
