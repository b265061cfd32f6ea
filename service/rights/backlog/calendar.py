"""Days that matter as a calendar file (RFC 5545): whole days, one event each, confidential. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from indexer.china import date_of
from service.rights.backlog.facts import FACT_WORDS, PRESUMED, Fact
from service.rights.backlog.written import content_digest

PRODUCT: Final = "-//Qianyin//Contracts//ZH"
LONGEST_LINE: Final = 75
"""Octets, without the line break (section 3.1)."""
_ESCAPED: Final = re.compile(r"[\\;,]")
_BREAKS: Final = re.compile("\r\n|[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Event:
    """A day in a calendar. `told`: what makes it the same event when the calendar is written again."""

    told: bytes
    day: int
    summary: str
    description: str
    category: str

    @property
    def uid(self) -> str:
        """The same for the same event, so that a calendar taken in twice has it once."""
        return hashlib.sha256(self.told).hexdigest()[:40] + "@qianyin"


def write_calendar(facts: Iterable[Fact], now: datetime, language: str = "zh") -> bytes:
    """Write a calendar of facts.

    Args:
        now: when the calendar is written, with its zone.
    """
    at = 0 if language == "zh" else 1
    return write_events((_event_of(fact, at) for fact in facts), now)


def write_events(events: Iterable[Event], now: datetime) -> bytes:
    """Write a calendar of events, in their order.

    Args:
        now: when the calendar is written, with its zone.
    """
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN"]
    for event in events:
        lines += _lines(event, stamp)
    lines.append("END:VCALENDAR")
    return b"".join(octets + b"\r\n" for line in lines for octets in _folded(line))


def _lines(event: Event, stamp: str) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{event.uid}"
    yield f"DTSTAMP:{stamp}"
    yield f"DTSTART;VALUE=DATE:{date_of(event.day):%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{date_of(event.day + 1):%Y%m%d}"
    yield f"SUMMARY:{_text(event.summary)}"
    yield f"DESCRIPTION:{_text(event.description)}"
    yield f"CATEGORIES:{_text(event.category)}"
    yield "CLASS:CONFIDENTIAL"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _event_of(fact: Fact, at: int) -> Event:
    told = content_digest(fact.contract) + f"{fact.kind} {fact.day}".encode()
    return Event(told, fact.day, _summary(fact, at), _description(fact, at), str(fact.kind))


def _summary(fact: Fact, at: int) -> str:
    work = fact.contract.work
    mark = ("：", ": ")[at]
    return f"{FACT_WORDS[fact.kind][at]}{mark}{work.title or work.number}"


def _description(fact: Fact, at: int) -> str:
    contract, unknown = fact.contract, ("不详", "unknown")[at]
    lines = [
        f"{contract.licensor or unknown} → {contract.licensee or unknown}",
        contract.number,
        PRESUMED[at] if fact.presumed else "",
        contract.reversion.condition if contract.reversion is not None and fact.kind == "reversion" else "",
    ]
    return "\n".join(line for line in lines if line)


def _text(text: str) -> str:
    """A value of type TEXT (section 3.3.11)."""
    escaped = _ESCAPED.sub(lambda match: "\\" + match[0], text)
    return _BREAKS.sub(r"\\n", escaped)


def _folded(line: str) -> Iterator[bytes]:
    """A line in pieces of at most 75 octets, no character cut in two; what continues begins with a blank."""
    piece = b""
    for char in line:
        octets = char.encode()
        if len(piece) + len(octets) > LONGEST_LINE:
            yield piece
            piece = b" "
        piece += octets
    yield piece
