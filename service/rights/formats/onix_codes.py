"""The code lists of ONIX that rights need, beside the codes of a scope. Pure.

Lists 5 (identifiers), 46 (sales rights), 74 (languages), 121 (scripts) and 150 (product forms) of issue 74, EDItEUR.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from indexer.rights.codes import LANGUAGES, MEDIA

RELEASES: Final = ("3.0", "3.1")


def namespaces(release: str) -> tuple[str, str]:
    """The namespaces that EDItEUR publishes for a release: of reference names, and of short ones."""
    base = f"http://ns.editeur.org/onix/{release}"
    return f"{base}/reference", f"{base}/short"


class Sale(StrEnum):
    """Sales rights type (list 46): whether a product is for sale somewhere, and on which publishing rights."""

    UNKNOWN = "00"
    EXCLUSIVE = "01"
    NON_EXCLUSIVE = "02"
    NOT_FOR_SALE = "03"
    EXCLUSIVE_NOT_FOR_SALE = "04"
    NON_EXCLUSIVE_NOT_FOR_SALE = "05"
    NO_RIGHTS = "06"
    EXCLUSIVE_RESTRICTED = "07"
    NON_EXCLUSIVE_RESTRICTED = "08"


ON_EXCLUSIVE_RIGHTS: Final = frozenset(
    {Sale.EXCLUSIVE, Sale.EXCLUSIVE_NOT_FOR_SALE, Sale.EXCLUSIVE_RESTRICTED}
)
ON_NON_EXCLUSIVE_RIGHTS: Final = frozenset(
    {Sale.NON_EXCLUSIVE, Sale.NON_EXCLUSIVE_NOT_FOR_SALE, Sale.NON_EXCLUSIVE_RESTRICTED}
)

IDENTIFIERS: Final[Mapping[str, str]] = MappingProxyType(
    {"isbn": "15", "isbn10": "02", "gtin": "03", "doi": "06", "deposit": "17", "urn": "22", "own": "01"}
)
"""List 5: kinds of identifiers by their names here; `own` is the sender's."""

_LANGUAGES: Final = {
    "zh-Hans": ("chi", "Hans"), "zh-Hant": ("chi", "Hant"), "mn": ("mon", ""), "bo": ("tib", ""), "ug": ("uig", ""),
    "kk": ("kaz", ""), "ko": ("kor", ""), "ii": ("iii", ""), "za": ("zha", ""), "ky": ("kir", ""), "en": ("eng", ""),
    "ja": ("jpn", ""), "de": ("ger", ""), "fr": ("fre", ""), "es": ("spa", ""), "pt": ("por", ""), "it": ("ita", ""),
    "ru": ("rus", ""), "ar": ("ara", ""), "vi": ("vie", ""), "th": ("tha", ""), "id": ("ind", ""), "ms": ("may", ""),
    "fil": ("fil", ""), "my": ("bur", ""), "km": ("khm", ""), "lo": ("lao", ""), "hi": ("hin", ""), "bn": ("ben", ""),
    "ta": ("tam", ""), "te": ("tel", ""), "mr": ("mar", ""), "ur": ("urd", ""), "ne": ("nep", ""), "si": ("sin", ""),
    "fa": ("per", ""), "he": ("heb", ""), "tr": ("tur", ""), "az": ("aze", ""), "uz": ("uzb", ""), "ka": ("geo", ""),
    "hy": ("arm", ""), "uk": ("ukr", ""), "pl": ("pol", ""), "cs": ("cze", ""), "sk": ("slo", ""), "hu": ("hun", ""),
    "ro": ("rum", ""), "bg": ("bul", ""), "sr": ("srp", ""), "hr": ("hrv", ""), "sl": ("slv", ""), "el": ("gre", ""),
    "nl": ("dut", ""), "ca": ("cat", ""), "sv": ("swe", ""), "da": ("dan", ""), "no": ("nor", ""), "fi": ("fin", ""),
    "et": ("est", ""), "lv": ("lav", ""), "lt": ("lit", ""), "sw": ("swa", ""),
}  # fmt: skip
LANGUAGE_CODES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(_LANGUAGES)
"""Code of list 74, and script (list 121) where one is needed, by our code. Xibe has none there."""

_BY_LANGUAGE: Final = {written: LANGUAGES.mask([code]) for code, written in LANGUAGE_CODES.items()}
_NO_SCRIPT_NEEDED: Final = frozenset(code for code, script in LANGUAGE_CODES.values() if not script)


def language_of(code: str, script: str) -> int:
    """The mask of a language as ONIX names it, or 0 where that leaves open which: `chi` without a script does."""
    return _BY_LANGUAGE.get((code, "" if code in _NO_SCRIPT_NEEDED else script), 0)


def medium_of(form: str) -> int:
    """The mask of the medium that a product form (list 150) says, or 0 where it leaves open which.

    An audio product is audio, a book is print. "Digital" may be an e-book, an app or a database, and the rest is too
    mixed to say anything.
    """
    return {"A": MEDIA.mask(["audio"]), "B": MEDIA.mask(["print"])}.get(form[:1], 0)


USUAL_FORMS: Final[Mapping[str, str]] = MappingProxyType({"print": "BA", "ebook": "ED", "audio": "AN"})
"""The product form by medium, where nobody knows it better."""

SHORT_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "product": "Product", "a001": "RecordReference", "productidentifier": "ProductIdentifier",
        "b221": "ProductIDType", "b244": "IDValue", "descriptivedetail": "DescriptiveDetail", "b012": "ProductForm",
        "titledetail": "TitleDetail", "b202": "TitleType", "titleelement": "TitleElement",
        "x409": "TitleElementLevel", "b203": "TitleText", "b030": "TitlePrefix", "b031": "TitleWithoutPrefix",
        "language": "Language", "b253": "LanguageRole", "b252": "LanguageCode", "x420": "ScriptCode",
        "publishingdetail": "PublishingDetail", "publisher": "Publisher", "b291": "PublishingRole",
        "b081": "PublisherName", "salesrights": "SalesRights", "b089": "SalesRightsType", "territory": "Territory",
        "x449": "CountriesIncluded", "x450": "RegionsIncluded", "x451": "CountriesExcluded",
        "x452": "RegionsExcluded", "salesrestriction": "SalesRestriction", "x456": "ROWSalesRightsType",
        "onixmessage": "ONIXMessage", "ONIXmessage": "ONIXMessage",
    }
)  # fmt: skip
"""The reference name of each short one that is read here."""
NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {**SHORT_NAMES, **{name: name for name in SHORT_NAMES.values()}}
)
"""What is read of an ONIX message, under both spellings."""
