"""Cells of a worksheet: what openpyxl reads in an honest one is read here too; what contradicts itself is refused."""

from __future__ import annotations

import io
from datetime import date, datetime, time, timedelta

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.errors import BadInput, TooLarge
from service.intake.limits import MOST_COLUMNS
from service.intake.rows import Mark, Row
from service.intake.workbook import workbook_rows
from tests.service.intake.workbooks import MAIN, STRICT, raw_workbook

VALUES = st.one_of(
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), max_size=20).map(lambda t: t.lstrip("=")),
    st.integers(-(10**15), 10**15),
    st.floats(-1e300, 1e300),
    st.booleans(),
    st.dates(date(1901, 1, 1), date(9999, 12, 30)),
    st.datetimes(datetime(1901, 1, 1), datetime(9999, 12, 30)).map(lambda d: d.replace(microsecond=0)),  # noqa: DTZ001
    st.none(),
)


def rows(octets: bytes) -> list[Row]:
    return list(workbook_rows(io.BytesIO(octets)))


def cells(body: str, **options: str) -> tuple[str, ...]:
    (row,) = rows(raw_workbook(f'<row r="1">{body}</row>', **options))
    return row.cells


def shown(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).upper()
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
        case date() | time():
            return value.isoformat()
        case float():
            return repr(value).removesuffix(".0")
        case _:
            return str(value)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(VALUES, min_size=1, max_size=6), min_size=1, max_size=6))
def test_an_honest_workbook_is_read_as_another_reader_reads_it(table: list[list[object]]) -> None:
    made = openpyxl.Workbook()
    page = made.active
    assert page is not None
    for line in table:
        page.append(line)
    out = io.BytesIO()
    made.save(out)
    other = openpyxl.load_workbook(io.BytesIO(out.getvalue()), read_only=True).worksheets[0]
    theirs = {
        number: [shown(value) for value in values]
        for number, values in enumerate(other.iter_rows(values_only=True), start=1)
    }
    ours = {row.number: list(row.cells) for row in rows(out.getvalue())}
    for number, texts in theirs.items():
        while texts and not texts[-1]:
            texts.pop()
        assert ours.get(number, []) == texts


def test_an_escape_of_an_escape_stays_what_it_was() -> None:
    assert cells('<c t="inlineStr"><is><t>_x005F_x000D_</t></is></c>') == ("_x000D_",)
    assert cells('<c t="s"><v>0</v></c>', strings="<si><t>_x005F_x000D_</t></si>") == ("_x000D_",)
    assert cells('<c t="s"><v>0</v></c>', strings="<si><t>ax005F_b</t></si>") == ("ax005F_b",)


def test_the_runs_of_a_string_are_put_together_without_its_pronunciation() -> None:
    item = "<si><r><t>静</t></r><r><rPr><b/></rPr><t>夜思</t></r><rPh sb='0' eb='1'><t>jing</t></rPh></si>"
    assert cells('<c t="s"><v>0</v></c>', strings=item) == ("静夜思",)


def test_both_editions_of_the_format_are_read() -> None:
    for namespace in (MAIN, STRICT):
        assert cells("<c><v>7</v></c>", namespace=namespace) == ("7",)


def test_dates_are_counted_from_the_year_the_workbook_says() -> None:
    styled = '<c s="1"><v>366</v></c>'
    assert cells(styled) == ("1900-12-31",)
    assert cells(styled, properties='<workbookPr date1904="1"/>') == ("1905-01-01",)


@pytest.mark.parametrize(
    ("cell", "text", "mark"),
    [
        ('<c t="e"><v>#REF!</v></c>', "#REF!", Mark.ERROR),
        ("<c><f>1+1</f><v>2</v></c>", "=1+1", Mark.FORMULA),
        ('<c t="str"><f>A2</f><v>x</v></c>', "=A2", Mark.FORMULA),
        ('<c s="1"><v>99999999999</v></c>', "#VALUE!", Mark.ERROR),
        ("<c><v>1e999</v></c>", "#VALUE!", Mark.ERROR),
        ("<c><v>NaN</v></c>", "#VALUE!", Mark.ERROR),
        ("<c><v>" + "9" * 500 + "</v></c>", "#VALUE!", Mark.ERROR),
        ("<c><v>04.5</v></c>", "4.5", Mark.NUMBER),
        ('<c t="b"><v>1</v></c>', "TRUE", None),
        ('<c t="d"><v>2026-11-02</v></c>', "2026-11-02", None),
    ],
)
def test_what_a_cell_was_is_told(cell: str, text: str, mark: Mark | None) -> None:
    (row,) = rows(raw_workbook(f'<row r="1">{cell}</row>'))
    assert row.cells == (text,)
    assert dict(row.marks).get(0) is mark


@pytest.mark.parametrize(
    "data",
    [
        pytest.param('<row r="1"><c t="s"><v>-1</v></c></row>', id="string-before-the-first"),
        pytest.param('<row r="1"><c t="s"><v>1</v></c></row>', id="string-behind-the-last"),
        pytest.param('<row r="2"/><row r="2"/>', id="a-row-twice"),
        pytest.param('<row r="2"/><row r="1"/>', id="rows-backwards"),
        pytest.param('<row r="0"/>', id="row-nought"),
        pytest.param('<row r="1048577"><c><v>1</v></c></row>', id="behind-the-last-row"),
        pytest.param('<row r="1"><c r="A2"><v>1</v></c></row>', id="a-cell-of-another-row"),
        pytest.param('<row r="1"><c r="B1"/><c r="A1"/></row>', id="cells-backwards"),
        pytest.param('<row r="1"><c r="A1"/><c r="A1"/></row>', id="a-cell-twice"),
        pytest.param('<row r="1"><c r="é1"><v>1</v></c></row>', id="no-column"),
        pytest.param('<row r="1"><c><v>one</v></c></row>', id="no-number"),
        pytest.param('<row r="1"><c t="d"><v>x</v></c></row>', id="no-date"),
        pytest.param('<row r="1"><c>&undeclared;</c></row>', id="undeclared-entity"),
    ],
)
def test_what_contradicts_itself_is_refused(data: str) -> None:
    with pytest.raises(BadInput):
        rows(raw_workbook(data, strings="<si><t>x</t></si>"))


def test_nothing_in_use_beyond_the_last_column_is_lost_in_silence() -> None:
    filled = "<c><v>1</v></c>"
    assert len(cells(filled * MOST_COLUMNS + "<c/>" * 100)) == MOST_COLUMNS
    with pytest.raises(TooLarge):
        cells(filled * (MOST_COLUMNS + 1))


def test_a_length_of_time_is_written_as_one() -> None:
    made = openpyxl.Workbook()
    page = made.active
    assert page is not None
    page["A1"] = timedelta(hours=30, minutes=5)
    out = io.BytesIO()
    made.save(out)
    assert rows(out.getvalue())[0].cells == ("1 day, 6:05:00",)
