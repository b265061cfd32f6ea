"""The cells of a contract's row: dates, lists of codes, kinds, spans, as people write them. Pure.

What is unknown is unknown, what is unclear is asked back, and nothing is guessed.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Final, TypeVar

from indexer.china import EPOCH, date_of, day_of
from indexer.rights.acts import GrantKind
from indexer.rights.names import ScopeUnread
from indexer.rights.scope import NO_END, Axis
from indexer.rights.text import read_mask
from service.files.description import is_isbn
from service.intake.instructions import Complaint
from service.intake.rows import Mark
from service.rights.backlog.contract import NumberKind, Renewal, Reversion, Span

T = TypeVar("T")
Reader = Callable[[str, str], T | Complaint]
"""Reads the text of a cell, given the name of its column."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_UNKNOWN: Final = _words(
    "不详 未知 待查 不明 不清楚 待定 未注明 未写明 缺 无法查明 "
    "unknown unclear tbd tbc n/a na ? ?? ？ - -- — —— / \\"
)
_NO_END: Final = _words(
    "无限期 无期限 永久 长期 长期有效 不限期 版权保护期 版权保护期内 版权保护期满 "
    "著作权保护期 著作权保护期内 著作权保护期满 "
    "perpetual perpetuity noend nolimit indefinite termofcopyright fortermofcopyright forthetermofcopyright "
    "copyrightterm fulltermofcopyright inperpetuity"
)
_KINDS: Final = {
    **dict.fromkeys(
        ("专有", "专有许可", "专有使用权", "独家", "独家授权", "独家许可", "独占", "独占许可", "exclusive"),
        GrantKind.EXCLUSIVE,
    ),
    **dict.fromkeys(("排他", "排他许可", "排他授权", "排他性", "独家但保留自用", "sole"), GrantKind.SOLE),
    **dict.fromkeys(
        (
            "普通",
            "普通许可",
            "非专有",
            "非专有许可",
            "非专有使用权",
            "非独家",
            "非独家授权",
            "一般许可",
            "nonexclusive",
        ),
        GrantKind.NON_EXCLUSIVE,
    ),
}
_YES: Final = _words("是 可 可以 允许 有 yes y true allowed")
_NO: Final = _words("否 不可 不可以 不允许 不得 无 没有 no n false not notallowed none")
_MONTHS: Final = {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}
_ISO: Final = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]00:00(?::00)?)?", re.ASCII)
_ENGLISH: Final = re.compile(r"(\d{1,2})(?:[snrt][tdh])?[ -]([a-z]{3})[a-z]*\.?,?[ -](\d{4})", re.ASCII)
_AMERICAN: Final = re.compile(r"([a-z]{3})[a-z]*\.? (\d{1,2})(?:[snrt][tdh])?,? (\d{4})", re.ASCII)
_UNCLEAR: Final = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.](?:\d{2}|\d{4})", re.ASCII)
_EARLIEST, _LATEST = EPOCH, date(2999, 12, 31)
_DIGITS: Final = "零一二三四五六七八九十"
_SPAN: Final = re.compile(
    rf"([0-9]{{1,5}}|[{_DIGITS}两]{{1,3}}|one|two|three|four|five|six|ten)[ -]?"
    r"(年|个月|月|周|天|日|years?|yrs?|months?|weeks?|days?)"
)
_ENGLISH_NUMBERS: Final = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "ten": 10}
_NOTICE_BEFORE: Final = re.compile(
    r"(?:提前|至少|期满前|到期前|届满前|notice(?: of| period)?:?|prior)\s*(?:至少)?\s*$"
)
_NOTICE_AFTER: Final = re.compile(
    r"^(?:'|’)?s?(?:'|’)?\s*(?:前|以前|之前|内?通知|notice|prior|before|written)"
)
_WORK_ID: Final = re.compile(r"0x[0-9a-f]{64}")


def is_unknown(text: str) -> bool:
    """Whether a cell says that nobody knows, or says nothing."""
    return _bare(text) in _UNKNOWN or not text.strip()


def day(column: str, text: str) -> int | Complaint:
    """Read a calendar day: `2027-01-01`, `2027年1月1日`, `1 January 2027`, from 1970 on."""
    found = _date(unicodedata.normalize("NFKC", text).strip().lower())
    if found is None:
        return _undated(column, text)
    if not _EARLIEST <= found <= _LATEST:
        return _complaint(
            column,
            "date-out-of-range",
            f"日期须在 {_EARLIEST} 至 {_LATEST} 之间。",
            f"A date lies from {_EARLIEST} to {_LATEST}.",
        )
    return day_of(found)


def end(column: str, text: str, from_: int | None) -> int | Complaint | None:
    """Read a last day, as the day after it; "perpetual" as having no end; a span as counted from the first day.

    A span that nothing is known to begin is unknown.
    """
    if _bare(text) in _NO_END:
        return NO_END
    length = _whole_span(text)
    if length is not None:
        return None if from_ is None else after(from_, length)
    last = day(column, text)
    return last if isinstance(last, Complaint) else last + 1


def mask_of(axis: Axis) -> Reader[int]:
    """The reader of a list of rights, places, languages or media."""

    def read(column: str, text: str) -> int | Complaint:
        try:
            return read_mask(axis, text)
        except ScopeUnread as unread:
            return _complaint(column, "term-unread", unread.zh, str(unread))

    return read


def kind(column: str, text: str) -> GrantKind | Complaint:
    """Read what kind a grant is of."""
    found = _KINDS.get(_bare(text).replace("-", ""))
    if found is None:
        return _complaint(
            column,
            "kind-unknown",
            "须为：专有（独家）、排他、普通（非专有），或“不详”。",
            "The kind is one of: exclusive, sole, non-exclusive, or unknown.",
        )
    return found


def yes(column: str, text: str) -> bool | Complaint:
    """Read yes or no."""
    bare = _bare(text)
    if bare in _YES or bare in _NO:
        return bare in _YES
    return _complaint(column, "yes-or-no", "须为“是”“否”或“不详”。", "This must be yes, no or unknown.")


def span(column: str, text: str) -> Span | Complaint:
    """Read a length of time: a number is of days, "6 个月" is of months."""
    bare = unicodedata.normalize("NFKC", text).strip().removesuffix(".0")
    if bare.isascii() and bare.isdecimal() and len(bare) <= 5:
        return Span(days=int(bare))
    found = _whole_span(text)
    if found is None:
        return _complaint(
            column,
            "span-malformed",
            "须为天数，如 180，或“6 个月”。",
            'Write days, such as 180, or "6 months".',
        )
    return found


def renewal(column: str, text: str) -> Renewal | Complaint | None:
    """Read an auto-renewal: "每次一年，提前 60 日通知", "yes, 1 year, 90 days' notice", "no"."""
    folded, bare = _spaced(text), _bare(text)
    if bare in _NO or folded.startswith(("不自动", "不续", "到期终止")):
        return None
    term, notice = None, None
    for match in _SPAN.finditer(folded):
        if _NOTICE_BEFORE.search(folded[: match.start()]) or _NOTICE_AFTER.search(folded[match.end() :]):
            notice = _span(match)
        elif _span(match) != Span():
            term = _span(match)
    is_said = bare in _YES or "自动" in folded or "auto" in folded
    if term is None and notice is None and not is_said:
        return _complaint(
            column,
            "renewal-unread",
            "须写明续约期与通知期，如“每次 1 年，提前 60 天通知”；或“否”“不详”。",
            'Write term and notice, such as "1 year, 60 days\' notice"; or no, or unknown.',
        )
    return Renewal(term, notice)


def reversion(column: str, text: str) -> Reversion | Complaint:
    """Read a reversion: the condition as it stands, and the day it begins with, if it begins with one."""
    folded = unicodedata.normalize("NFKC", text).strip()
    match = _ISO.match(folded)
    if match is None:
        return Reversion(text.strip())
    found = day(column, match.group())
    return found if isinstance(found, Complaint) else Reversion(text.strip(), found)


def number(column: str, text: str) -> tuple[str, NumberKind] | Complaint:
    """Read the number of a work: its id, an ISBN with a right check digit, or any other number as written."""
    folded = unicodedata.normalize("NFKC", text).strip()
    if _WORK_ID.fullmatch(folded.lower()):
        return folded.lower(), NumberKind.ID
    digits = re.sub(r"[-\s]", "", folded.upper().removeprefix("ISBN").lstrip(":： "))
    if not re.fullmatch(r"97[89]\d{10}|\d{9}[\dX]", digits):
        return folded, NumberKind.OTHER
    if not is_isbn(digits):
        return _complaint(
            column,
            "isbn-check-digit",
            "ISBN 校验位不符；请核对。",
            "The check digit of this ISBN is wrong; check it.",
        )
    return _isbn13(digits), NumberKind.ISBN


def work_id(text: str) -> tuple[str, NumberKind] | None:
    """A title that is none, but a number: an id or an ISBN."""
    found = number("work", text)
    if isinstance(found, Complaint) or found[1] is NumberKind.OTHER:
        return None
    return found


def after(from_: int, span_: Span) -> int:
    """Give the day after a span that begins on a day: a year from 1 March ends with the last of February."""
    begins = date_of(from_)
    months = begins.year * 12 + begins.month - 1 + span_.months
    month = date(months // 12, months % 12 + 1, 1)
    following = date((months + 1) // 12, (months + 1) % 12 + 1, 1)
    return min(day_of(month) + begins.day - 1, day_of(following)) + span_.days


def before(day_: int, span_: Span) -> int:
    """Give the last day that is a span before a day; of a month that is too short its last."""
    on = date_of(day_)
    months = on.year * 12 + on.month - 1 - span_.months
    year, month = divmod(months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return day_of(date(year, month + 1, min(on.day, last))) - span_.days


def complaint_of_mark(column: str, mark: Mark | None, text: str) -> Complaint | None:
    """What is wrong with a cell for what it is: a formula, an error value."""
    match mark:
        case Mark.FORMULA:
            return _complaint(
                column, "formula", "这是公式；请粘贴为值。", "This is a formula; paste it as a value."
            )
        case Mark.ERROR:
            shown = text[:20]
            return _complaint(
                column, "error-value", f"这是错误值 {shown}。", f"This is the error value {shown}."
            )
        case _:
            return None


def _date(text: str) -> date | None:
    for pattern, order in ((_ISO, "ymd"), (_ENGLISH, "dmy"), (_AMERICAN, "mdy")):
        match = pattern.fullmatch(text)
        if match is not None:
            parts = dict(zip(order, match.groups(), strict=True))
            month = _MONTHS.get(parts["m"]) or (int(parts["m"]) if parts["m"].isdecimal() else 0)
            try:
                return date(int(parts["y"]), month, int(parts["d"]))
            except ValueError:
                return None
    return None


def _undated(column: str, text: str) -> Complaint:
    if _UNCLEAR.fullmatch(text.strip()):
        return _complaint(
            column,
            "date-ambiguous",
            "看不出哪个是月、哪个是日；请写成 2027-01-31。",
            "Which is the month and which the day? Write 2027-01-31.",
        )
    return _complaint(
        column,
        "date-malformed",
        "须为具体日期，如 2027-01-31；不知道则写“不详”。",
        "This must be a day, such as 2027-01-31; write unknown where nobody knows.",
    )


def _whole_span(text: str) -> Span | None:
    """A span that is all the cell says, but for "from", "for" and the like."""
    folded = re.sub(
        r"^(自|从)?(签订|签署|生效|起始|出版)?(之?日)?(起算?|后)?(为期|期限)?|^(for |term )",
        "",
        _spaced(text),
    )
    match = _SPAN.fullmatch(folded.strip())
    return None if match is None else _span(match)


def _spaced(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().lower()


def _span(match: re.Match[str]) -> Span:
    count, unit = _count(match[1]), match[2]
    if unit.startswith(("年", "y")):
        return Span(months=12 * count)
    if unit.startswith(("个", "月", "m")):
        return Span(months=count)
    return Span(days=7 * count if unit.startswith(("周", "w")) else count)


def _count(text: str) -> int:
    if text.isdecimal():
        return int(text)
    if text in _ENGLISH_NUMBERS:
        return _ENGLISH_NUMBERS[text]
    tens, ten, ones = text.replace("两", "二").rpartition("十")
    if not ten:
        return _DIGITS.index(ones[-1])
    return (_DIGITS.index(tens[-1]) if tens else 1) * 10 + (_DIGITS.index(ones[-1]) if ones else 0)


def _isbn13(digits: str) -> str:
    """The 13 digits of an ISBN, whose own check digit is right; of the older form too."""
    if len(digits) == 13:
        return digits
    twelve = "978" + digits[:9]
    return twelve + str(-sum(int(char) * (3 if at % 2 else 1) for at, char in enumerate(twelve)) % 10)


def _bare(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split()).strip("。.!！()（）")


def _complaint(column: str, code: str, zh: str, en: str) -> Complaint:
    return Complaint(column, code, zh, en)
