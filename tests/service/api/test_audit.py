"""A regulator asks: each question is kept first, sealed, and answered whole."""

from __future__ import annotations

from dataclasses import replace

import pytest

from service.access.bearer import Scope
from service.access.questions import first_broken_seal
from service.audit.export import Span, announced
from service.errors import NotFound
from tests.service.api.premises import Premises, written
from tests.service.api.told import POLICY, Told

pytestmark = pytest.mark.node


def test_a_question_is_kept_before_it_is_answered_and_its_seal_goes_out_with_the_answer(
    house: Premises, told: Told
) -> None:
    regulator = house.caller(Scope.REGULATOR)
    answer = regulator.get("/v1/audit/entries", token_id=told.tokens[0], limit=1)
    place = answer["question"]["place"]
    listed = regulator.get("/v1/audit/questions", limit=1_000)
    kept = listed["questions"][place]
    assert kept["seal"] == answer["question"]["seal"]
    assert kept["question"] == {
        "path": "/v1/audit/entries",
        "query": [["token_id", told.tokens[0]], ["limit", "1"]],
    }
    assert kept["as_of"] == answer["as_of"]["block"]
    assert listed["first_broken_seal"] is None


def test_a_question_about_nothing_is_kept_too(house: Premises) -> None:
    regulator = house.caller(Scope.REGULATOR)
    before = len(regulator.get("/v1/audit/questions", limit=1_000)["questions"])
    assert regulator.http.get("/v1/audit/collectibles/404").status_code == 404
    after = regulator.get("/v1/audit/questions", limit=1_000)["questions"]
    assert len(after) == before + 1
    assert after[-1]["question"]["path"] == "/v1/audit/collectibles/404"
    assert first_broken_seal(house.installation.database) is None


def test_entries_are_found_by_party_kind_of_act_and_period(house: Premises, told: Told) -> None:
    regulator = house.caller(Scope.REGULATOR)
    mine = regulator.get("/v1/audit/entries", party=told.wallet.address)
    acts = [entry["words"]["act"] for entry in mine["entries"]]
    assert acts == ["Distributed", "Gifted"]
    assert mine["completeness"]["kind"] == "subject"
    gifts = regulator.get("/v1/audit/entries", party=told.wallet.address, act="Gifted")
    assert [entry["seq"] for entry in gifts["entries"]] == [mine["entries"][1]["seq"]]
    assert gifts["completeness"]["kind"] == "selection"
    assert gifts["completeness"]["range"] == {"first": 0, "last": gifts["as_of"]["count"] - 1}
    time = mine["entries"][1]["time"]
    assert regulator.get("/v1/audit/entries", party=told.wallet.address, time_until=1)["entries"] == []
    later = regulator.get("/v1/audit/entries", party=told.wallet.address, time_from=time)
    assert later["entries"][-1]["seq"] == mine["entries"][1]["seq"]


def test_an_export_ends_with_what_is_settled(house: Premises, told: Told) -> None:
    installation = house.installation
    token = int(told.tokens[0])
    with installation.projection.view() as view:
        subject = view.sources.token(token)
        whole = announced(installation, view, Span(), None)
        history = view.history(subject).items
        settled = history[0].record.block_number - 1
        view.as_of = replace(view.as_of, settled_number=settled)
        for span in (Span(), Span(block_until=view.as_of.number), Span(seq_from=0, seq_until=10**6)):
            header = announced(installation, view, span, None)
            assert header.after is not None
            assert header.after.block_number == settled < view.as_of.number
        last = announced(installation, view, Span(), subject).last_seq
        assert last == history[1].record.seq < history[0].record.seq
        assert whole.last_seq is not None
        assert header.last_seq is not None
        assert header.last_seq < whole.last_seq
        view.as_of = replace(view.as_of, settled_number=history[-1].record.block_number - 1)
        with pytest.raises(NotFound):
            announced(installation, view, Span(), subject)


def test_the_standing_of_an_account_has_a_history_of_its_own(house: Premises, told: Told) -> None:
    listed = house.caller(Scope.REGULATOR).get("/v1/audit/entries", account=told.wallet.address)
    assert [entry["words"]["act"] for entry in listed["entries"]] == ["AccountRegistered"]
    assert listed["completeness"]["kind"] == "subject"


def test_everything_of_a_work_is_followed_into_its_collectibles(house: Premises, told: Told) -> None:
    regulator = house.caller(Scope.REGULATOR)
    alone = regulator.get("/v1/audit/entries", work_id=told.work_id)
    derived = regulator.get("/v1/audit/entries", work_id=told.work_id, derived=True)
    seen = {entry["words"]["act"] for entry in derived["entries"]}
    assert {"Minted", "Gifted", "HoldPlaced", "Annulled"} <= seen
    assert len(alone["entries"]) < len(derived["entries"])


def test_a_long_list_is_read_to_its_end_by_its_cursor(house: Premises, told: Told) -> None:
    regulator = house.caller(Scope.REGULATOR)
    seen: list[int] = []
    query: dict[str, int] = {"limit": 7, "seq_until": 40}
    while True:
        page = regulator.get("/v1/audit/entries", **query)
        seen += [entry["seq"] for entry in page["entries"]]
        if page["next"] is None:
            break
        query["after"] = page["next"]
    assert seen == list(range(page["completeness"]["range"]["last"] + 1))


def test_the_holder_at_a_block_and_at_a_time_is_the_one_who_held_it_then(house: Premises, told: Told) -> None:
    regulator, token = house.caller(Scope.REGULATOR), told.tokens[0]
    address = f"/v1/audit/collectibles/{token}"
    history = regulator.get("/v1/audit/entries", token_id=token)["entries"]
    holders = [written(house.issuer), told.wallet.address, told.second.address]
    for entry, holder in zip(history, holders, strict=True):
        assert regulator.get(address, block=entry["block"])["collectible"]["holder"] == holder
    assert regulator.get(address, time=history[-1]["time"])["collectible"]["holder"] == holders[-1]
    assert regulator.http.get(address, params={"block": history[0]["block"] - 1}).status_code == 404
    assert regulator.http.get(address, params={"block": 1, "time": 1}).status_code == 422


@pytest.mark.parametrize("ahead", [{"block": 9_999_999}, {"time": 9_999_999_999}])
def test_nothing_is_said_of_a_block_or_a_time_that_has_not_come(
    house: Premises, told: Told, ahead: dict[str, int]
) -> None:
    answer = house.caller(Scope.REGULATOR).http.get(f"/v1/audit/collectibles/{told.tokens[0]}", params=ahead)
    assert (answer.status_code, answer.json()["title"]) == (422, "not-yet")


def test_why_a_gift_would_be_refused_is_told_with_the_version_of_the_policy(
    house: Premises, told: Told
) -> None:
    regulator = house.caller(Scope.REGULATOR)
    held = regulator.get(f"/v1/audit/collectibles/{told.tokens[1]}/explain", to=told.second.address)
    assert "TokenHeld" in [one["rule"] for one in held["refusals"]]
    free = regulator.get(f"/v1/audit/collectibles/{told.tokens[0]}/explain", to=told.wallet.address)
    assert not free["refused"]
    stranger = regulator.get(f"/v1/audit/collectibles/{told.tokens[0]}/explain", to="0x" + "12" * 20)
    assert [one["rule"] for one in stranger["refusals"]] == ["ERC7943CannotReceive"]
    path = f"/v1/collectibles/{told.tokens[1]}/gifts/explain"
    issuer = house.caller(Scope.ISSUER).get(path, to=told.second.address)
    assert issuer["refusals"] == held["refusals"]
    assert house.caller(None).http.get(path, params={"to": told.second.address}).status_code == 401
    assert POLICY["first_holding"] == 0


def test_what_an_account_holds_is_listed(house: Premises, told: Told) -> None:
    regulator = house.caller(Scope.REGULATOR)
    party = regulator.get(f"/v1/audit/parties/{told.second.address}")
    assert party["collectibles_held"] == 1
    assert party["standing"]["custody"] == "own"
    listed = regulator.get(f"/v1/audit/parties/{told.second.address}/collectibles")
    assert [one["token_id"] for one in listed["collectibles"]] == [told.tokens[0]]
    assert regulator.get("/v1/audit/parties/0x" + "12" * 20)["standing"] is None


@pytest.mark.parametrize(
    "query",
    [
        "act=Sold",
        "party=0x11&limit=1",
        f"work_id=0x{'1' * 64}&token_id=1",
        "limit=0",
        "limit=1001",
        "time_from=-1",
        "nonsense=1",
    ],
)
def test_a_question_that_makes_no_sense_is_refused(house: Premises, query: str) -> None:
    answer = house.caller(Scope.REGULATOR).http.get(f"/v1/audit/entries?{query}")
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"block_from": 10**9}, 422),
        ({"seq_from": 10**9}, 404),
        ({"token_id": "404"}, 404),
        ({"token_id": "1", "seq_from": 1}, 422),
        ({"text": "xlsx"}, 422),
    ],
)
def test_an_export_of_nothing_is_a_problem_and_no_empty_file(
    house: Premises, query: dict[str, int | str], status: int
) -> None:
    answer = house.caller(Scope.REGULATOR).http.get("/v1/audit/export", params=query)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


def test_an_export_carries_the_seal_of_its_question(house: Premises) -> None:
    answer = house.caller(Scope.REGULATOR).http.get(
        "/v1/audit/export", params={"text": "csv", "seq_until": 3}
    )
    listed = house.caller(Scope.REGULATOR).get("/v1/audit/questions", limit=1_000)["questions"]
    seals = {str(one["place"]): one["seal"] for one in listed}
    assert seals[answer.headers["x-question-place"]] == answer.headers["x-question-seal"]
