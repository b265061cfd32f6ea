"""The values that several pages show, and what every page has: an address, a JSON twin. Pure."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from typing import Any, ClassVar, Literal

from service.pages import addresses
from service.pages.language import TAGS, Lang


@dataclass(frozen=True, slots=True)
class Bilingual:
    """Something that the service or an institution says, in both languages."""

    zh: str
    en: str

    def in_language(self, lang: Lang) -> str:
        """Return the text for a reader of `lang`."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Name:
    """A title or a name as given, with its parallel in another language if there is one.

    Attributes:
        text: as given; never altered, never mark-up.
        lang: BCP 47 tag of `text`, e.g. `zh-Hans`, `en`, `und` where unknown.
        parallel: the same title in another language, or None.
        parallel_lang: its tag.
        lookalike: it holds look-alike characters: the page warns.
        said_here: an institution's name as registered at this installation; no trust anchor says so, and the page does.
    """

    text: str
    lang: str = "zh-Hans"
    parallel: str | None = None
    parallel_lang: str = "en"
    lookalike: bool = False
    said_here: bool = False

    def first(self, lang: Lang) -> tuple[str, str]:
        """Return the (text, tag) that a reader of `lang` wants to see first."""
        pairs = self._pairs()
        wanted = TAGS[lang].split("-")[0]
        return next((pair for pair in pairs if pair[1].split("-")[0] == wanted), pairs[0])

    def second(self, lang: Lang) -> tuple[str, str] | None:
        """Return the other (text, tag), if there is one."""
        first = self.first(lang)
        return next((pair for pair in self._pairs() if pair != first), None)

    def _pairs(self) -> list[tuple[str, str]]:
        given = [(self.text, self.lang)]
        return [*given, (self.parallel, self.parallel_lang)] if self.parallel else given


@dataclass(frozen=True, slots=True)
class Party:
    """An institution.

    Attributes:
        name: its public name.
        address: its account, EIP-55.
        recognised: whether the pinned trust anchor names it.
        named_by: who says that the name is this account's: the trust `anchor`, this `installation`, or `nobody` (then
            the name is a mask).
    """

    name: Name
    address: str
    recognised: bool
    named_by: Literal["anchor", "installation", "nobody"] = "nobody"

    @property
    def path(self) -> str:
        """Return the address of its page."""
        return addresses.institution(self.address)


@dataclass(frozen=True, slots=True)
class Fact:
    """One labelled line.

    Attributes:
        key: has its words in the catalogue as `fact.<key>`, or is a heading of the institution's own, shown as given.
        value: shown as given.
        value_en: the same in English, where it is known; None: it is shown as given in both languages.
    """

    key: str
    value: str
    value_en: str | None = None


@dataclass(frozen=True, slots=True)
class Media:
    """What fills the plate.

    Attributes:
        kind: `image` is shown, `audio` gets the browser's player, `document` only a link, `none` a sentence.
        source: address of the re-encoded preview (`/preview/{cid}`), same origin; None without one.
        width: pixels of the preview, None if unknown (not an image).
        height: pixels of the preview, None if unknown.
        description: what is to be seen, for people who do not see it; None: the title says it.
        caption: a line under the plate.
        original: address of the original, served as an attachment (`/files/{cid}`); None if there is none.
    """

    kind: Literal["image", "audio", "document", "none"]
    source: str | None = None
    width: int | None = None
    height: int | None = None
    description: Bilingual | None = None
    caption: Bilingual | None = None
    original: str | None = None


@dataclass(frozen=True, slots=True)
class FileView:
    """The deposited file, for comparing: SHA-256 as 64 lower-case digits without `0x`; size in bytes."""

    sha256: str
    size: int
    media_type: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Stale:
    """Why what a page shows may be out of date.

    Attributes:
        reason: `behind` (the chain has blocks that the index has not), `stopped` (following stopped until a person
            decides), `replaced` (the same, since settled history was replaced), `silent` (no node answers).
        since: since when, Unix seconds: when the first missing block was to be had, when the node was first asked in
            vain, or the time of the last block indexed.
        newest: the newest block seen on the chain; None where none was.
    """

    reason: Literal["behind", "stopped", "replaced", "silent"]
    since: int
    newest: int | None = None


@dataclass(frozen=True, slots=True)
class AsOf:
    """The state of the index that a page speaks of.

    Attributes:
        block: last block that the answer takes in.
        time: its time.
        settled: every record shown is settled.
        replaced: settled history was once replaced and nobody has answered for it yet.
        stale: why and since when it may be out of date; None where the index keeps up with its chain.
    """

    block: int
    time: int
    settled: bool = True
    replaced: bool = False
    stale: Stale | None = None


class Page:
    """Root of the pages; `kind` names the template and is `page` in the JSON twin."""

    __slots__ = ()
    kind: ClassVar[str]
    as_of: AsOf | None
    test_verifier: bool

    @property
    @abstractmethod
    def path(self) -> str:
        """Return the page's address on this host, without a language."""

    @property
    def twin(self) -> str:
        """Return the address of the JSON twin."""
        return addresses.twin(self.path)

    @property
    def twin_needs_key(self) -> bool:
        """Return whether the twin asks for a bearer key, which a browser does not send."""
        return addresses.needs_key(self.path)

    def to_json(self) -> dict[str, Any]:
        """Return what the page shows as JSON-safe values: field by field, names as in the class."""
        return {"page": self.kind, "path": self.path, **as_json(self)}


def as_json(value: Any) -> Any:
    """Turn a view model into JSON-safe values: dataclasses to objects, tuples to arrays; numbers stay exact.

    Raises:
        TypeError: a value has no exact form in JSON: a float, bytes, a whole number beyond 2⁵³ - 1 (RFC 8785, 3.2.2.3).
    """
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int) and abs(value) < 1 << 53:
        return value
    if isinstance(value, tuple):
        return [as_json(item) for item in value]
    names = _names_of(value.__class__)
    if names is None:
        raise TypeError(f"no exact JSON for {type(value).__name__} {value!r}")
    return {name: as_json(getattr(value, name)) for name in names}


@cache
def _names_of(kind: type) -> tuple[str, ...] | None:
    """Name the fields of a dataclass; None: it is none. Asked anew each time it took a fifth of an answer."""
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else None
