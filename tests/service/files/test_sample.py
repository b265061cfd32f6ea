"""The sample collection: it is sound, it is the same every time, and every character has a glyph."""

from __future__ import annotations

import io
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from PIL import Image

from service.files.description import Kind
from service.files.media import picture_of, sniff
from service.files.sample import making
from service.files.sample.making import booklet, card, cover, make_sample, poems
from service.intake.sheet import read_sheet

FONTS = sorted((making.HERE / "fonts").glob("*.ttf"))
CUTTER = Path(__file__).parents[3] / "scripts" / "fonts.py"


@pytest.fixture(scope="module")
def sheet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_sample(tmp_path_factory.mktemp("sample"), issued=3)


def test_the_sample_is_twelve_cards_and_a_publication_without_a_problem(sheet: Path) -> None:
    read = read_sheet(sheet)
    report = read.check()
    assert (report.rows, report.issued, report.errors, report.warnings) == (13, 39, [], [])
    kinds = [request.description.kind for request in read.requests()]
    assert kinds == [Kind.RIGHTS_REGISTERED] * 12 + [Kind.PUBLICATION]


def test_every_card_is_a_picture_of_the_size_said(sheet: Path) -> None:
    cards = sorted(sheet.parent.glob("[0-9]*.png"))
    assert len(cards) == 12
    for path in cards:
        with path.open("rb") as stream:
            picture = picture_of(stream)
        assert (picture.width, picture.height) == (1200, 1500)


def test_the_publication_is_a_document_with_its_cover(sheet: Path) -> None:
    (publication,) = [r for r in read_sheet(sheet).requests() if r.description.kind is Kind.PUBLICATION]
    assert [(file.role, file.media_type) for file in publication.files] == [
        ("work", "application/pdf"),
        ("image", "image/png"),
    ]


def test_the_same_sample_is_made_every_time() -> None:
    first = poems()[0]
    assert card(first, 1) == card(first, 1)
    assert booklet(poems()) == booklet(poems())
    assert cover() == cover()
    assert sniff(booklet(poems())) == "application/pdf"


def test_cards_differ_from_one_another_and_carry_a_seal() -> None:
    pictures = [card(poem, at) for at, poem in enumerate(poems()[:2], start=1)]
    assert pictures[0] != pictures[1]
    with Image.open(io.BytesIO(pictures[0])) as image:
        seal = image.convert("RGB").crop((132, 1212, 258, 1338)).resize((1, 1)).tobytes()
    red, green, blue = seal
    assert red > green + 60
    assert red > blue + 60


def test_a_poem_has_four_lines_of_one_length_and_as_many_in_english() -> None:
    for poem in poems():
        assert len(poem["lines"]) == len(poem["lines_en"]) == 4
        assert {len(line) for line in poem["lines"]} in ({5}, {7})
    assert len({poem["title"] for poem in poems()}) == 12


def drawn() -> set[str]:
    """Every character that a card or the booklet could draw."""
    sources = (*making.HERE.glob("*.typ"), making.HERE / "poems.json", making.HERE / "making.py")
    return {char for path in sources for char in path.read_text(encoding="utf-8") if char.isprintable()}


@pytest.mark.parametrize("font", FONTS, ids=lambda path: path.name)
def test_every_character_drawn_has_a_glyph(font: Path) -> None:
    glyphs = {chr(code) for code in TTFont(font).getBestCmap()}
    assert drawn() <= glyphs
    assert "鑫" not in glyphs


def test_two_weights_of_the_font_are_kept_with_their_licence() -> None:
    assert [path.name for path in FONTS] == ["NotoSerifSC-Bold.ttf", "NotoSerifSC-Medium.ttf"]
    assert "SIL OPEN FONT LICENSE" in (making.HERE / "fonts" / "OFL.txt").read_text(encoding="utf-8")


def cut(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(CUTTER), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_font_is_cut_down_to_what_is_asked_for(tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("静夜思\n", encoding="utf-8")
    results = [cut(FONTS[0], tmp_path / name, text, "ascii") for name in ("one.ttf", "two.ttf")]
    assert [result.returncode for result in results] == [0, 0]
    glyphs = {chr(code) for code in TTFont(tmp_path / "one.ttf").getBestCmap()}
    assert glyphs == set("静夜思") | {chr(code) for code in range(0x20, 0x7F)}
    assert (tmp_path / "one.ttf").read_bytes() == (tmp_path / "two.ttf").read_bytes()


def test_a_character_the_source_has_not_is_named(tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("静鑫", encoding="utf-8")
    result = cut(FONTS[0], tmp_path / "out.ttf", text)
    assert result.returncode == 1
    assert "鑫" in result.stderr


def test_the_lists_of_common_characters_are_as_long_as_the_standard_says() -> None:
    characters = runpy.run_path(str(CUTTER))["characters"]
    assert len(characters("gb2312-1")) == 3755
    assert len(characters("gb2312")) == 6763
