"""Files named in a sheet: found inside its folder, whatever the name tries."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest

from service.intake import attached as module
from service.intake.attached import Attached, Refused, attached

PNG = b"\x89PNG\r\n\x1a\n" + bytes(50)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "sheet"
    (folder / "pictures").mkdir(parents=True)
    (folder / "pictures" / "静夜思.png").write_bytes(PNG)
    (tmp_path / "secret.png").write_bytes(PNG)
    return folder


@pytest.mark.parametrize(
    "relative",
    ["pictures/静夜思.png", "./pictures/静夜思.png", "pictures\\静夜思.png", "pictures//静夜思.png"],
)
def test_a_file_inside_the_folder_is_found(folder: Path, relative: str) -> None:
    found = attached(folder, relative)
    assert isinstance(found, Attached)
    assert (found.size, found.media_type) == (len(PNG), "image/png")
    assert not found.is_named_otherwise


@pytest.mark.parametrize(
    "relative",
    [
        "../secret.png",
        "pictures/../../secret.png",
        "..\\secret.png",
        "/etc/passwd",
        "//server/share/x.png",
        "\\\\server\\share\\x.png",
        "C:\\x.png",
        "c:x.png",
        "",
        ".",
        "pictures/静夜思.png\0.txt",
        "a\nb",
        "\ud800.png",
    ],
)
def test_a_path_that_leaves_the_folder_is_refused(folder: Path, relative: str) -> None:
    found = attached(folder, relative)
    assert isinstance(found, Refused)
    assert found.code == "path-outside"


def test_a_link_inside_the_folder_is_followed_and_one_that_leads_out_is_not(
    folder: Path, tmp_path: Path
) -> None:
    (folder / "inside.png").symlink_to(folder / "pictures" / "静夜思.png")
    (folder / "outside.png").symlink_to(tmp_path / "secret.png")
    (folder / "up").symlink_to(tmp_path)
    assert isinstance(attached(folder, "inside.png"), Attached)
    for relative in ("outside.png", "up/secret.png"):
        found = attached(folder, relative)
        assert isinstance(found, Refused)
        assert found.code == "path-outside"


def test_what_is_no_regular_file_is_refused_without_waiting_for_it(folder: Path) -> None:
    os.mkfifo(folder / "pipe.png")
    (folder / "dangling.png").symlink_to(folder / "nothing")
    (folder / "empty.png").write_bytes(b"")
    codes = {}
    for relative in ("pipe.png", "pictures", "dangling.png", "missing.png", "empty.png"):
        found = attached(folder, relative)
        assert isinstance(found, Refused)
        codes[relative] = found.code
    assert codes == {
        "pipe.png": "not-a-file",
        "pictures": "not-a-file",
        "dangling.png": "file-unreadable",
        "missing.png": "file-missing",
        "empty.png": "file-empty",
    }


def test_a_name_too_long_for_the_system_is_missing(folder: Path) -> None:
    assert isinstance(attached(folder, "x" * 5000 + ".png"), Refused)


@pytest.mark.parametrize(("on_disk", "in_sheet"), [("NFD", "NFC"), ("NFC", "NFD")])
def test_a_name_in_another_normal_form_is_found(folder: Path, on_disk: str, in_sheet: str) -> None:
    name = "Café のポスター.png"
    (folder / unicodedata.normalize(on_disk, name)).write_bytes(PNG)  # type: ignore[arg-type]
    assert isinstance(attached(folder, unicodedata.normalize(in_sheet, name)), Attached)  # type: ignore[arg-type]


def test_a_file_over_the_limit_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST_ATTACHED_FILE", len(PNG) - 1)
    found = attached(folder, "pictures/静夜思.png")
    assert isinstance(found, Refused)
    assert found.code == "file-too-large"


@pytest.mark.parametrize(
    ("name", "content", "is_otherwise"),
    [
        ("a.png", PNG, False),
        ("a.jpg", PNG, True),
        ("a.png", b"<html><script>", True),
        ("a.txt", "床前明月光".encode(), False),
        ("a.pdf", b"%PDF-1.7", False),
    ],
)
def test_a_name_that_promises_another_type_is_noticed(
    folder: Path, name: str, content: bytes, is_otherwise: bool
) -> None:
    (folder / name).write_bytes(content)
    found = attached(folder, name)
    assert isinstance(found, Attached)
    assert found.is_named_otherwise is is_otherwise
