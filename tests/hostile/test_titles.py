"""Titles that are not what they look like: kept to the byte and warned of with their cell, or refused."""

from __future__ import annotations

import csv
import io
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.files.description import Kind
from service.files.digests import digests_of
from service.files.lookalikes import Oddity, oddities, unstorable
from service.files.manifest import FileEntry, Manifest, manifest_bytes, read_manifest, record_bytes
from service.intake.sheet import Options, Sheet, read_sheet
from tests.service.intake.workbooks import raw_workbook

OPTIONS = Options(kind=Kind.CAPTURE_RECORD)
ODD = {
    "Моna Lisa": Oddity.MIXED_SCRIPTS,
    "Мona Lisa": Oddity.MIXED_SCRIPTS,
    "静\u202e夜思": Oddity.BIDI,
    "静\u2066夜思\u2069": Oddity.BIDI,
    "静\u061c夜思": Oddity.BIDI,
    "静\u200b夜思": Oddity.INVISIBLE,
    "静\ufeff夜思": Oddity.INVISIBLE,
    "静\u2060夜思": Oddity.INVISIBLE,
    "静\u200c夜思": Oddity.INVISIBLE,
    "静\u200d夜思": Oddity.INVISIBLE,
    "静\u00ad夜思": Oddity.INVISIBLE,
    "静夜思\U000e0041": Oddity.INVISIBLE,
    "静\x85夜思": Oddity.INVISIBLE,
    "静夜⼼": Oddity.COMPATIBILITY,
    "Ｍona": Oddity.COMPATIBILITY,
    "瓶\ue000": Oddity.UNKNOWN,
    "瓶\U000f0000": Oddity.UNKNOWN,
    "瓶\u0378": Oddity.UNKNOWN,
    "Z" + "\u0335\u0321\u0353" * 10 + "algo": Oddity.STACKED,
}
REFUSED = [
    "静\x00夜思",
    "\x1b[31m静",
    "bell\x07",
    "\x08\x08静",
    "静\ufffe",
    "静\uffff",
    "静\ufdd0",
    "静\U0010ffff",
]


def sheet(folder: Path, title: str) -> Sheet:
    path = folder / "sheet.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([["题名", "藏品编号", "采集者"], [title, "1", "示例"]])
    return read_sheet(path, OPTIONS)


@pytest.mark.parametrize(("title", "oddity"), ODD.items())
def test_an_odd_title_is_kept_to_the_byte_and_warned_of(tmp_path: Path, title: str, oddity: Oddity) -> None:
    read = sheet(tmp_path, title)
    assert [(one.cell, one.code) for one in read.check().warnings] == [("A2", oddity)]
    (request,) = read.requests()
    description = request.description
    assert description.get("title") == title
    octets = record_bytes(description)
    entry = FileEntry("record", "application/json", digests_of(io.BytesIO(octets)))
    manifest = manifest_bytes(Manifest(description, (entry,)))
    assert read_manifest(manifest).description.get("title") == title
    assert title.encode() in manifest or "\x85" in title or "\x7f" in title


@pytest.mark.parametrize("title", REFUSED)
def test_a_title_with_a_control_character_or_none_at_all_is_refused(tmp_path: Path, title: str) -> None:
    assert [(p.cell, p.code) for p in sheet(tmp_path, title).check().errors] == [
        ("A2", "character-unstorable")
    ]


@pytest.mark.parametrize("code", ["D800", "DFFF", "0000", "0007", "FFFE", "FFFF", "dc00"])
def test_what_a_workbook_smuggles_in_by_escapes_is_refused(code: str) -> None:
    cells = "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in ("题名", "藏品编号", "采集者"))
    row = "".join(
        f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in (f"静_x{code}_夜思", "1", "示例")
    )
    read = read_sheet(raw_workbook(f"<row>{cells}</row><row>{row}</row>"), OPTIONS)
    assert [(p.cell, p.code) for p in read.check().errors] == [("A2", "character-unstorable")]


@settings(max_examples=150, deadline=None)
@given(title=st.text(st.characters(), min_size=1, max_size=20))
def test_any_title_is_kept_to_the_byte_or_refused_with_its_cell(
    tmp_path_factory: pytest.TempPathFactory, title: str
) -> None:
    if any(0xD800 <= ord(char) <= 0xDFFF for char in title):
        return  # UTF-8 has none; the test above brings them in
    read = sheet(tmp_path_factory.mktemp("title"), title)
    report = read.check()
    if not report.is_sound:
        assert {problem.cell for problem in report.errors} == {"A2"}
        assert unstorable(title) is not None
        return
    (request,) = read.requests()
    kept = request.description.get("title")
    # A guard is taken off as the reader of a spreadsheet would see it; blank is absent.
    assert kept in (title, title[1:], None)
    assert (kept is None) == (not title.strip())


def test_every_character_there_is_is_judged() -> None:
    """Count what is refused and what is warned of over all of Unicode, so that no range is forgotten."""
    refused = warned = 0
    for point in range(sys.maxunicode + 1):
        char = chr(point)
        category = unicodedata.category(char)
        if unstorable(char) is not None:
            refused += 1
            assert category in ("Cc", "Cs", "Cn")
        elif category in ("Co", "Cn", "Cf") or (category == "Cc" and point >= 0x7F):
            warned += 1
            # Of the planes that hold nothing else every 64th is enough, and takes a second instead of ten.
            assert (point > 0x20000 and point % 64) or oddities("瓶" + char + "x") != (), hex(point)
    assert refused == 29 + 2_048 + 66
    assert warned > 137_000
