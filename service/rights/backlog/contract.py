"""An existing contract as its row says it: what is known, and what is not. Pure.

None is "unknown", never "none": a term that nobody knows any more may be anything.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from indexer.rights.acts import GrantKind
from indexer.rights.codes import LISTS
from indexer.rights.scope import MASKS, NO_END, Scope
from service.files.lookalikes import skeleton

DAY_ZERO: Final = 0
"""Where days begin; a contract cannot be older for the chain."""


class NumberKind(StrEnum):
    """By what kind of number a work is named."""

    ID = "id"
    ISBN = "isbn"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class WorkName:
    """How a row names a work: by title, by number, or both.

    Attributes:
        number: an id (`0x` and 64 digits), an ISBN of 13 digits, or another number as written.
    """

    title: str = ""
    number: str = ""
    number_kind: NumberKind | None = None

    @property
    def bare_title(self) -> str:
        """The title without the marks of one."""
        return self.title.strip().strip("《》〈〉\"'“”")

    @property
    def title_key(self) -> str:
        """What titles are compared by: without the marks of a title, width, case and blanks."""
        return name_key(self.bare_title)


@dataclass(frozen=True, slots=True)
class Terms:
    """The box of a contract, as far as it is known.

    Attributes:
        rights, territories, languages, media: masks.
        from_, until: days, `until` exclusive; `NO_END` where it is stated that there is none.
    """

    rights: int | None = None
    territories: int | None = None
    languages: int | None = None
    media: int | None = None
    from_: int | None = None
    until: int | None = None

    @property
    def masks(self) -> tuple[int | None, int | None, int | None, int | None]:
        """The four masks, by axis."""
        return self.rights, self.territories, self.languages, self.media

    @property
    def unknown(self) -> tuple[str, ...]:
        """Names of what is not known."""
        masks = [name for name, mask in zip(MASKS, self.masks, strict=True) if mask is None]
        days = [name for name, day in (("from", self.from_), ("until", self.until)) if day is None]
        return (*masks, *days)

    def widest(self) -> Scope:
        """The box in which it lies, whatever the unknown terms are."""
        rights, territories, languages, media = (
            known.assigned if mask is None else mask for known, mask in zip(LISTS, self.masks, strict=True)
        )
        from_ = DAY_ZERO if self.from_ is None else self.from_
        until = NO_END if self.until is None else self.until
        return Scope(rights, territories, languages, media, from_, until)

    def scope(self) -> Scope | None:
        """The box, if all of it is known."""
        return None if self.unknown else self.widest()


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time, in months or in days."""

    months: int = 0
    days: int = 0


@dataclass(frozen=True, slots=True)
class Renewal:
    """That a contract goes on by itself: for how long each time, unless notice is given so long before its end."""

    term: Span | None = None
    notice: Span | None = None


@dataclass(frozen=True, slots=True)
class Reversion:
    """That rights come back: on what condition, and the day the text names, if it names one."""

    condition: str
    day: int | None = None


@dataclass(frozen=True, slots=True)
class Contract:
    """One row.

    Attributes:
        licensor, licensee: as written; empty where not known.
        sell_off: for how long after the end the licensee may sell what is in stock.
        option_until: the last day of an option, exclusive.
        scan: path as written.
        extra: what stands in columns of the sheet's own, by heading.
    """

    row: int
    work: WorkName
    licensor: str
    licensee: str
    terms: Terms
    kind: GrantKind | None = None
    sublicensable: bool | None = None
    signed_on: int | None = None
    number: str = ""
    scan: str = ""
    renewal: Renewal | None = None
    sell_off: Span | None = None
    option_until: int | None = None
    reversion: Reversion | None = None
    notes: str = ""
    extra: tuple[tuple[str, str], ...] = ()

    @property
    def unknown(self) -> tuple[str, ...]:
        """Names of the columns whose content is not known and matters for a grant."""
        found = {
            "licensor": self.licensor == "",
            "licensee": self.licensee == "",
            "kind": self.kind is None,
            "sublicensable": self.sublicensable is None,
            "signed_on": self.signed_on is None,
        }
        return (*self.terms.unknown, *(name for name, is_unknown in found.items() if is_unknown))


def name_key(name: str) -> str:
    """What names are compared by: width, case and blanks do not matter."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def look_key(name: str) -> str:
    """What is left of a name for a careless eye."""
    return skeleton(name_key(name))
