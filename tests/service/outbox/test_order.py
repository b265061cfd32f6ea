"""Whom a request waits for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.outbox.order import Dependency, Queues
from service.outbox.requests import Mode, Touch

modes = st.sampled_from(list(Mode))
histories = st.lists(st.tuples(modes, st.sampled_from("ab")), max_size=12)


def _on(history: list[tuple[Mode, str]], mode: Mode, sender: str = "a") -> dict[int, Dependency]:
    queues = Queues()
    for place, (one, by) in enumerate(history):
        queues.append(place, [Touch("s", one)], by)
    return queues.dependencies([Touch("s", mode)], sender)


def _kinds(earlier: Mode, later: Mode, by: str = "a") -> str:
    found = list(_on([(earlier, by)], later).values())
    if not found:
        return "–"
    return "piped" if found[0].piped else "needs" if found[0].needed else "after"


@pytest.mark.parametrize(
    ("earlier", "row"),
    [
        (Mode.FOUND, ("after", "piped", "piped", "after")),
        (Mode.CHANGE, ("after", "needs", "needs", "after")),
        (Mode.USE, ("after", "after", "–", "after")),
        (Mode.ORDER, ("after", "after", "after", "after")),
    ],
)
def test_the_table_of_the_page(earlier: Mode, row: tuple[str, ...]) -> None:
    assert tuple(_kinds(earlier, later) for later in Mode) == row


def test_what_another_key_founds_is_waited_for() -> None:
    assert _kinds(Mode.FOUND, Mode.USE, by="b") == "needs"


@given(histories, modes)
def test_only_what_came_after_the_last_that_wrote_is_waited_for(
    history: list[tuple[Mode, str]], mode: Mode
) -> None:
    writes = [place for place, (one, _) in enumerate(history) if one in (Mode.FOUND, Mode.CHANGE)]
    assert all(place >= max(writes, default=0) for place in _on(history, mode))


@given(histories)
def test_a_change_waits_in_the_end_for_everything_before_it(history: list[tuple[Mode, str]]) -> None:
    direct = {place: set(_on(history[:place], one, by)) for place, (one, by) in enumerate(history)}
    reached, left = set(), set(_on(history, Mode.CHANGE))
    while left:
        place = left.pop()
        reached.add(place)
        left |= direct[place] - reached
    assert reached == set(range(len(history)))


@given(histories)
def test_uses_do_not_wait_for_each_other(history: list[tuple[Mode, str]]) -> None:
    waits = _on(history, Mode.USE)
    assert all(history[place][0] is not Mode.USE for place in waits)


def test_two_reasons_to_wait_for_one_request_are_joined_to_the_stronger() -> None:
    queues = Queues()
    queues.append(0, [Touch("work", Mode.FOUND), Touch("file", Mode.ORDER)], "a")
    both = queues.dependencies([Touch("work", Mode.USE), Touch("file", Mode.ORDER)], "a")
    assert both == {0: Dependency(0, needed=True, piped=False)}
