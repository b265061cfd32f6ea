"""Days as they are typed."""

from __future__ import annotations

import pytest

from service.api.scoping import day_in
from service.errors import BadInput


@pytest.mark.parametrize(("text", "day"), [("1970-01-01", 0), ("2027-01-01", 20_819)])
def test_a_day_is_counted_from_1970(text: str, day: int) -> None:
    assert day_in(text) == day


@pytest.mark.parametrize("text", ["1969-12-31", "1900-01-01"])
def test_a_day_before_1970_is_said_to_be_too_early_and_not_to_be_none(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        day_in(text)
    assert refused.value.code == "day-too-early"
    assert refused.value.zh == f"不接受 1970-01-01 之前的日期：{text}。"
    assert refused.value.en == f"Days before 1970-01-01 are not taken: {text}."


@pytest.mark.parametrize("text", ["2026-02-30", "1900-02-29", "0000-01-01", "2026-13-01"])
def test_a_day_that_is_none_is_said_to_be_none(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        day_in(text)
    assert refused.value.code == "no-such-day"
