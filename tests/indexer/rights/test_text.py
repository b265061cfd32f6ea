"""A scope is written as a lawyer reads it, and read back; what is not understood is named."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from indexer.china import day_of
from indexer.rights.codes import LISTS, TERRITORIES
from indexer.rights.names import ScopeUnread
from indexer.rights.scope import NO_END, Axis, Scope, whole_world
from indexer.rights.text import Tongue, read, read_mask, write, write_mask
from tests.indexer.rights.test_scope import scopes

JAPANESE = "翻译权，日语，日本，纸质与电子书，2027-01-01 至 2036-12-31"
ENGLISH = "translation right; Japanese; Japan; print and e-book; 2027-01-01 to 2036-12-31"
THE_SCOPE = Scope(1 << 10, TERRITORIES.mask(["JP"]), LISTS[2].mask(["ja"]), 0b11, 20_819, 24_472)


def test_the_canonical_texts_are_these() -> None:
    assert write(THE_SCOPE) == JAPANESE
    assert write(THE_SCOPE, "en") == ENGLISH
    assert read(JAPANESE) == read(ENGLISH) == THE_SCOPE


@given(scopes, st.sampled_from(["zh", "en"]))
@example(whole_world(0), "zh")
@example(whole_world(0, 5), "en")
@example(Scope(8, 1, 1, 1 << 7, 0, 1), "zh")
@example(Scope(8, 1, 1, 1 << 7, 0, 1), "en")
@example(Scope(1, 1 << 255, 3 << 126, 1 << 31 | 1, NO_END - 2, NO_END - 1), "zh")
def test_what_was_written_is_read_back(scope: Scope, tongue: Tongue) -> None:
    assert read(write(scope, tongue)) == scope


@given(st.sampled_from([Axis.RIGHTS, Axis.TERRITORIES, Axis.LANGUAGES, Axis.MEDIA]), st.data())
def test_every_code_is_read_by_each_of_its_names(axis: Axis, data: st.DataObject) -> None:
    code = data.draw(st.sampled_from(LISTS[axis].codes))
    parts = {
        Axis.RIGHTS: "翻译权",
        Axis.LANGUAGES: "日语",
        Axis.TERRITORIES: "日本",
        Axis.MEDIA: "纸质",
    }
    for name in (code.zh, code.en):
        text = "；".join((parts | {axis: name}).values()) + "；2027-01-01 起"
        assert read(text).masks[axis] == code.mask


def with_(**changed: str) -> str:
    parts = {
        "right": "翻译权",
        "language": "日语",
        "territory": "日本",
        "medium": "纸质",
        "days": "2027-01-01 起",
    }
    return "，".join((parts | changed).values())


@pytest.mark.parametrize(
    "typed",
    [
        "翻译，日文，日本，纸质书、电子书，2027-1-1至2036-12-31",
        "翻译权；日语；日本；纸质和电子书；2027年1月1日至2036年12月31日",
        "日本 日语 翻译权 纸质/电子书 自2027年1月1日起十年",
        "translation, Japanese, Japan, print and ebook, 2027-01-01 to 2036-12-31",
        "TRANSLATION; JAPANESE; JAPAN; PRINT & E-BOOK; 2027/1/1 - 2036/12/31",
        "翻译权,ja,JP,纸质与电子书,2027-2036",
        "ｔｒａｎｓｌａｔｉｏｎ；日语；日本；纸质＋电子书；２０２７.１.１～２０３６.１２.３１",
        "in Japan, Japanese, translation, print and e-book, from 2027-01-01 for 10 years",
        "翻译权，日语，日本，纸质与电子书，2027-01-01 起 120 个月",
        "翻译权，日语，日本，纸质与电子书，2027-01-01 起3653天",
    ],
)
def test_what_people_type_is_understood(typed: str) -> None:
    assert read(typed) == THE_SCOPE


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("港澳台", ["HK", "MO", "TW"]),
        ("香港、澳门与台湾地区", ["HK", "MO", "TW"]),
        ("中国（含港澳台）", ["CN", "HK", "MO", "TW"]),
        ("中国大陆", ["CN"]),
        ("刚果（金）", ["CD"]),
        ("Cote d’Ivoire", ["CI"]),
        ("Niger", ["NE"]),
        ("Antigua and Barbuda and Niger", ["AG", "NE"]),
        ("波斯尼亚和黑塞哥维那和日本", ["BA", "JP"]),
        ("港澳台（澳门除外）", ["HK", "TW"]),
        ("港澳台（除澳门）", ["HK", "TW"]),
        ("港澳台，澳门除外", ["HK", "TW"]),
        ("除澳门外港澳台", ["HK", "TW"]),
        ("北美 except Greenland、百慕大 and PM", ["CA", "US"]),
    ],
)
def test_names_groups_and_exceptions_are_understood(typed: str, codes: list[str]) -> None:
    assert read(with_(territory=typed)).territories == TERRITORIES.mask(codes)


def test_the_rest_of_the_world_is_stored_as_the_codes_it_means_today() -> None:
    scope = read(with_(territory="全世界（日本与韩国除外）"))
    assert scope.territories == TERRITORIES.rest(TERRITORIES.mask(["JP", "KR"]))
    assert write_mask(Axis.TERRITORIES, scope.territories) == "全世界（日本与韩国除外）"


def test_everything_listed_and_everything_known_or_not_are_told_apart() -> None:
    listed = read(with_(territory="全世界", language="全部语言", medium="全部媒介"))
    boundless = read(with_(territory="不限国家/地区", language="不限语言", medium="不限媒介"))
    assert listed.territories.bit_count() == 249
    assert boundless == Scope(1 << 10, (1 << 256) - 1, (1 << 128) - 1, (1 << 32) - 1, 20_819, NO_END)


@pytest.mark.parametrize(
    ("typed", "part"),
    [
        (with_(medium="光盘"), "光盘"),
        (with_(medium="纸质、光盘"), "光盘"),
        (with_(territory="中国"), "中国"),
        (with_(language="中文"), "中文"),
        (with_(territory="Japanistan"), "Japanistan"),
        (with_(territory="jp"), "jp"),
        (with_(territory="日本（韩国）"), "（"),
        (with_(territory="日本（韩国除外"), "（"),
        (with_(territory="日本（韩国除外）"), "韩国"),
        (with_(days="2027-02-30 起"), "2027-02-30"),
        (with_(days="2027-01-01 至 2026-12-31"), "2026-12-31"),
        (with_(days="1969-12-31 起"), "1969-12-31"),
        (with_(days="9999-01-01 起 9 年"), "9999-01-01"),
        (with_(right="复制权，展览"), "展览"),
        (with_(right="展览", medium="展览"), "展览"),
    ],
)
def test_what_is_not_understood_is_named(typed: str, part: str) -> None:
    with pytest.raises(ScopeUnread) as unread:
        read(typed)
    assert unread.value.part == part
    assert part in unread.value.zh or part == "（"


@pytest.mark.parametrize(
    ("axis", "missing"),
    [
        ("right", "权利"),
        ("language", "语言"),
        ("territory", "国家/地区"),
        ("medium", "媒介"),
        ("days", "日期"),
    ],
)
def test_what_is_missing_is_named_and_never_made_up(axis: str, missing: str) -> None:
    with pytest.raises(ScopeUnread) as unread:
        read(with_(**{axis: ""}))
    assert unread.value.part == ""
    assert missing in unread.value.zh


def test_a_first_day_without_a_last_one_is_not_taken_for_an_endless_term() -> None:
    with pytest.raises(ScopeUnread):
        read(with_(days="2027-01-01"))


def test_an_exhibition_is_a_medium_where_the_right_is_named_apart_from_it() -> None:
    assert read(with_(medium="展览")).media == 1 << 7
    assert read(with_(right="展览")).rights == 1 << 3
    assert read(with_(right="复制与展览")).rights == 0b1001


@given(st.text(alphabet="翻译权日语本纸质，、；（）除外与和至起年月0123456789-# aAzZ", max_size=60))
def test_no_text_ends_in_anything_but_a_scope_or_a_named_part(typed: str) -> None:
    try:
        scope = read(typed)
    except ScopeUnread:
        return
    assert not scope.is_empty()


def test_a_term_ends_the_day_before_its_anniversary() -> None:
    leap = read(with_(days="2028-02-29 起 1 年"))
    assert leap.until == day_of_text("2029-03-01")
    assert read(with_(days="2027-03-01 起 一年")).until == day_of_text("2028-03-01")
    assert read(with_(days="2027-01-31 起 一个月")).until == day_of_text("2027-03-01")


def day_of_text(text: str) -> int:
    from datetime import date

    return day_of(date.fromisoformat(text))


@pytest.mark.parametrize(
    ("axis", "typed", "written"),
    [
        (Axis.TERRITORIES, "港澳台（澳门除外）、日本", "中国香港、日本与中国台湾"),
        (Axis.MEDIA, "展览", "展览"),
        (Axis.RIGHTS, "展览，复制", "复制权与展览权"),
        (Axis.LANGUAGES, "ja; zh-Hant", "繁体中文与日语"),
    ],
)
def test_one_mask_is_read_alone(axis: Axis, typed: str, written: str) -> None:
    assert write_mask(axis, read_mask(axis, typed)) == written


@pytest.mark.parametrize(
    ("axis", "typed", "part"),
    [
        (Axis.TERRITORIES, "日语", "日语"),
        (Axis.TERRITORIES, "日本，2027-01-01 起", "日本，2027-01-01 起"),
        (Axis.TERRITORIES, "中国", "中国"),
        (Axis.MEDIA, "", ""),
        (Axis.MEDIA, "纸质（纸质除外）", ""),
    ],
)
def test_what_is_no_mask_of_that_axis_is_named(axis: Axis, typed: str, part: str) -> None:
    with pytest.raises(ScopeUnread) as unread:
        read_mask(axis, typed)
    assert unread.value.part == part


def test_an_empty_scope_has_no_words() -> None:
    with pytest.raises(ValueError, match="empty"):
        write(Scope(0, 1, 1, 1, 0, 1))
