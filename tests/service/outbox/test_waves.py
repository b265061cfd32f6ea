"""Transactions go in waves, and more at a time where blocks come slowly."""

from __future__ import annotations

from service.outbox.waves import MOST, PATIENCE, SLOW, Wave


def test_the_next_wave_goes_when_the_last_is_mined_and_not_before() -> None:
    wave = Wave(nonce=7, sent_at=100.0, window=1)
    assert not wave.over(mined=7, now=100.1)
    assert wave.over(mined=8, now=100.1)


def test_nobody_waits_for_a_wave_longer_than_its_patience_or_where_no_node_answers() -> None:
    wave = Wave(nonce=7, sent_at=100.0, window=1)
    assert wave.over(mined=7, now=100.0 + PATIENCE)
    assert wave.over(mined=None, now=100.0)


def test_slow_blocks_make_the_next_wave_larger_and_quick_ones_smaller() -> None:
    assert Wave(0, 0.0, 1).next_window(SLOW * 2) == 2
    assert Wave(0, 0.0, MOST).next_window(SLOW * 2) == MOST
    assert Wave(0, 0.0, 8).next_window(SLOW / 2) == 4
    assert Wave(0, 0.0, 1).next_window(SLOW / 2) == 1
