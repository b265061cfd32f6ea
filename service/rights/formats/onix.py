"""What an ONIX record says about rights: one product, where it is for sale, and on which publishing rights. Pure.

ONIX for Books 3.0 and 3.1 have no composite for publishing rights as such: the type of each `SalesRights` says them
(list 46: 01 and 04 exclusive, 02 and 05 non-exclusive, 06 none). They are of one product, and so of its language and
form; of the kind of right, of further languages and media, and of a term they say nothing.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Final

from indexer.rights.codes import TERRITORIES
from indexer.rights.scope import Point, Scope, bits
from service.rights.formats.onix_codes import Sale


@dataclass(frozen=True, slots=True)
class Sales:
    """What holds in some territories."""

    sale: Sale
    territories: int


@dataclass(frozen=True, slots=True)
class Product:
    """A product, and the rights in it.

    Attributes:
        reference: the sender's own name of the record.
        identifiers: kind (`isbn`, `doi`, `own` …) and value.
        form: product form (list 150).
        languages: mask of the languages of its text.
        sales: disjoint, by type.
        rest: what holds in all other territories.
    """

    reference: str
    identifiers: tuple[tuple[str, str], ...]
    title: str
    publisher: str
    form: str
    languages: int
    sales: tuple[Sales, ...]
    rest: Sale = Sale.NO_RIGHTS


@dataclass(frozen=True, slots=True)
class Held:
    """A box in which somebody holds rights. A sole right is not exclusive: its grantor may use it too."""

    scope: Scope
    is_exclusive: bool


@dataclass(frozen=True, slots=True)
class Need:
    """What it takes to sell a product: all these rights, in all these languages and media (masks), on a day."""

    rights: int
    languages: int
    media: int
    day: int


EVERYWHERE: Final = TERRITORIES.assigned


def sales_of(held: Sequence[Held], need: Need, for_sale: int = EVERYWHERE) -> tuple[Sales, ...]:
    """Say where a product may be sold, on which rights; where nothing is held is left to the rest.

    No more is stated than is held: territories count as exclusive only where everything that is needed is.

    Args:
        for_sale: where the product is offered; elsewhere it is stated as not for sale although the rights are there.
    """
    exclusive = _covered((one.scope for one in held if one.is_exclusive), need)
    other = _covered((one.scope for one in held), need) & ~exclusive
    found = (
        Sales(Sale.EXCLUSIVE, exclusive & for_sale),
        Sales(Sale.NON_EXCLUSIVE, other & for_sale),
        Sales(Sale.EXCLUSIVE_NOT_FOR_SALE, exclusive & ~for_sale),
        Sales(Sale.NON_EXCLUSIVE_NOT_FOR_SALE, other & ~for_sale),
    )
    return tuple(sales for sales in found if sales.territories)


def _covered(scopes: Iterable[Scope], need: Need) -> int:
    """The assigned territories in which each point that is needed lies in one of the boxes."""
    boxes = tuple(scopes)
    points = itertools.product(bits(need.rights), bits(need.languages), bits(need.media))
    by_point = (
        reduce(
            or_,
            (box.territories for box in boxes if _holds(box, Point(right, 0, language, medium, need.day))),
            0,
        )
        for right, language, medium in points
    )
    return reduce(and_, by_point, EVERYWHERE)


def _holds(box: Scope, point: Point) -> bool:
    inside = box.rights >> point.right & box.languages >> point.language & box.media >> point.medium & 1
    return bool(inside) and box.from_ <= point.day < box.until
