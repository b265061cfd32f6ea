"""Text that is not what it looks like: compared in one form, kept as given, with a word of warning. Pure.

Titles are stored as given. For comparison they are brought to NFC; for the question "could a reader take the
one for the other?" to a skeleton, after Unicode Technical Standard 39, section 4. Of its confusables (some
6,000, most of them in scripts no sheet here is written in) `_SHAPES` has the Cyrillic and Greek letters that
are drawn like Latin ones and the ASCII pairs; of Han, which the standard leaves out because each character
is a word of its own, `_HAN` has those told apart by one stroke, since 己未 for 已未 in a title is either a slip
or a trick. Mixed scripts are judged as its section 5 does: Han with kana, Hangul or Latin is how people write.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from enum import StrEnum
from itertools import pairwise
from typing import Final


class Oddity(StrEnum):
    """Why a text may not be what it looks like."""

    BIDI = "bidi-control"
    INVISIBLE = "invisible-character"
    MIXED_SCRIPTS = "mixed-scripts"
    COMPATIBILITY = "compatibility-form"
    STACKED = "stacked-marks"
    UNKNOWN = "unknown-character"


ODDITY_WORDS: Final = {
    Oddity.BIDI: ("含有改变文字方向的控制字符", "it has characters that change the direction of text"),
    Oddity.INVISIBLE: ("含有看不见的字符", "it has characters that cannot be seen"),
    Oddity.MIXED_SCRIPTS: (
        "一个词中混用了形近的不同字母",
        "one word mixes letters of scripts that look alike",
    ),
    Oddity.COMPATIBILITY: ("含有兼容字形或部首，与常用字形近", "it has compatibility forms or radicals"),
    Oddity.STACKED: ("一个字上叠了许多附加符号", "many marks are stacked on one letter"),
    Oddity.UNKNOWN: (
        "含有私用区或未定义的字符，在别处可能显示为空白或别的字",
        "it has private-use or undefined characters, which elsewhere show as nothing or as something else",
    ),
}
"""What is said of each, in Chinese and English."""

_BIDI: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_FILLERS: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0")
_ALPHABETS: Final = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU"})
_ALLOWED_CONTROLS: Final = frozenset("\t\n\r")
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_SHORT: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
MOST_MARKS: Final = 6
"""Marks on one letter that people write: Hebrew with all its signs has five."""
_NO_CHARACTERS: Final = "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
_UNSTORABLE: Final = re.compile(
    f"[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\ud800-\udfff\ufdd0-\ufdef{_NO_CHARACTERS}]"
)

_SHAPES: Final = str.maketrans(
    "АВЕЅІЈКМНОРСТУХаеѕіјһорсухԁԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧονρυ" + "01I|〇○" + "ー—–―─━一" + "’‘`´″“”",
    "ABESIJKMHOPCTYXaesijhopcyxdqwABEZHIKMNOPTYXovpu" + "OlllOO" + "-------" + "''''\"\"\"",
)
_HAN_GROUPS: Final = (
    "己已巳 日曰 未末 土士 戊戌戍 刺剌 祗祇 汨汩 人入 天夭 千干 王壬 母毋 茶荼 晴睛 "
    "侯候 徒徙 炙灸 管菅 崇祟 鸟乌 鳥烏 免兔 折拆 析柝 孟盂 萧肖 冶治 拔拨 贷货"
)
_HAN: Final = str.maketrans({other: group[0] for group in re.split(" ", _HAN_GROUPS) for other in group[1:]})


def normal(text: str) -> str:
    """The form in which texts are compared (NFC)."""
    return unicodedata.normalize("NFC", text)


def skeleton(text: str) -> str:
    """What is left of a text for a careless eye; two texts with one skeleton can be taken for each other."""
    seen = "".join(char for char in unicodedata.normalize("NFKC", text) if not _is_invisible(char))
    return " ".join(seen.translate(_SHAPES).translate(_HAN).split())


def visible(text: str) -> str:
    r"""One line of a text for a terminal: what breaks a line, turns it round or cannot be seen is written `\u202e`.

    So are halves of surrogate pairs, which no terminal takes. The escapes are those of JSON (RFC 8259, section 7).
    """
    return "".join(_escape(char) if _is_hidden(char) else char for char in text)


def visible_lines(text: str) -> str:
    """The same of a text whose line breaks are meant."""
    return "\n".join(map(visible, text.split("\n")))


def _is_hidden(char: str) -> bool:
    """Joiners are left as they are: they show by what they join, and no more."""
    return unicodedata.category(char) in _HIDDEN and char not in "\u200c\u200d"


def _escape(char: str) -> str:
    if char in _SHORT:
        return _SHORT[char]
    units = char.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def unstorable(text: str) -> str | None:
    """Name the first character that no manifest can carry, as `U+XXXX`; `None` if there is none.

    These are control characters below U+0020 other than tab and line break, halves of surrogate pairs, and
    code points that are no characters: what JSON, XML and UTF-8 agree not to carry. The control characters from
    U+0080 on are what is left of wrongly converted text in many a museum's records, so they are only warned of.
    """
    found = _UNSTORABLE.search(text)
    return f"U+{ord(found[0]):04X}" if found else None


def oddities(text: str) -> tuple[Oddity, ...]:
    """Everything odd about a text, in the order of `Oddity`; empty for what people usually write."""
    if text.isascii() and text.isprintable():
        return ()
    found = {
        Oddity.BIDI: any(char in _BIDI for char in text),
        Oddity.INVISIBLE: _has_invisible(text),
        Oddity.MIXED_SCRIPTS: any(len(_alphabets(word)) > 1 for word in _words(text)),
        Oddity.COMPATIBILITY: any(_is_compatibility(char) for char in text),
        Oddity.STACKED: _most_marks(text) > MOST_MARKS,
        Oddity.UNKNOWN: any(unicodedata.category(char) in ("Co", "Cn") for char in text),
    }
    return tuple(oddity for oddity, is_there in found.items() if is_there)


def _is_invisible(char: str) -> bool:
    if char in _ALLOWED_CONTROLS:
        return False
    return char in _FILLERS or unicodedata.category(char) in ("Cc", "Cf") or _is_selector(char)


def _is_selector(char: str) -> bool:
    return "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"


def _has_invisible(text: str) -> bool:
    """Say whether anything is hidden; joiners and selectors are seen through what they join."""
    return any(
        _is_invisible(char) and char not in _BIDI and not (_joins(char) and _is_joined(before, char))
        for before, char in pairwise(" " + text)
    )


def _joins(char: str) -> bool:
    return char in "\u200c\u200d" or _is_selector(char)


def _is_joined(before: str, joiner: str) -> bool:
    """Whether a joiner or selector shows by what it stands behind; Han has variants, and nothing to join."""
    name = unicodedata.name(before, "")
    if name.startswith("CJK UNIFIED"):
        return _is_selector(joiner)
    return unicodedata.category(before) in ("So", "Sk", "Mn", "Mc") or name.startswith(
        ("ARABIC", "SYRIAC", "MONGOLIAN", "VARIATION SELECTOR")
    )


def _most_marks(text: str) -> int:
    most = here = 0
    for char in text:
        here = here + 1 if unicodedata.category(char) in ("Mn", "Me") and not _is_selector(char) else 0
        most = max(most, here)
    return most


def _words(text: str) -> Iterator[str]:
    return iter("".join(char if unicodedata.category(char)[0] in "LM" else " " for char in text).split())


def _alphabets(word: str) -> set[str]:
    return {unicodedata.name(char, "").split(" ", 1)[0] for char in word} & _ALPHABETS


def _is_compatibility(char: str) -> bool:
    """Wide and mathematical letters, radicals, and characters that NFC itself replaces by another."""
    mapping = unicodedata.decomposition(char)
    if mapping.startswith(("<wide>", "<font>")):
        return char.isalnum()
    if mapping.startswith("<compat>"):
        return "RADICAL" in unicodedata.name(char, "")
    return bool(mapping) and " " not in mapping and char.isalpha()
