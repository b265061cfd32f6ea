"""Workbooks made to hurt: bombs, lies and damage in the container; nothing outside it is fetched or touched."""

from __future__ import annotations

import io
import random
import socket
import struct
import tracemalloc
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path

import pytest

from service.errors import BadInput, TooLarge
from service.intake import workbook
from service.intake.rows import Row
from service.intake.workbook import workbook_rows
from tests.service.intake.workbooks import MAIN, raw_workbook, relations

SHEET = "xl/worksheets/sheet1.xml"
ROW = '<row r="1"><c r="A1" t="inlineStr"><is><t>题名</t></is></c></row>'
MEGABYTE = 1024**2


def rows(octets: bytes) -> list[Row]:
    return list(workbook_rows(io.BytesIO(octets)))


def with_parts(*parts: tuple[str, bytes], base: bytes | None = None) -> bytes:
    """A workbook with further parts, compressed."""
    out = io.BytesIO(base or raw_workbook(ROW))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            archive.writestr(name, content)
    return out.getvalue()


def overlapping(copies: int) -> bytes:
    """A bomb of parts that share one packed stream, as many directory entries point at it."""
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    content = bytes(MEGABYTE)
    body = packed.compress(content) + packed.flush()
    name = b"a.bin"
    crc = zlib.crc32(content)
    sizes = struct.pack("<III", crc, len(body), len(content))
    local = (
        b"PK\x03\x04"
        + struct.pack("<HHHHH", 20, 0, 8, 0, 0)
        + sizes
        + struct.pack("<HH", len(name), 0)
        + name
    )
    entry = b"PK\x01\x02" + struct.pack("<HHHHHH", 20, 20, 0, 8, 0, 0) + sizes
    entry += struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, 0, 0) + name
    start = len(local) + len(body)
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, copies, copies, len(entry) * copies, start, 0)
    return local + body + entry * copies + end


BOMBS = {
    "one-part": with_parts(("xl/media/a.bin", bytes(64 * MEGABYTE))),
    "many-parts": with_parts(*[(f"xl/{n}.bin", b"") for n in range(4_100)]),
    "parts-that-overlap": overlapping(3_000),
    "sheet-of-blanks": raw_workbook(ROW + " " * 40_000_000),
    "strings-of-nothing": raw_workbook(ROW, strings="<si/>" * 8_000_000),
    "styles-of-nothing": raw_workbook(
        ROW, **{"xl/styles.xml": f'<styleSheet xmlns="{MAIN}">' + "<x/>" * 9_000_000}
    ),
    "column-of-nothing": raw_workbook('<row r="1">' + "<c/>" * 200_000 + "</row>"),
}


@pytest.mark.parametrize("octets", [pytest.param(o, id=name) for name, o in BOMBS.items()])
def test_a_bomb_is_refused_in_little_memory(octets: bytes) -> None:
    tracemalloc.start()
    try:
        with pytest.raises((TooLarge, BadInput)):
            rows(octets)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 40 * MEGABYTE


def test_a_bomb_says_clearly_what_it_is_taken_for_and_what_to_do() -> None:
    with pytest.raises(TooLarge) as caught:
        rows(BOMBS["one-part"])
    assert "压缩炸弹" in caught.value.zh
    assert "CSV" in caught.value.zh
    assert "bomb" in caught.value.en


def test_nothing_is_fetched_from_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object, **_more: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    linked = relations(("r1", "worksheet", "http://127.0.0.1/x.xml"), mode="External")
    with pytest.raises(BadInput):
        rows(raw_workbook(ROW, **{"xl/_rels/workbook.xml.rels": linked}))
    external = relations(("r9", "externalLinkPath", "file:///etc/passwd"), mode="External")
    harmless = with_parts(
        ("xl/externalLinks/_rels/externalLink1.xml.rels", external.encode()),
        ("xl/connections.xml", b'<connections><connection odcFile="http://127.0.0.1/"/></connections>'),
    )
    assert [row.cells for row in rows(harmless)] == [("题名",)]


@pytest.mark.parametrize(
    "target",
    ["../../../../etc/passwd", "/etc/passwd", "..\\..\\x", "http://x/y", "", ".", "xl/\0", "../workbook.xml"],
)
def test_a_part_that_is_not_in_the_container_is_not_looked_for(target: str) -> None:
    linked = relations(("r1", "worksheet", target.replace("\0", "&#0;")))
    with pytest.raises(BadInput):
        rows(raw_workbook(ROW, **{"xl/_rels/workbook.xml.rels": linked}))


def test_a_part_that_is_named_for_another_place_is_never_written_there(tmp_path: Path) -> None:
    octets = with_parts(("../../evil.txt", b"x"), ("/evil.txt", b"x"), ("C:\\evil.txt", b"x"))
    (tmp_path / "sheet.xlsx").write_bytes(octets)
    assert [row.cells for row in rows(octets)] == [("题名",)]
    assert [path.name for path in tmp_path.rglob("*")] == ["sheet.xlsx"]


def test_a_part_that_stands_twice_or_is_locked_is_refused_or_read_once() -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        twice = with_parts((SHEET, b"<worksheet><sheetData/></worksheet>"))
    with suppress(BadInput):
        assert len(rows(twice)) <= 1
    locked = bytearray(raw_workbook(ROW))
    for magic, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = -1
        while (place := locked.find(magic, place + 1)) >= 0:
            locked[place + at] |= 1
    with pytest.raises(BadInput):
        rows(bytes(locked))


def test_a_ratio_just_below_the_limit_is_honest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "SMALL_PART", 1_000)
    content = bytes(50_000)
    packed = with_parts(("xl/media/a.bin", content))
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        info = archive.getinfo("xl/media/a.bin")
        ratio = info.file_size // info.compress_size
    monkeypatch.setattr(workbook, "GREATEST_RATIO", ratio + 1)
    assert len(rows(packed)) == 1
    monkeypatch.setattr(workbook, "GREATEST_RATIO", ratio - 1)
    with pytest.raises(TooLarge):
        rows(packed)


def test_damage_anywhere_is_refused_or_changes_nothing_that_is_read() -> None:
    """Flip, cut and swap all over a workbook: what is still read is what was written, thanks to its checksums."""
    cells = "".join(
        f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>瓶 {n}</t></is></c></row>' for n in range(1, 40)
    )
    whole = raw_workbook(cells, compression=zipfile.ZIP_STORED)
    honest = [row.cells for row in rows(whole)]
    chance = random.Random(7)
    refused = unchanged = 0
    for number in range(1_000):
        octets = bytearray(whole)
        at = chance.randrange(len(octets))
        match number % 3:
            case 0:
                del octets[at:]
            case 1:
                octets[at] ^= 1 << chance.randrange(8)
            case _:
                octets[at : at + 4] = chance.choice([b"\xff\xff\xff\xff", b"\0\0\0\0", b"\xff\xff\xff\x7f"])
        try:
            read = [row.cells for row in rows(bytes(octets))]
        except (BadInput, TooLarge):
            refused += 1
            continue
        assert read == honest
        unchanged += 1
    assert refused > 600
    assert unchanged > 20, "the checks do not refuse whatever they see"


def test_a_workbook_in_a_workbook_is_not_opened() -> None:
    assert len(rows(with_parts(("xl/embeddings/a.xlsx", raw_workbook(ROW))))) == 1
