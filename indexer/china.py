"""Days and times as they are counted in China: UTC+8, without summer time since 1991. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

DAY = 86_400
OFFSET = 8 * 3_600
"""Seconds that its clocks are ahead of UTC."""
CHINA = timezone(timedelta(seconds=OFFSET), "UTC+8")
"""No time-zone database is needed for it."""
EPOCH = date(1970, 1, 1)
LAST = 253_402_300_799 - OFFSET
"""The last second of the year 9999 there, with which calendars end; on chain a time may be later."""


def china_day(at: int) -> int:
    """Number of the day that Unix seconds fall on, counted from 1970-01-01."""
    return (at + OFFSET) // DAY


def day_begins(day: int) -> int:
    """Unix seconds of the begin of a day so numbered."""
    return day * DAY - OFFSET


def day_of(on: date) -> int:
    """Number of a calendar day, counted from 1970-01-01."""
    return (on - EPOCH).days


def date_of(day: int) -> date:
    """Give the calendar day of a number.

    Raises:
        OverflowError: the year is beyond 9999.
    """
    return EPOCH + timedelta(days=day)


def in_china(at: int) -> datetime:
    """Give Unix seconds as a time there.

    Raises:
        ValueError, OverflowError, OSError: the year is beyond 9999.
    """
    return datetime.fromtimestamp(at, UTC).astimezone(CHINA)
