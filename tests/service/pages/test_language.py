"""Which language a page is in, and how it writes times, sizes and numbers."""

from __future__ import annotations

import pytest

from service.pages import language

NOW = 1_795_327_500


@pytest.mark.parametrize(
    ("query", "cookie", "header", "lang"),
    [
        (None, None, None, "zh"),
        (None, None, "", "zh"),
        (None, None, "de-DE, fr;q=0.5", "zh"),
        (None, None, "en-GB,en;q=0.9,zh;q=0.8", "en"),
        (None, None, "zh-TW, en;q=0.9", "zh"),
        (None, None, "en;q=0.4, zh-CN;q=0.6", "zh"),
        (None, None, "zh;q=0, en;q=0.1", "en"),
        (None, None, "en;q=rubbish, zh", "zh"),
        (None, "en", "zh", "en"),
        ("zh", "en", "en", "zh"),
        ("fr", "xx", "en", "en"),
    ],
)
def test_the_language_is_what_was_asked_then_remembered_then_wished_then_chinese(
    query: str | None, cookie: str | None, header: str | None, lang: str
) -> None:
    assert language.choose(query, cookie, header) == lang


def test_a_moment_is_shown_in_shanghai() -> None:
    assert language.moment(NOW) == "2026-11-22 14:05"
    assert language.machine(NOW) == "2026-11-22T14:05:00+08:00"
    assert language.moment(0) == "1970-01-01 08:00"


@pytest.mark.parametrize("at", [253_402_300_799, 1_000_000_000_000, (1 << 53) - 1, (1 << 64) - 1])
def test_a_time_later_than_any_calendar_is_written_as_its_end(at: int) -> None:
    assert language.moment(at) == "9999-12-31 23:59"
    assert language.machine(at) == "9999-12-31T23:59:59+08:00"
    assert language.day(at, "zh") == "9999 年 12 月 31 日"


def test_a_day_is_written_out_in_each_language() -> None:
    assert language.day(NOW, "zh") == "2026 年 11 月 22 日"
    assert language.day(NOW, "en") == "22 November 2026"
    midnight = NOW - NOW % 86_400 + 16 * 3_600
    assert language.day(midnight - 1, "en") == "22 November 2026"
    assert language.day(midnight, "en") == "23 November 2026"


@pytest.mark.parametrize(
    ("number", "zh"),
    [
        (1, "一"),
        (2, "两"),
        (9, "九"),
        (10, "十"),
        (11, "十一"),
        (12, "十二"),
        (20, "二十"),
        (99, "九十九"),
        (100, " 100 "),
    ],
)
def test_small_numbers_are_spelled_in_chinese(number: int, zh: str) -> None:
    assert language.spelled(number, "zh") == zh


@pytest.mark.parametrize(
    ("number", "en"), [(0, "no"), (1, "one"), (12, "twelve"), (13, "13"), (2_400, "2,400")]
)
def test_small_numbers_are_spelled_in_english(number: int, en: str) -> None:
    assert language.spelled(number, "en") == en
