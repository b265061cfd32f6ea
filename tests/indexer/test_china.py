"""Days as they are counted in China."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.china import DAY, LAST, OFFSET, china_day, day_begins, in_china

MOMENTS = st.integers(0, 4_000_000_000)


@given(MOMENTS)
def test_a_moment_lies_in_its_day(at: int):
    assert day_begins(china_day(at)) <= at < day_begins(china_day(at) + 1)


@given(st.integers(0, 40_000))
def test_a_day_begins_at_midnight_there_and_is_itself(day: int):
    begin = day_begins(day)
    assert china_day(begin) == day
    assert china_day(begin - 1) == day - 1
    if begin >= 0:
        assert (in_china(begin).hour, in_china(begin).minute) == (0, 0)


@given(st.integers(DAY * 9_000, 4_000_000_000))
def test_the_clock_is_that_of_the_time_zone_database_since_summer_time_ended(at: int):
    there = in_china(at)
    assert there.astimezone(ZoneInfo("Asia/Shanghai")).replace(tzinfo=None) == there.replace(tzinfo=None)


def test_what_no_calendar_has_is_an_error():
    assert in_china(LAST).isoformat() == "9999-12-31T23:59:59+08:00"
    for at in (LAST + 1, LAST + OFFSET, 1 << 60, (1 << 64) - 1):
        with pytest.raises((ValueError, OverflowError, OSError)):
            in_china(at)
