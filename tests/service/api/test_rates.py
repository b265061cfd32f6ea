"""How often somebody may ask: generously, counted by key and by address, and told when to come again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import httpx2 as httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.access.bearer import Scope, new_key
from service.access.bearers import give_out, revoke
from service.api.problems import TooMany
from service.api.rates import BURST, MOST_BUCKETS, UNKNOWN_KEY, Buckets, Rates
from service.installation import Installation
from tests.service.api.premises import Caller, Premises, served

RATE = 0.5
"""A second: so that nothing comes back while a test runs, and little is needed to use it up."""


class Clock:
    """Time that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@contextmanager
def limited(house: Premises, **rates: float) -> Iterator[Callable[[str | None], httpx.Client]]:
    """Serve the house once more, with limits; gives what makes callers with a key or none."""
    settings = replace(house.installation.settings, **{"public_rate": 0.0, "key_rate": 0.0, **rates})
    installation = Installation(settings)
    with ExitStack() as ending:
        ending.callback(installation.close)
        url = ending.enter_context(served(installation))

        def calling(key: str | None) -> httpx.Client:
            caller = Caller(url, key).http
            ending.callback(caller.close)
            return caller

        yield calling


@given(st.lists(st.floats(0, 30), max_size=60), st.floats(0.1, 50))
def test_never_more_than_the_burst_and_the_rate_go_through(pauses: list[float], rate: float) -> None:
    clock = Clock()
    buckets, through = Buckets(clock), 0
    for pause in pauses:
        clock.now += pause
        wait = buckets.take("somebody", rate, 1.0)
        through += wait == 0
        assert through <= rate * (clock.now + BURST) + 1e-6
        if wait:
            clock.now += wait + 1e-6
            assert buckets.take("somebody", rate, 1.0) == 0, "after the time that was told it goes through"
            through += 1


def test_one_does_not_use_up_what_is_anothers() -> None:
    buckets = Buckets(Clock())
    assert [buckets.take("one", 1, 1) == 0 for _ in range(11)] == [True] * 10 + [False]
    assert buckets.take("other", 1, 1) == 0


def test_a_clock_that_goes_back_gives_nothing_and_takes_nothing() -> None:
    clock = Clock()
    buckets = Buckets(clock)
    buckets.take("one", 1, 4)
    clock.now -= 1_000
    assert [buckets.take("one", 1, 1) == 0 for _ in range(7)] == [True] * 6 + [False]


def test_no_more_than_so_many_names_are_kept() -> None:
    buckets = Buckets(Clock())
    for number in range(MOST_BUCKETS + 100):
        buckets.take(str(number), 1, 1)
    assert len(buckets.held) == MOST_BUCKETS


def test_threads_count_together() -> None:
    buckets, through = Buckets(Clock()), []

    def ask() -> None:
        through.extend(buckets.take("all", 10, 1) == 0 for _ in range(100))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(through) == 10 * BURST


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("testclient", "testclient", True),
    ],
)
def test_an_address_is_counted_with_those_that_the_same_person_has(
    first: str, second: str, same: bool
) -> None:
    rates = Rates(RATE, RATE, Buckets(Clock()))
    for _ in range(int(RATE * BURST)):
        assert rates.refuses({"type": "http", "client": (first, 1), "headers": []}) is None
    refused = rates.refuses({"type": "http", "client": (second, 2), "headers": []})
    assert isinstance(refused, TooMany) is same


@pytest.mark.node
def test_the_public_is_told_when_to_come_again(house: Premises) -> None:
    with limited(house, public_rate=RATE) as calling:
        public = calling(None)
        answers = [public.get("/v1/trust-anchor") for _ in range(int(RATE * BURST) + 2)]
        assert [one.status_code for one in answers] == [200] * int(RATE * BURST) + [429, 429]
        refused = answers[-1]
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.headers["content-security-policy"]
        assert 1 <= int(refused.headers["retry-after"]) <= 2
        assert refused.json()["facts"]["retry_after"] == int(refused.headers["retry-after"])
        assert refused.json()["messages"]["zh"]
        page = public.get("/", headers={"Accept": "text/html"})
        assert page.status_code == 429
        assert page.headers["content-type"].startswith("text/html")


@pytest.mark.node
def test_a_known_key_costs_its_address_nothing_and_works_where_the_public_used_its_share_up(
    house: Premises,
) -> None:
    with limited(house, public_rate=RATE) as calling:
        issuer, public = calling(house.keys[Scope.ISSUER]), calling(None)
        assert {issuer.get("/v1/operations").status_code for _ in range(20)} == {200}
        left = int(RATE * BURST) - 1  # the first request with the key was not known to have one
        codes = [public.get("/v1/trust-anchor").status_code for _ in range(left + 1)]
        assert codes == [200] * left + [429]
        assert issuer.get("/v1/operations").status_code == 200


@pytest.mark.node
def test_a_key_has_its_own_count_whatever_its_address_asks(house: Premises) -> None:
    with limited(house, key_rate=RATE) as calling:
        issuer, regulator = (calling(house.keys[scope]) for scope in (Scope.ISSUER, Scope.REGULATOR))
        through = int(RATE * BURST)
        answers = [issuer.get("/v1/operations").status_code for _ in range(through + 1)]
        assert answers == [200] * through + [429]
        assert regulator.get("/v1/operations").status_code == 200
        assert calling(None).get("/v1/status").status_code == 200


@pytest.mark.node
def test_guessing_keys_uses_an_address_up_sooner_than_reading(house: Premises) -> None:
    rate = 5.0
    with limited(house, public_rate=rate) as calling:
        guesses = int(rate * BURST // (UNKNOWN_KEY + 1))
        guesser = calling(None)
        codes = [
            guesser.get("/v1/operations", headers={"Authorization": f"Bearer {new_key().text}"}).status_code
            for _ in range(guesses + 1)
        ]
        assert codes == [401] * guesses + [429]


@pytest.mark.node
@pytest.mark.parametrize(
    "presented", ["x", "Bearer x", pytest.param(f"Bearer {new_key().text}", id="never given out")]
)
def test_what_is_no_key_does_not_get_around_the_count_of_what_is_public(
    house: Premises, presented: str
) -> None:
    with limited(house, public_rate=RATE) as calling:
        public, through = calling(None), int(RATE * BURST)
        codes = [
            public.get("/v1/trust-anchor", headers={"Authorization": presented}).status_code
            for _ in range(through + 1)
        ]
        assert codes == [200] * through + [429]


@pytest.mark.node
def test_a_key_is_counted_on_public_addresses_too_and_no_more_once_it_is_revoked(house: Premises) -> None:
    given = give_out(house.installation.database, Scope.OPERATOR, "to be revoked")
    with limited(house, key_rate=RATE, public_rate=100.0) as calling:
        bearer, through = calling(given.text), int(RATE * BURST)
        assert bearer.get("/v1/operations").status_code == 200
        codes = [bearer.get("/v1/trust-anchor").status_code for _ in range(through)]
        assert codes == [200] * (through - 1) + [429]
        revoke(house.installation.database, given.key_id)
        time.sleep(1 / RATE)
        assert bearer.get("/v1/operations").status_code == 401
        assert bearer.get("/v1/trust-anchor").status_code == 200


@pytest.mark.node
def test_nothing_is_counted_where_no_limit_is_set(house: Premises) -> None:
    with limited(house) as calling:
        public = calling(None)
        assert {public.get("/v1/trust-anchor").status_code for _ in range(50)} == {200}
