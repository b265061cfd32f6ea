"""Counting the acts of a ledger for a regulator: the plain definition, which the projection's SQL must equal. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import NamedTuple, TypeAlias

from indexer.china import DAY, china_day
from indexer.events import Annulled, HoldPlaced, Minted, UnknownAct, WorkKind, WorkRegistered, decode
from indexer.record import Record
from indexer.values import Address, Hash32
from indexer.words import WordsMalformed


class Period(Enum):
    """Over what to count; a period is named as ISO 8601 does."""

    DAY = 10
    MONTH = 7
    YEAR = 4
    ALL = 0


class TallyKey(NamedTuple):
    """Whose, of what kind of work, and in which period ("2026-11-22", "2026-11", "2026" or "")."""

    institution: Address
    kind: WorkKind
    period: str


class Measures(NamedTuple):
    """How many works were deposited, tokens issued, holds placed, tokens annulled."""

    deposited: int = 0
    issued: int = 0
    held: int = 0
    annulled: int = 0


Tally: TypeAlias = Mapping[TallyKey, Measures]


def tally(
    records: Iterable[Record], period: Period, time_from: int | None = None, time_until: int | None = None
) -> Tally:
    """Count the records from the ledger's first on, those with a block time in `[time_from, time_until)`.

    A token's acts count for the institution that issued it and the kind of its work, so the range must begin with
    the ledger; what comes before `time_from` is read and not counted.
    """
    kinds: dict[Hash32, WorkKind] = {}
    tokens: dict[int, tuple[Address, WorkKind]] = {}
    counts: dict[TallyKey, list[int]] = {}
    for record in records:
        found = _counted(record, kinds, tokens)
        if found is None or not _within(record.block_time, time_from, time_until):
            continue
        place, institution, kind = found
        day = china_day(record.block_time)
        key = TallyKey(institution, kind, period_of_day(day, period))
        counts.setdefault(key, [0, 0, 0, 0])[place] += 1
    return {key: Measures(*numbers) for key, numbers in counts.items()}


def period_of_day(day: int, period: Period) -> str:
    """Name the period a day belongs to; days are counted from 1970-01-01 in UTC+8."""
    return datetime.fromtimestamp(day * DAY, UTC).strftime("%Y-%m-%d")[: period.value]


def _counted(
    record: Record, kinds: dict[Hash32, WorkKind], tokens: dict[int, tuple[Address, WorkKind]]
) -> tuple[int, Address, WorkKind] | None:
    try:
        act = decode(record)
    except WordsMalformed:
        act = UnknownAct(record.act, record.data)
    match act:
        case WorkRegistered():
            kinds[act.work_id] = act.kind
            return 0, act.registrant, act.kind
        case Minted() if act.work_id in kinds:
            tokens[act.token_id] = (act.issuer, kinds[act.work_id])
            return 1, *tokens[act.token_id]
        case HoldPlaced() if act.token_id in tokens:
            return 2, *tokens[act.token_id]
        case Annulled() if act.token_id in tokens:
            return 3, *tokens[act.token_id]
        case _:
            return None


def _within(time: int, time_from: int | None, time_until: int | None) -> bool:
    return (time_from is None or time >= time_from) and (time_until is None or time < time_until)
