"""The language a page is written in, and numbers and times as that language writes them. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from indexer.china import LAST, in_china

Lang = Literal["zh", "en"]

LANGUAGES: tuple[Lang, ...] = ("zh", "en")
TAGS: dict[Lang, str] = {"zh": "zh-Hans", "en": "en"}
"""The BCP 47 tag of each language, as HTML wants it."""

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_EN_NUMBERS = (
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)
_ZH_DIGITS = "〇一二三四五六七八九"


def other(lang: Lang) -> Lang:
    """Return the language that this one is not."""
    return "en" if lang == "zh" else "zh"


def choose(query: str | None, cookie: str | None, accept_language: str | None) -> Lang:
    """Say in which language to answer: `?lang=`, then the cookie, then the browser's wish, then Chinese.

    Args:
        query: value of the `lang` parameter, or None.
        cookie: value of the `lang` cookie, or None.
        accept_language: the `Accept-Language` header (RFC 9110, 12.5.4), or None.
    """
    for wish in (query, cookie):
        if wish in LANGUAGES:
            return wish
    for tag in _by_weight(accept_language or ""):
        primary = tag.split("-")[0]
        if primary in LANGUAGES:
            return primary
    return "zh"


def _by_weight(header: str) -> list[str]:
    wishes = []
    for place, item in enumerate(header.lower().split(",")):
        tag, _, weight = item.strip().partition(";")
        wishes.append((-_weight(weight), place, tag.strip()))
    return [tag for weight, _, tag in sorted(wishes) if weight < 0]


def _weight(text: str) -> float:
    name, _, value = text.strip().partition("=")
    if not name:
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:
        return 0.0


def machine(at: int) -> str:
    """Write Unix seconds as ISO 8601 with the offset of China, for `<time datetime>`."""
    return _there(at).isoformat()


def moment(at: int) -> str:
    """Write Unix seconds to the minute: `2026-11-22 14:05`, the same in both languages."""
    return _there(at).strftime("%Y-%m-%d %H:%M")


def day(at: int, lang: Lang) -> str:
    """Write the day of Unix seconds in words: `2026 年 11 月 2 日`, `2 November 2026`."""
    date = _there(at)
    if lang == "zh":
        return f"{date.year} 年 {date.month} 月 {date.day} 日"
    return f"{date.day} {_MONTHS[date.month - 1]} {date.year}"


def _there(at: int) -> datetime:
    """Give the time in China; what is later than any calendar goes is written as its end."""
    return in_china(min(at, LAST))


def figure(number: int) -> str:
    """Write a whole number with a comma between thousands."""
    return f"{number:,}"


def size(octets: int) -> str:
    """Write a number of bytes with three figures, in units of 1024: `412 KB`, `1.25 MB`."""
    amount = float(octets)
    for unit in ("B", "KB", "MB", "GB"):
        if amount < 1024 or unit == "GB":
            break
        amount /= 1024
    return (
        f"{octets} B" if unit == "B" else f"{amount:.3g} {unit}" if amount < 1000 else f"{amount:.0f} {unit}"
    )


def spelled(number: int, lang: Lang) -> str:
    """Write a small count as a word, as a label does (`五`, `five`; two things are `两`), a larger one in figures."""
    if lang == "en":
        return _EN_NUMBERS[number] if 0 <= number < len(_EN_NUMBERS) else figure(number)
    if number == 2:
        return "两"
    if not 0 < number < 100:
        return f" {figure(number)} "
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else _ZH_DIGITS[tens] + "十"
    return head + (_ZH_DIGITS[ones] if ones else "")
