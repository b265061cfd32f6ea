"""Workbooks: what is in the cells comes out; bombs and broken ones are refused before they cost anything."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import BadInput, TooLarge
from service.intake import workbook
from service.intake.grid import escaped, unescaped
from service.intake.rows import Mark, Row
from service.intake.workbook import check_workbook, workbook_rows


def book(*table: list[object]) -> bytes:
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    for cells in table:
        sheet.append(cells)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def rows(octets: bytes) -> list[Row]:
    return list(workbook_rows(io.BytesIO(octets)))


def repacked(octets: bytes, part: str, content: bytes) -> bytes:
    """The same workbook with one part replaced or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(octets)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            if info.filename != part:
                new.writestr(info.filename, old.read(info))
        new.writestr(part, content)
    return out.getvalue()


PLAIN = book(["题名", "数量"], ["静夜思", 200])
SHEET = "xl/worksheets/sheet1.xml"


def part_of(octets: bytes, part: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        return archive.read(part)


def test_cells_come_out_as_texts() -> None:
    midnight = datetime.fromisoformat("2026-11-02")
    later = datetime.fromisoformat("2026-01-02 03:04")
    (row,) = rows(book(["a", 1884, 9.75, 16.0, True, None, midnight, date(2026, 11, 2), later]))
    assert row.cells[:6] == ("a", "1884", "9.75", "16", "TRUE", "")
    assert row.cells[6:9] == ("2026-11-02", "2026-11-02", "2026-01-02 03:04:00")
    assert dict(row.marks)[1] is Mark.NUMBER


def test_formulas_and_error_values_are_marked_and_not_computed() -> None:
    (row,) = rows(book(["=1+1", "#REF!", "x"]))
    assert row.marks == ((0, Mark.FORMULA), (1, Mark.ERROR))


def shared(*strings: str) -> bytes:
    """A workbook as Excel saves it: its cells point into a table of shared strings."""
    namespace = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    items = "".join(f'<si><t xml:space="preserve">{text}</t></si>' for text in strings)
    cells = "".join(f'<c r="A{n}" t="s"><v>{n - 1}</v></c>' for n in range(1, len(strings) + 1))
    lines = "".join(
        f'<row r="{n}">{cell}</c></row>' for n, cell in enumerate(cells.split("</c>")[:-1], start=1)
    )
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    types = part_of(PLAIN, "[Content_Types].xml").replace(
        b"</Types>", f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'.encode()
    )
    made = repacked(PLAIN, "[Content_Types].xml", types)
    made = repacked(made, "xl/sharedStrings.xml", f"<sst {namespace}>{items}</sst>".encode())
    return repacked(
        made, SHEET, f"<worksheet {namespace}><sheetData>{lines}</sheetData></worksheet>".encode()
    )


@pytest.mark.parametrize("make", [lambda text: book([text]), shared], ids=["inline", "shared"])
def test_a_string_with_line_breaks_and_returns_comes_out_whole(make: Callable[[str], bytes]) -> None:
    text = " two\nlines\tand more "
    assert rows(make(text))[0].cells[0] == text
    assert rows(make("a_x000D_b"))[0].cells[0] == "a\rb"


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_an_escaped_text_comes_back_as_it_was(text: str) -> None:
    assert unescaped(escaped(text)) == text


def test_rows_keep_their_numbers_across_gaps() -> None:
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    sheet["A1"], sheet["C5"] = "题名", "x"
    out = io.BytesIO()
    made.save(out)
    table = rows(out.getvalue())
    assert [row.number for row in table] == [1, 5]
    assert table[1].cells[2] == "x"


def test_the_first_visible_sheet_is_read() -> None:
    made = openpyxl.Workbook()
    first = made.active
    assert first is not None
    first["A1"] = "hidden"
    first.sheet_state = "hidden"
    made.create_sheet("second")["A1"] = "seen"
    out = io.BytesIO()
    made.save(out)
    assert rows(out.getvalue())[0].cells[0] == "seen"


def test_a_workbook_repacked_without_a_change_is_read() -> None:
    assert rows(repacked(PLAIN, SHEET, part_of(PLAIN, SHEET)))[1].cells[:2] == ("静夜思", "200")


BILLION = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><worksheet>&b;</worksheet>'
)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(BILLION, id="entities"),
        pytest.param(BILLION.decode().encode("utf-16"), id="entities-in-utf-16"),
        pytest.param(b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><worksheet/>', id="external"),
        pytest.param(b"<!-- " + b" " * 100_000 + b"--><!DOCTYPE x><worksheet/>", id="far-behind-a-comment"),
        pytest.param(b"", id="empty"),
        pytest.param(b"not xml", id="no-xml"),
    ],
)
@pytest.mark.parametrize("part", [SHEET, "xl/sharedStrings.xml", "xl/workbook.xml", "[Content_Types].xml"])
def test_a_part_with_a_document_type_or_without_xml_is_refused(part: str, content: bytes) -> None:
    with pytest.raises(BadInput):
        rows(repacked(PLAIN, part, content))


def test_a_part_that_unpacks_to_very_much_is_refused_unread() -> None:
    bomb = part_of(PLAIN, SHEET).replace(b"</sheetData>", b" " * 30_000_000 + b"</sheetData>")
    packed = repacked(PLAIN, SHEET, bomb)
    assert len(packed) < 100_000
    with pytest.raises(TooLarge):
        check_workbook(io.BytesIO(packed))


def test_many_parts_and_a_large_table_of_strings_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    check_workbook(io.BytesIO(PLAIN))
    monkeypatch.setattr(workbook, "MOST_PARTS", 5)
    with pytest.raises(TooLarge):
        check_workbook(io.BytesIO(PLAIN))
    monkeypatch.undo()
    check_workbook(io.BytesIO(shared("静夜思")))
    monkeypatch.setattr(workbook, "LARGEST_STRING_TABLE", 10)
    with pytest.raises(TooLarge):
        check_workbook(io.BytesIO(shared("静夜思")))


def test_a_workbook_of_more_bytes_than_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "LARGEST_WORKBOOK", 100)
    with pytest.raises(TooLarge):
        rows(PLAIN)


def test_a_declared_size_that_lies_does_not_help_a_bomb() -> None:
    content = part_of(PLAIN, SHEET)
    packed = bytearray(repacked(PLAIN, SHEET, content))
    # The central directory's record of the part: its unpacked size stands 24 bytes in.
    at = packed.rindex(SHEET.encode()) - 46 + 24
    assert int.from_bytes(packed[at : at + 4], "little") == len(content)
    packed[at : at + 4] = (len(content) // 2).to_bytes(4, "little")
    with pytest.raises(BadInput):
        rows(bytes(packed))


@pytest.mark.parametrize(
    "octets",
    [
        pytest.param(b"PK\x03\x04", id="a-few-bytes"),
        pytest.param(PLAIN[:-200], id="cut-off"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), id="old-xls-or-password"),
        pytest.param(repacked(PLAIN, "xl/workbook.xml", b"<workbook/>"), id="without-sheets"),
        pytest.param(repacked(PLAIN, SHEET, part_of(PLAIN, SHEET)[:-30]), id="sheet-cut-off"),
    ],
)
def test_what_is_no_sound_workbook_is_refused(octets: bytes) -> None:
    with pytest.raises(BadInput):
        rows(octets)


def test_a_row_number_beyond_all_rows_does_not_make_a_billion_of_them() -> None:
    far = (
        part_of(PLAIN, SHEET).replace(b'<row r="2"', b'<row r="999999999"').replace(b'"A2"', b'"A999999999"')
    )
    table = workbook_rows(io.BytesIO(repacked(PLAIN, SHEET, far.replace(b'"B2"', b'"B999999999"'))))
    try:
        assert sum(not row.is_blank for row in table) <= 1
    except BadInput:
        return
