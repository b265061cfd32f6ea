"""Cut a font down to the characters that are needed, so that it can be kept in the tree.

    python3 scripts/fonts.py SOURCE OUTPUT TEXT [TEXT …]

SOURCE is the whole font (TTF or OTF); OUTPUT ends in .ttf, .otf or .woff2. Each TEXT is a file whose characters are
kept, or one of the words `ascii`, `punctuation`, `gb2312-1` (3,755 common characters) and `gb2312` (all 6,763). The
result is the same for the same source, arguments and version of fontTools. Characters that the source has not are
named, and the script fails: a missing glyph would be drawn as a box without a word.
Needs `fonttools` and, for .woff2, `brotli` (dependency group `fonts`).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from fontTools import subset

PUNCTUATION = "，。、；：？！“”‘’（）《》〈〉【】—…·　％／－～〇"
LEVEL_1 = range(0xB0, 0xD8)
LEVEL_2 = range(0xD8, 0xF8)


def characters(word: str) -> set[str]:
    """The characters that one TEXT argument stands for."""
    match word:
        case "ascii":
            return {chr(code) for code in range(0x20, 0x7F)}
        case "punctuation":
            return set(PUNCTUATION)
        case "gb2312-1":
            return _rows(LEVEL_1)
        case "gb2312":
            return _rows(LEVEL_1) | _rows(LEVEL_2)
        case _:
            return {char for char in Path(word).read_text(encoding="utf-8") if char.isprintable()}


def cut(source: Path, output: Path, wanted: set[str]) -> set[str]:
    """Write the subset; returns the characters that the source has no glyph for."""
    options = subset.Options()
    options.flavor = "woff2" if output.suffix == ".woff2" else None
    options.layout_features = ["*"]
    options.name_IDs = ["*"]
    options.notdef_outline = True
    options.recalc_timestamp = False
    font = subset.load_font(str(source), options)
    known = {chr(code) for code in font.getBestCmap()}
    cutter = subset.Subsetter(options)
    cutter.populate(text="".join(sorted(wanted & known)))
    cutter.subset(font)
    subset.save_font(font, str(output), options)
    return wanted - known


def main() -> int:
    """Read the arguments and cut."""
    parser = argparse.ArgumentParser(description="Cut a font down to the characters that are needed.")
    parser.add_argument("source", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("text", nargs="+", help="a file, or ascii, punctuation, gb2312-1, gb2312")
    arguments = parser.parse_args()
    wanted = set().union(*map(characters, arguments.text))
    missing = cut(arguments.source, arguments.output, wanted)
    print(
        f"{arguments.output}: {len(wanted) - len(missing)} characters, {arguments.output.stat().st_size:,} bytes"
    )
    if missing:
        print(f"the source has no glyph for: {' '.join(sorted(missing))}", file=sys.stderr)
    return 1 if missing else 0


def _rows(rows: range) -> set[str]:
    """The characters of these rows of GB 2312; its last row of level 1 has five empty places."""
    cells = (bytes((row, cell)).decode("gb2312", "ignore") for row in rows for cell in range(0xA1, 0xFF))
    return {char for char in cells if char}


if __name__ == "__main__":
    sys.exit(main())
