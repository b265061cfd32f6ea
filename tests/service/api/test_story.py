"""The main job over HTTP: from a deposit to an export that a stranger checks."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from indexer.audit import Period, tally
from indexer.errors import ExportError
from indexer.evidence.anchor_file import read_anchor
from indexer.evidence.bundle import read_bundle
from indexer.evidence.export import verify_export
from indexer.evidence.export_text import Line, read_preamble
from indexer.evidence.result import Status
from indexer.evidence.verdict import verify
from indexer.record import Record
from service.access.bearer import Scope
from tests.service.api.premises import Premises, written
from tests.service.api.told import FACTS, Told, deposit, picture

pytestmark = pytest.mark.node


def test_a_wallet_gave_by_its_own_signature_and_nobody_sees_whose_it_was(house: Premises, told: Told) -> None:
    page = house.caller(None).get(f"/v1/collectibles/{told.tokens[0]}")
    assert page["holder"]["name"]["text"] != told.second.address
    acts = [entry["act"] for entry in page["history"]["entries"]]
    assert acts == ["Gifted", "Distributed", "Minted"]
    held = house.caller(Scope.REGULATOR).get(f"/v1/audit/collectibles/{told.tokens[0]}")
    assert held["collectible"]["holder"] == told.second.address


def test_a_gift_of_what_is_held_is_refused_with_the_reason_in_both_languages(told: Told) -> None:
    assert told.refused["state"] == "refused"
    reason = told.refused["reason"]
    assert reason["code"] == "token-held"
    assert "限制" in reason["zh"]
    assert reason["en"]


def test_the_file_comes_back_as_it_was_and_only_as_an_attachment(house: Premises, told: Told) -> None:
    work = house.caller(None).get(f"/v1/works/{told.work_id}")
    answer = house.caller(None).http.get(work["media"]["original"])
    assert answer.content == told.file
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_same_bytes_are_deposited_again_as_a_second_claim(house: Premises, told: Told) -> None:
    issuer = house.caller(Scope.ISSUER)
    again = deposit(issuer, "the same bytes", told.file, title="静夜思（又一题）")
    assert again["work_id"] != told.work_id
    assert deposit(issuer, "the same bytes", told.file, title="静夜思（又一题）")["id"] == again["id"]


def test_an_amended_work_shows_the_new_reading_and_a_repeated_request_changes_nothing(
    house: Premises,
) -> None:
    issuer = house.caller(Scope.ISSUER)
    work = deposit(issuer, "to amend", b"%PDF-1.7 a file of its own", title="误题")
    address = f"/v1/works/{work['work_id']}/amendments"
    body = {"facts": {**FACTS, "title": "正题"}, "reason": "题名有误"}
    first = issuer.done(address, "amend", body)
    assert house.caller(None).get(f"/v1/works/{work['work_id']}")["title"]["text"] == "正题"
    assert issuer.post(address, "amend", body).json()["id"] == first["id"]


def test_a_deposited_record_is_amended_and_its_first_reading_stays(house: Premises) -> None:
    issuer, public = house.caller(Scope.ISSUER), house.caller(None)
    work = deposit(issuer, "record to amend", None, title="误记")
    address = f"/v1/works/{work['work_id']}"
    evidence = public.http.get(f"{address}/evidence").content
    record = next(one for one in json.loads(evidence)["files"])
    for number, title in enumerate(("正记", "再正", "误记")):
        body = {"facts": {**FACTS, "title": title}, "reason": f"有误 {number}"}
        issuer.done(f"{address}/amendments", f"amend record {number}", body)
        page = public.get(address)
        assert page["title"]["text"] == title
        bundle = read_bundle(public.http.get(f"{address}/evidence").content)
        assert [one.cid for one in bundle.files] == [record["cid"]], (
            "what was deposited is still the first reading"
        )
        verdict = verify(bundle, house.installation.anchor, bundle.files[0].sha256)
        assert not [check for check, result in verdict.checks if result.status is Status.FAILED]
    assert "误记" in public.http.get(f"/files/{record['cid']}").text


def test_a_withdrawn_record_stays_legible(house: Premises) -> None:
    issuer = house.caller(Scope.ISSUER)
    work = deposit(issuer, "record to withdraw", None, title="误记二")
    address = f"/v1/works/{work['work_id']}"
    issuer.done(f"{address}/withdrawal", "withdraw", {"reason": "记录有误"})
    page = house.caller(None).get(address)
    assert page["history"]["entries"][0]["act"] == "WorkWithdrawn"


def test_an_amended_collection_shows_the_new_statement(house: Premises, told: Told) -> None:
    issuer = house.caller(Scope.ISSUER)
    body = {"title": "唐诗小笺", "description": "补记", "reason": "补写说明"}
    address = f"/v1/collections/{told.collection_id}/amendments"
    first = issuer.done(address, "amend collection", body)
    page = house.caller(None).get(f"/v1/collections/{told.collection_id}")
    assert "补记" in json.dumps(page["description"], ensure_ascii=False)
    assert issuer.post(address, "amend collection", body).json()["id"] == first["id"]


def test_a_bundle_taken_over_http_checks_offline_and_on_the_page(house: Premises, told: Told) -> None:
    public = house.caller(None).http
    octets = public.get(f"/v1/collectibles/{told.tokens[0]}/evidence").content
    anchor = read_anchor(public.get("/v1/trust-anchor").content)
    verdict = verify(read_bundle(octets), anchor, None)
    assert verdict.answer.value == "indeterminate"  # anvil seals nothing
    shown = public.post("/v1/verify", content=octets, headers={"Content-Type": "application/json"}).json()
    assert shown["result"]["verdict"]["outcome"] == "indeterminate"
    assert shown["result"]["verdict"]["issuer_recognised"]
    page = public.post("/verify", files={"bundle": ("证据.json", octets)}, headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert "证据.json" in page.text


def test_a_changed_bundle_is_called_inconsistent(house: Premises, told: Told) -> None:
    public = house.caller(None).http
    octets = public.get(f"/v1/collectibles/{told.tokens[0]}/evidence").content
    changed = octets.replace(told.second.address.encode(), told.wallet.address.encode())
    assert changed != octets
    answer = public.post("/v1/verify", content=changed, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422 or answer.json()["result"]["verdict"]["outcome"] == "invalid"


@pytest.mark.parametrize("text", ["jsonl", "csv"])
def test_an_export_verifies_and_gives_the_counts_again(
    house: Premises, told: Told, tmp_path: Path, text: str
) -> None:
    regulator = house.caller(Scope.REGULATOR)
    path = tmp_path / f"export.{text}"
    path.write_bytes(regulator.http.get("/v1/audit/export", params={"text": text}).content)
    anchor = read_anchor(house.installation.settings.trust_anchor.read_bytes())
    with path.open(encoding="utf-8", newline="") as lines:
        summary = verify_export(lines, anchor)
    assert summary.complete
    assert summary.header.first_seq == 0
    records = _records(path)
    assert len(records) == summary.records
    for period in Period:
        counted = regulator.get("/v1/audit/counts", period=period.name.lower())
        plain = {
            (key.period, written(key.institution), key.kind.name.lower()): numbers._asdict()
            for key, numbers in tally(records, period).items()
        }
        assert plain == {
            (one["period"], one["institution"], one["kind"]): {
                name: one[name] for name in ("deposited", "issued", "held", "annulled")
            }
            for one in counted["counts"]
        }
    everything = regulator.get("/v1/audit/counts")["counts"]
    assert any(one["held"] and one["annulled"] for one in everything)


def test_an_export_with_a_record_left_out_is_found_out_at_its_place(house: Premises, told: Told) -> None:
    answer = house.caller(Scope.REGULATOR).http.get("/v1/audit/export", params={"seq_from": 12})
    lines = answer.text.splitlines()
    with pytest.raises(ExportError) as caught:
        verify_export([*lines[:5], *lines[6:]])
    left_out = json.loads(lines[5])["seq"]
    assert str(caught.value.seq) == str(left_out)


def test_an_export_of_one_collectible_is_its_whole_history(house: Premises, told: Told) -> None:
    answer = house.caller(Scope.REGULATOR).http.get("/v1/audit/export", params={"token_id": told.tokens[0]})
    summary = verify_export(answer.text.splitlines(), house.installation.anchor)
    assert (summary.header.scope, summary.records, summary.complete) == ("subject", 3, True)


def test_a_work_without_a_file_is_deposited_by_its_record(house: Premises) -> None:
    work = deposit(house.caller(Scope.ISSUER), "record only", None, title="登鹳雀楼")
    page = house.caller(None).get(f"/v1/works/{work['work_id']}")
    assert page["title"]["text"] == "登鹳雀楼"
    found = house.caller(None).get("/v1/search", q="鹳雀")
    assert [one["id"] for one in found["results"]] == [work["work_id"]]


def test_a_file_is_found_again_by_its_digest(house: Premises, told: Told) -> None:
    assert told.file == picture()
    found = house.caller(None).get("/v1/search", q=hashlib.sha256(told.file).hexdigest())
    assert told.work_id in [one["id"] for one in found["results"]]


def _records(path: Path) -> list[Record]:
    with path.open(encoding="utf-8", newline="") as opened:
        lines: Iterable[str] = list(opened)
    first, *rest = lines
    form, _ = read_preamble(first.removeprefix("\ufeff"))
    rest = rest[1:] if path.suffix == ".csv" else rest
    read = (form.read(line) for line in rest)
    return [line.record for line in read if isinstance(line, Line)]
