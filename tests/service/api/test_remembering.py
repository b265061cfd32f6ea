"""Answers that are given again: as the plain way gives them, never older than the ledger, and made once for many."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from indexer.evidence.collect import Ground
from service.access.bearer import Scope
from service.api import remembering
from service.api.app import make_app
from service.api.moments import moment
from service.api.remembering import LONGEST_KEY, Answer, Answers, key_of
from tests.service.api.premises import Caller, Premises, listening, written
from tests.service.api.told import Told, deposit, holders_own

pytestmark = pytest.mark.node


@pytest.fixture
def plain(house: Premises) -> Iterator[Caller]:
    """The same house without a memory, called by the same name."""
    with listening(make_app(house.installation, remembering=False)) as url:
        caller = Caller(url, None)
        caller.http.headers["Host"] = house.url.removeprefix("http://")
        yield caller
        caller.http.close()


@pytest.fixture
def _for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembering, "FRESH", 3600.0)


def things(house: Premises, told: Told) -> list[str]:
    """What is remembered: pages of things and their twins."""
    ids = {
        "t": (told.tokens[0], "collectibles"),
        "w": (told.work_id, "works"),
        "c": (told.collection_id, "collections"),
        "i": (written(house.issuer), "institutions"),
    }
    return [
        path for short, (name, kind) in ids.items() for path in (f"/{short}/{name}", f"/v1/{kind}/{name}")
    ]


def _told(text: str) -> str:
    """Leave out when it was looked: the one thing that changes by itself."""
    text = re.sub(r"\b1[78]\d{8}\b", "", text)
    return re.sub(r"<time[^>]*>[^<]*</time>", "", text)


def test_what_is_given_again_is_what_the_plain_way_gives(house: Premises, told: Told, plain: Caller) -> None:
    public = house.caller(None)
    for path in things(house, told):
        for language in ("zh", "en"):
            wish = {"Accept-Language": language}
            answers = [one.http.get(path, headers=wish) for one in (public, public, plain, public)]
            assert {one.status_code for one in answers} == {200}
            assert len({_told(one.text) for one in answers}) == 1, path
            without = ("x-request-id", "date", "content-length")
            headers = [
                {name: value for name, value in one.headers.items() if name not in without} for one in answers
            ]
            assert headers[0] == headers[1] == headers[2] == headers[3]
            assert len({one.headers["x-request-id"] for one in answers}) == 4


@pytest.mark.usefixtures("_for_long")
def test_whoever_was_told_that_an_act_is_settled_sees_it(house: Premises, told: Told) -> None:
    issuer, public = house.caller(Scope.ISSUER), house.caller(None)
    work = deposit(issuer, "remembered", b"%PDF-1.7 remembered", title="初题")
    address = f"/v1/works/{work['work_id']}"
    for number in range(5):
        assert public.get(address)["as_of"] == public.get(address)["as_of"]
        facts = {
            "title": f"改题 {number}",
            "registration_number": "试-2026-0002",
            "copyright_holder": "公有领域",
            "maker": "李白",
        }
        issuer.done(f"{address}/amendments", f"again {number}", {"facts": facts, "reason": "改"})
        assert public.get(address)["title"]["text"] == f"改题 {number}"


def test_a_moment_ends_with_the_block_and_with_the_anchor(house: Premises, told: Told) -> None:
    before = moment(house.installation)
    assert moment(house.installation) == before
    anchor = house.installation.settings.trust_anchor
    octets = anchor.read_bytes()
    anchor.write_bytes(octets)
    assert moment(house.installation).anchor != before.anchor
    deposit(house.caller(Scope.ISSUER), "a moment", b"%PDF-1.7 a moment")
    assert moment(house.installation).block != before.block


def test_the_block_that_evidence_stands_on_is_fetched_once_and_anew_when_another_is_settled(
    house: Premises, told: Told
) -> None:
    public, memory = house.caller(None), house.installation.proofs

    def standing(path: str) -> Ground:
        memory.held.clear()
        checks = public.get(path, asked_as=written(house.issuer))["verdict"]["checks"]
        assert {"number": 5, "outcome": "passed", "reason": None} in checks
        assert memory.ground is not None
        return memory.ground[1]

    first = standing(f"/v1/collectibles/{told.tokens[0]}")
    assert standing(f"/v1/collectibles/{told.tokens[1]}") is first
    work = deposit(house.caller(Scope.ISSUER), "ground", b"%PDF-1.7 ground")
    assert standing(f"/v1/works/{work['work_id']}").block.number > first.block.number


@pytest.mark.parametrize(
    "path", ["/t/404", "/v1/collectibles/404", "/v1/works/nonsense", "/v1", "/v1/operations/0", "/search"]
)
def test_what_is_not_there_or_no_thing_is_asked_for_anew(house: Premises, plain: Caller, path: str) -> None:
    for _ in range(2):
        answers = [caller.http.get(path) for caller in (house.caller(None), plain)]
        assert answers[0].status_code == answers[1].status_code


def test_a_key_is_never_answered_from_what_others_were_told(house: Premises, told: Told) -> None:
    path = f"/v1/collectibles/{told.tokens[0]}"
    house.caller(None).get(path)
    with holders_own(house, told.kept) as own:
        assert own.http.get(path).headers["cache-control"] == "no-store"
    assert "cache-control" not in house.caller(None).http.get(path).headers


def test_a_choice_of_language_is_not_made_for_others(house: Premises, told: Told) -> None:
    public = house.caller(None).http
    first = public.get(f"/t/{told.tokens[0]}?lang=en")
    again = public.get(f"/t/{told.tokens[0]}?lang=en")
    assert "set-cookie" in first.headers
    assert "set-cookie" in again.headers
    public.cookies.clear()
    assert 'lang="zh' in public.get(f"/t/{told.tokens[0]}", headers={"Accept-Language": "zh"}).text


def test_many_that_ask_at_once_are_all_answered(house: Premises, told: Told) -> None:
    path = f"/v1/collectibles/{told.tokens[1]}"
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda _: house.caller(None).http.get(path).status_code, range(64)))
    assert found == [200] * 64


def test_a_long_question_is_answered_and_not_kept(house: Premises, told: Told) -> None:
    path = f"/v1/collectibles/{told.tokens[0]}"
    assert house.caller(None).http.get(f"{path}?x={'y' * 2_000}").status_code == 200
    scope = {"type": "http", "method": "GET", "path": path, "headers": [], "query_string": b""}
    assert key_of(scope) is not None
    assert key_of({**scope, "query_string": b"x" * LONGEST_KEY}) is None
    assert key_of({**scope, "headers": [(b"host", b"h" * LONGEST_KEY)]}) is None


def test_many_that_ask_at_once_for_what_is_not_there_get_answers_of_their_own(house: Premises) -> None:
    def asked(language: str) -> tuple[str, str]:
        answer = house.caller(None).http.get("/v1/collectibles/404", headers={"Accept-Language": language})
        return language, answer.json()["detail"] + answer.headers["x-request-id"]

    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(asked, ["zh", "en"] * 20))
    assert len({told for _, told in found}) == 40
    assert all(("There is" in told) == (language == "en") for language, told in found)


def test_no_more_octets_are_kept_than_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembering, "MOST_OCTETS", 1_000)
    answers = Answers()
    for number in range(50):
        answers.keep((number,), Answer([], (), 0.0, 90))  # type: ignore[arg-type]
        answers.keep((number,), Answer([], (), 0.0, 100))  # type: ignore[arg-type]
    assert answers.octets == 1_000
    assert list(answers.held) == [(number,) for number in range(40, 50)]
