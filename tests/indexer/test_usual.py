"""The fast path of the usual acts gives the rows of the plain one, and leaves to it what is out of the ordinary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.events import ACTS, Distributed, EditionOpened, Minted, WorkRegistered
from indexer.record import unpacked
from indexer.span import Recorded
from indexer.store.folding import Folded, Memory, fold_records
from indexer.store.usual import usual_steps
from tests.indexer.histories import SOURCES, History, grow, span_of, word

USUAL = (WorkRegistered, EditionOpened, Minted, Distributed)


def recorded_of(steps: int, seed: int) -> tuple[Recorded, ...]:
    history = History()
    grow(history, steps, seed)
    return span_of(history.base, history.blocks).recorded


RECORDED = recorded_of(150, 82)


def both(recorded: Sequence[Recorded], cut: int = 0) -> tuple[Folded, Folded]:
    """Fold by either path, what is before `cut` in a stretch before."""
    found = []
    for plainly in (False, True):
        memory = Memory(complete=True)
        fold_records(recorded[:cut], memory, SOURCES, plainly=plainly)
        found.append(fold_records(recorded[cut:], memory, SOURCES, plainly=plainly))
    return found[0], found[1]


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("cut", [0, 40])
def test_both_paths_give_the_same_rows(seed: int, cut: int) -> None:
    fast, plain = both(recorded_of(120, seed), cut)
    assert asdict(fast) == asdict(plain)
    assert not fast.stops


@pytest.mark.parametrize("act_type", USUAL)
def test_the_usual_acts_do_not_need_the_plain_path(act_type: type) -> None:
    steps, memory, taken = usual_steps(SOURCES), Memory(complete=True), 0
    for one in RECORDED:
        if ACTS[one.act] is act_type:
            subject = unpacked(one.subjects)[0]
            taken += steps[one.source, one.act](one, subject, memory.held.get(subject)) is not None
        fold_records([one], memory, SOURCES)
    assert taken == sum(ACTS[one.act] is act_type for one in RECORDED) > 3


@given(st.data())
@settings(max_examples=300)
def test_a_changed_byte_is_followed_or_stops_as_by_the_plain_path(draws: st.DataObject) -> None:
    usual = [place for place, one in enumerate(RECORDED) if ACTS[one.act] in USUAL]
    at = draws.draw(st.sampled_from(usual))
    field = draws.draw(st.sampled_from(["data", "state_after", "subjects", "source"]))
    octets = bytearray(getattr(RECORDED[at], field))
    octets[draws.draw(st.integers(0, len(octets) - 1))] ^= draws.draw(st.integers(1, 255))
    bent = RECORDED[at]._replace(**{field: bytes(octets)})
    fast, plain = both([*RECORDED[:at], bent, *RECORDED[at + 1 :]])
    assert asdict(fast) == asdict(plain)


@pytest.mark.parametrize("act_type", USUAL)
@pytest.mark.parametrize("change", ["again", "left out", "cut off", "longer", "nobody", "late"])
def test_what_does_not_follow_stops_as_by_the_plain_path(act_type: type, change: str) -> None:
    at = next(place for place, one in enumerate(RECORDED) if ACTS[one.act] is act_type)
    one = RECORDED[at]
    there = {
        "again": (one, one),
        "left out": (),
        "cut off": (one._replace(data=one.data[:-32]),),
        "longer": (one._replace(data=one.data + bytes(32)),),
        "nobody": (one._replace(subjects=b""),),
        "late": (one._replace(block_time=one.block_time + 1, state_after=word("other")),),
    }[change]
    fast, plain = both([*RECORDED[:at], *there, *RECORDED[at + 1 :]])
    assert asdict(fast) == asdict(plain)
