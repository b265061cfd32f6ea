"""The catalogue: two whole vocabularies, and none of the words that are not to be said."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

from service.pages import language, words
from service.pages.seals import ACTS, CARVED, outlines
from service.pages.words import WORDS

ROOT = Path(__file__).parents[3]
PAGES = ROOT / "service" / "pages"

# The last column of both tables of the vocabulary.
NEVER_ZH = [
    "铸造", "冻结", "强制划转", "领取", "五手", "权利束", "法定", "不必相信我们",
    "属实", "来历完整", "钱包", "价格", "购买", "出售", "交易所", "拍卖", "版税",
    "用户", "黑名单", "法院",
]  # fmt: skip
NEVER_EN = {
    "asset", "auction", "blacklist", "buy", "coin", "countdown", "court", "crypto", "delete", "deleted",
    "drop", "e-asset", "false", "fingerprint", "fraction", "fractional", "freeze", "frozen", "gas",
    "kyc", "log", "mint", "minted", "minting", "nft", "pool", "price", "rest", "royalty", "rwa", "sale",
    "sell", "share", "shares", "trade", "trading", "true", "upload", "user", "users", "wallet",
}  # fmt: skip
DEPOSIT = re.compile(r"(?<!作品)(?<!实名)登记")
"""登记 reads as the official registration; only 作品登记号 and 实名登记 may say it."""

BUILT_FROM_PARTS = re.compile(
    r"(act|agreed|axis|cell|cell\.short|chapter|check|end|error|free|grant\.(kind|standing)|reference\.in|stale|named|subject|fact|kind|may\.give|proposal\.(act|state)|rights\.as|operation\.(kind|state|next)|policy\.acceptance|receiver|search\.(by|none)"
    r"|verdict\.(since|by|valid|invalid|indeterminate)|what|tongue|history\.hand|days|hours|minutes|seconds)(\.|$)"
)
"""The keys whose last part a page puts in."""


def test_every_key_says_something_in_both_languages_with_the_same_facts() -> None:
    assert len(WORDS) > 300
    assert [key for key, pair in WORDS.items() if not all(text.strip() for text in pair)] == []
    assert [key for key, (zh, en) in WORDS.items() if _facts(zh) - {"n"} != _facts(en) - {"n"}] == []


def test_a_singular_stands_beside_its_plural() -> None:
    assert [key for key in WORDS if key.endswith(".one") and key.removesuffix(".one") not in WORDS] == []


def test_no_key_says_a_word_that_is_not_to_be_said() -> None:
    assert {key: wrong for key, pair in WORDS.items() if (wrong := _wrong_words(*pair))} == {}


@pytest.mark.parametrize(
    ("zh", "en"),
    [
        ("铸造", "Issued"),
        ("登记作品", "Deposit"),
        ("生成", "Mint it"),
        ("转赠", "Traded"),
        ("冻结", "Held"),
        ("存证", "Upload"),
    ],
)
def test_the_search_for_wrong_words_finds_one(zh: str, en: str) -> None:
    assert _wrong_words(zh, en.replace("Traded", "trade")) != []


def test_the_english_words_hold_no_chinese_but_names_and_the_switch_of_language() -> None:
    chinese = {key for key, (_, en) in WORDS.items() if re.search(r"[\u4e00-\u9fff]", en)}
    assert chinese == {"name.reading", "nav.language", "nav.language.long", "home.colophon"}


def test_chinese_words_use_chinese_punctuation() -> None:
    wrong = {
        key: zh
        for key, (zh, _) in WORDS.items()
        if re.search(r"[\u4e00-\u9fff][,;:!?]|[,;:!?][\u4e00-\u9fff]|\(|\)", zh)
    }
    assert wrong == {}


def test_every_key_that_a_page_asks_for_exists() -> None:
    asked = _keys_asked_for()
    assert len(asked) > 100
    assert asked - set(WORDS) == set()


def test_every_key_is_asked_for() -> None:
    text = "".join(
        file.read_text(encoding="utf-8") for file in _sources() if not file.name.endswith("words.py")
    )
    quoted = set(re.findall(r"['\"]([a-z][\w.]*)['\"]", text))
    plain = {key.removesuffix(".one") for key in WORDS}
    assert {key for key in plain - quoted if not BUILT_FROM_PARTS.match(key)} == set()


def test_every_act_declared_in_the_interfaces_has_words_and_a_seal() -> None:
    declared = _declared_acts()
    assert {"Minted", "Gifted", "WorkRegistered"} <= declared
    assert {act for act in declared if f"act.{act}" not in WORDS} == set()
    assert declared - set(ACTS) == set()


def test_no_words_or_seal_remain_of_an_act_that_is_declared_no_more() -> None:
    assert set(ACTS) - _declared_acts() == set()
    assert {key.removeprefix("act.") for key in WORDS if key.startswith("act.")} == set(ACTS) | {"other"}


def test_every_carved_character_has_an_outline_and_no_outline_is_left_over() -> None:
    assert set(outlines()) == CARVED


def test_every_character_of_the_words_is_in_the_fonts_we_serve() -> None:
    served = _served_characters()
    missing = {letter for pair in WORDS.values() for text in pair for letter in text} - served
    assert missing == set()


def test_the_fonts_hold_the_characters_that_traditional_titles_are_written_with() -> None:
    pairs = (bytes([row, cell]) for row in range(0xA4, 0xC7) for cell in range(0x40, 0xFF))
    written = {
        text for pair in pairs if pair <= b"\xc6\x7e" and (text := pair.decode("big5", "ignore")) >= "\u4e00"
    }
    assert len(written) == 5_401
    assert written <= _served_characters()
    assert "\U00020000" not in _served_characters()


def test_the_fonts_hold_all_of_gb_2312_and_their_licence_is_kept() -> None:
    han = {
        text
        for row in range(0xB0, 0xF8)
        for cell in range(0xA1, 0xFF)
        if (text := bytes([row, cell]).decode("gb2312", "ignore"))
    }
    assert len(han) == 6_763
    assert han - _served_characters() == set()
    assert "SIL OPEN FONT LICENSE" in (PAGES / "static/fonts/OFL.txt").read_text()


@pytest.mark.parametrize(
    ("number", "zh", "en"),
    [(1, "一条记录", "one record"), (2, "两条记录", "two records"), (21, "二十一条记录", "21 records")],
)
def test_counts_are_spelled_as_each_language_does(number: int, zh: str, en: str) -> None:
    assert words.counted("zh", "records", number) == zh
    assert words.counted("en", "records", number) == en


@pytest.mark.parametrize(
    ("seconds", "zh", "en"),
    [
        (90 * 86_400, "90 日", "90 days"),
        (86_400, "1 日", "1 day"),
        (36 * 3_600, "36 小时", "36 hours"),
        (90, "90 秒", "90 seconds"),
        (0, "无", "none"),
    ],
)
def test_a_length_of_time_is_said_in_the_largest_unit_that_divides_it(seconds: int, zh: str, en: str) -> None:
    assert words.period("zh", seconds) == zh
    assert words.period("en", seconds) == en


def test_a_large_count_keeps_its_figures() -> None:
    assert words.counted("zh", "collectibles", 2_400) == "2,400 件数字藏品"
    assert language.spelled(99, "zh") == "九十九"


def _facts(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def _wrong_words(zh: str, en: str) -> list[str]:
    said = set(re.findall(r"[a-z][a-z-]*", en.lower()))
    wrong = [word for word in NEVER_ZH if word in zh]
    wrong += re.findall("(?<!备)案号", zh)
    wrong += sorted(NEVER_EN & said)
    return wrong + DEPOSIT.findall(zh)


def _keys_asked_for() -> set[str]:
    quoted = re.compile(
        r"(?:\bt|\btm|\bsay|\bcounted|_said_with_markup)\(\s*(?:lang, )?['\"]([a-z][\w.]*)['\"](?! ~)"
        r"|parts\.history\([^)]*?'([a-z]+\.history)'|WORDS\[['\"]([\w.]+)['\"]\]"
    )
    chosen = re.compile(r"'([a-z][\w.]*)' if [^%}]+? else '([a-z][\w.]*)'")
    found: set[str] = set()
    for file in _sources():
        text = file.read_text(encoding="utf-8")
        found |= {key for match in quoted.findall(text) for key in match if key}
        found |= {key for match in chosen.findall(text) for key in match if key in WORDS}
    return found


def _sources() -> list[Path]:
    return [*PAGES.glob("*.py"), *PAGES.glob("views/*.py"), *PAGES.glob("templates/*.html")]


def _declared_acts() -> set[str]:
    """Read the names of the events whose NatSpec begins with "Act" from the contracts' interfaces."""
    acts: set[str] = set()
    for file in sorted((ROOT / "contracts/interfaces").glob("I*.sol")):
        text = file.read_text(encoding="utf-8")
        acts |= set(re.findall(r"@notice Act\b(?:.|\n(?=\s*///))*\n\s*event (\w+)", text))
    return acts


def _served_characters() -> set[str]:
    sheet = (PAGES / "static/fonts/serif.css").read_text(encoding="utf-8")
    served: set[str] = set()
    for spans in re.findall(r"unicode-range:([^}]+)}", sheet):
        for span in spans.split(","):
            first, _, last = span.removeprefix("U+").partition("-")
            served |= {chr(code) for code in range(int(first, 16), int(last or first, 16) + 1)}
    return served
