"""Delimited text: encoding and delimiter are found out; what is not text is said to be so, with its place."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import BadInput, TooLarge
from service.intake import delimited
from service.intake.delimited import Dialect, delimited_rows, dialect_of, guarded, unguarded

TABLE = '题名,类别,文件\r\n静夜思,衍生创作,a.png\r\n"相,思",衍生创作,"b\n.png"\r\n'


def rows(octets: bytes) -> tuple[Dialect, list[tuple[str, ...]]]:
    stream = io.BytesIO(octets)
    dialect = dialect_of(stream)
    return dialect, [row.cells for row in delimited_rows(stream, dialect)]


@pytest.mark.parametrize(
    ("encoding", "named"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-be", "utf-16-be"),
        ("utf-16-le", "utf-16-le"),
        ("gb18030", "gb18030"),
        ("gbk", "gb18030"),
    ],
)
def test_an_encoding_is_found_out(encoding: str, named: str) -> None:
    table = TABLE if "16-" not in encoding else TABLE.replace("静夜思", "Quiet Night Thought, once more")
    dialect, cells = rows(table.encode(encoding))
    assert dialect.encoding == named
    assert cells[0] == ("题名", "类别", "文件")
    assert cells[2] == ("相,思", "衍生创作", "b\n.png")


def test_utf_16_with_its_mark_in_the_other_order_is_read_too() -> None:
    assert rows(b"\xfe\xff" + TABLE.encode("utf-16-be"))[1][1][0] == "静夜思"


def test_a_character_of_four_bytes_is_read_in_gb18030() -> None:
    assert rows("题名,类别\n𠮷野,衍生创作\n".encode("gb18030"))[1][1][0] == "𠮷野"


def test_gb18030_that_happens_to_be_utf_8_is_told_by_its_headings() -> None:
    table = "题名,文件\n".encode("gb18030") + "联通,a.png\n".encode("gbk")
    assert rows(table)[1][1][0] == "联通"


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_a_delimiter_is_found_out_by_the_headings(delimiter: str) -> None:
    table = delimiter.join(("题名", "类别", "说明")) + "\n" + delimiter.join(("a,b", "c;d", "e|f")) + "\n"
    if delimiter != "\t":
        table = table.replace(",", "，").replace("a，b", "a，b") if delimiter == "," else table
    assert rows(delimiter.join(("题名", "类别", "说明")).encode())[0].delimiter == delimiter


def test_utf_8_that_broke_is_said_with_its_place_and_not_read_as_gibberish() -> None:
    whole = TABLE.encode()
    at = whole.index("思".encode()) + 1
    with pytest.raises(BadInput) as caught:
        rows(whole[:at] + b"\xff" + whole[at + 1 :])
    assert caught.value.facts["encoding"] == "utf-8"
    assert abs(caught.value.facts["byte"] - at) <= 2


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_the_place_of_a_broken_byte_is_right_far_into_a_file(encoding: str) -> None:
    filler = "静夜思,衍生创作,a.png\r\n".encode(encoding) * 100_000
    head = TABLE.encode(encoding)
    with pytest.raises(BadInput) as caught:
        rows(head + filler + b"\xff\xff\xff\xff")
    assert abs(caught.value.facts["byte"] - len(head + filler)) <= 4 or encoding == "gb18030"


def test_quotation_marks_that_do_not_close_are_said_with_their_row() -> None:
    with pytest.raises(BadInput) as caught:
        rows('题名,类别\na,b\nc,"d\n'.encode())
    assert caught.value.facts["row"] == 3


def test_a_cell_of_one_long_line_does_not_fill_the_memory() -> None:
    with pytest.raises(BadInput):
        rows(("题名,类别\n" + "x" * (csv.field_size_limit() + 1)).encode())


def test_a_file_over_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "LARGEST_CSV", 100)
    with pytest.raises(TooLarge):
        rows(TABLE.encode() * 10)


@given(st.text())
def test_a_guarded_text_comes_back_as_it_was(text: str) -> None:
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", ["=1+1", "+86", "-0206-01-05", "@SUM(A1)", "\tx", "\rx", "'=1", "''-"])
def test_no_guarded_text_is_a_formula_to_a_spreadsheet(text: str) -> None:
    assert guarded(text)[0] == "'"
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", ["'Tis the season", "''quoted''", "plain", "", "1-2"])
def test_other_texts_are_left_alone(text: str) -> None:
    assert guarded(text) == unguarded(text) == text
