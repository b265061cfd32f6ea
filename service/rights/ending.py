"""What ends soon of the grants and estates that concern somebody, as a list and as a calendar. Reads a book.

The chain knows when a grant ends. Until when stock may be cleared, an option used or notice given stands in the
contract that a grant was recorded from, where the house has kept it: that is told to those whose rights it is about,
and to nobody else who may see the grant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from indexer.china import date_of
from indexer.rights.scope import NO_END, Scope
from indexer.rights.state import Estate, EstateStatus, Grant, GrantStatus
from indexer.rights.text import Tongue, write
from indexer.values import Address, Hash32, as_hex
from service.rights.asking import concerning
from service.rights.audience import Audience
from service.rights.backlog.calendar import Event, write_events
from service.rights.backlog.contract import Contract, Span
from service.rights.backlog.facts import PRESUMED, FactKind, facts
from service.rights.backlog.terms import after
from service.rights.book import Book

MONTHS: Final = 6
MOST_MONTHS: Final = 120
ENDS: Final = {
    FactKind.EXPIRY: ("到期", "ends"),
    FactKind.RENEWAL_NOTICE: ("不续约通知截止", "last day to give notice against renewal"),
    FactKind.SELL_OFF_END: ("清库存截止", "last day to clear stock"),
    FactKind.OPTION_END: ("优先权截止", "option ends"),
    FactKind.REVERSION: ("权利可能收回", "rights may revert"),
}
Contracts = Callable[[Sequence[Hash32]], Mapping[Hash32, Contract]]
"""Gives the contracts that grants were recorded from, as far as they are kept here, by grant."""


@dataclass(frozen=True, slots=True)
class Ending:
    """A day that matters for an estate or a grant: the last of what ends.

    Attributes:
        presumed: it supposes that the contract was renewed.
    """

    day: int
    kind: FactKind
    of: Estate | Grant
    presumed: bool = False

    @property
    def words(self) -> tuple[str, str]:
        """Say what ends, in Chinese and English."""
        noun = ("权利项", "Estate") if isinstance(self.of, Estate) else ("许可", "Grant")
        zh, en = ENDS[self.kind]
        mark = (f"（{PRESUMED[0]}）", f" ({PRESUMED[1]})") if self.presumed else ("", "")
        return f"{noun[0]}{zh}{mark[0]}", f"{noun[1]}: {en}{mark[1]}"


@dataclass(frozen=True, slots=True)
class Wording:
    """What an event calls a work and an account."""

    title: Callable[[Hash32], str]
    party: Callable[[Address], str]
    tongue: Tongue = "zh"


def endings(
    book: Book, audience: Audience, contracts: Contracts, today: int, months: int = MONTHS
) -> tuple[Ending, ...]:
    """Give what ends from today on within some months, of whoever asks, the nearest first."""
    last = after(today, Span(months=months))
    grants = {one.grant_id: one for one in concerning(book, audience)}
    found = [*_estates(book, audience), *_grants(book, grants.values())]
    found += _dated(book, audience, contracts, grants, today)
    near = (one for one in found if today <= one.day < last)
    return tuple(sorted(near, key=lambda one: (one.day, _name(one.of), one.kind)))


def ending_body(ending: Ending) -> dict[str, Any]:
    """Write a day that matters for who may know of it."""
    of = ending.of
    zh, en = ending.words
    return {
        "day": date_of(ending.day).isoformat(),
        "kind": ending.kind.value,
        "presumed": ending.presumed,
        "zh": zh,
        "en": en,
        "work_id": as_hex(of.work_id),
        "estate_id": str(of.estate_id) if isinstance(of, Estate) else None,
        "grant_id": as_hex(of.grant_id) if isinstance(of, Grant) else None,
    }


def parties_of(of: Estate | Grant) -> tuple[Address, ...]:
    """Give whom the end of an estate or a grant concerns, as a calendar names them."""
    return of.owners if isinstance(of, Estate) else (of.licensee,)


def calendar_of(found: Iterable[Ending], wording: Wording, now: datetime) -> bytes:
    """Write a calendar of them; taken in twice it has each once."""
    return write_events((_event(one, wording) for one in found), now)


def _estates(book: Book, audience: Audience) -> Iterator[Ending]:
    for account in sorted(audience.accounts):
        for one in book.estates(owner=account):
            if one.status is EstateStatus.LIVE and one.scope.until != NO_END:
                yield Ending(one.scope.until - 1, FactKind.EXPIRY, one)


def _grants(book: Book, grants: Iterable[Grant]) -> Iterator[Ending]:
    for one in grants:
        until = book.live_until(one)
        if until not in (0, NO_END):
            yield Ending(until - 1, FactKind.EXPIRY, one)


def _dated(
    book: Book, audience: Audience, contracts: Contracts, grants: Mapping[Hash32, Grant], today: int
) -> Iterator[Ending]:
    """What contracts date: of grants that ran their time, for what was ended early was ended with its other days."""
    older = [one for one in grants.values() if one.signed_on and one.status is GrantStatus.LIVE]
    ours = [one.grant_id for one in older if _is_partys(book, audience, one)]
    for grant_id, contract in contracts(ours).items() if ours else ():
        for fact in facts(contract, today):
            if fact.kind is not FactKind.EXPIRY:
                yield Ending(fact.day, fact.kind, grants[grant_id], fact.presumed)


def _is_partys(book: Book, audience: Audience, grant: Grant) -> bool:
    return audience.is_one_of([grant.licensee]) or audience.sees_rights(book, grant)


def _event(ending: Ending, wording: Wording) -> Event:
    of, at = ending.of, 0 if wording.tongue == "zh" else 1
    parties = parties_of(of)
    lines = [("、", ", ")[at].join(map(wording.party, parties)), _box(of.scope, wording.tongue), _name(of)]
    return Event(
        told=f"{_name(of)} {ending.kind} {ending.day}".encode(),
        day=ending.day,
        summary=f"{ending.words[at]}{('：', ' – ')[at]}{wording.title(of.work_id)}",
        description="\n".join(line for line in lines if line),
        category=str(ending.kind),
    )


def _box(scope: Scope, tongue: Tongue) -> str:
    return "" if scope.is_empty() else write(scope, tongue)


def _name(of: Estate | Grant) -> str:
    return f"estate {of.estate_id}" if isinstance(of, Estate) else f"grant {as_hex(of.grant_id)}"
