"""The words of a written scope: what names what, and where one word ends. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import cache

from indexer.china import day_of
from indexer.errors import IndexerError
from indexer.rights.codes import LANGUAGES, LISTS, SEVERAL_MEANINGS, TERRITORIES, CodeList
from indexer.rights.scope import Axis, bits


class ScopeUnread(IndexerError):
    """A text that is no scope, or leaves open which.

    Args:
        part: what was not understood, as typed; empty where something is missing.
        zh: what is wrong, in one Chinese sentence.
        en: the same in English.
    """

    def __init__(self, part: str, zh: str, en: str) -> None:
        super().__init__(en)
        self.part = part
        self.zh = zh
        self.en = en


class Mark(Enum):
    """What is written between and around names."""

    PART = "part"
    ITEM = "item"
    OPEN = "("
    CLOSE = ")"
    EXCEPT = "except"
    EXCEPTED = "excepted"
    TO = "to"
    ONWARDS = "onwards"


@dataclass(frozen=True, slots=True)
class Name:
    """Something of an axis, or of one of several: `meanings` are axis and mask."""

    meanings: tuple[tuple[Axis, int], ...]
    typed: str


@dataclass(frozen=True, slots=True)
class Dated:
    """A day; `year` where only the year was written, then it is the first of that."""

    day: int
    year: bool


@dataclass(frozen=True, slots=True)
class Term:
    """How long, counted from the first day."""

    count: int
    unit: str


Word = Mark | Name | Dated | Term


def words_of(text: str) -> Iterator[Word]:
    """Go through the words of a text.

    Raises:
        ScopeUnread: the first one that is not understood, or has several meanings.
    """
    folded, places = _folded(text)
    # Where parts are parted by semicolons, commas stand between the items of one.
    comma = Mark.ITEM if ";" in folded else Mark.PART
    at = 0
    while at < len(folded):
        end, word = _next(folded, at, text[places[at] :])
        if word is not None:
            yield comma if word is Mark.PART and folded[at] == "," else word
        at = end


def _next(folded: str, at: int, typed: str) -> tuple[int, Word | None]:
    """Read the word at a place: where it ends, and what it is; None for what says nothing."""
    named = _named(folded, at)
    if named is not None:
        return named
    for pattern, make in _PATTERNS:
        found = pattern.match(folded, at)
        if found:
            return found.end(), make(found)
    coded = _CODE.match(typed)
    meaning = _codes().get(coded.group()) if coded else None
    if coded is None or meaning is None:
        raise _not_understood(typed)
    return at + len(coded.group()), Name((meaning,), coded.group())


def _named(folded: str, at: int) -> tuple[int, Name] | None:
    """Look for the longest name at a place."""
    vocabulary, longest = _vocabulary()
    for length in range(min(longest, len(folded) - at), 0, -1):
        meanings = vocabulary.get(folded[at : at + length])
        if meanings is None or not _ends_there(folded, at + length):
            continue
        name = folded[at : at + length]
        if not meanings:
            choices = _several()[name]
            raise ScopeUnread(
                name,
                f"「{name}」有几种含义，请写{'、'.join(choices)}。",
                f"“{name}” may be {', or '.join(choices)}.",
            )
        return at + length, Name(meanings, name)
    return None


def _ends_there(folded: str, end: int) -> bool:
    """Whether no Latin word or number is cut in two."""
    around = folded[end - 1 : end + 1]
    return not (len(around) == 2 and around.isascii() and around.isalnum())


def _not_understood(rest: str) -> ScopeUnread:
    part = _PART.match(rest)
    typed = (part.group() if part else rest[:1]).strip()
    return ScopeUnread(typed, f"看不懂「{typed}」。", f"“{typed}” is not understood.")


def _folded(text: str) -> tuple[str, list[int]]:
    """Take differences away that mean nothing; beside each character, the place it came from."""
    characters: list[str] = []
    places: list[int] = []
    for place, typed in enumerate(text):
        plain = unicodedata.normalize("NFKD", "'" if typed == "’" else typed).casefold()
        kept = [one for one in plain if not unicodedata.combining(one)]
        characters += kept
        places += [place] * len(kept)
    return "".join(characters), places


def fold(text: str) -> str:
    """Take differences away that mean nothing: width, case, accents."""
    return _folded(text)[0]


@cache
def _vocabulary() -> tuple[dict[str, tuple[tuple[Axis, int], ...]], int]:
    """Give the meanings of every name, and the length of the longest; none for those that are asked back."""
    found: dict[str, tuple[tuple[Axis, int], ...]] = dict.fromkeys(_several(), ())
    for axis, known in zip(Axis, LISTS, strict=False):
        for name, mask in _names(known):
            before = found.get(fold(name), ())
            if (axis, mask) not in before:
                found[fold(name)] = (*before, (axis, mask))
    return found, max(map(len, found))


@cache
def _several() -> dict[str, tuple[str, ...]]:
    return {fold(name): choices for name, choices in SEVERAL_MEANINGS.items()}


def _names(known: CodeList) -> Iterator[tuple[str, int]]:
    yield from known.names()
    for bit in bits(known.unlisted.mask):
        yield f"{known.zh}#{bit}", 1 << bit
        yield f"{known.en}#{bit}", 1 << bit


@cache
def _codes() -> dict[str, tuple[Axis, int]]:
    """Give the meaning of the codes as standards spell them: `JP` is a country, `ja` a language."""
    territories = {code.code: (Axis.TERRITORIES, code.mask) for code in TERRITORIES.codes}
    return territories | {code.code: (Axis.LANGUAGES, code.mask) for code in LANGUAGES.codes}


_CODE = re.compile("[A-Za-z]{2,3}(?:-[A-Z][a-z]{3})?(?![A-Za-z0-9-])")
_PART = re.compile("[^,，;；、。\n()（）]+")
_DIGITS = "一二三四五六七八九"
_NUMERAL = f"[{_DIGITS}]?十[{_DIGITS}]?|[{_DIGITS}]"


def _dated(found: re.Match[str]) -> Dated:
    try:
        return Dated(day_of(date(*map(int, found.groups()))), year=False)
    except ValueError as fault:
        typed = found.group().strip()
        raise ScopeUnread(typed, f"没有「{typed}」这一天。", f"There is no day “{typed}”.") from fault


def _year(found: re.Match[str]) -> Dated:
    return Dated(day_of(date(int(found.group(1)), 1, 1)), year=True)


def _numbered(found: re.Match[str]) -> Dated:
    return Dated(int(found.group(1)), year=False)


def _term(found: re.Match[str]) -> Term:
    count, unit = found.groups()
    return Term(int(count) if count.isdecimal() else _chinese(count), _UNITS[unit])


def _chinese(digits: str) -> int:
    """Read 一 to 九十九."""
    tens, ten, ones = digits.rpartition("十")
    return (_digit(tens) or 1) * 10 * bool(ten) + _digit(ones)


def _digit(character: str) -> int:
    return _DIGITS.index(character) + 1 if character else 0


_UNITS = {
    **dict.fromkeys(("年", "year", "years"), "years"),
    **dict.fromkeys(("个月", "month", "months"), "months"),
    **dict.fromkeys(("天", "日", "day", "days"), "days"),
}
_PATTERNS = tuple(
    (re.compile(pattern), make)
    for pattern, make in (
        (r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?!\d)\s*日?", _dated),
        (rf"(\d{{1,3}}|{_NUMERAL})\s*(年|个月|years?\b|months?\b)", _term),
        (rf"(\d{{1,5}}|{_NUMERAL})\s*(天|日|days?\b)", _term),
        (r"([1-9]\d{3})(?!\d)\s*年?", _year),
        (r"#(\d{1,10})", _numbered),
        (r"[,;:。\n]+", lambda _: Mark.PART),
        (r"[、/&+]|与|和|以及|及|and\b", lambda _: Mark.ITEM),
        (r"\(", lambda _: Mark.OPEN),
        (r"\)", lambda _: Mark.CLOSE),
        (r"除外|以外|之外|外", lambda _: Mark.EXCEPTED),
        (r"除了?|不含|不包括|except(?: for)?\b|excluding\b", lambda _: Mark.EXCEPT),
        (r"至|到|—+|–|-|~|to\b|through\b", lambda _: Mark.TO),
        (r"起|以后|长期|无期限|onwards?\b", lambda _: Mark.ONWARDS),
        (r"\s+|的|版|自|从|止|期限|为期|from\b|the\b|in\b|as\b|for\b", lambda _: None),
    )
)
"""What is no name, in the order in which it is looked for."""
