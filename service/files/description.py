"""What a work is said to be: its kind, the facts stated of it, and the faults of such a statement. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from service.files.facts import FACTS, LONGEST_TEXT
from service.files.lookalikes import normal, unstorable

LONGEST_HEADING = 100
MOST_EXTRAS = 50


class Kind(StrEnum):
    """What a collectible stands for (domain rule 8)."""

    RIGHTS_REGISTERED = "rights_registered"
    PUBLICATION = "publication"
    CAPTURE_RECORD = "capture_record"
    DERIVED_WORK = "derived_work"


KIND_LABELS: Final[Mapping[Kind, tuple[str, str]]] = MappingProxyType(
    {
        Kind.RIGHTS_REGISTERED: ("作品版权类", "Rights-registered work"),
        Kind.PUBLICATION: ("数字出版物", "Digital publication"),
        Kind.CAPTURE_RECORD: ("原始数据", "Capture record"),
        Kind.DERIVED_WORK: ("衍生创作", "Derived work"),
    }
)
"""Each kind in Chinese and English."""

REQUIRED: Final[Mapping[Kind, tuple[tuple[str, ...], ...]]] = MappingProxyType(
    {
        Kind.RIGHTS_REGISTERED: (("registration_number",), ("copyright_holder",)),
        Kind.PUBLICATION: (
            ("publisher",),
            ("publication_licence",),
            ("isbn", "publication_number"),
            ("review_record",),
        ),
        Kind.CAPTURE_RECORD: (("accession_number", "source_object"), ("captured_by",)),
        Kind.DERIVED_WORK: (("derived_from",), ("maker",)),
    }
)
"""For each kind the facts it must state; of several in one group one is enough."""

NAMING: Final = ("title", "title_zh", "title_en", "accession_number")
"""What a work is called by, in this order; a work must have one of them."""

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Description:
    """What an institution states of a work, for everybody to read.

    `facts` are (name, text) pairs in the order of `FACTS`; `extra` are columns of its own that it made public,
    as (heading, text) in the order of its sheet. Absent is absent: no text is empty.
    """

    kind: Kind
    facts: Pairs
    extra: Pairs = ()

    def get(self, name: str) -> str | None:
        """The text of a fact, exactly as stated."""
        return next((text for stated, text in self.facts if stated == name), None)

    @property
    def name(self) -> str:
        """What the work is called: its title, else its accession number (empty only where that is a fault)."""
        return next((text for text in map(self.get, NAMING) if text is not None), "")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a description: at which fact (or heading), a word for programs, and for people."""

    fact: str
    code: str
    zh: str
    en: str


def describe(kind: Kind, facts: Mapping[str, str], extra: Pairs = ()) -> Description:
    """A description in the one order there is; empty texts are left out.

    Raises:
        KeyError: a name is not in `FACTS`.
    """
    if unknown := facts.keys() - FACTS.keys():
        raise KeyError(min(unknown))
    ordered = tuple((name, facts[name]) for name in FACTS if facts.get(name))
    return Description(kind, ordered, tuple((heading, text) for heading, text in extra if text))


def faults(description: Description) -> tuple[Fault, ...]:
    """Everything that keeps a description from being recorded; empty if nothing does."""
    return (*_missing(description), *stated_faults(description))


def stated_faults(description: Description) -> tuple[Fault, ...]:
    """The faults of what is stated, whatever the kind; what is missing for the kind is not among them."""
    return (*_malformed(description), *_faults_of_extra(description.extra))


def is_calendar_date(text: str) -> bool:
    """Whether text is a year, month or day of the proleptic Gregorian calendar (ISO 8601).

    Years have four digits (to six after a sign); year 0 is 1 BCE, so 206 BCE is `-0205`.
    """
    match = re.fullmatch(r"(-?\d{4}|[+-]\d{5,6})(?:-(\d\d)(?:-(\d\d))?)?", text, re.ASCII)
    if match is None:
        return False
    # 400 years are a whole number of weeks and leap cycles, so any year has the calendar of one in 2000–2399.
    year = 2000 + int(match[1]) % 400
    try:
        date(year, int(match[2] or 1), int(match[3] or 1))
    except ValueError:
        return False
    return True


def is_isbn(text: str) -> bool:
    """Whether text is an ISBN-13 or ISBN-10 with its right check digit; hyphens and spaces may stand in it."""
    digits = re.sub(r"[\s\-‐‑–]", "", text).upper()
    if re.fullmatch(r"97[89]\d{10}", digits, re.ASCII):
        return sum(int(digit) * (1, 3)[at % 2] for at, digit in enumerate(digits)) % 10 == 0
    if re.fullmatch(r"\d{9}[\dX]", digits, re.ASCII):
        values = [10 if digit == "X" else int(digit) for digit in digits]
        return sum(value * (10 - at) for at, value in enumerate(values)) % 11 == 0
    return False


def label(name: str) -> tuple[str, str]:
    """The label of a fact in Chinese and English; a heading of the institution's own is its own label."""
    fact = FACTS.get(name)
    return (fact.zh, fact.en) if fact else (name, name)


def _missing(description: Description) -> Iterator[Fault]:
    stated = {name for name, _ in description.facts}
    if not stated & set(NAMING):
        yield Fault(
            "title",
            "name-missing",
            "题名与藏品编号都是空的；至少填一项。",
            "Title and accession number are both empty; give one.",
        )
    kind_zh, kind_en = KIND_LABELS[description.kind]
    for group in REQUIRED[description.kind]:
        if not stated & set(group):
            zh = "或".join(label(name)[0] for name in group)
            en = " or ".join(label(name)[1] for name in group)
            yield Fault(
                group[0],
                "fact-missing",
                f"类别为“{kind_zh}”时须公开填写{zh}。",
                f'A {kind_en.lower()} must publicly state: "{en}".',
            )


def _malformed(description: Description) -> Iterator[Fault]:
    for name, text in description.facts:
        yield from text_faults(name, text)
        if name in _FORMS and not _FORMS[name][0](text):
            yield Fault(name, *_FORMS[name][1:])
    earliest, latest = description.get("date_earliest"), description.get("date_latest")
    if earliest and latest and _is_backwards(earliest, latest):
        yield Fault(
            "date_latest",
            "dates-backwards",
            "最晚日期早于最早日期。",
            "The latest date is before the earliest.",
        )


def text_faults(name: str, text: str, longest: int | None = None) -> Iterator[Fault]:
    """What keeps one text from being recorded: too long, or a character that cannot be.

    `longest` is the limit where `name` is neither a fact's nor a heading of the institution's own.
    """
    limit = longest or (FACTS[name].longest if name in FACTS else LONGEST_TEXT)
    if len(text) > limit:
        yield Fault(
            name,
            "text-too-long",
            f"有 {len(text):,} 个字符，上限为 {limit:,}。",
            f"{len(text):,} characters; the limit is {limit:,}.",
        )
    if odd := unstorable(text):
        yield Fault(
            name,
            "character-unstorable",
            f"含有无法保存的控制字符 {odd}；请删去。",
            f"It has the control character {odd}, which cannot be kept; take it out.",
        )


def _faults_of_extra(extra: Pairs) -> Iterator[Fault]:
    if len(extra) > MOST_EXTRAS:
        yield Fault(
            "",
            "too-many-columns",
            f"自定的公开列有 {len(extra)} 个，上限为 {MOST_EXTRAS}。",
            f"{len(extra)} public columns of your own; the limit is {MOST_EXTRAS}.",
        )
    seen: set[str] = set()
    for heading, text in extra:
        if _is_unusable(heading) or normal(heading) in seen:
            yield Fault(
                heading[:LONGEST_HEADING],
                "heading-unusable",
                f"自定列名须为 1–{LONGEST_HEADING} 个字符，不含控制字符，不重复，也不与已有列同名。",
                f"A heading of your own has 1 to {LONGEST_HEADING} characters, none a control character, stands "
                "once, and is no known column's name.",
            )
        seen.add(normal(heading))
        yield from text_faults(heading, text)


def _is_unusable(heading: str) -> bool:
    return (
        not heading
        or len(heading) > LONGEST_HEADING
        or unstorable(heading) is not None
        or normal(heading).casefold() in _TAKEN
    )


def _is_backwards(earliest: str, latest: str) -> bool:
    if not (is_calendar_date(earliest) and is_calendar_date(latest)):
        return False
    (low, low_rest), (high, high_rest) = _parts(earliest), _parts(latest)
    # "1840" to "1840-05" is not backwards: only what both state is compared.
    shared = min(len(low_rest), len(high_rest))
    return (low, low_rest[:shared]) > (high, high_rest[:shared])


def _parts(text: str) -> tuple[int, list[str]]:
    year, *rest = re.split(r"(?<=\d)-", text)
    return int(year), rest


_TAKEN: Final = frozenset(
    word.casefold()
    for fact in FACTS.values()
    for word in (fact.name, fact.zh, fact.en, fact.trait or fact.name)
) | {"asset type", "asset file format", "asset file size"}
"""What a heading of an institution's own may not be: it would stand beside the real one and contradict it."""
_A_DATE: Final = (
    is_calendar_date,
    "date-malformed",
    "日期应写作 YYYY、YYYY-MM 或 YYYY-MM-DD，公元前用负数（如 -0205）；说不准的写在“年代”一栏。",
    (
        "A date is YYYY, YYYY-MM or YYYY-MM-DD, before the common era with a minus sign (-0205); "
        'what is uncertain goes into the column "Date".'
    ),
)
_FORMS: Final = {
    "date_earliest": _A_DATE,
    "date_latest": _A_DATE,
    "captured_at": _A_DATE,
    "acquired": _A_DATE,
    "isbn": (
        is_isbn,
        "isbn-malformed",
        "不是有效的 ISBN（校验位不符）；其他号码请填“其他出版物号”。",
        'Not a valid ISBN (its check digit is wrong); other numbers go into "Other publication number".',
    ),
}
