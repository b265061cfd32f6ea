"""Contracts for tests: one where everything is known, to be changed term by term."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any, Final

from indexer.china import day_of
from indexer.rights.acts import GrantKind
from indexer.rights.codes import LANGUAGES, MEDIA, RIGHTS, TERRITORIES
from service.rights.backlog.contract import Contract, Terms, WorkName


def day(text: str) -> int:
    return day_of(date.fromisoformat(text))


TODAY: Final = day("2026-11-30")
TERMS: Final = Terms(
    RIGHTS.mask(["reproduction", "distribution"]),
    TERRITORIES.mask(["HK", "TW"]),
    LANGUAGES.mask(["zh-Hant"]),
    MEDIA.mask(["print"]),
    day("2024-01-01"),
    day("2030-01-01"),
)
CONTRACT: Final = Contract(
    row=2,
    work=WorkName("旧城的钟"),
    licensor="例社",
    licensee="甲社",
    terms=TERMS,
    kind=GrantKind.EXCLUSIVE,
    sublicensable=False,
    signed_on=day("2023-11-01"),
    number="A-1",
)
OTHER: Final = replace(CONTRACT, row=3, licensee="乙社", signed_on=day("2024-05-01"), number="A-2")


def with_terms(contract: Contract, **terms: Any) -> Contract:
    return replace(contract, terms=replace(contract.terms, **terms))
