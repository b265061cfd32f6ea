"""Make the pages' web fonts and the seals' outlines. Owns service/pages/static/fonts and service/pages/seals.json.

    python scripts/webfonts.py FOLDER RANGES

FOLDER is the unpacked npm package `@expo-google-fonts/noto-serif-sc` (TrueType, SIL Open Font License 1.1); RANGES is
`unicode.json` of the npm package `@fontsource/noto-serif-sc`, which lists characters in slices, the commonest last.
Needs `fonttools` and `brotli`. Titles use one weight of Noto Serif SC: GB 2312, the common traditional characters
(level 1 of Big5) and Latin, cut into slices, so that a page loads only what it shows.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import shutil
import sys
from pathlib import Path

from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.pens.transformPen import TransformPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from service.pages.seals import CARVED  # noqa: E402  the script is run from anywhere
from service.pages.words import WORDS  # noqa: E402

PAGES = ROOT / "service" / "pages"
FONTS = PAGES / "static" / "fonts"
TITLES = "600SemiBold"
SEALS = "900Black"
SLICE = 190
LATIN = {
    *range(0x20, 0x7F),
    *range(0xA0, 0x180),
    *range(0x2010, 0x2028),
    0x2030,
    0x2032,
    0x2033,
    0x2116,
    0x2190,
    0x2192,
}
FEATURES = [
    "kern",
    "palt",
    "halt",
    "vert",
    "vrt2",
    "vkrn",
    "locl",
    "ccmp",
    "liga",
    "mark",
    "chws",
    "vchw",
    "lnum",
    "tnum",
]


def gb2312() -> set[int]:
    """Return every character of GB 2312, levels 1 and 2 and the symbols of its first nine rows."""
    cells = (bytes([row, cell]) for row in range(0xA1, 0xF8) for cell in range(0xA1, 0xFF))
    return {ord(text) for cell in cells if (text := cell.decode("gb2312", "ignore"))}


def big5() -> set[int]:
    """Return the 5,401 characters of level 1 of Big5: those that traditional titles are written with."""
    rows = range(0xA4, 0xC7)
    cells = [*range(0x40, 0x7F), *range(0xA1, 0xFF)]
    every = (bytes([row, cell]) for row in rows for cell in cells if (row, cell) <= (0xC6, 0x7E))
    return {ord(text) for one in every if (text := one.decode("big5", "ignore"))}


def by_frequency(ranges: dict[str, str]) -> list[int]:
    """Return the characters of `ranges`, the commonest first; its last numbered slice holds the commonest."""
    numbered = sorted((int(key.strip("[]")), value) for key, value in ranges.items() if key.startswith("["))
    return [code for _, value in reversed(numbered) for span in value.split(",") for code in _span(span)]


def _span(text: str) -> range:
    first, _, last = text.strip().removeprefix("U+").partition("-")
    return range(int(first, 16), int(last or first, 16) + 1)


def slices(known: set[int], ranges: dict[str, str]) -> list[list[int]]:
    """Cut the characters we serve into slices: what the pages' own words use, then the rest by frequency.

    The cuts do not depend on those words: new words change the first slice and those that held their characters.
    """
    wanted = (gb2312() | big5() | LATIN) & known
    own = {ord(letter) for pair in WORDS.values() for text in pair for letter in text} | LATIN
    first = sorted(own & wanted)
    order = {code: place for place, code in enumerate(by_frequency(ranges))}
    every = sorted(wanted, key=lambda code: (order.get(code, len(order)), code))
    cuts = (set(every[start : start + SLICE]) - own for start in range(0, len(every), SLICE))
    return [first, *(sorted(cut) for cut in cuts if cut)]


def woff2(source: Path, codes: list[int]) -> bytes:
    """Return the glyphs of `codes` as WOFF2, the same bytes for the same source and library."""
    font = TTFont(source, recalcTimestamp=False)
    options = Options()
    options.layout_features = FEATURES
    options.hinting = False
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=codes)
    subsetter.subset(font)
    font.flavor = "woff2"
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


def unicode_range(codes: list[int]) -> str:
    """Write sorted code points as the value of CSS `unicode-range`."""
    spans: list[list[int]] = []
    for code in codes:
        if spans and code == spans[-1][1] + 1:
            spans[-1][1] = code
        else:
            spans.append([code, code])
    return ",".join(f"U+{a:x}" if a == b else f"U+{a:x}-{b:x}" for a, b in spans)


def write_titles(source: Path, ranges: dict[str, str]) -> int:
    """Write the slices and the style sheet that names them; return their size in bytes."""
    known = set(TTFont(source, lazy=True).getBestCmap())
    for old in FONTS.glob("*.woff2"):
        old.unlink()
    rules, size = [], 0
    for codes in slices(known, ranges):
        data = woff2(source, codes)
        name = f"serif-{hashlib.sha256(data).hexdigest()[:12]}.woff2"
        (FONTS / name).write_bytes(data)
        size += len(data)
        rules.append(
            "@font-face{font-family:'Noto Serif SC';font-style:normal;font-weight:600;font-display:swap;"
            f"src:url({name}) format('woff2');unicode-range:{unicode_range(codes)}}}"
        )
    (FONTS / "serif.css").write_text("\n".join(rules) + "\n", encoding="utf-8")
    return size


def write_seals(source: Path) -> int:
    """Write the outline of each carved character, in a square of 1000 units with y downwards; return how many."""
    font = TTFont(source)
    glyphs, cmap = font.getGlyphSet(), font.getBestCmap()
    scale = 1000 / font["head"].unitsPerEm
    outlines = {}
    for letter in sorted(CARVED):
        pen = SVGPathPen(glyphs, ntos=lambda number: str(round(number)))
        glyphs[cmap[ord(letter)]].draw(TransformPen(pen, (scale, 0, 0, -scale, 0, 880)))
        outlines[letter] = pen.getCommands()
    text = json.dumps(outlines, ensure_ascii=False, indent=0, sort_keys=True)
    (PAGES / "seals.json").write_text(text + "\n", encoding="utf-8")
    return len(outlines)


def main() -> int:
    """Read the arguments and write both."""
    parser = argparse.ArgumentParser(description="Make the web fonts and the seals' outlines of the pages.")
    parser.add_argument("folder", type=Path, help="unpacked @expo-google-fonts/noto-serif-sc")
    parser.add_argument("ranges", type=Path, help="unicode.json of @fontsource/noto-serif-sc")
    arguments = parser.parse_args()
    FONTS.mkdir(parents=True, exist_ok=True)
    ranges = json.loads(arguments.ranges.read_text(encoding="utf-8"))
    size = write_titles(arguments.folder / TITLES / f"NotoSerifSC_{TITLES}.ttf", ranges)
    count = write_seals(arguments.folder / SEALS / f"NotoSerifSC_{SEALS}.ttf")
    shutil.copyfile(arguments.folder / "LICENSE_FONT", FONTS / "OFL.txt")
    print(f"{len(list(FONTS.glob('*.woff2')))} slices, {size:,} bytes; {count} carved characters")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
