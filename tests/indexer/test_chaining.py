"""The fast path of chaining says what the plain one says, of whatever logs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.chaining import chain, chain_plainly
from indexer.node import Log
from indexer.span import ChainMoved, LogsMismatch, Recorded
from tests.indexer.histories import History, grow, log_of

HISTORY = History()
grow(HISTORY, 60, 81)
HEADERS = [header for header, _ in HISTORY.blocks]
LOGS = [
    log_of(record, index, header.hash)
    for header, records in HISTORY.blocks
    for index, record in enumerate(records)
]


def plainly(logs: Sequence[Log]) -> list[Recorded] | str:
    try:
        return chain_plainly(HISTORY.base, HEADERS, logs)
    except (ChainMoved, LogsMismatch) as fault:
        return str(fault)


def test_the_logs_of_a_history_do_not_need_the_plain_path() -> None:
    found = chain(HISTORY.base, HEADERS, LOGS)
    assert found == plainly(LOGS)
    assert found is not None
    assert [one.record for one in found] == HISTORY.records


@given(st.integers(0, len(LOGS) - 1), st.integers(0, 1 << 20), st.integers(1, 255))
@settings(max_examples=300)
def test_a_changed_byte_is_chained_or_refused_as_the_plain_path_does(at: int, place: int, bits: int) -> None:
    log = LOGS[at]
    data = bytearray(log.data)
    data[place % len(data)] ^= bits
    same(log._replace(data=bytes(data)), at)


BENT: dict[str, Callable[[Log], Log]] = {
    "a word too many": lambda log: log._replace(data=log.data + bytes(32)),
    "a word too few": lambda log: log._replace(data=log.data[:-32]),
    "a byte too many": lambda log: log._replace(data=log.data + b"\0"),
    "no data": lambda log: log._replace(data=b""),
    "another event": lambda log: log._replace(topics=(log.topics[2], *log.topics[1:])),
    "the seq of another": lambda log: log._replace(topics=(log.topics[0], log.topics[3], *log.topics[2:])),
    "a source that is no address": lambda log: log._replace(topics=(*log.topics[:2], *log.topics[3:] * 2)),
    "a topic too few": lambda log: log._replace(topics=log.topics[:3]),
    "a topic cut off": lambda log: log._replace(topics=(*log.topics[:3], log.topics[3][:31])),  # type: ignore[arg-type]
    "another block": lambda log: log._replace(block_hash=log.topics[0]),
    "a block not asked for": lambda log: log._replace(block_number=1 << 40),
}


@pytest.mark.parametrize("bend", BENT.values(), ids=BENT)
@pytest.mark.parametrize("at", [0, len(LOGS) // 2, len(LOGS) - 1])
def test_what_is_no_record_is_refused_as_the_plain_path_does(bend: Callable[[Log], Log], at: int) -> None:
    assert isinstance(same(bend(LOGS[at]), at), str)


def same(bent: Log, at: int) -> list[Recorded] | str:
    """Both paths, of the history with one log in the place of another."""
    logs = [*LOGS[:at], bent, *LOGS[at + 1 :]]
    found, plain = chain(HISTORY.base, HEADERS, logs), plainly(logs)
    assert found is None or found == plain
    return plain
