"""Sheets written here: every text comes back, and no spreadsheet program takes one for a formula."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.errors import BadInput
from service.files.description import Kind
from service.files.lookalikes import unstorable
from service.intake.columns import Visibility
from service.intake.sheet import Options, read_sheet
from service.intake.writing import Written, write_sheet

COLUMNS = (
    Written("title"),
    Written("accession_number"),
    Written("captured_by"),
    Written("自己的列", Visibility.PUBLIC),
)
OPTIONS = Options(kind=Kind.CAPTURE_RECORD)

storable = st.text(min_size=1, max_size=200).filter(
    lambda text: unstorable(text) is None and bool(text.strip())
)
AWKWARD = [
    *(
        "=1+1",
        "+",
        "-0206",
        "@x",
        "＝1+1",
        "－1",
        "\n=1",
        "'",
        "''=x",
        "\t-x",
        '"',
        '""',
        "a,b;c\td|e",
        "a\r\nb",
        "a\rb",
    ),
    *(
        "_x000D_",
        "_x005F_x000D_",
        " x ",
        "‘’",
        "\x85a",
        "\u2028a",
        "#REF!",
        "TRUE",
        "1e5",
        "00123",
        "\ufeffx",
    ),
]
texts = storable | st.sampled_from(AWKWARD)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(texts, texts), min_size=1, max_size=5), st.sampled_from([".csv", ".xlsx"]))
def test_every_text_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[tuple[str, str]], ending: str
) -> None:
    path = tmp_path_factory.mktemp("written") / f"sheet{ending}"
    rows = [
        {"title": title, "accession_number": str(n), "captured_by": "m", "自己的列": other}
        for n, (title, other) in enumerate(drawn)
    ]
    assert write_sheet(path, COLUMNS, rows, "en") == len(rows)
    read = [
        (request.description.get("title"), dict(request.description.extra).get("自己的列"))
        for request in read_sheet(path, OPTIONS).requests()
    ]
    assert read == drawn


def one(path: Path, title: str) -> Path:
    write_sheet(path, COLUMNS, [{"title": title, "accession_number": "1", "captured_by": "m"}])
    return path


@pytest.mark.parametrize("title", ["=cmd|'/c calc'!A1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_a_formula_to_a_spreadsheet_program(tmp_path: Path, title: str) -> None:
    with one(tmp_path / "s.csv", title).open(encoding="utf-8-sig", newline="") as lines:
        cell = list(csv.reader(lines))[1][0]
    assert cell[0] == "'"
    page = openpyxl.load_workbook(one(tmp_path / "s.xlsx", title)).active
    assert page is not None
    assert (page["A2"].data_type, page["A2"].number_format) == ("s", "@")


def test_headings_say_who_may_read_where_it_is_not_as_usual() -> None:
    assert Written("provenance").heading("zh") == "递藏经过"
    assert Written("provenance", Visibility.PUBLIC).heading("zh") == "递藏经过（公开）"
    assert Written("provenance", Visibility.PUBLIC).heading("en") == "Provenance (public)"


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
@pytest.mark.parametrize("title", ["x" * 32_768, "bell \x07", "\uffff"])
def test_a_text_that_no_cell_can_hold_is_refused_with_its_cell_and_leaves_no_file(
    tmp_path: Path, ending: str, title: str
) -> None:
    with pytest.raises(BadInput) as caught:
        one(tmp_path / f"s{ending}", title)
    assert caught.value.facts["cell"] == "A2"
    assert list(tmp_path.iterdir()) == []


def test_a_text_as_long_as_a_cell_is_written_whole(tmp_path: Path) -> None:
    for ending in (".csv", ".xlsx"):
        path, text = tmp_path / f"s{ending}", "长" * 32_767
        write_sheet(path, COLUMNS, [{"accession_number": "1", "captured_by": "m", "自己的列": text}])
        (request,) = read_sheet(path, OPTIONS).requests()
        assert request.description.extra == (("自己的列", text),)


def test_another_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        one(tmp_path / "s.ods", "x")
