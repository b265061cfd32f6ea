"""Dated facts of contracts: when one ends or goes on, until when notice can be given, stock sold, an option used. Pure.

A contract that goes on by itself is taken to have done so, unless somebody says otherwise: what follows is presumed,
and said to be.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from indexer.rights.scope import NO_END
from service.rights.backlog.contract import Contract, Span
from service.rights.backlog.terms import after, before

SIX_MONTHS: Final = Span(months=6)


class FactKind(StrEnum):
    """What a day is to a contract."""

    EXPIRY = "expiry"
    RENEWAL_NOTICE = "renewal_notice"
    SELL_OFF_END = "sell_off_end"
    OPTION_END = "option_end"
    REVERSION = "reversion"


FACT_WORDS: Final = {
    FactKind.EXPIRY: ("到期", "Ends"),
    FactKind.RENEWAL_NOTICE: ("不续约通知截止", "Last day to give notice against renewal"),
    FactKind.SELL_OFF_END: ("清库存截止", "Sell-off ends"),
    FactKind.OPTION_END: ("优先权截止", "Option ends"),
    FactKind.REVERSION: ("权利回归", "Rights may revert"),
}
PRESUMED: Final = ("假定已自动续约", "presumed to have been renewed")


@dataclass(frozen=True, slots=True)
class Fact:
    """A day that matters: the last day of what ends. `presumed`: it supposes that the contract was renewed before."""

    day: int
    kind: FactKind
    contract: Contract
    presumed: bool = False


def facts(contract: Contract, today: int) -> Iterator[Fact]:
    """Give the dated facts of a contract, with its end as it is today."""
    until, presumed = _present_end(contract, today)
    if until is not None and until != NO_END:
        yield Fact(until - 1, FactKind.EXPIRY, contract, presumed)
        if contract.renewal is not None and contract.renewal.notice is not None:
            yield Fact(
                before(until - 1, contract.renewal.notice), FactKind.RENEWAL_NOTICE, contract, presumed
            )
        if contract.sell_off is not None:
            yield Fact(after(until, contract.sell_off) - 1, FactKind.SELL_OFF_END, contract, presumed)
    if contract.option_until is not None:
        yield Fact(contract.option_until - 1, FactKind.OPTION_END, contract)
    if contract.reversion is not None and contract.reversion.day is not None:
        yield Fact(contract.reversion.day, FactKind.REVERSION, contract)


def coming(contracts: Iterable[Contract], today: int, within: Span = SIX_MONTHS) -> tuple[Fact, ...]:
    """Give what comes from today on within a span, in the order of days."""
    last = after(today, within)
    found = [fact for one in contracts for fact in facts(one, today) if today <= fact.day < last]
    return tuple(sorted(found, key=lambda fact: (fact.day, fact.contract.row, fact.kind)))


def without_end(contracts: Iterable[Contract]) -> tuple[Contract, ...]:
    """Give the contracts of which nobody knows when they end: no list of days has them."""
    return tuple(one for one in contracts if one.terms.until is None)


def _present_end(contract: Contract, today: int) -> tuple[int | None, bool]:
    """The end, rolled on by renewals to the first one that is not over; and whether it was rolled."""
    until, renewal = contract.terms.until, contract.renewal
    if until is None or until > today or renewal is None or renewal.term is None:
        return until, False
    begins, times = until, 0
    while until <= today:
        times += 1
        # Counted from the first end, so that a month's last day does not wander.
        until = after(begins, Span(renewal.term.months * times, renewal.term.days * times))
    return until, True
