"""A sheet of contracts from end to end: every error with its cell, and a report in which nothing is refused."""

from __future__ import annotations

import csv
import io
import json
import os
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.china import date_of
from indexer.rights.acts import GrantKind
from service.errors import BadInput, QianyinError, TooLarge
from service.intake.delimited import calculates
from service.intake.writing import Written, write_sheet
from service.rights.backlog import conflicts as compared
from service.rights.backlog import reporting
from service.rights.backlog import sheet as module
from service.rights.backlog.columns import CONTRACTS, LONGEST_NAME, looks_like
from service.rights.backlog.contract import NumberKind, Renewal, Span
from service.rights.backlog.findings import findings
from service.rights.backlog.reporting import as_json, as_text, conflict_columns, conflict_rows
from service.rights.backlog.scans import LARGEST_SCAN
from service.rights.backlog.sheet import ContractSheet, read_contracts
from tests.service.rights.backlog.making import TODAY, day

HEAD = (
    "作品,作品编号,授权方,被授权方,许可种类,权利,地域,语言,媒介,起始日期,截止日期,可转授权,签订日期,合同编号,"
    "扫描件,自动续约,清库存期（天）,优先权至,权利回归,备注"
)
ROW = (
    "旧城的钟,,例社,甲社,专有,复制、发行,港澳台,繁体中文,纸质,2024-01-01,2029-12-31,否,2023-11-01,A-1,"
    "scan.pdf,每次 1 年，提前 60 天通知,180,2028-06-30,绝版六个月,经办人已离职"
)
PDF = b"%PDF-1.4\n" + bytes(50)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "scan.pdf").write_bytes(PDF)
    return tmp_path


def read(folder: Path, *rows: str, head: str = HEAD) -> ContractSheet:
    path = folder / "contracts.csv"
    path.write_text("\n".join((head, *rows)) + "\n", encoding="utf-8")
    return read_contracts(path, TODAY)


def errors(sheet: ContractSheet) -> list[tuple[str, str]]:
    return [(problem.cell, problem.code) for problem in sheet.report.errors]


def warnings(sheet: ContractSheet) -> list[tuple[str, str]]:
    return [(problem.cell, problem.code) for problem in sheet.report.warnings]


class TestRead:
    def test_a_row_becomes_a_contract(self, folder: Path) -> None:
        sheet = read(folder, ROW)
        (contract,) = sheet.sound()
        assert (contract.work.title, contract.licensor, contract.licensee) == ("旧城的钟", "例社", "甲社")
        assert (contract.kind, contract.sublicensable) == (GrantKind.EXCLUSIVE, False)
        assert (contract.terms.from_, contract.terms.until) == (day("2024-01-01"), day("2030-01-01"))
        assert contract.renewal == Renewal(Span(months=12), Span(days=60))
        assert (contract.sell_off, contract.option_until) == (Span(days=180), day("2028-07-01"))
        assert contract.terms.unknown == ()
        assert sheet.scans[2].size == len(PDF)

    def test_english_headings_read_alike(self, folder: Path) -> None:
        english = ",".join(column.en[0] for column in CONTRACTS.columns.values() if column.longest)
        assert read(folder, ROW, head=english).sound() == read(folder, ROW).sound()

    def test_gb_18030_and_xlsx_read_alike(self, folder: Path) -> None:
        expected = read(folder, ROW).sound()
        (folder / "g.csv").write_bytes(f"{HEAD}\n{ROW}\n".encode("gb18030"))
        assert read_contracts(folder / "g.csv", TODAY).sound() == expected
        book = openpyxl.Workbook()
        assert book.active is not None
        book.active.append(HEAD.split(","))
        cells: list[object] = list(ROW.split(","))
        for at in (9, 10, 12, 17):
            cells[at] = date.fromisoformat(str(cells[at]))
        book.active.append(cells)
        book.save(folder / "w.xlsx")
        assert read_contracts(folder / "w.xlsx", TODAY).sound() == expected

    def test_what_is_empty_or_unknown_is_unknown_and_no_error(self, folder: Path) -> None:
        sheet = read(
            folder,
            "围城,,,,,,,,,,,,,,,,,,,",
            "围城,不详,未知,unknown,?,不详,不详,不详,不详,不详,不详,不详,不详,不详,—,不详,不详,不详,不详,",
        )
        assert errors(sheet) == []
        for contract in sheet.sound():
            assert set(contract.unknown) == {
                "rights", "territories", "languages", "media", "from", "until", "licensor", "licensee", "kind",
                "sublicensable", "signed_on",
            }  # fmt: skip

    def test_a_title_that_is_a_number_is_one(self, folder: Path) -> None:
        (contract,) = read(folder, ROW.replace("旧城的钟", "978-7-02-000220-7")).contracts
        assert (contract.work.title, contract.work.number_kind) == ("", NumberKind.ISBN)

    def test_columns_of_its_own_are_kept_and_said_to_be(self, folder: Path) -> None:
        sheet = read(folder, ROW + ",张老师", head=HEAD + ",经办人")
        assert sheet.contracts[0].extra == (("经办人", "张老师"),)
        assert warnings(sheet) == [("U1", "heading-unknown")]

    @pytest.mark.parametrize(
        ("column", "headings"),
        [
            ("from", "起始日, 开始日, 生效日, 授权起始日期, 有效期自, Start, Commencement date, Valid from"),
            (
                "until",
                "终止日, 终止日期, 届满日, 届满日期, 到期日, 到期日期, 结束日期, 有效期至, Expiry, End date",
            ),
            ("until", "Expiration date, Valid until, END OF TERM"),
            ("signed_on", "签约日期, 签署日, 合同签订日期, Date of signature, Agreement date"),
            ("licensor", "著作权人, 版权方, 授权单位, Copyright owner, Party A"),
            ("territories", "授权地区, 许可地域, Region, Licensed territory"),
        ],
    )
    def test_headings_that_a_house_writes_are_known(self, column: str, headings: str) -> None:
        for heading in headings.split(", "):
            found = CONTRACTS.recognise(heading).column
            assert found is not None, heading
            assert found.name == column, heading

    @pytest.mark.parametrize("heading", ["经办人", "终止原因", "Expiry notice sent by"])
    def test_a_heading_that_is_unknown_is_named(self, folder: Path, heading: str) -> None:
        [warning] = read(folder, ROW + ",x", head=f"{HEAD},{heading}").report.warnings
        assert (warning.cell, warning.code) == ("U1", "heading-unknown")
        assert heading in warning.zh
        assert heading in warning.en

    def test_a_heading_that_is_unknown_is_named_with_nothing_in_it_that_cannot_be_seen(
        self, folder: Path
    ) -> None:
        [warning] = read(folder, ROW + ",x", head=f"{HEAD},经办\u202e人").report.warnings
        assert r"经办\u202e人" in warning.zh
        assert "\u202e" not in warning.zh + warning.en

    def test_what_was_paid_is_not_taken_in(self, folder: Path) -> None:
        sheet = read(folder, ROW + ",8%,=1+1", head=HEAD + ",版税,Advance")
        assert errors(sheet) == []
        assert "8%" not in repr(sheet.contracts)


class TestErrors:
    def test_every_error_is_found_at_once_with_its_cell(self, folder: Path) -> None:
        rows = (
            ROW.replace("2024-01-01", "2024-02-30").replace("港澳台", "中国").replace("专有", "买断"),
            ROW.replace("2029-12-31", "2020-12-31")
            .replace("繁体中文", "中文")
            .replace("scan.pdf", "../x.pdf"),
            ROW.replace("甲社", " 例 社 ").replace("2023-11-01", "2031-01-01").replace("旧城的钟", ""),
            ROW.replace("否,2023", "也许,2023").replace(",180,", ",很久,").replace("2028-06-30", "03/04/28"),
        )
        assert errors(read(folder, *rows)) == [
            ("E2", "kind-unknown"), ("G2", "term-unread"), ("J2", "date-malformed"),
            ("H3", "term-unread"), ("K3", "ends-before-begin"), ("O3", "path-outside"),
            ("A4", "work-missing"), ("D4", "self-grant"), ("M4", "signed-in-future"),
            ("L5", "yes-or-no"), ("Q5", "span-malformed"), ("R5", "date-ambiguous"),
        ]  # fmt: skip

    def test_with_an_error_nothing_is_accepted_but_the_conflicts_are_seen(self, folder: Path) -> None:
        sheet = read(folder, ROW, ROW.replace("甲社", "乙社").replace("港澳台", "中国"))
        with pytest.raises(BadInput) as refused:
            sheet.sound()
        assert refused.value.facts["error_count"] == 1
        (conflict,) = findings(sheet.contracts, TODAY).conflicts
        assert conflict.depends == ("newer.territories",)

    @pytest.mark.parametrize("heading", ["Licensоr", "Territorіes", "授权方\u200b"])
    def test_a_heading_that_only_looks_known_is_an_error(self, folder: Path, heading: str) -> None:
        usual = looks_like(heading)
        assert usual is not None
        sheet = read(folder, ROW, head=HEAD.replace(usual.zh[0], heading, 1))
        assert "heading-look-alike" in [code for _, code in errors(sheet)]

    def test_one_heading_twice_is_an_error(self, folder: Path) -> None:
        assert errors(read(folder, ROW + ",x", head=HEAD + ",许可人")) == [("U1", "heading-repeated")]

    def test_a_huge_cell_is_an_error_in_its_place(self, folder: Path) -> None:
        sheet = read(
            folder, ROW.replace("甲社", "甲" * (LONGEST_NAME + 1)), ROW.replace("甲社", "甲" * LONGEST_NAME)
        )
        assert errors(sheet) == [("D2", "text-too-long")]

    def test_a_formula_of_a_workbook_is_an_error_in_its_place(self, folder: Path) -> None:
        book = openpyxl.Workbook()
        assert book.active is not None
        book.active.append(["作品", "被授权方", "起始日期"])
        book.active.append(["旧城的钟", "=A1", "=TODAY()"])
        book.save(folder / "f.xlsx")
        assert errors(read_contracts(folder / "f.xlsx", TODAY)) == [("B2", "formula"), ("C2", "formula")]

    def test_a_day_as_a_bare_number_is_asked_back(self, folder: Path) -> None:
        book = openpyxl.Workbook()
        assert book.active is not None
        book.active.append(["作品", "起始日期"])
        book.active.append(["旧城的钟", 46_000])
        book.save(folder / "n.xlsx")
        assert errors(read_contracts(folder / "n.xlsx", TODAY)) == [("B2", "date-malformed")]

    def test_what_a_spreadsheet_would_calculate_is_warned_of(self, folder: Path) -> None:
        assert ("T2", "formula-like") in warnings(read(folder, ROW.replace("经办人已离职", "=cmd|calc!A1")))

    def test_names_that_look_alike_are_warned_of(self, folder: Path) -> None:
        sheet = read(folder, ROW.replace("甲社", "Casa"), ROW.replace("甲社", "Cаsa"))
        assert ("D3", "name-look-alike") in warnings(sheet)
        assert ("D3", "mixed-scripts") in warnings(sheet)

    def test_a_row_that_stood_above_is_warned_of(self, folder: Path) -> None:
        assert warnings(read(folder, ROW, ROW)) == [("3", "row-repeated")]

    def test_no_table_and_no_rows_are_refused(self, folder: Path) -> None:
        with pytest.raises(BadInput, match="heading known here"):
            read_contracts(b"a,b\n1,2\n", TODAY)
        assert errors(read(folder)) == [("", "no-rows")]

    def test_a_sheet_has_so_many_contracts_and_no_more(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "MOST_CONTRACTS", 2)
        read(folder, ROW, ROW)
        with pytest.raises(TooLarge):
            read(folder, ROW, ROW, ROW)

    def test_a_sheet_without_a_folder_has_no_scans(self) -> None:
        assert errors(read_contracts(f"{HEAD}\n{ROW}\n".encode(), TODAY)) == [("O2", "no-folder")]

    def test_a_scan_over_the_limit_is_an_error_with_its_row_its_file_and_the_limit(
        self, folder: Path
    ) -> None:
        for size, found in ((LARGEST_SCAN, []), (LARGEST_SCAN + 1, [("O3", "scan-too-large")])):
            os.truncate(folder / "scan.pdf", size)
            sheet = read(folder, ROW.replace("scan.pdf", ""), ROW)
            assert errors(sheet) == found
        [error] = sheet.report.errors
        assert error.zh.startswith("第 3 行的扫描件 scan.pdf 大于 64 MiB 的上限")
        assert error.en.startswith("The scan of row 3, scan.pdf, is over the limit of 64 MiB")
        assert sheet.scans == {}

    @given(st.lists(st.text("旧城=+-@\"'\t中0129-/年不详专有日本,;", max_size=12), min_size=20, max_size=20))
    @settings(max_examples=200, deadline=None)
    def test_any_row_is_read_or_refused(self, cells: list[str]) -> None:
        out = io.StringIO()
        csv.writer(out).writerows([HEAD.split(","), cells])
        try:
            sheet = read_contracts(out.getvalue().encode(), TODAY)
        except QianyinError:
            return
        found = findings(sheet.contracts, TODAY)
        assert json.dumps(as_json(found), ensure_ascii=False)
        assert as_text(found)


class TestReport:
    @pytest.fixture
    def sheet(self, folder: Path) -> ContractSheet:
        other = ROW.replace("甲社", "=乙社()").replace("A-1", "A-2").replace("2023-11-01", "2024-05-01")
        return read(folder, ROW, other, ROW.replace("港澳台", "不详").replace("甲社", "丙社"))

    def test_as_text_it_names_rows_parties_and_the_box_in_words(self, sheet: ContractSheet) -> None:
        text = as_text(findings(sheet.contracts, TODAY))
        assert text.startswith("3 份合同：1 处冲突，2 处可能冲突；")
        assert "第 2 行，A-1，例社 → 甲社，专有，签订 2023-11-01" in text
        assert (
            "复制权与发行权，繁体中文，中国香港、中国澳门与中国台湾，纸质，2024-01-01 至 2029-12-31" in text
        )
        assert text.count("取决于: ") == 2
        assert "取决于: 较晚合同的地域" in text
        english = as_text(findings(sheet.contracts, TODAY), "en")
        assert "row 2, A-1, 例社 → 甲社, exclusive, signed 2023-11-01" in english

    def test_as_json_it_is_the_same(self, sheet: ContractSheet) -> None:
        report = json.loads(json.dumps(as_json(findings(sheet.contracts, TODAY))))
        first = report["conflicts"][0]
        assert (first["certain"], first["older"]["row"], first["newer"]["row"]) == (True, 2, 3)
        assert report["unknown"] == {"4": ["territories"]}
        assert report["today"] == date_of(TODAY).isoformat()

    def test_what_was_not_all_listed_is_counted_as_at_least(
        self, sheet: ContractSheet, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for most, zh, en in (
            (4, "：1 处冲突，2 处可能冲突；", ": 1 conflicts, 2 possible;"),
            (2, "：至少 1 处冲突，至少 1 处可能冲突；", ": at least 1 conflicts, at least 1 possible;"),
        ):
            for place in (compared, reporting):
                monkeypatch.setattr(place, "MOST_CONFLICTS", most)
            found = findings(sheet.contracts, TODAY)
            assert zh in as_text(found)
            assert en in as_text(found, "en")
            assert as_json(found)["conflicts_cut"] is (most == 2)

    def test_what_stands_in_a_cell_breaks_no_line_of_the_text_and_turns_none_round(
        self, folder: Path
    ) -> None:
        other = ROW.replace("甲社", '"乙\n\u202e社\x9b31m"').replace("A-1", "A-2")
        text = as_text(findings(read(folder, ROW, other).contracts, TODAY))
        assert r"例社 → 乙\n\u202e社\u009b31m，专有" in text
        assert not {"\u202e", "\x9b"} & set(text)

    @pytest.mark.parametrize("tongue", ["zh", "en"])
    def test_as_a_sheet_no_spreadsheet_calculates_it(
        self, sheet: ContractSheet, tmp_path: Path, tongue: str
    ) -> None:
        rows = list(conflict_rows(findings(sheet.contracts, TODAY).conflicts, tongue))  # type: ignore[arg-type]
        path = tmp_path / "report.csv"
        assert write_sheet(path, conflict_columns(tongue), rows, tongue) == 3  # type: ignore[arg-type]
        with path.open(encoding="utf-8-sig", newline="") as stream:
            cells = [cell for row in csv.reader(stream) for cell in row]
        assert "'=乙社()" in cells
        assert not any(calculates(cell) for cell in cells)
        assert write_sheet(tmp_path / "report.xlsx", conflict_columns(tongue), rows, tongue) == 3  # type: ignore[arg-type]

    def test_no_heading_of_the_report_is_another_column(self) -> None:
        for tongue in ("zh", "en"):
            headings = [column.heading(tongue) for column in conflict_columns(tongue)]
            assert len(set(headings)) == len(headings)
            assert [Written(heading).heading(tongue) for heading in headings] == headings
