"""Cells that no spreadsheet takes for a formula."""

from __future__ import annotations

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.evidence import cells

TEXTS = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=20)


@given(st.lists(TEXTS, min_size=1, max_size=6))
def test_a_row_survives(row: list[str]):
    assert cells.split(cells.join(row)) == row


@given(st.lists(TEXTS, min_size=2, max_size=6))
def test_a_row_is_csv_to_others(row: list[str]):
    (found,) = csv.reader([cells.join(row)], strict=True)
    assert [one.removeprefix("'") for one in found] == row


@given(TEXTS)
def test_no_cell_begins_as_a_formula(text: str):
    (found,) = csv.reader([cells.join([text, "x"])], strict=True)
    assert not found[0].startswith(("=", "+", "-", "@", "\t", "＝", "＋", "－", "＠"))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", "'text", "''=1"])
def test_an_apostrophe_is_put_before_it_and_taken_away_again(text: str):
    line = cells.join([text, "x"])
    assert line.lstrip('"').startswith("'")
    assert cells.split(line)[0] == text


@pytest.mark.parametrize("line", ['"a', 'a"b', '"a"b', '"a" ,b', "a\nb", "a\rb"])
def test_what_is_no_row_is_refused(line: str):
    with pytest.raises(ValueError, match="CSV"):
        cells.split(line)


def test_another_number_of_cells_is_refused():
    with pytest.raises(ValueError, match="2 cells"):
        cells.split("a,b", 3)
    with pytest.raises(ValueError, match="line break"):
        cells.join(["a\nb"])
