"""Rights over HTTP: agreed step by step, asked about by parties, and what a stranger sees of them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import httpx2 as httpx
import icalendar
import pytest
from eth_account import Account

from indexer.china import china_day
from indexer.rights.codes import TERRITORIES
from indexer.values import address
from service.access.bearer import Scope
from service.access.bearers import give_out
from service.api.signatures import domain_of
from service.keys.intents import HandOver, digest
from service.rights.answers import day_text
from service.rights.formats.onix_codes import Sale
from service.rights.formats.onix_reading import read_onix
from tests.service.api.novel import AGREEMENT, WORLD, Novel, told_in
from tests.service.api.premises import DAY, Caller
from tests.service.api.told import deposit

pytestmark = [pytest.mark.node, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def novel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Novel]:
    """The story, told once."""
    with told_in(tmp_path_factory.mktemp("novel-home")) as made:
        yield made


def test_who_may_translate_it_into_japanese_is_one_question_with_its_proof(novel: Novel) -> None:
    found = novel.callers["ann"].get(f"/v1/works/{novel.work_id}/rights/question", **novel.point())
    [grant] = found["grants"]
    assert (grant["licensee"], grant["kind"]) == (novel.accounts["tokyo"], "exclusive")
    assert (grant["agreement"], grant["grant_id"]) == (AGREEMENT, novel.grant_id)
    assert "翻译权" in grant["scope"]["zh"]
    assert found["free"] == {"exclusive": False, "non_exclusive": False, "owner_may": False}
    assert [step["act"] for step in found["title"]] == ["EstateClaimed"]
    assert found["title"][0]["seq"] == novel.claim["outcome"]["seq"]
    assert found["title"][0]["assents"] == ["own_key", "kept_key", "own_key"]
    assert [one["part"] for one in found["estate"]["owners"]] == [1, 1]


def test_rights_are_taken_along_as_odrl_and_onix_by_whom_they_concern(novel: Novel) -> None:
    tokyo, work = novel.callers["tokyo"].http, f"/v1/works/{novel.work_id}"
    policies = tokyo.get(f"{work}/rights.odrl.jsonld")
    assert policies.headers["content-type"].startswith("application/ld+json")
    assert [one["uid"] for one in policies.json()["@graph"]] == [f"urn:qianyin:grant:{novel.grant_id}"]
    asked = {"right": "translation", "language": "ja", "medium": "ebook", "publisher": "例社"}
    message = tokyo.get(f"{work}/rights.onix.xml", params=asked)
    assert message.status_code == 200, message.text
    [read] = read_onix(message.content)
    assert [(one.sale, one.territories) for one in read.product.sales] == [
        (Sale.EXCLUSIVE, TERRITORIES.mask(["JP"]))
    ]
    wrong = tokyo.get(f"{work}/rights.onix.xml", params=asked | {"isbn": "9787020002208"})
    assert (wrong.status_code, wrong.json()["type"]) == (422, "urn:qianyin:problem:isbn-wrong")
    stranger = novel.callers["stranger"].http
    for file in ("rights.odrl.jsonld", "rights.onix.xml"):
        assert stranger.get(f"{work}/{file}", params=asked).status_code == 404
        assert httpx.get(f"{novel.house.url}{work}/{file}", params=asked).status_code == 401


def test_before_it_was_recorded_nothing_was_known(novel: Novel) -> None:
    path = f"/v1/works/{novel.work_id}/rights/question"
    then = novel.callers["museum"].get(path, **novel.point(known_at=1_700_000_000))
    assert (then["claimed"], then["grants"], then["title"]) == (False, [], [])
    assert (
        novel.callers["ann"].http.get(path, params=novel.point(known_at=1_700_000_000)).status_code == 404
    ), "she owned nothing, as far as was known"


def test_elsewhere_it_is_free_in_all_three_kinds(novel: Novel) -> None:
    path = f"/v1/works/{novel.work_id}/rights/question"
    found = novel.callers["ben"].get(path, **novel.point(territory="KR"))
    assert found["grants"] == []
    assert found["free"] == {"exclusive": True, "non_exclusive": True, "owner_may": True}


def test_a_matrix_tells_japan_from_the_rest_of_the_world(novel: Novel) -> None:
    path = f"/v1/works/{novel.work_id}/rights/matrix"
    found = novel.callers["ann"].get(path, language="ja", medium="ebook")
    japan = found["columns"].index(["JP"])
    [row] = [one for one in found["rows"] if one["right"] == "translation"]
    states = [cell["state"] for cell in row["cells"]]
    assert states[japan] == "exclusive"
    assert {state for place, state in enumerate(states) if place != japan} == {"kept"}
    assert row["cells"][japan]["grants"] == [novel.grant_id]


def test_a_clashing_grant_is_refused_before_anybody_signs_and_the_collision_is_named(novel: Novel) -> None:
    clash = novel.japanese(licensee=novel.accounts["seoul"], kind="non_exclusive", sublicensable=False)
    body = {"deadline": int(time.time()) + DAY, **clash}
    found = novel.callers["ben"].http.post("/v1/proposals/explain", json=body).json()
    assert found["refused"] is True
    [objection] = found["objections"]
    assert (objection["code"], objection["grant_id"]) == ("grant-clashes", novel.grant_id)
    assert novel.grant_id in objection["zh"]
    assert objection["grant"]["licensee"] == novel.accounts["tokyo"]
    proposal = novel.propose("ann", "clash", **clash)
    assert proposal["objections"][0]["code"] == "grant-clashes"


def test_what_was_refused_on_chain_says_so_to_its_parties_and_to_nobody_else(novel: Novel) -> None:
    clash = novel.japanese(licensee=novel.accounts["seoul"], agreement="0x" + "c1" * 32)
    proposal = novel.propose("ann", "clash agreed", **clash)
    assert novel.agree(proposal["id"], "ann", "ben", "seoul")["state"] == "handed_in"
    found = novel.recorded(proposal["id"])
    assert found["outcome"]["reason"]["code"] == "grant-clashes"
    seen = novel.callers["seoul"].get(f"/v1/proposals/{proposal['id']}")
    assert seen["outcome"]["reason"]["code"] == "grant-clashes"
    for who in ("stranger", "tokyo"):
        assert novel.callers[who].http.get(f"/v1/proposals/{proposal['id']}").status_code == 404
    public = novel.house.caller(None).http.get(f"/v1/operations/{found['operation']}")
    assert public.status_code == 404 or novel.grant_id not in public.text


def test_who_has_agreed_who_is_missing_and_until_when(novel: Novel) -> None:
    act = novel.japanese(
        licensee=novel.accounts["seoul"],
        scope={**novel.japanese()["scope"], "territories": ["KR"], "languages": ["ko"]},
    )
    proposal = novel.propose("ann", "korean", **act)
    names = [novel.accounts[name] for name in ("ann", "ben", "seoul")]
    assert (proposal["state"], proposal["missing"]) == ("open", names)
    signed = novel.callers["seoul"].get(f"/v1/proposals/{proposal['id']}/typed-data")["message"]
    assert len(proposal["terms"]) == len(signed)
    assert (proposal["terms"]["kind"], proposal["terms"]["licensee"]) == (
        "exclusive",
        novel.accounts["seoul"],
    )
    found = novel.agree(proposal["id"], "ann")
    assert found["missing"] == names[1:]
    assert [one["how"] for one in found["parties"]] == ["kept_key", None, None]
    listed = novel.callers["seoul"].get("/v1/proposals", open_only=True)["proposals"]
    assert proposal["id"] in [one["id"] for one in listed]
    back = novel.callers["ann"].http.post(f"/v1/proposals/{proposal['id']}/consents/withdrawal", json={})
    assert back.json()["missing"] == names
    no = novel.callers["seoul"].http.post(
        f"/v1/proposals/{proposal['id']}/withdrawal", json={"reason": "条件不合"}
    )
    assert (no.json()["state"], no.json()["reason"]) == ("withdrawn", "条件不合")
    late = novel.callers["ann"].http.post(f"/v1/proposals/{proposal['id']}/consents", json={})
    assert (late.status_code, late.json()["title"]) == (409, "proposal-withdrawn")


def test_whoever_agrees_reads_the_box_of_what_an_act_names_by_its_number(novel: Novel) -> None:
    estate, grant = {"estate_id": novel.estate_id}, {"grant_id": novel.grant_id}
    shares = [{"account": novel.accounts["seoul"], "part": 1}]
    scope = {**novel.japanese()["scope"], "media": ["print"]}
    why = {"reason": "误录"}
    acts: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
        "split": ({**estate, "axis": "rights", "cuts": [["rental"], ["adaptation"]]}, estate),
        "merge": ({"estate_ids": [novel.estate_id], "axis": "rights"}, estate),
        "assign": ({**estate, "owners": shares, "agreement": AGREEMENT}, estate),
        "amend_estate": ({**estate, "scope": scope, **why}, estate),
        "grant": (novel.japanese(), estate),
        "terminate": ({**grant, "ground": "agreement", "last_day": "2030-01-01", **why}, grant),
        "amend_grant": ({**grant, "scope": scope, **why}, grant),
    }
    boxes = {
        "estate_id": novel.callers["ann"].get(f"/v1/estates/{novel.estate_id}")["scope"],
        "grant_id": novel.callers["ann"].get(f"/v1/grants/{novel.grant_id}")["scope"],
    }
    for act, (fields, about) in acts.items():
        made = novel.propose("ann", f"named {act}", **{**fields, "act": act})
        [(key, name)] = about.items()
        other = next(one for one in boxes if one != key)
        assert made["named"] == [{key: name, other: None, "scope": boxes[key]}], act
        seen = novel.callers["ben"].get(f"/v1/proposals/{made['id']}")
        assert (seen["named"], seen["burdens"] is None) == (made["named"], act != "assign")
    given_up = {"act": "surrender", **grant, "last_day": "2030-01-01"}
    assert novel.propose("tokyo", "named surrender", **given_up)["named"][0]["scope"] == boxes["grant_id"]
    claim = {"act": "claim", "work_id": novel.work_id, "scope": scope, "owners": shares}
    assert novel.propose("museum", "names nothing", **claim)["named"] == []


def test_who_is_to_acquire_an_estate_is_told_what_goes_along_and_not_whose_it_is(novel: Novel) -> None:
    shares = [{"account": novel.accounts["seoul"], "part": 1}]
    act = {"act": "assign", "estate_id": novel.estate_id, "owners": shares, "agreement": AGREEMENT}
    path = f"/v1/proposals/{novel.propose('ann', 'to acquire', **act)['id']}"
    [told] = novel.callers["seoul"].get(path)["burdens"]
    assert (told["kind"], told["grant"]) == ("exclusive", None)
    assert "翻译权" in told["scope"]["zh"]
    assert told["scope"]["until"] == novel.japanese()["scope"]["until"]
    assert novel.grant_id not in novel.callers["seoul"].http.get(path).text
    [seen] = novel.callers["ann"].get(path)["burdens"]
    assert (seen["grant"]["grant_id"], seen["grant"]["licensee"]) == (novel.grant_id, novel.accounts["tokyo"])
    paper = {"party": novel.accounts["seoul"], "paper": "0x" + "d3" * 32}
    novel.callers["museum"].http.post(f"{path}/attestations", json=paper)
    operator = novel.house.caller(Scope.OPERATOR)
    assert operator.get(path)["burdens"] is None, "the second hand looks at the paper"
    no = novel.callers["seoul"].http.post(f"{path}/withdrawal", json={"reason": "负担过重"})
    assert no.json()["state"] == "withdrawn"
    assert novel.callers["seoul"].get(path)["burdens"] is None, "it acquires nothing any more"


def test_nobody_agrees_for_another(novel: Novel) -> None:
    proposal = novel.propose("ann", "for another", **novel.japanese(agreement="0x" + "c2" * 32))
    path = f"/v1/proposals/{proposal['id']}/consents"
    other = novel.callers["ann"].http.post(path, json={"party": novel.accounts["tokyo"]})
    assert (other.status_code, other.json()["title"]) == (403, "not-your-account")
    forged = {"party": novel.accounts["ben"], "signature": "0x" + "11" * 65}
    assert novel.callers["ann"].http.post(path, json=forged).json()["title"] == "signature-invalid"
    own = novel.callers["ben"].http.post(path, json={})
    assert (own.status_code, own.json()["title"]) == (404, "key-not-kept"), "his key is his own"
    assert novel.callers["stranger"].http.post(path, json={}).status_code == 404


def test_only_the_registrant_claims_and_hears_what_a_claim_meets(novel: Novel) -> None:
    owners = [{"account": novel.accounts[name], "part": 1} for name in ("stranger", "ann")]
    scope = {**WORLD, "rights": ["rental"], "since": "2026-01-01"}
    act = {"act": "claim", "work_id": novel.work_id, "scope": scope, "owners": owners}
    body = {"deadline": int(time.time()) + DAY, **act}
    for who in ("stranger", "tokyo", "ann"):
        asked = novel.callers[who].http.post("/v1/proposals/explain", json=body)
        proposed = novel.callers[who].post("/v1/proposals", f"claimed by {who}", body)
        for answer in (asked, proposed):
            assert (answer.status_code, answer.json()["title"]) == (403, "not-the-registrant")
            assert novel.estate_id not in answer.text
    told = novel.callers["museum"].http.post("/v1/proposals/explain", json=body).json()
    assert [one["code"] for one in told["objections"]] == ["claim-overlaps"]
    assert novel.estate_id in str(told)


def test_whom_a_claim_invites_is_told_that_it_overlaps_and_not_what(novel: Novel) -> None:
    scope = {**WORLD, "rights": ["rental"], "since": "2026-01-01"}
    owners = [{"account": novel.accounts["stranger"], "part": 1}]
    act = {"act": "claim", "work_id": novel.work_id, "scope": scope, "owners": owners}
    path = f"/v1/proposals/{novel.propose('museum', 'invited', **act)['id']}"
    seen = {who: novel.callers[who].get(path) for who in ("museum", "stranger")}
    assert {who: [one["code"] for one in each["objections"]] for who, each in seen.items()} == {
        "museum": ["claim-overlaps"],
        "stranger": ["claim-overlaps"],
    }
    assert novel.estate_id in str(seen["museum"])
    assert novel.estate_id not in str(seen["stranger"])


def test_a_paper_is_attested_by_one_hand_and_confirmed_by_another_and_later_by_the_author(
    novel: Novel,
) -> None:
    act = novel.japanese(
        licensee=novel.accounts["seoul"],
        scope={**novel.japanese()["scope"], "territories": ["FR"], "languages": ["fr"]},
    )
    proposal = novel.propose("museum", "paper", **act)
    novel.agree(proposal["id"], "ben", "seoul")
    path = f"/v1/proposals/{proposal['id']}/attestations"
    issuer, operator = novel.callers["museum"].http, novel.house.caller(Scope.OPERATOR).http
    paper = {"party": novel.accounts["ann"], "paper": "0x" + "d1" * 32}
    own = issuer.post(path, json={**paper, "party": novel.accounts["ben"]})
    assert own.json()["title"] == "party-has-key"
    attested = issuer.post(path, json=paper).json()
    assert (attested["state"], attested["missing"]) == ("open", [novel.accounts["ann"]])
    assert issuer.post(f"{path}/confirmation", json={"party": paper["party"]}).status_code == 403
    confirmed = operator.post(f"{path}/confirmation", json=paper)
    assert confirmed.json()["state"] == "handed_in", confirmed.text
    found = novel.recorded(proposal["id"])
    assert found["outcome"]["state"] == "settled"
    assert [one["how"] for one in found["parties"]] == ["paper", "own_key", "kept_key"]
    later = f"/v1/attestations/{proposal['intent']}/{novel.accounts['ann']}/confirmation"
    assert novel.callers["stranger"].post(later, "not hers", {}).status_code == 403
    novel.callers["ann"].done(later, "confirm", {})


def test_a_paper_that_waits_for_its_second_hand_is_replaced_by_its_partys_signature_and_by_no_other(
    novel: Novel,
) -> None:
    act = novel.japanese(
        licensee=novel.accounts["seoul"],
        scope={**novel.japanese()["scope"], "territories": ["DE"], "languages": ["de"]},
    )
    proposal = novel.propose("museum", "paper and forgery", **act)
    path, party = f"/v1/proposals/{proposal['id']}", novel.accounts["ann"]
    paper = {"party": party, "paper": "0x" + "d2" * 32}
    novel.callers["museum"].http.post(f"{path}/attestations", json=paper)
    for forged in ("0x00", "0x" + "11" * 65):
        answer = novel.callers["seoul"].http.post(
            f"{path}/consents", json={"party": party, "signature": forged}
        )
        assert (answer.status_code, answer.json().get("title")) == (422, "signature-invalid")
    found = novel.callers["ann"].get(path)
    assert (found["parties"][0]["how"], found["parties"][0]["agreed"]) == ("paper", False)
    own = novel.callers["ann"].http.post(f"{path}/consents", json={}).json()
    assert (own["parties"][0]["how"], own["parties"][0]["agreed"]) == ("kept_key", True)


def test_a_stranger_sees_of_rights_nothing_but_what_an_owner_lets_be_said(novel: Novel) -> None:
    path = f"/v1/works/{novel.work_id}/availability"
    public, point = novel.house.caller(None), novel.point()
    silent = public.get(path, **point)
    assert silent["answer"] == "undisclosed"
    other = public.get(f"/v1/works/0x{'77' * 32}/availability", **point)
    assert other["answer"] == "undisclosed", "as for a work that is not there"
    opened = novel.callers["ann"].http.post(f"/v1/estates/{novel.estate_id}/openness", json={"open": True})
    assert opened.json()["by"] == novel.accounts["ann"]
    taken, free = public.get(path, **point), public.get(path, **novel.point(territory="BR"))
    assert (taken["answer"], free["answer"]) == ("unavailable", "available")
    assert set(taken) == {"as_of", "answer"}
    assert novel.accounts["tokyo"].lower() not in str(taken).lower()
    for body in ({"open": False}, {"open": False}):
        novel.callers["ben"].http.post(f"/v1/estates/{novel.estate_id}/openness", json=body)
    assert public.get(path, **point)["answer"] == "undisclosed"


@pytest.mark.parametrize("who", ["stranger", None, Scope.OPERATOR, Scope.HOLDER])
def test_who_has_no_part_is_told_that_there_is_nothing(novel: Novel, who: Any) -> None:
    caller = novel.callers[who] if isinstance(who, str) and who in novel.callers else novel.house.caller(who)
    for path in (
        f"/v1/works/{novel.work_id}/rights",
        f"/v1/works/{novel.work_id}/rights/question?right=translation&territory=JP&language=ja&medium=ebook",
        f"/v1/works/{novel.work_id}/rights/matrix",
        f"/v1/estates/{novel.estate_id}",
        f"/v1/estates/{novel.estate_id}/history",
        f"/v1/grants/{novel.grant_id}",
        f"/v1/grants/{novel.grant_id}/history",
        f"/v1/proposals/{novel.grant['id']}",
    ):
        answer = caller.http.get(path)
        assert answer.status_code == (401 if who is None else 404), path
        text = answer.text.lower()
        assert not any(account.lower() in text for account in novel.accounts.values())


def test_an_estate_and_a_grant_are_seen_by_whom_a_party_lets_see_them_and_for_that_time(novel: Novel) -> None:
    path, stranger = f"/v1/grants/{novel.grant_id}", novel.callers["stranger"]
    until = int(time.time()) + DAY
    refused = novel.callers["seoul"].http.post(
        f"{path}/disclosures", json={"to": novel.accounts["stranger"], "until": until}
    )
    assert refused.status_code == 404
    given = (
        novel.callers["tokyo"]
        .http.post(f"{path}/disclosures", json={"to": novel.accounts["stranger"], "until": until})
        .json()
    )
    assert stranger.get(path)["grant_id"] == novel.grant_id
    assert stranger.http.get(f"/v1/estates/{novel.estate_id}").status_code == 404
    on = stranger.http.post(f"{path}/disclosures", json={"to": novel.accounts["seoul"], "until": until})
    assert (on.status_code, on.json()["title"]) == (403, "not-a-party")
    listed = novel.callers["tokyo"].get(path)["disclosures"]
    assert [one["to"] for one in listed] == [novel.accounts["stranger"]]
    novel.callers["tokyo"].http.post(f"{path}/disclosures/{given['id']}/end")
    assert stranger.http.get(path).status_code == 404


def test_the_records_of_an_estate_tell_whom_it_was_disclosed_to_of_no_grant(novel: Novel) -> None:
    path, stranger = f"/v1/estates/{novel.estate_id}", novel.callers["stranger"]
    body = {"to": novel.accounts["stranger"], "until": int(time.time()) + DAY}
    given = novel.callers["ann"].http.post(f"{path}/disclosures", json=body).json()
    whole = novel.callers["ann"].get(f"{path}/history", limit=200)["entries"]
    assert any(novel.grant_id in str(entry) for entry in whole)
    shown = stranger.get(f"{path}/history", limit=200)["entries"]
    assert 0 < len(shown) < len(whole)
    assert not any(novel.grant_id in str(entry) for entry in shown)
    other = novel.callers["ben"].http.post(f"{path}/disclosures/{given['id']}/end")
    assert other.status_code == 404, "it is not his"
    assert novel.callers["ann"].http.post(f"{path}/disclosures/{given['id']}/end").status_code == 200
    assert stranger.http.get(f"{path}/history").status_code == 404


def test_a_licensee_takes_the_proof_of_its_grant_and_no_more_and_owners_that_of_the_whole(
    novel: Novel,
) -> None:
    path = f"/v1/grants/{novel.grant_id}/evidence"
    alone = novel.callers["tokyo"].http.get(path)
    assert alone.json()["claim"]["disclosed"] == "grant"
    assert novel.accounts["seoul"] not in alone.text
    refused = novel.callers["tokyo"].http.get(path, params={"whole": True})
    assert (refused.status_code, refused.json()["title"]) == (403, "evidence-whole")
    whole = novel.callers["ann"].http.get(path, params={"whole": True})
    title = novel.callers["ben"].http.get(f"/v1/estates/{novel.estate_id}/evidence")
    for bundle in (alone, whole, title):
        assert bundle.status_code == 200, bundle.text
        checked = novel.house.caller(None).http.post("/v1/verify", content=bundle.content).json()
        outcomes = {one["number"]: one["outcome"] for one in checked["result"]["verdict"]["checks"]}
        assert outcomes[7] == "passed", outcomes
    assert novel.callers["stranger"].http.get(path).status_code == 404


def test_a_regulator_sees_all_and_its_question_is_kept(novel: Novel) -> None:
    regulator = novel.house.caller(Scope.REGULATOR)
    path = f"/v1/works/{novel.work_id}/rights"
    found = regulator.get(path)
    assert found["whole"] is True
    assert novel.grant_id in [one["grant_id"] for one in found["grants"]]
    questions = regulator.get("/v1/audit/questions", limit=1_000)
    assert path in str(questions)


def test_the_days_on_which_grants_and_estates_end_are_a_list_and_a_calendar(novel: Novel) -> None:
    def told(who: str, months: int) -> set[tuple[str, str | None]]:
        found = novel.callers[who].get("/v1/rights/ending", months=months)["endings"]
        return {(one["day"], one["grant_id"]) for one in found}

    today = china_day(int(time.time()))
    japanese = day_text(today + 3_650), novel.grant_id
    for who in ("ann", "tokyo"):
        assert japanese not in told(who, 6)
        assert japanese in told(who, 120)
        answer = novel.callers[who].http.get("/v1/rights/ending.ics", params={"months": 120})
        assert answer.headers["content-type"].startswith("text/calendar")
        events = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
        assert len(events) == len({str(one["uid"]) for one in events}) == len(told(who, 120))
        [event] = (one for one in events if novel.grant_id in str(one["description"]))
        assert (str(event["summary"]), event.decoded("dtstart").isoformat()) == (
            "许可到期：远行",
            japanese[0],
        )
    assert told("stranger", 120) == set()


def test_an_estate_that_ends_is_among_them_and_one_without_end_is_not(novel: Novel) -> None:
    before = novel.callers["ann"].get("/v1/rights/ending", months=12)["endings"]
    assert [one for one in before if one["estate_id"]] == []
    work = deposit(novel.callers["museum"], "a second work", None, title="短札")
    today = china_day(int(time.time()))
    scope = {**WORLD, "since": day_text(today), "until": day_text(today + 90)}
    owners = [{"account": novel.accounts["ann"], "part": 1}]
    claim = {"act": "claim", "work_id": work["work_id"], "scope": scope, "owners": owners}
    novel.done("museum", "a year only", ("museum", "ann"), **claim)
    [ends] = (
        one for one in novel.callers["ann"].get("/v1/rights/ending", months=12)["endings"] if one["estate_id"]
    )
    assert (ends["day"], ends["zh"], ends["work_id"]) == (
        day_text(today + 90),
        "权利项到期",
        work["work_id"],
    )


def test_the_same_key_gives_the_same_proposal_though_the_estate_moved_on(novel: Novel) -> None:
    body = {"deadline": int(time.time()) + DAY, **novel.japanese(agreement="0x" + "c3" * 32)}
    first = novel.callers["ann"].post("/v1/proposals", "the same", body).json()
    brazil = {**novel.japanese()["scope"], "territories": ["BR"], "languages": ["pt"]}
    novel.done("ann", "moves on", ("ann", "ben", "tokyo"), **novel.japanese(scope=brazil))
    again = novel.callers["ann"].post("/v1/proposals", "the same", body).json()
    assert (again["id"], again["intent"]) == (first["id"], first["intent"])
    assert "revision-stale" in [one["code"] for one in again["objections"]]
    other = novel.callers["ann"].post("/v1/proposals", "the same", {**body, "kind": "sole"})
    assert (other.status_code, other.json()["title"]) == (409, "idempotency-key-reused")


def test_a_scope_is_taken_as_a_lawyer_writes_it_and_what_is_not_understood_is_named(novel: Novel) -> None:
    text = "翻译权，日语，日本，电子书，2027-01-01 至 2036-12-31"
    body = {"deadline": int(time.time()) + DAY, **novel.japanese(scope={"text": text})}
    found = novel.callers["ann"].http.post("/v1/proposals/explain", json=body).json()
    assert [one["code"] for one in found["objections"]] == ["grant-clashes"]
    wrong = {**body, "scope": {"text": text.replace("日本", "扶桑")}}
    answer = novel.callers["ann"].http.post("/v1/proposals/explain", json=wrong)
    assert (answer.status_code, answer.json()["title"]) == (422, "scope-unread")
    assert "扶桑" in answer.json()["facts"]["part"]
    both = {**body, "scope": {"text": text, "rights": ["translation"]}}
    assert (
        novel.callers["ann"].http.post("/v1/proposals/explain", json=both).json()["title"] == "scope-unclear"
    )


def test_what_it_explains_before_is_what_the_chain_refuses_after(novel: Novel) -> None:
    estate, owners = {"estate_id": novel.estate_id}, ("ann", "ben")
    shares = [{"account": novel.accounts[name], "part": 1} for name in owners]
    world = {"rights": ["*"], "territories": ["*"], "languages": ["*"], "media": ["*"], "since": "2026-01-01"}
    narrow = {**world, "rights": ["translation"]}
    acts: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
        "claim-overlaps": (
            {"act": "claim", "work_id": novel.work_id, "scope": narrow, "owners": shares},
            ("museum", *owners),
        ),
        "cut-malformed": ({"act": "split", **estate, "axis": "time", "cuts": [["2020-01-01"]]}, owners),
        "parts-incomplete": (
            {"act": "split", **estate, "axis": "rights", "cuts": [["translation"], ["rental"]]},
            owners,
        ),
        "not-mergeable": (
            {"act": "merge", "estate_ids": [novel.estate_id, novel.estate_id], "axis": "rights"},
            owners,
        ),
        "ownership-unchanged": (
            {"act": "assign", **estate, "owners": shares, "agreement": AGREEMENT},
            owners,
        ),
        "amendment-too-late": (
            {"act": "amend_estate", **estate, "scope": narrow, "reason": "误录"},
            (*owners, "museum"),
        ),
        "until-out-of-range": (
            {"act": "surrender", "grant_id": novel.grant_id, "last_day": "2099-01-01"},
            ("tokyo",),
        ),
        "no-such-condition": (
            {
                "act": "terminate",
                "grant_id": novel.grant_id,
                "ground": "condition",
                "last_day": "2030-01-01",
                "reason": "违约",
            },
            owners,
        ),
    }
    alone = novel.japanese(
        licensee=novel.accounts["stranger"],
        alone_by=novel.accounts["ann"],
        scope={**novel.japanese()["scope"], "territories": ["IT"], "languages": ["it"]},
        kind="non_exclusive",
    )
    acts["not-alone"] = ({**alone, "sublicensable": True}, ("ann", "stranger"))
    told, refused = {}, {}
    for code, (act, agreeing) in acts.items():
        proposal = novel.propose(agreeing[0], f"refused {code}", **act)
        told[code] = [one["code"] for one in proposal["objections"]]
        novel.agree(proposal["id"], *agreeing)
        refused[code] = novel.recorded(proposal["id"])["outcome"]["reason"]["code"]
    assert refused == {code: code for code in acts}
    assert {code: set(said) for code, said in told.items()} == {code: {code} for code in acts}


def test_what_all_agreed_to_is_handed_in_by_the_worker_if_the_last_one_was_cut_off(novel: Novel) -> None:
    korean = {**novel.japanese()["scope"], "territories": ["KR"], "languages": ["ko"]}
    proposal = novel.propose("ann", "cut off", **novel.japanese(scope=korean))
    novel.agree(proposal["id"], "ann", "tokyo")
    home = novel.house.installation.settings.home
    words = [proposal["id"], novel.accounts["ben"][2:], novel.signed(proposal["id"])[2:], "2"]
    command = [sys.executable, "-m", "tests.service.rights.agreeing", str(home), *words]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(command, env=environment, timeout=60, capture_output=True, check=False)
    assert done.returncode == -9, done.stderr.decode()[-2000:]
    assert novel.recorded(proposal["id"])["outcome"]["state"] == "settled"


def test_who_stands_for_a_party_now_agrees_for_it_and_the_old_account_no_more(novel: Novel) -> None:
    issuer, old = novel.callers["museum"], novel.accounts["seoul"]
    brazil = {**novel.japanese()["scope"], "territories": ["TH"], "languages": ["th"]}
    proposal = novel.propose("ann", "handed over", **novel.japanese(licensee=old, scope=brazil))
    wallet = Account.create()
    hand_over = handed_over(novel, old, wallet)
    issuer.done(f"/v1/accounts/{old}/hand-over", "hand over", hand_over)
    late = novel.callers["seoul"].http.post(f"/v1/proposals/{proposal['id']}/consents", json={})
    assert late.status_code == 404, "the old account acts for nobody"
    account = address(wallet.address.lower())
    key = give_out(novel.house.installation.database, Scope.RIGHTS_HOLDER, "new", account)
    new = Caller(novel.house.url, key.text)
    try:
        signature = novel.signed(proposal["id"], wallet)
        agreed = new.http.post(f"/v1/proposals/{proposal['id']}/consents", json={"signature": signature})
    finally:
        new.http.close()
    assert [one["how"] for one in agreed.json()["parties"]] == [None, None, "own_key"], agreed.text
    novel.agree(proposal["id"], "ann", "ben")
    assert novel.recorded(proposal["id"])["outcome"]["state"] == "settled"


def handed_over(novel: Novel, old: str, wallet: Any) -> dict[str, Any]:
    """Sign that a wallet stands for an account whose key is kept here."""
    deadline = int(time.time()) + DAY
    new = address(wallet.address.lower())
    named = digest(
        domain_of(novel.house.installation, HandOver), HandOver(address(old.lower()), new, deadline)
    )
    signed = wallet.unsafe_sign_hash(named)
    return {
        "replacement": wallet.address,
        "deadline": deadline,
        "signature": signed.signature.to_0x_hex(),
    }
