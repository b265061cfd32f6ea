"""Whether an index keeps up with its chain: said with a reason and a time, and never by a hasty look."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread

import pytest

from indexer.connection import NodeUnavailable
from indexer.follow import Halt, Header, Reason
from indexer.store.answers import AsOf
from indexer.values import Hash32
from service.reading.following import LEEWAY, LOOK_AFTER, Owed, Sight, Watch, owed, stale

NOW = 1_795_327_500


def as_of(number: int, time: int = NOW - 60) -> AsOf:
    return AsOf(number, Hash32(bytes(32)), time, 7, Hash32(bytes(32)), number)


def header(number: int, time: int) -> Header:
    return Header(number, Hash32(bytes(32)), Hash32(bytes(32)), time)


def test_an_index_at_the_head_owes_nothing() -> None:
    assert owed(None, header(9, NOW), 9, NOW) is None
    assert owed(None, None, 9, NOW) is None
    assert stale(as_of(9), None, Sight(header(9, NOW)), None, NOW) is None


def test_a_block_that_has_just_come_is_owed_and_not_yet_late() -> None:
    due = owed(None, header(10, NOW - 1), 9, NOW)
    assert due == Owed(10, NOW - 1)
    assert stale(as_of(9), None, Sight(header(10, NOW - 1)), due, NOW) is None


def test_an_old_block_that_is_missing_is_late_at_the_first_look() -> None:
    due = owed(None, header(10, NOW - 100), 9, NOW)
    found = stale(as_of(9), None, Sight(header(10, NOW - 100)), due, NOW)
    assert found is not None
    assert (found.reason, found.since, found.newest) == ("behind", NOW - 100, 10)


def test_a_block_dated_ahead_of_the_clock_is_owed_from_now_on() -> None:
    assert owed(None, header(10, NOW + 3_600), 9, NOW) == Owed(10, NOW)


def test_an_index_that_runs_but_never_arrives_is_behind_only_while_it_keeps_nobody_up() -> None:
    due = owed(None, header(10, NOW), 5, NOW)
    later = owed(due, header(30, NOW + 20), 9, NOW + 20)
    assert later == due
    caught = owed(later, header(31, NOW + 21), 10, NOW + 21)
    assert caught == Owed(31, NOW + 21)


@pytest.mark.parametrize("reason", [Reason.OTHER_CHAIN, Reason.LOGS_CONTRADICT])
def test_an_index_that_halted_stands_since_its_last_block(reason: Reason) -> None:
    found = stale(as_of(9, NOW - 60), Halt(reason, header(9, 0), header(9, 1)), Sight(), None, NOW)
    assert found is not None
    assert (found.reason, found.since) == ("stopped", NOW - 60)


def test_replaced_history_is_said_as_such() -> None:
    halt = Halt(Reason.SETTLED_REPLACED, header(9, 0), header(9, 1))
    found = stale(as_of(9), halt, Sight(header(9, NOW)), None, NOW)
    assert found is not None
    assert found.reason == "replaced"


class Chain:
    """What a chain shows, as a test has it: its newest block, or that nobody answers."""

    def __init__(self, newest: Header | None) -> None:
        self.newest = newest
        self.looks = 0

    def look(self) -> Header:
        self.looks += 1
        if self.newest is None:
            raise NodeUnavailable("test", "nobody answers")
        return self.newest


def at_once(work: Callable[[], None]) -> None:
    """Look before the reader goes on."""
    work()


def test_no_reader_waits_for_a_node_that_does_not_answer() -> None:
    answered, asked = Event(), Event()

    def look() -> Header:
        asked.set()
        answered.wait(60)
        raise NodeUnavailable("test", "nobody answers")

    watch = Watch(look)
    try:
        for _ in range(100):
            assert watch.stale(as_of(9), None) is None
        assert asked.wait(60)
        assert not answered.is_set()
    finally:
        answered.set()


def test_a_node_that_is_silent_for_long_is_said_to_be_since_its_first_silence() -> None:
    now = [float(NOW)]
    chain = Chain(header(9, NOW - 500))
    watch = Watch(chain.look, clock=lambda: now[0], begin=at_once)
    assert watch.stale(as_of(9), None) is None
    chain.newest = None
    now[0] += LOOK_AFTER
    first = int(now[0])
    assert watch.stale(as_of(9), None) is None
    now[0] += LEEWAY + 1
    found = watch.stale(as_of(9), None)
    assert found is not None
    assert (found.reason, found.since, found.newest) == ("silent", first, 9)
    chain.newest = header(9, NOW - 500)
    now[0] += LOOK_AFTER
    assert watch.stale(as_of(9), None) is None


def test_the_node_is_asked_once_in_a_while_however_many_readers_come() -> None:
    now = [float(NOW)]
    chain = Chain(header(9, NOW))
    watch = Watch(chain.look, clock=lambda: now[0], begin=at_once)
    for _ in range(100):
        watch.stale(as_of(9), None)
    assert chain.looks == 1
    now[0] += LOOK_AFTER
    watch.stale(as_of(9), None)
    assert chain.looks == 2


def test_an_index_that_does_not_move_is_behind_once_the_leeway_is_over() -> None:
    now = [float(NOW)]
    chain = Chain(header(12, NOW))
    watch = Watch(chain.look, clock=lambda: now[0], begin=at_once)
    assert watch.stale(as_of(9), None) is None
    now[0] += LEEWAY + 1
    chain.newest = header(40, NOW + LEEWAY + 1)
    found = watch.stale(as_of(9), None)
    assert found is not None
    assert (found.reason, found.since, found.newest) == ("behind", NOW, 40)
    assert watch.stale(as_of(40), None) is None


def test_nobody_hangs_up_on_a_look_under_way_and_none_begins_afterwards() -> None:
    said, order = Event(), list[str]()

    def look() -> Header:
        said.wait(10)
        order.append("looked")
        return header(7, NOW)

    watch = Watch(look, lambda: order.append("hung up"))
    watch.stale(as_of(7), None)
    closing = Thread(target=watch.close)
    closing.start()
    said.set()
    closing.join(10)
    watch.stale(as_of(7), None)
    assert order == ["looked", "hung up"]
