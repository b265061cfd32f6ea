"""Names of files that try to lead elsewhere: nothing outside the sheet's folder is ever opened."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest

from service.files.description import Kind
from service.intake.attached import Attached, Refused, attached, open_regular
from service.intake.sheet import Options, read_sheet

SECRET = b"\x89PNG\r\n\x1a\n" + b"secret" * 10
OPTIONS = Options(kind=Kind.CAPTURE_RECORD)

OUTSIDE = [
    "../secret.png", "..\\secret.png", "a/../../secret.png", "./../secret.png", ".. /secret.png", "... /x.png",
    "..", "../", "a/..", "/secret.png", "\\secret.png", "//host/share/x.png", "\\\\host\\share\\x.png",
    "\\\\?\\C:\\x.png", "\\\\.\\PhysicalDrive0", "C:\\x.png", "c:x.png", "C:/x.png", "file:///etc/passwd",
    "http://127.0.0.1/x.png", "ipfs://x", "a.png:stream", "a.png::$DATA", "NUL", "nul.png", "Con.tar.gz", "aux ",
    "AUX .png", "prn.", "a/COM1", "com9.png", "lpt¹.png", "CONIN$", "clock$", "a\0b.png", "a\x7f.png", "a\x85.png",
    "\x1b[2J.png", "/dev/zero", "/proc/self/environ",
]  # fmt: skip
INSIDE = ["a.png", "console.png", "com.png", "com10.png", "nullable.png", "..a.png", "a..png", ".a.png", "a b.png",
          "中/图.png", "~/a.png", "$HOME.png", "`id`.png", "*.png", "%2e%2e.png"]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "secret.png").write_bytes(SECRET)
    folder = tmp_path / "sheet"
    (folder / "a").mkdir(parents=True)
    return folder


def codes(folder: Path, cell: str, column: str = "文件") -> list[str]:
    text = cell.replace('"', '""')
    sheet = f'题名,藏品编号,采集者,{column}\n瓶,1,示例,"{text}"\n'.encode("utf-8", "surrogatepass")
    (folder / "sheet.csv").write_bytes(sheet)
    return [problem.code for problem in read_sheet(folder / "sheet.csv", OPTIONS).check().errors]


@pytest.mark.parametrize("column", ["文件", "图片", "附件"])
@pytest.mark.parametrize("name", OUTSIDE)
def test_a_name_that_leads_elsewhere_is_refused_whatever_the_system(
    folder: Path, name: str, column: str
) -> None:
    found = attached(folder, name)
    assert isinstance(found, Refused)
    assert found.code == "path-outside"
    assert set(codes(folder, name, column)) <= {"path-outside", "character-unstorable"}
    assert codes(folder, name, column)


@pytest.mark.parametrize("name", INSIDE)
def test_an_honest_name_that_looks_a_little_like_it_is_taken(folder: Path, name: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(SECRET)
    assert isinstance(attached(folder, name), Attached)


def test_no_link_leads_out_however_many_there_are(folder: Path, tmp_path: Path) -> None:
    links = {
        "file.png": "../secret.png",
        "absolute.png": str(tmp_path / "secret.png"),
        "device.png": "/dev/zero",
        "process.png": "/proc/self/environ",
        "folder": "..",
        "twice.png": "file.png",
    }
    for name, target in links.items():
        (folder / name).symlink_to(target)
    for name in (*links, "folder/secret.png", "folder/sheet/folder/secret.png"):
        found = attached(folder, name)
        assert isinstance(found, Refused), name
        assert found.code in ("path-outside", "not-a-file")
    (folder / "loop.png").symlink_to("loop.png")
    found = attached(folder, "loop.png")
    assert isinstance(found, Refused)
    assert found.code == "file-unreadable"


def test_a_sheet_in_a_folder_that_is_a_link_itself_finds_its_files(folder: Path, tmp_path: Path) -> None:
    (folder / "a.png").write_bytes(SECRET)
    (tmp_path / "link").symlink_to(folder)
    assert isinstance(attached(tmp_path / "link", "a.png"), Attached)


def test_pipes_devices_and_sockets_are_never_opened(folder: Path) -> None:
    os.mkfifo(folder / "pipe.png")
    (folder / "pipe-by-link.png").symlink_to("pipe.png")
    for name in ("pipe.png", "pipe-by-link.png", "a"):
        found = attached(folder, name)
        assert isinstance(found, Refused)
        assert found.code == "not-a-file"
    for path in (folder / "pipe.png", folder / "pipe-by-link.png", folder / "a", Path("/dev/zero")):
        with pytest.raises(OSError):  # noqa: PT011 - which one depends on what it is
            open_regular(path)


def test_a_file_swapped_for_a_link_after_it_was_judged_is_not_followed(folder: Path) -> None:
    (folder / "a.png").write_bytes(SECRET)
    found = attached(folder, "a.png")
    assert isinstance(found, Attached)
    found.path.unlink()
    found.path.symlink_to("../secret.png")
    with pytest.raises(OSError):  # noqa: PT011
        open_regular(found.path)


def test_two_files_whose_names_differ_in_their_normal_form_alone_are_refused(folder: Path) -> None:
    forms = [unicodedata.normalize(form, "Café.png") for form in ("NFC", "NFD")]  # type: ignore[arg-type]
    (folder / forms[0]).write_bytes(SECRET)
    for form in forms:
        assert isinstance(attached(folder, form), Attached)
    (folder / forms[1]).write_bytes(SECRET + b"another")
    if len(list(folder.iterdir())) < 3:
        return  # a system that keeps one normal form only has no such pair
    for form in forms:
        found = attached(folder, form)
        assert isinstance(found, Refused)
        assert found.code == "file-ambiguous"


def test_a_name_in_another_case_is_another_name_wherever_the_system_says_so(folder: Path) -> None:
    (folder / "Vase.png").write_bytes(SECRET)
    is_one = (folder / "vase.PNG").exists()
    assert isinstance(attached(folder, "vase.PNG"), Attached if is_one else Refused)


@pytest.mark.parametrize("name", ["x" * 300 + ".png", "x/" * 2_000 + "x.png", "图" * 200 + ".png"])
def test_a_name_longer_than_the_system_knows_is_missing(folder: Path, name: str) -> None:
    assert codes(folder, name) in (["file-missing"], ["path-outside"])
