"""Texts that look like others: warned of, never changed; ordinary writing passes without a word."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.files.lookalikes import Oddity, normal, oddities, skeleton, unstorable, visible, visible_lines


@pytest.mark.parametrize(
    "text",
    [
        "静夜思",
        "《望庐山瀑布》（其二）",
        "Γοργόνα",
        "Троица",
        "Vase with “lotus” — c. 1736–1795, Qing",
        "浮世絵 ukiyo-e シリーズ",
        "Pho\u0302",
        "½ plate № 3",
        "café, naïve, Đỗ",
        "ＡＢＣ".replace("ＡＢＣ", "标题：第１卷").replace("１", "1"),
        "葛\U000e0100城",
        "👩\u200d🎨 画",
        "می\u200cخواهم",
        "Tab\tand\nline",
    ],
)
def test_ordinary_writing_passes_without_a_word(text: str) -> None:
    assert oddities(text) == ()
    assert unstorable(text) is None


@pytest.mark.parametrize(
    ("text", "oddity"),
    [
        ("evil\u202egnp.exe", Oddity.BIDI),
        ("a\u2066b", Oddity.BIDI),
        ("静\u200b夜思", Oddity.INVISIBLE),
        ("Mona\u00adLisa", Oddity.INVISIBLE),
        ("a\u200db", Oddity.INVISIBLE),
        ("Mus\x82e", Oddity.INVISIBLE),
        ("\ufeffMona Lisa", Oddity.INVISIBLE),
        ("ᅠ blank \u3164", Oddity.INVISIBLE),
        ("Mоna Lisa", Oddity.MIXED_SCRIPTS),
        ("Ρaris", Oddity.MIXED_SCRIPTS),
        ("Ｍona", Oddity.COMPATIBILITY),
        ("𝐌ona", Oddity.COMPATIBILITY),
        ("⼭行", Oddity.COMPATIBILITY),
        ("\uf9b5", Oddity.COMPATIBILITY),
    ],
)
def test_a_text_that_is_not_what_it_looks_like_is_named(text: str, oddity: Oddity) -> None:
    assert oddities(text) == (oddity,)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Mona Lisa", "Mоna Lisa"),
        ("静夜思", "静\u200b夜思"),
        ("山行", "⼭行"),
        ("己未山水", "已未山水"),
        ("未央", "末央"),
        ("IO", "l0"),
        ("Untitled", "Untitled "),
        ("A—B", "A–B"),
    ],
)
def test_what_can_be_taken_for_each_other_has_one_skeleton(one: str, other: str) -> None:
    assert normal(one) != normal(other)
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("山行", "山居"), ("Plate 2", "Plate 3"), ("春晓", "春曉"), ("é", "e"), ("Untitled", "untitled")],
)
def test_what_is_plainly_different_has_two_skeletons(one: str, other: str) -> None:
    assert skeleton(one) != skeleton(other)


def test_one_letter_written_in_two_ways_is_the_same_when_compared() -> None:
    assert normal("Cafe\u0301") == normal("Café")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("a\0b", "U+0000"),
        ("bell\x07", "U+0007"),
        ("\x1b[31m", "U+001B"),
        ("\ud800", "U+D800"),
        ("\uffff", "U+FFFF"),
        ("\ufdd0", "U+FDD0"),
        ("\U0001fffe", "U+1FFFE"),
    ],
)
def test_a_character_that_cannot_be_stored_is_named(text: str, named: str) -> None:
    assert unstorable(text) == named


@given(st.text())
def test_a_skeleton_is_the_skeleton_of_itself_and_of_every_normal_form(text: str) -> None:
    assert skeleton(skeleton(text)) == skeleton(text)
    assert skeleton(unicodedata.normalize("NFC", text)) == skeleton(unicodedata.normalize("NFD", text))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("旧城\u202e的钟", r"旧城\u202e的钟"),
        ("一\n二\r三\t四", r"一\n二\r三\t四"),
        ("\x1b[31m\x7f\x9b\u2028\u2029\u200e\ufeff", r"\u001b[31m\u007f\u009b\u2028\u2029\u200e\ufeff"),
        ("\ud800\U000e0001", r"\ud800\udb40\udc01"),
    ],
)
def test_what_breaks_a_line_turns_it_round_or_cannot_be_seen_is_escaped(text: str, shown: str) -> None:
    assert visible(text) == shown
    assert json.loads(f'"{shown}"') == text


@pytest.mark.parametrize("text", ["旧城的钟", "été «A» \\ 👩\u200d🎨", "می\u200cخواهم", ""])
def test_what_people_write_is_shown_as_it_is(text: str) -> None:
    assert visible(text) == text
    assert visible_lines(f"{text}\n{text}") == f"{text}\n{text}"


@given(st.text())
def test_a_json_object_that_is_shown_says_the_same(text: str) -> None:
    assert json.loads(visible(json.dumps({"text": text}, ensure_ascii=False))) == {"text": text}
