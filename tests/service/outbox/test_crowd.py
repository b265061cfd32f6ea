"""Callers who come together are served together, and each gets an answer."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from service.outbox.crowd import Crowd


def test_who_comes_while_others_are_served_is_served_with_the_next() -> None:
    crowd, parties = Crowd[int](), list[list[int]]()

    def serve(calls: list[int]) -> None:
        parties.append(calls)
        time.sleep(0.02)

    with ThreadPoolExecutor(40) as callers:
        list(callers.map(lambda call: crowd.join(call, serve), range(400)))
    assert sorted(call for party in parties for call in party) == list(range(400))
    assert len(parties) < 200


def test_who_is_alone_is_served_alone_and_at_once() -> None:
    parties: list[list[int]] = []
    Crowd[int]().join(5, parties.append)
    assert parties == [[5]]


def test_a_fault_is_the_servers_and_the_others_try_for_themselves() -> None:
    crowd, began, go = Crowd[str](), threading.Event(), threading.Event()
    served: list[str] = []

    def serve(calls: list[str]) -> None:
        if "first" in calls:
            began.set()
            assert go.wait(10)
        elif len(calls) > 1:
            raise RuntimeError
        served.extend(calls)

    def ask(call: str) -> str:
        try:
            crowd.join(call, serve)
        except RuntimeError:
            return "failed"
        return "served"

    with ThreadPoolExecutor(4) as callers:
        first = callers.submit(ask, "first")
        assert began.wait(10)
        others = [callers.submit(ask, name) for name in ("a", "b", "c")]
        time.sleep(0.2)
        go.set()
        answers = [one.result(10) for one in others]
    assert first.result() == "served"
    assert answers.count("failed") == 2
    assert len(served) == 2


def test_after_a_fault_the_crowd_goes_on() -> None:
    crowd = Crowd[int]()

    def fail(_calls: list[int]) -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        crowd.join(1, fail)
    parties: list[list[int]] = []
    crowd.join(2, parties.append)
    assert parties == [[2]]
