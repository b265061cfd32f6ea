"""A scope as a lawyer writes it, in Chinese and in English, and back. Pure.

What `write` gives, `read` takes, and gives the same scope. `read` also takes what people type: other names, codes,
groups, other marks between them, dates in other forms, a term in years. It never guesses: what it does not understand
it names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, TypeAlias

from indexer.china import date_of, day_of
from indexer.rights.codes import LISTS, CodeList
from indexer.rights.names import Dated, Mark, Name, ScopeUnread, Term, Word, words_of
from indexer.rights.scope import NO_END, Axis, Scope, bits

Tongue: TypeAlias = Literal["zh", "en"]

WRITTEN = (Axis.RIGHTS, Axis.LANGUAGES, Axis.TERRITORIES, Axis.MEDIA)
"""The masks in the order in which they are written."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What stands between names in a language."""

    part: str
    item: str
    last: str
    except_: tuple[str, str]
    to: str
    onwards: str


MARKS: dict[Tongue, Marks] = {
    "zh": Marks("，", "、", "与", ("（", "除外）"), " 至 ", " 起"),
    "en": Marks("; ", ", ", " and ", (" (except ", ")"), " to ", " onwards"),
}


def write(scope: Scope, tongue: Tongue = "zh") -> str:
    """Write a scope: rights, languages, territories, media, days, the last of them included.

    Raises:
        ValueError: the scope is empty.
    """
    if scope.is_empty():
        raise ValueError("an empty scope has no words")
    parts = [write_mask(axis, scope.masks[axis], tongue) for axis in WRITTEN]
    return MARKS[tongue].part.join([*parts, write_days(scope.from_, scope.until, tongue)])


def write_mask(axis: Axis, mask: int, tongue: Tongue = "zh") -> str:
    """Write the names of a mask; where more than half of all codes are in it, as all of them with exceptions."""
    known = LISTS[axis]
    listed, unlisted = mask & known.assigned, mask & known.unlisted.mask
    missing = known.rest(listed)
    if missing.bit_count() * 2 >= listed.bit_count():
        return _join(_names(known, mask, tongue), tongue)
    boundless = unlisted == known.unlisted.mask
    base = getattr(known.boundless if boundless else known.every, tongue)
    if missing:
        before, after = MARKS[tongue].except_
        base += before + _join(_names(known, missing, tongue), tongue) + after
    return _join([base, *_names(known, 0 if boundless else unlisted, tongue)], tongue)


def _names(known: CodeList, mask: int, tongue: Tongue) -> list[str]:
    names = [getattr(code, tongue) for code in known.of(mask)]
    unlisted = mask & known.unlisted.mask
    if unlisted == known.unlisted.mask:
        return [*names, getattr(known.unlisted, tongue)]
    return names + [f"{getattr(known, tongue)}#{bit}" for bit in bits(unlisted)]


def _join(names: list[str], tongue: Tongue) -> str:
    marks = MARKS[tongue]
    return marks.last.join(filter(None, (marks.item.join(names[:-1]), names[-1])))


def write_days(from_: int, until: int, tongue: Tongue = "zh") -> str:
    """Write a span of days, the last one included, or only the first where no end is stated."""
    marks = MARKS[tongue]
    if until == NO_END:
        return write_day(from_) + marks.onwards
    return write_day(from_) + marks.to + write_day(until - 1)


def write_day(day: int) -> str:
    """Write a day as `2027-01-01`, or as its number where calendars end."""
    try:
        return date_of(day).isoformat()
    except OverflowError:
        return f"#{day}"


def read(text: str) -> Scope:
    """Read a scope in Chinese or English, its parts in any order.

    Raises:
        ScopeUnread: a part is not understood or has several meanings, or one of the five is missing.
    """
    found = _Found()
    for part in _parts(words_of(text)):
        found.take(part)
    masks = found.masks()
    from_, until = read_days(found.days)
    return Scope(
        masks[Axis.RIGHTS], masks[Axis.TERRITORIES], masks[Axis.LANGUAGES], masks[Axis.MEDIA], from_, until
    )


def read_mask(axis: Axis, text: str) -> int:
    """Read the names of one mask, with groups and exceptions; what may be of two axes is of this one.

    Raises:
        ScopeUnread: a name is not understood, has several meanings, or is of another axis; or there is none.
    """
    found = _Found()
    for part in _parts(words_of(text)):
        found.take([_narrowed(word, axis) for word in part])
    if found.days:
        raise ScopeUnread(text, f"「{text}」里有日期。", f"There are days in “{text}”.")
    return found.left(axis)


def _narrowed(word: Word, axis: Axis) -> Word:
    """Give a name its meaning along an axis."""
    if not isinstance(word, Name):
        return word
    meanings = tuple(one for one in word.meanings if one[0] is axis)
    if not meanings:
        kind = LISTS[axis]
        raise ScopeUnread(word.typed, f"「{word.typed}」不是{kind.zh}。", f"“{word.typed}” is no {kind.en}.")
    return Name(meanings, word.typed)


_Part: TypeAlias = list[Word]


def _parts(words: Iterable[Word]) -> Iterator[_Part]:
    """Part the words where a part ends, but not within brackets."""
    part: _Part = []
    depth = 0
    for word in words:
        depth += (word is Mark.OPEN) - (word is Mark.CLOSE)
        if word is Mark.PART and not depth:
            yield part
            part = []
        else:
            part.append(word)
    if depth:
        raise ScopeUnread("（", "括号没有配对。", "A bracket has no partner.")
    yield part


@dataclass(slots=True)
class _Found:
    """What was read so far: names that are in, names that are not, and those of which it is still open."""

    taken: dict[Axis, int] = field(default_factory=lambda: dict.fromkeys(WRITTEN, 0))
    excepted: dict[Axis, int] = field(default_factory=lambda: dict.fromkeys(WRITTEN, 0))
    open: list[Name] = field(default_factory=list)
    last: set[Axis] = field(default_factory=set)
    days: _Part = field(default_factory=list)

    def take(self, part: _Part) -> None:
        """Take a part: the axis of its unmistakable names is that of the others too, if they can be of it."""
        self.days += [word for word in part if isinstance(word, Dated | Term) or word in _OF_DAYS]
        axes = {name.meanings[0][0] for name in part if isinstance(name, Name) and len(name.meanings) == 1}
        for name, out in _in_or_out(part):
            meanings = [one for one in name.meanings if one[0] in axes] or list(name.meanings)
            if len(meanings) > 1:
                self._leave_open(name)
                continue
            axis, mask = meanings[0]
            (self.excepted if out else self.taken)[axis] |= mask
        self.last = axes or self.last

    def _leave_open(self, name: Name) -> None:
        """Wait for the end, unless it may continue what stands before it."""
        if self.last & {axis for axis, _ in name.meanings}:
            raise _open_name(name)
        self.open.append(name)

    def masks(self) -> dict[Axis, int]:
        """Give the four masks.

        Raises:
            ScopeUnread: one is missing, a name stays open, or something is excepted of what is not there.
        """
        empty = {axis for axis in WRITTEN if not self.taken[axis]}
        for name in self.open:
            fitting = [one for one in name.meanings if one[0] in empty]
            if len(fitting) != 1:
                raise _open_name(name)
            axis, mask = fitting[0]
            self.taken[axis] |= mask
        return {axis: self.left(axis) for axis in WRITTEN}

    def left(self, axis: Axis) -> int:
        """Give what was named along an axis, without what was excepted.

        Raises:
            ScopeUnread: nothing is left, or something is excepted of what is not there.
        """
        taken, excepted = self.taken[axis], self.excepted[axis]
        if excepted & ~taken:
            names = write_mask(axis, excepted & ~taken)
            raise ScopeUnread(
                names,
                f"「{names}」除外，但前面没有包括它。",
                f"“{write_mask(axis, excepted & ~taken, 'en')}” is excepted, but was not included.",
            )
        if not taken & ~excepted:
            raise missing(axis)
        return taken & ~excepted


_OF_DAYS = (Mark.TO, Mark.ONWARDS)


def _in_or_out(part: _Part) -> Iterator[tuple[Name, bool]]:
    """Go through the names of a part, and say of each whether it is excepted.

    Excepted is what stands in brackets with a word that says so; without brackets, what follows `except`, or, where
    only `除外` stands at the end, the whole part.
    """
    suffixed = Mark.EXCEPTED in part and Mark.EXCEPT not in part and Mark.OPEN not in part
    out = suffixed
    for place, word in enumerate(part):
        if word is Mark.OPEN:
            out = _excepting(part, place)
        elif word is Mark.EXCEPT:
            out = True
        elif word in (Mark.CLOSE, Mark.EXCEPTED):
            out = False
        elif isinstance(word, Name):
            yield word, out


def _excepting(part: _Part, place: int) -> bool:
    end = part.index(Mark.CLOSE, place) if Mark.CLOSE in part[place:] else len(part)
    inside = part[place:end]
    if Mark.EXCEPT not in inside and Mark.EXCEPTED not in inside:
        raise ScopeUnread("（", "括号里只能写除外的内容。", "Brackets hold exceptions only.")
    return True


def _open_name(name: Name) -> ScopeUnread:
    names = [write_mask(axis, mask) for axis, mask in name.meanings]
    names_en = [f"{write_mask(axis, mask, 'en')} ({LISTS[axis].en})" for axis, mask in name.meanings]
    kinds = [
        f"{written}（{LISTS[axis].zh}）" for written, (axis, _) in zip(names, name.meanings, strict=True)
    ]
    return ScopeUnread(
        name.typed,
        f"「{name.typed}」可能是{'，也可能是'.join(kinds)}。",
        f"“{name.typed}” may be {' or '.join(names_en)}.",
    )


def read_days(words: Sequence[Word]) -> tuple[int, int]:
    """Read the two days of a span: from, and the one after the last.

    Raises:
        ScopeUnread: there are none, no end and no word that there is none, or the end is before the begin.
    """
    days = [word for word in words if isinstance(word, Dated)]
    terms = [word for word in words if isinstance(word, Term)]
    match days, terms:
        case [first, last], []:
            until = _after(last)
        case [first], [term]:
            until = _later(first.day, term)
        case [first], [] if Mark.ONWARDS in words:
            until = NO_END
        case _:
            raise missing(Axis.TIME)
    if first.day < 0:
        typed = write_day(first.day)
        raise ScopeUnread(typed, f"起日「{typed}」早于 1970-01-01。", f"“{typed}” is before 1970-01-01.")
    if not first.day < until <= NO_END:
        typed = write_day(until - 1)
        raise ScopeUnread(
            typed, f"止日「{typed}」在起日之前。", f"The last day “{typed}” is before the first."
        )
    return first.day, until


def _after(last: Dated) -> int:
    """Give the day after the last one."""
    return _later(last.day, Term(1, "years")) if last.year else last.day + 1


def _later(day: int, term: Term) -> int:
    """Give the day after a term that begins on a day: a year from 1 March ends with the last of February."""
    if term.unit == "days":
        return day + term.count
    try:
        begins = date_of(day)
        months = begins.year * 12 + begins.month - 1 + term.count * (12 if term.unit == "years" else 1)
        month = date(months // 12, months % 12 + 1, 1)
        following = date((months + 1) // 12, (months + 1) % 12 + 1, 1)
    except (OverflowError, ValueError) as fault:
        typed = write_day(day)
        raise ScopeUnread(
            typed, f"从「{typed}」起的期限超出日历。", f"The term from “{typed}” ends after all calendars."
        ) from fault
    return min(day_of(month) + begins.day - 1, day_of(following))


def missing(axis: Axis) -> ScopeUnread:
    """Say that nothing was written of an axis: what is not named is not granted."""
    zh, en = _MISSING[axis]
    return ScopeUnread("", f"没有写明{zh}。", f"It does not say {en}.")


_MISSING = {
    Axis.RIGHTS: ("权利", "which rights"),
    Axis.TERRITORIES: ("国家/地区", "which countries or regions"),
    Axis.LANGUAGES: ("语言", "which languages"),
    Axis.MEDIA: ("媒介", "which media"),
    Axis.TIME: (
        "起止日期（无期限的，写“起”）",
        "from which day to which (write “onwards” where there is no end)",
    ),
}
