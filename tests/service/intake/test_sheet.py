"""A sheet from end to end: all errors at once with their cells, or requests that a second sending repeats."""

from __future__ import annotations

import gc
import io
import json
import random
import tracemalloc
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.errors import BadInput, Conflict, TooLarge
from service.files.description import Kind
from service.intake import table as module
from service.intake.requests import Issue, WorkRequest
from service.intake.sheet import Options, Sheet, read_sheet

PNG = b"\x89PNG\r\n\x1a\n" + bytes(50)
HEAD = "类别,题名,衍生自,作者,文件,系列,版次,发行上限,数量,领受人,递藏经过,库房位置,备注"
ROW = '衍生创作,静夜思,唐诗,李白,a.png,唐诗小笺,1,200,2,"P-1；0x{}",得自王先生,三号库,内部备注'.format(
    "a" * 40
)
CAPTURE = Options(kind=Kind.CAPTURE_RECORD)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.png").write_bytes(PNG)
    (tmp_path / "b.png").write_bytes(PNG + b"b")
    return tmp_path


def sheet(folder: Path, *rows: str, head: str = HEAD, options: Options | None = None) -> Sheet:
    path = folder / "sheet.csv"
    path.write_text("\n".join((head, *rows)) + "\n", encoding="utf-8")
    return read_sheet(path, options)


def errors(checked: Sheet) -> list[tuple[str, str]]:
    return [(problem.cell, problem.code) for problem in checked.check().errors]


def warnings(checked: Sheet) -> list[tuple[str, str]]:
    return [(p.cell, p.code) for p in checked.check().warnings if p.code != "heading-unknown"]


def test_a_row_becomes_a_request(folder: Path) -> None:
    (request,) = sheet(folder, ROW).requests()
    assert request.row == 2
    assert request.description.kind is Kind.DERIVED_WORK
    assert dict(request.description.facts) == {"title": "静夜思", "maker": "李白", "derived_from": "唐诗"}
    assert dict(request.internal) == {"provenance": "得自王先生", "备注": "内部备注"}
    assert [(file.role, file.path.name, file.size) for file in request.files] == [("work", "a.png", len(PNG))]
    assert request.issue == Issue("唐诗小笺", 1, 200, 2, ("P-1", "0x" + "a" * 40))


def test_what_never_leaves_is_nowhere_in_a_request_or_a_report(folder: Path) -> None:
    checked = sheet(folder, ROW)
    (request,) = checked.requests()
    text = repr(request) + json.dumps(checked.check().as_json(), ensure_ascii=False)
    assert "三号库" not in text
    assert "得自王先生" in text


def test_a_column_that_never_leaves_is_not_even_judged(folder: Path) -> None:
    row = ROW.replace("三号库", "\x07" + "x" * 40_000)
    assert errors(sheet(folder, row)) == []


def test_a_heading_decides_who_may_read_its_column(folder: Path) -> None:
    public = sheet(
        folder, ROW, head=HEAD.replace("递藏经过", "递藏经过（公开）").replace("备注", "备注(public)")
    )
    (request,) = public.requests()
    assert request.description.get("provenance") == "得自王先生"
    assert request.description.extra == (("备注", "内部备注"),)
    assert request.internal == ()


def test_a_switch_makes_a_column_public_but_not_against_its_heading(folder: Path) -> None:
    options = Options(public=frozenset({"provenance", "备注"}))
    (request,) = sheet(folder, ROW, options=options).requests()
    assert request.internal == ()
    (request,) = sheet(
        folder, ROW, head=HEAD.replace("递藏经过", "递藏经过（内部）"), options=options
    ).requests()
    assert dict(request.internal) == {"provenance": "得自王先生"}


@pytest.mark.parametrize(
    ("old", "new"),
    [("库房位置", "库房位置（公开）"), ("库房位置", "文物级别(internal)"), ("文件", "文件（公开）")],
)
def test_what_is_fixed_cannot_be_loosened(folder: Path, old: str, new: str) -> None:
    read = sheet(folder, ROW, head=HEAD.replace(old, new))
    assert [code for _, code in errors(read)] == ["visibility-fixed"]
    assert "三号库" not in json.dumps(read.check().as_json(), ensure_ascii=False)
    with pytest.raises(BadInput):
        next(read.requests())


def test_a_work_without_a_file_is_registered_by_its_record(folder: Path) -> None:
    head, row = "题名,藏品编号,采集者", "Wood Choppers,04.5.6,示例博物馆"
    (request,) = sheet(folder, row, head=head, options=CAPTURE).requests()
    assert request.files == ()
    assert request.issue is None


def test_all_errors_are_found_at_once_with_their_cells(folder: Path) -> None:
    rows = (
        "衍生创作,静夜思,唐诗,李白,a.png,,,,,,,,",
        "类外,,,,../x.png,,2,x,,张三,,,",
        "衍生创作,春晓,,孟浩然,missing.png,小笺,0,5,9,,,,",
        "数字出版物,唐诗,,,a.png,,,,,,,,",
        ",,,,,,,,,,,,",
        "衍生创作,相思,唐诗,王维,a.png;b.png,小笺,1,1,1,P-1 P-2,\x01,,",
    )
    found = errors(sheet(folder, *rows))
    assert found == [
        ("A3", "kind-unknown"),
        ("E3", "path-outside"),
        ("F3", "collection-missing"),
        ("H3", "number-malformed"),
        ("J3", "recipient-malformed"),
        ("C4", "fact-missing"),
        ("E4", "file-missing"),
        ("G4", "number-malformed"),
        ("I4", "quantity-over-cap"),
        ("5", "fact-missing"),
        ("5", "fact-missing"),
        ("5", "fact-missing"),
        ("5", "fact-missing"),
        ("E7", "too-many-files"),
        ("J7", "recipients-over-quantity"),
        ("K7", "character-unstorable"),
    ]


def test_nothing_is_handed_out_while_there_is_an_error(folder: Path) -> None:
    with pytest.raises(BadInput) as caught:
        next(sheet(folder, ROW, ROW.replace("a.png", "missing.png")).requests())
    assert caught.value.facts["error_count"] == 1
    assert caught.value.facts["errors"][0]["cell"] == "E3"
    assert "missing.png" in caught.value.facts["errors"][0]["zh"]


def test_errors_are_said_in_chinese_and_english(folder: Path) -> None:
    (problem,) = sheet(folder, ROW.replace("衍生创作", "杂项")).check().errors
    assert "衍生创作" in problem.zh
    assert "Derived work" in problem.en
    assert problem.heading == "类别"


def test_a_recipient_is_a_code_and_the_error_does_not_repeat_a_name(folder: Path) -> None:
    report = sheet(folder, ROW.replace("P-1", "张三丰")).check()
    assert [problem.code for problem in report.errors] == ["recipient-malformed"]
    assert "张三丰" not in json.dumps(report.as_json(), ensure_ascii=False)


def test_many_errors_are_counted_and_the_first_listed(folder: Path) -> None:
    report = sheet(folder, *[f"杂项,t{n},,,,,,,,,,," for n in range(1500)]).check()
    assert report.error_count == 1500
    assert len(report.errors) == 1000
    assert report.errors[0].cell == "A2"


@pytest.mark.parametrize(
    ("cells", "issue"),
    [
        (",,,,", None),
        ("小笺,,,,", Issue("小笺", 1, 1, 1)),
        ("小笺,3,,,", Issue("小笺", 3, 1, 1)),
        ("小笺,,50,,", Issue("小笺", 1, 50, 50)),
        ("小笺,,,7,", Issue("小笺", 1, 7, 7)),
        ("小笺,,50,7,", Issue("小笺", 1, 50, 7)),
        ("小笺,,,,P-1 P-2", Issue("小笺", 1, 2, 2, ("P-1", "P-2"))),
        ('小笺,,"1,000",１２,', Issue("小笺", 1, 1000, 12)),
        ("小笺,1.0,2.0,,", Issue("小笺", 1, 2, 2)),
    ],
)
def test_what_is_not_said_of_an_issue_follows_from_what_is(
    folder: Path, cells: str, issue: Issue | None
) -> None:
    (request,) = sheet(folder, f"衍生创作,静夜思,唐诗,李白,a.png,{cells},,,").requests()
    assert request.issue == issue


def test_a_usual_kind_and_collection_hold_where_a_row_is_silent(folder: Path) -> None:
    options = Options(kind=Kind.DERIVED_WORK, collection="小笺")
    one, other = sheet(
        folder, "静夜思,唐诗,李白,", "春晓,唐诗,孟浩然,别集", head="题名,衍生自,作者,系列", options=options
    ).requests()
    assert one.description.kind is Kind.DERIVED_WORK
    assert [request.issue.collection for request in (one, other) if request.issue] == ["小笺", "别集"]


def keys(*requests: WorkRequest) -> list[str]:
    return [request.idempotency_key for request in requests]


ROWS = [ROW.replace("静夜思", title).replace("内部备注", note) for title in "甲乙丙" for note in ("x", "y")]


@settings(max_examples=25, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(0, 6))
def test_a_sheet_sorted_and_shortened_asks_for_nothing_twice(
    tmp_path_factory: pytest.TempPathFactory, shuffle: random.Random, left: int
) -> None:
    folder = tmp_path_factory.mktemp("sheet")
    (folder / "a.png").write_bytes(PNG)
    whole = keys(*sheet(folder, *ROWS).requests())
    again = shuffle.sample(ROWS, left) or ROWS
    assert set(keys(*sheet(folder, *again).requests())) <= set(whole)
    assert len(set(whole)) == len(ROWS)


def test_the_same_sheet_in_another_form_asks_for_the_same(folder: Path) -> None:
    first = keys(*sheet(folder, *ROWS).requests())
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    english = "Kind,Title,Derived from,Maker,File,Collection,Edition,Cap,Quantity,Recipients,Provenance,Location,备注"
    for line in (english, *ROWS):
        page.append([cell.strip('"') for cell in line.split(",")])
    book.save(folder / "sheet.xlsx")
    gb18030 = folder / "other.csv"
    gb18030.write_bytes("\n".join((HEAD, *ROWS)).encode("gb18030"))
    assert keys(*read_sheet(folder / "sheet.xlsx").requests()) == first
    assert keys(*read_sheet(gb18030).requests()) == first


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("静夜思", "静夜思 "),
        ("李白", "杜甫"),
        ("内部备注", "另一条"),
        ("200,2", "200,3"),
        ("a.png", "b.png"),
        ("P-1", "P-2"),
    ],
)
def test_any_change_of_content_is_another_request(folder: Path, old: str, new: str) -> None:
    assert old in ROW
    assert keys(*sheet(folder, ROW).requests()) != keys(*sheet(folder, ROW.replace(old, new)).requests())


def test_a_changed_file_under_the_same_name_is_another_request(folder: Path) -> None:
    first = keys(*sheet(folder, ROW).requests())
    (folder / "a.png").write_bytes(PNG + b"!")
    assert keys(*sheet(folder, ROW).requests()) != first


def test_the_same_file_under_another_name_and_storage_place_is_the_same_request(folder: Path) -> None:
    first = keys(*sheet(folder, ROW).requests())
    (folder / "c.png").write_bytes(PNG)
    moved = ROW.replace("a.png", "c.png").replace("三号库", "四号库")
    assert keys(*sheet(folder, moved).requests()) == first


def test_a_row_that_stands_twice_is_asked_for_twice_and_warned_of(folder: Path) -> None:
    twice = sheet(folder, ROW, ROW)
    assert warnings(twice) == [("3", "row-repeated")]
    first, second = keys(*twice.requests())
    assert first != second
    assert first == keys(*sheet(folder, ROW).requests())[0]


def test_repeated_numbers_files_and_titles_alike_are_warned_of(folder: Path) -> None:
    head = "类别,题名,衍生自,作者,藏品编号,文件"
    rows = (
        "衍生创作,己未山水,x,y,1.1,a.png",
        "衍生创作,已未山水,x,y,1.1,a.png",
        "衍生创作,Untitled,x,y,1.2,b.png",
        "衍生创作,Untitled,x,z,1.3,",
        "衍生创作,Mоna,x,z,1.4,",
    )
    assert warnings(sheet(folder, *rows, head=head)) == [
        ("B3", "title-look-alike"),
        ("E3", "number-repeated"),
        ("F3", "file-repeated"),
        ("B6", "mixed-scripts"),
    ]


def test_titles_are_kept_as_given(folder: Path) -> None:
    title = " “静夜思” \n(其二)\t\x92"
    row = f'衍生创作,"{title}",唐诗,李白,,,,,,,,,'
    (request,) = sheet(folder, row).requests()
    assert request.description.get("title") == title


def test_a_number_cell_where_zeros_matter_is_warned_of(folder: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for cells in (
        ["题名", "藏品编号", "采集者", "年代"],
        ["瓶", 4.5, "示例", 1884],
        ["罐", "04.6", "示例", 1885],
    ):
        page.append(cells)
    book.save(folder / "n.xlsx")
    read = read_sheet(folder / "n.xlsx", CAPTURE)
    assert warnings(read) == [("B2", "number-cell")]
    assert [request.description.get("date") for request in read.requests()] == ["1884", "1885"]


def test_formulas_and_error_values_are_errors_with_their_cells(folder: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for cells in (["题名", "藏品编号", "采集者"], ["=HYPERLINK(1)", "#REF!", "示例"]):
        page.append(cells)
    book.save(folder / "f.xlsx")
    assert errors(read_sheet(folder / "f.xlsx", CAPTURE)) == [("A2", "formula"), ("B2", "error-value")]


def test_a_banner_above_the_headings_is_skipped(folder: Path) -> None:
    path = folder / "banner.csv"
    path.write_text("示例博物馆 2026 年登记表\n\n题名,藏品编号,采集者\n瓶,1.1,示例\n", encoding="utf-8")
    (request,) = read_sheet(path, CAPTURE).requests()
    assert request.row == 4


def test_two_columns_of_one_meaning_are_refused_with_their_cells(folder: Path) -> None:
    found = errors(sheet(folder, "a,b,c", head="题名,标题,Title"))
    assert found[:2] == [("B1", "heading-repeated"), ("C1", "heading-repeated")]


def test_an_error_in_a_heading_hides_none_below_it(folder: Path) -> None:
    head = HEAD.replace("备注", "标题")
    assert errors(
        sheet(folder, ROW.replace("a.png", "x.png"), ROW.replace("内部备注", "\x07"), head=head)
    ) == [
        ("M1", "heading-repeated"),
        ("E2", "file-missing"),
        ("M3", "character-unstorable"),
    ]


def test_an_unknown_kind_hides_nothing_wrong_with_the_facts_and_files(folder: Path) -> None:
    head = "类别,题名,最早日期,ISBN,文件,藏品编号"
    assert errors(sheet(folder, "杂项,\x01,1.2.3,1,/etc/passwd,", head=head)) == [
        ("A2", "kind-unknown"),
        ("B2", "character-unstorable"),
        ("C2", "date-malformed"),
        ("D2", "isbn-malformed"),
        ("E2", "path-outside"),
    ]


def test_a_stray_zero_byte_is_an_error_in_its_cell_and_hides_no_other(folder: Path) -> None:
    for encoding in ("utf-8", "gb18030"):
        path = folder / "sheet.csv"
        path.write_bytes(
            "\n".join((HEAD, ROW.replace("静夜思", "静\0夜思"), ROW.replace("a.png", "x.png"))).encode(
                encoding
            )
        )
        assert errors(read_sheet(path)) == [("B2", "character-unstorable"), ("E3", "file-missing")]


def test_where_reading_ends_is_said_together_with_what_was_found_above_it(folder: Path) -> None:
    read = sheet(folder, ROW.replace("a.png", "x.png"), ROW, '衍生创作,"静夜思')
    assert errors(read) == [("E2", "file-missing"), ("4", "sheet-unreadable")]
    with pytest.raises(BadInput):
        next(read.requests())


def test_an_empty_sheet_is_called_empty(folder: Path) -> None:
    for octets in (b"", b"\n\n", b",,,\n , ,\n"):
        with pytest.raises(BadInput) as caught:
            read_sheet(octets)
        assert "empty" in caught.value.en


def test_a_cell_without_a_heading_is_an_error_and_an_unknown_heading_a_warning(folder: Path) -> None:
    read = sheet(folder, "瓶,1.1,示例,x,y", head="题名,藏品编号,采集者,捐赠人", options=CAPTURE)
    assert errors(read) == [("E2", "heading-missing")]
    assert [(p.cell, p.code) for p in read.check().warnings] == [("D1", "heading-unknown")]


@pytest.mark.parametrize(
    "content", [b"", b"\n\n\n", b"a,b,c\n1,2,3\n", b"\x00\x01\x02", b"%PDF-1.7 ...", b"{}"]
)
def test_what_is_no_sheet_is_refused(content: bytes) -> None:
    with pytest.raises(BadInput):
        read_sheet(content)


def test_a_sheet_of_headings_alone_is_refused(folder: Path) -> None:
    assert errors(sheet(folder)) == [("", "no-rows")]


def test_a_sheet_that_is_not_there_is_refused(folder: Path) -> None:
    with pytest.raises(BadInput):
        read_sheet(folder / "missing.csv")


def test_a_sheet_changed_after_it_was_judged_is_refused(folder: Path) -> None:
    read = sheet(folder, ROW)
    read.check()
    (folder / "sheet.csv").write_text(HEAD + "\n" + ROW.replace("静夜思", "篡改") + "\n", encoding="utf-8")
    with pytest.raises(Conflict):
        list(read.requests())


def test_a_file_gone_after_the_sheet_was_judged_is_refused(folder: Path) -> None:
    read = sheet(folder, ROW)
    read.check()
    (folder / "a.png").unlink()
    with pytest.raises(Conflict):
        list(read.requests())


def test_a_sheet_as_bytes_takes_files_from_the_folder_it_is_given(folder: Path) -> None:
    octets = f"{HEAD}\n{ROW}\n".encode()
    (request,) = read_sheet(octets, Options(folder=folder)).requests()
    assert request.files[0].path == folder / "a.png"
    assert errors(read_sheet(octets)) == [("E2", "no-folder")]


def test_too_many_rows_and_columns_are_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_ROWS", 2)
    assert errors(sheet(folder, ROW, ROW)) == []
    with pytest.raises(TooLarge):
        sheet(folder, ROW, ROW, ROW).check()
    with pytest.raises(TooLarge):
        sheet(folder, ROW, head=HEAD + "," + ",".join(f"列{n}" for n in range(300)))


def test_a_report_counts_what_will_be_done(folder: Path) -> None:
    seen: list[int] = []
    report = sheet(folder, ROW, ROW.replace("静夜思", "春晓"), "").check(seen.append)
    assert (report.rows, report.issued, report.files, report.file_bytes) == (2, 4, 2, 2 * len(PNG))
    assert seen[-1] == 2


def test_the_columns_say_what_becomes_public(folder: Path) -> None:
    columns = {heading.text: str(heading.visibility) for _, heading in sheet(folder, ROW).columns}
    assert columns["题名"] == "public"
    assert columns["递藏经过"] == columns["备注"] == "internal"
    assert columns["库房位置"] == "never"


def test_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    def peak(rows: int) -> int:
        path = tmp_path / f"{rows}.csv"
        with path.open("w", encoding="utf-8") as out:
            out.write("题名,藏品编号,采集者,说明\n")
            out.writelines(f"瓶 {n},{n},示例,{'说' * 5_000}\n" for n in range(rows))
        gc.collect()
        gc.freeze()  # What other tests left alive would make the collector look less often.
        tracemalloc.start()
        read = read_sheet(path, CAPTURE)
        assert sum(1 for _ in read.requests()) == rows
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        gc.unfreeze()
        return used

    written = 15_000 * (1600 - 400)
    assert peak(1600) < peak(400) + written // 4


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_random_bytes_end_in_our_own_error_or_a_report(octets: bytes) -> None:
    for content in (octets, b"PK\x03\x04" + octets, "题名,文件\n".encode() + octets):
        try:
            report = read_sheet(content).check()
        except (BadInput, TooLarge):
            continue
        assert report.rows >= 0


def test_the_whole_sheet_can_be_a_stream_of_bytes_from_a_form() -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.append(["题名", "藏品编号", "采集者"])
    page.append(["瓶", "1.1", "示例"])
    out = io.BytesIO()
    book.save(out)
    assert len(list(read_sheet(out.getvalue(), CAPTURE).requests())) == 1
