"""ONIX for Books 3.0 and 3.1 read: what each product's sales rights say, and what has to be asked. Pure.

Nothing is guessed. An ONIX file says of a product who may sell it where, and on exclusive or other rights. Which right
of the law that is, for how long, and in which languages and media beyond this product, it cannot say; what is left open
is asked, and `scopes` makes boxes only of what was answered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from indexer.rights.codes import TERRITORIES
from indexer.rights.scope import Scope, check_grant
from service.errors import BadInput
from service.rights.formats.markup import Node, trees, unreadable
from service.rights.formats.onix import EVERYWHERE, Held, Product, Sales
from service.rights.formats.onix_codes import (
    IDENTIFIERS,
    NAMES,
    ON_EXCLUSIVE_RIGHTS,
    ON_NON_EXCLUSIVE_RIGHTS,
    RELEASES,
    Sale,
    language_of,
    medium_of,
    namespaces,
)

_KINDS: Final = {code: kind for kind, code in IDENTIFIERS.items()}
_COUNTRIES: Final = {code.code: code.mask for code in TERRITORIES.codes}


class Ask(StrEnum):
    """What a file leaves open."""

    RIGHTS = "rights"
    LANGUAGES = "languages"
    MEDIA = "media"
    DAYS = "days"
    RIGHTS_HELD = "rights_held"
    PLACES = "places"
    RESTRICTION = "restriction"
    REST = "rest"


ASKED: Final = {
    Ask.RIGHTS: ("涉及著作权法的哪几项权利？", "Which rights of the copyright law are meant?"),
    Ask.LANGUAGES: (
        "哪些语言？文件未写明，或“中文”未写明简繁。",
        "Which languages? The file does not say, or not which script.",
    ),
    Ask.MEDIA: ("哪些媒介？产品形式未能写明。", "Which media? The product form leaves it open."),
    Ask.DAYS: ("起止日期？ONIX 的销售权没有期限。", "From when to when? Sales rights of ONIX have no term."),
    Ask.RIGHTS_HELD: (
        "列为“不销售”的地区是否持有权利？",
        "Are the rights held where it is stated as not for sale?",
    ),
    Ask.PLACES: ("所列地区有的在此没有代码，是否计入？", "Some places have no code here; are they meant?"),
    Ask.RESTRICTION: ("写有销售限制，内容为何？", "There is a sales restriction; what is it?"),
    Ask.REST: ("其余地区的情况未写明。", "What holds elsewhere is not stated."),
}
"""What is asked of a person, in Chinese and English."""


@dataclass(frozen=True, slots=True)
class Open:
    """A question that a record leaves open; `about` is what it is about, as the file has it."""

    ask: Ask
    about: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """A record as read: the product as far as it is stated, and every question that is open; `line` of the file."""

    line: int
    product: Product
    asked: tuple[Open, ...]


@dataclass(frozen=True, slots=True)
class Answers:
    """What a person said to what is asked of a product: masks, and days; `media` and `languages` where asked."""

    rights: int
    from_: int
    until: int
    languages: int | None = None
    media: int | None = None


def read_onix(octets: bytes) -> Iterator[Read]:
    """Read a message, a product at a time, with reference or short names, whatever else is in it.

    Raises:
        BadInput: no ONIX 3.0 or 3.1, another namespace than theirs, no XML, or with a document type definition.
        TooLarge: over a stated limit.
    """
    count = 0
    for root, tree in trees(octets, "Product", NAMES):
        if not count:
            _check_release(root)
        count += 1
        yield _read_product(tree)
    if not count:
        raise unreadable("其中没有产品记录（Product）。", "no product record (Product) is in it.")


def held_of(read: Read, answers: Answers) -> tuple[Held, ...]:
    """Make the boxes that a record states, of what it says and what was answered.

    What is not for sale for a reason that is not stated (type 03) is no box: nobody said that rights are held.

    Raises:
        BadInput: something that was asked has no answer.
        ScopeRefused: an answer is no scope.
    """
    languages = _answered(read, Ask.LANGUAGES, answers.languages, read.product.languages)
    media = _answered(read, Ask.MEDIA, answers.media, medium_of(read.product.form))
    boxes = []
    for sales in all_sales(read.product):
        if sales.sale in ON_EXCLUSIVE_RIGHTS | ON_NON_EXCLUSIVE_RIGHTS:
            scope = Scope(answers.rights, sales.territories, languages, media, answers.from_, answers.until)
            check_grant(scope)
            boxes.append(Held(scope, sales.sale in ON_EXCLUSIVE_RIGHTS))
    return tuple(boxes)


def all_sales(product: Product) -> tuple[Sales, ...]:
    """Give what holds everywhere: by type, and in all other territories."""
    named = 0
    for sales in product.sales:
        named |= sales.territories
    rest = EVERYWHERE & ~named
    return (*product.sales, Sales(product.rest, rest)) if rest else product.sales


def _answered(read: Read, ask: Ask, answer: int | None, stated: int) -> int:
    if answer is not None:
        return answer
    if any(one.ask is ask for one in read.asked):
        zh, en = ASKED[ask]
        raise BadInput("answer-missing", f"尚未回答：{zh}", f"Not answered yet: {en}", ask=str(ask))
    return stated


def _check_release(root: Node) -> None:
    stated = root.attributes.get("release", "")
    if root.name != "ONIXMessage" or stated not in RELEASES:
        raise unreadable(
            f"不是 ONIX 3.0 或 3.1（写的是 {stated[:20] or '无版本'}）。",
            f"it is no ONIX 3.0 or 3.1 (it says {stated[:20] or 'no release'}).",
        )
    space, (reference, short) = root.attributes["xmlns"], namespaces(stated)
    if space not in (reference, short):
        raise unreadable(
            f"其命名空间应为 {reference}（短标签为 {short}），写的是 {space[:100] or '无'}。",
            f"its namespace should be {reference} (of short names {short}), and is {space[:100] or 'none'}.",
        )


def _read_product(tree: Node) -> Read:
    asked = [Open(Ask.RIGHTS), Open(Ask.DAYS)]
    languages = _languages(tree, asked)
    form = tree.first("DescriptiveDetail", "ProductForm") or ""
    if not medium_of(form):
        asked.append(Open(Ask.MEDIA, form))
    sales = _sales(tree, asked)
    rest = _sale(tree.first("PublishingDetail", "ROWSalesRightsType"))
    if rest is Sale.UNKNOWN:
        asked.append(Open(Ask.REST))
    if rest is Sale.NOT_FOR_SALE:
        asked.append(Open(Ask.RIGHTS_HELD))
    product = Product(
        reference=tree.first("RecordReference") or "",
        identifiers=tuple(_identifiers(tree)),
        title=_title(tree),
        publisher=_publisher(tree),
        form=form,
        languages=languages,
        sales=sales,
        rest=rest,
    )
    return Read(tree.line, product, tuple(asked))


def _identifiers(tree: Node) -> Iterator[tuple[str, str]]:
    for node in tree.all("ProductIdentifier"):
        kind, value = _KINDS.get(node.first("ProductIDType") or ""), node.first("IDValue")
        if kind is not None and value is not None:
            yield kind, value


def _title(tree: Node) -> str:
    """The distinctive title of the product itself (lists 15 and 149: both 01), else the first there is."""
    details = list(tree.all("DescriptiveDetail", "TitleDetail"))
    details.sort(key=lambda detail: detail.first("TitleType") != "01")
    elements = [element for detail in details for element in detail.all("TitleElement")]
    elements.sort(key=lambda element: element.first("TitleElementLevel") != "01")
    for element in elements:
        whole = element.first("TitleText")
        parts = (element.first("TitlePrefix"), element.first("TitleWithoutPrefix"))
        if title := whole or " ".join(filter(None, parts)):
            return title
    return ""


def _publisher(tree: Node) -> str:
    publishers = list(tree.all("PublishingDetail", "Publisher"))
    publishers.sort(key=lambda node: node.first("PublishingRole") != "01")
    return next((name for node in publishers if (name := node.first("PublisherName"))), "")


def _languages(tree: Node, asked: list[Open]) -> int:
    mask, unclear = 0, []
    for node in tree.all("DescriptiveDetail", "Language"):
        if node.first("LanguageRole") == "01":
            code, script = node.first("LanguageCode") or "", node.first("ScriptCode") or ""
            found = language_of(code, script)
            mask |= found
            if not found:
                unclear.append(f"{code} {script}".strip())
    if unclear or not mask:
        asked.append(Open(Ask.LANGUAGES, " ".join(unclear)))
    return mask


def _sale(text: str | None) -> Sale:
    try:
        return Sale(text or "00")
    except ValueError:
        return Sale.UNKNOWN


def _sales(tree: Node, asked: list[Open]) -> tuple[Sales, ...]:
    """Sales rights by type; a territory that stands under two types contradicts itself."""
    by_sale: dict[Sale, int] = {}
    named = 0
    for node in tree.all("PublishingDetail", "SalesRights"):
        sale = _sale(node.first("SalesRightsType"))
        territories = _territories(node, asked)
        if twice := territories & named & ~by_sale.get(sale, 0):
            raise _contradiction(node, twice)
        named |= territories
        by_sale[sale] = by_sale.get(sale, 0) | territories
        if any(True for _ in node.all("SalesRestriction")):
            asked.append(Open(Ask.RESTRICTION, str(sale)))
        if sale in (Sale.NOT_FOR_SALE, Sale.UNKNOWN):
            asked.append(Open(Ask.RIGHTS_HELD, str(sale)))
    return tuple(Sales(sale, by_sale[sale]) for sale in sorted(by_sale) if by_sale[sale])


def _territories(node: Node, asked: list[Open]) -> int:
    def codes(name: str) -> list[str]:
        return (node.first("Territory", name) or "").split()

    included, excluded = codes("CountriesIncluded"), codes("CountriesExcluded")
    regions, without = codes("RegionsIncluded"), codes("RegionsExcluded")
    mask = EVERYWHERE if "WORLD" in regions else 0
    unknown = [code for code in (*included, *excluded) if code not in _COUNTRIES]
    unknown += [code for code in (*regions, *without) if code != "WORLD"]
    if unknown:
        asked.append(Open(Ask.PLACES, " ".join(unknown)[:200]))
    for code in included:
        mask |= _COUNTRIES.get(code, 0)
    for code in excluded:
        mask &= ~_COUNTRIES.get(code, 0)
    # Part of a country is left out, so that it is not wholly included; whether at all, a person says.
    for code in without:
        mask &= ~_COUNTRIES.get(code.partition("-")[0], 0)
    return mask


def _contradiction(node: Node, territories: int) -> BadInput:
    codes = " ".join(code.code for code in TERRITORIES.of(territories))[:100]
    return BadInput(
        "sales-rights-contradict",
        f"第 {node.line} 行：{codes} 同时列在两种销售权之下。",
        f"Line {node.line}: {codes} stands under two types of sales rights.",
        line=node.line,
    )
