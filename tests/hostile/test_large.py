"""Much of everything: rows, bytes and texts are streamed, so that memory stays where it was."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from service.files.directory import LARGEST_FILE, DirectoryStore
from service.intake.attached import Refused, attached

ROOT = Path(__file__).parents[2]
MEGABYTE = 1024**2
MEASURE = """
import json, resource, sys
from pathlib import Path
from service.files.description import Kind
from service.intake.sheet import Options, read_sheet
seen = []
sheet = read_sheet(Path(sys.argv[1]), Options(kind=Kind.CAPTURE_RECORD))
report = sheet.check(seen.append)
handed = sum(1 for _ in sheet.requests())
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"rows": report.rows, "bytes": report.file_bytes, "errors": report.error_count, "handed": handed,
                  "told": len(seen), "rising": seen == sorted(seen), "last": seen[-1], "peak": peak}))
"""
PACKAGE = "http://schemas.openxmlformats.org"


def measured(sheet: Path) -> dict[str, int]:
    """Judge a sheet and take its requests in a process of its own; `peak` is its memory at most, in KiB."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(sheet)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, int] = json.loads(done.stdout)
    return found


def csv_sheet(path: Path, rows: int) -> Path:
    with path.open("w", encoding="utf-8") as out:
        out.write("题名,藏品编号,采集者,说明\n")
        out.writelines(f"瓶 {n},{n},示例,第 {n} 件，釉色青白，口沿微缺\n" for n in range(rows))
    return path


def xlsx_sheet(path: Path, rows: int) -> Path:
    """As Excel writes it: every text in the table of shared strings, most of them there once only."""
    main = f'xmlns="{PACKAGE}/spreadsheetml/2006/main"'
    office = f"{PACKAGE}/officeDocument/2006/relationships"
    relations = f'<Relationships xmlns="{PACKAGE}/package/2006/relationships">'
    book = f'<Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/>'
    sheet = f'<Relationship Id="r1" Type="{office}/worksheet" Target="sheet1.xml"/>'
    head = ("题名", "藏品编号", "采集者", "说明", "示例")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("_rels/.rels", f"{relations}{book}</Relationships>")
        archive.writestr("xl/_rels/workbook.xml.rels", f"{relations}{sheet}</Relationships>")
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook {main} xmlns:r="{office}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        )
        with archive.open("xl/sharedStrings.xml", "w", force_zip64=True) as out:
            out.write(f"<sst {main}>".encode() + "".join(f"<si><t>{text}</t></si>" for text in head).encode())
            for n in range(rows):
                out.write(
                    f"<si><t>瓶 {n}</t></si><si><t>{n}</t></si><si><t>第 {n} 件，釉色青白</t></si>".encode()
                )
            out.write(b"</sst>")
        with archive.open("xl/sheet1.xml", "w", force_zip64=True) as out:
            out.write(f"<worksheet {main}><sheetData><row>".encode())
            out.write(b"".join(b'<c t="s"><v>%d</v></c>' % at for at in range(4)) + b"</row>")
            for n in range(rows):
                at = 5 + 3 * n
                row = (at, at + 1, 4, at + 2)
                out.write(
                    b'<row r="%d">' % (n + 2)
                    + b"".join(b'<c t="s"><v>%d</v></c>' % s for s in row)
                    + b"</row>"
                )
            out.write(b"</sheetData></worksheet>")
    return path


def check_memory(small: Path, large: Path, rows: tuple[int, int], grown: int) -> None:
    first, second = measured(small), measured(large)
    for found, many in ((first, rows[0]), (second, rows[1])):
        assert found["rows"] == found["handed"] == found["last"] == many
        assert found["errors"] == 0
        assert found["told"] >= many // 100
        assert found["rising"]
    assert second["peak"] < first["peak"] + grown * 1024, (first, second)


@pytest.mark.parametrize("make", [csv_sheet, xlsx_sheet], ids=["csv", "xlsx"])
def test_ten_times_the_rows_take_no_more_memory(tmp_path: Path, make: object) -> None:
    assert callable(make)
    sheets = [make(tmp_path / f"{rows}{make.__name__[:4].strip('_')}", rows) for rows in (1_500, 15_000)]
    # 13,500 rows would be 5 MiB as texts alone, and three times that as objects.
    check_memory(sheets[0], sheets[1], (1_500, 15_000), grown=4)


@pytest.mark.nightly
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("make", [csv_sheet, xlsx_sheet], ids=["csv", "xlsx"])
def test_a_million_rows_take_no_more_memory_than_fifty_thousand(tmp_path: Path, make: object) -> None:
    assert callable(make)
    sheets = [make(tmp_path / f"{rows}{make.__name__[:4].strip('_')}", rows) for rows in (50_000, 1_000_000)]
    # Pages of the table of strings (a file) count while the system has memory to spare: 60 MiB of them.
    check_memory(sheets[0], sheets[1], (50_000, 1_000_000), grown=100)


@pytest.mark.parametrize(
    "megabytes", [pytest.param(192, id="192-MiB"), pytest.param(1024, id="1-GiB", marks=pytest.mark.nightly)]
)
def test_a_large_file_is_read_in_pieces(tmp_path: Path, megabytes: int) -> None:
    (tmp_path / "small.bin").write_bytes(b"\0" * MEGABYTE)
    with (tmp_path / "large.bin").open("wb") as out:
        out.truncate(megabytes * MEGABYTE)
    peaks = []
    for name in ("small", "large"):
        sheet = tmp_path / f"{name}.csv"
        sheet.write_text(f"题名,藏品编号,采集者,文件\n瓶,1,示例,{name}.bin\n", encoding="utf-8")
        found = measured(sheet)
        assert (found["handed"], found["errors"]) == (1, 0)
        peaks.append(found["peak"])
    assert found["bytes"] == megabytes * MEGABYTE
    assert peaks[1] < peaks[0] + 8 * 1024


@pytest.mark.nightly
def test_a_store_takes_a_gigabyte_in_little_memory(tmp_path: Path) -> None:
    program = (
        "import resource, sys; from pathlib import Path; from service.files.directory import DirectoryStore\n"
        "store = DirectoryStore(Path(sys.argv[1]) / 'files'); kept = store.put(Path(sys.argv[1]) / 'large')\n"
        "store.get(kept.cid).close(); print(kept.size, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    with (tmp_path / "large").open("wb") as out:
        out.truncate(1024 * MEGABYTE)
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    size, peak = map(int, done.stdout.split())
    assert size == 1024 * MEGABYTE
    assert peak < 150 * 1024


def test_a_file_one_byte_over_the_limit_is_refused_unread(tmp_path: Path) -> None:
    for size, is_refused in ((LARGEST_FILE + 1, True), (LARGEST_FILE, False)):
        with (tmp_path / "x.bin").open("wb") as out:
            out.truncate(size)  # it has no blocks on the disk
        assert isinstance(attached(tmp_path, "x.bin"), Refused) is is_refused


def test_a_sheet_takes_no_file_that_the_store_would_not() -> None:
    from service.intake.limits import LARGEST_ATTACHED_FILE

    assert LARGEST_ATTACHED_FILE <= LARGEST_FILE
    assert DirectoryStore.__init__.__defaults__ is not None
    assert LARGEST_FILE in DirectoryStore.__init__.__defaults__
