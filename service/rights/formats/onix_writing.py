"""ONIX for Books 3.0 and 3.1 written: products with their sales rights, reference names. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from indexer.rights.codes import LANGUAGES, TERRITORIES, CodeList
from service.errors import BadInput
from service.files.lookalikes import unstorable
from service.rights.formats.onix import EVERYWHERE, Product, Sales
from service.rights.formats.onix_codes import IDENTIFIERS, LANGUAGE_CODES, namespaces

Release: TypeAlias = Literal["3.0", "3.1"]
NOTIFICATION: Final = "03"
"""List 1: confirmed on publication."""
OWN_SCHEME: Final = "Qianyin"


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends a message, and when (with its zone)."""

    name: str
    sent: datetime


def write_onix(products: Iterable[Product], sender: Sender, release: Release = "3.1") -> bytes:
    """Write a message, in UTF-8.

    Raises:
        BadInput: a language has no code in ONIX, or a text has a character that XML cannot carry.
    """
    reference, _ = namespaces(release)
    root = Element("ONIXMessage", {"release": release, "xmlns": reference})
    header = SubElement(root, "Header")
    _text(SubElement(header, "Sender"), "SenderName", sender.name)
    _text(header, "SentDateTime", sender.sent.strftime("%Y%m%dT%H%M%S%z"))
    for product in products:
        _write_product(SubElement(root, "Product"), product)
    indent(root)
    octets: bytes = tostring(root, "utf-8", xml_declaration=True)
    return octets + b"\n"


def _write_product(parent: Element, product: Product) -> None:
    _text(parent, "RecordReference", product.reference)
    _text(parent, "NotificationType", NOTIFICATION)
    for kind, value in product.identifiers:
        identifier = SubElement(parent, "ProductIdentifier")
        _text(identifier, "ProductIDType", IDENTIFIERS[kind])
        if kind == "own":
            _text(identifier, "IDTypeName", OWN_SCHEME)
        _text(identifier, "IDValue", value)
    _write_description(SubElement(parent, "DescriptiveDetail"), product)
    _write_publishing(SubElement(parent, "PublishingDetail"), product)


def _write_description(parent: Element, product: Product) -> None:
    _text(parent, "ProductComposition", "00")
    _text(parent, "ProductForm", product.form)
    detail = SubElement(parent, "TitleDetail")
    _text(detail, "TitleType", "01")
    element = SubElement(detail, "TitleElement")
    _text(element, "TitleElementLevel", "01")
    _text(element, "TitleText", product.title)
    for code, script in _languages(product.languages):
        language = SubElement(parent, "Language")
        _text(language, "LanguageRole", "01")
        _text(language, "LanguageCode", code)
        if script:
            _text(language, "ScriptCode", script)


def _write_publishing(parent: Element, product: Product) -> None:
    publisher = SubElement(parent, "Publisher")
    _text(publisher, "PublishingRole", "01")
    _text(publisher, "PublisherName", product.publisher)
    for sales in product.sales:
        rights = SubElement(parent, "SalesRights")
        _text(rights, "SalesRightsType", sales.sale)
        _write_territory(SubElement(rights, "Territory"), sales)
    if product.sales:
        _text(parent, "ROWSalesRightsType", product.rest)


def _write_territory(parent: Element, sales: Sales) -> None:
    missing = TERRITORIES.rest(sales.territories)
    if missing.bit_count() > sales.territories.bit_count():
        _text(parent, "CountriesIncluded", _codes(TERRITORIES, sales.territories))
        return
    _text(parent, "RegionsIncluded", "WORLD")
    if missing:
        _text(parent, "CountriesExcluded", _codes(TERRITORIES, missing))


def _codes(known: CodeList, mask: int) -> str:
    return " ".join(code.code for code in known.of(mask & EVERYWHERE))


def _languages(mask: int) -> Sequence[tuple[str, str]]:
    codes = LANGUAGES.of(mask)
    for code in codes:
        if code.code not in LANGUAGE_CODES:
            raise BadInput(
                "language-not-in-onix",
                f"ONIX 没有{code.zh}的代码。",
                f"ONIX has no code for {code.en}.",
                language=code.code,
            )
    return [LANGUAGE_CODES[code.code] for code in codes]


def _text(parent: Element, name: str, text: str) -> None:
    """Add an element with a text; white space in it means nothing to ONIX, and is collapsed."""
    if odd := unstorable(text):
        raise BadInput(
            "character-unstorable",
            f"“{name}”含有 XML 无法表达的字符 {odd}。",
            f"{name} has the character {odd}, which XML cannot carry.",
            element=name,
        )
    SubElement(parent, name).text = " ".join(text.split())
