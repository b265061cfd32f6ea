"""Estates and grants on the command line: shown whole, proven, shown to others, stated about; to whom they concern."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import icalendar
import pytest

from indexer.china import china_day
from indexer.evidence.anchor_file import write_anchor
from service.access.bearer import Scope
from service.cli.program import main
from service.rights.answers import day_text
from tests.service.api.premises import DAY, Premises
from tests.service.cli.rights_home import As, Run, recorded

pytestmark = [pytest.mark.node, pytest.mark.timeout(180)]

Capsys = pytest.CaptureFixture[str]
NOBODYS = "0x" + "77" * 32
UNTIL = int(time.time()) + 20 * DAY
TODAY = china_day(int(time.time()))
LAST = day_text(TODAY + 1_800)


@pytest.fixture
def told(run: Run, people: dict[str, str], paper: Path, as_: As) -> dict[str, str]:
    """An estate of the author's, and the house's grant of it; asked for again, they are the same."""
    words = "翻译权、复制权，不限语言，不限国家/地区，不限媒介，2026-01-01 起"
    once = ("--until", UNTIL, "--idempotency-key")
    claim = ("claim", people["work"], words, "--owner", f"{people['author']}=1")
    claimed = _agreed(run, as_, run("rights", *claim, *once, "estate")[1], None, "author")
    estates = run("rights", "show", people["work"])[1]["estates"]
    [estate] = (one for one in estates if "translation" in one["scope"]["rights"])
    scope = f"翻译权，日语，日本，电子书，2026-01-01 至 {LAST}"
    terms = (estate["estate_id"], scope, people["tokyo"], "exclusive", "--agreement", paper)
    granted = _agreed(run, as_, run("rights", "grant", *terms, *once, "grant")[1], "author", "tokyo")
    as_(None)
    return {"estate": estate["estate_id"], "grant": granted["intent"], "claim": claimed["id"]}


def _agreed(run: Run, as_: As, proposal: dict[str, Any], *who: str | None) -> dict[str, Any]:
    for name in who:
        as_(name)
        assert run("rights", "agree", proposal["id"])[0] == 0
    recorded(run, proposal)
    as_(None)
    return proposal


def _checks(run: Run, house: Premises, bundle: Path) -> dict[int, str]:
    """Check a bundle offline: which number came out how."""
    anchor = bundle.with_name("anchor.json")
    assert house.installation.anchor is not None
    anchor.write_bytes(write_anchor(house.installation.anchor))
    code, verdict = run("verify", bundle, "--anchor", anchor)
    assert (code, verdict["verdict"]) == (3, "indeterminate"), "anvil seals nothing"
    return {one["number"]: one["status"] for one in verdict["checks"]}


def test_an_estate_is_shown_whole_to_its_owner(
    run: Run, people: dict[str, str], told: dict[str, str], as_: As
):
    as_("author")
    code, found = run("rights", "show", "estate", told["estate"])
    assert (code, found["owners"][0]["account"]) == (0, people["author"])
    assert [one["grant_id"] for one in found["burdens"]] == [told["grant"]]
    assert [one["act"] for one in found["title"]] == ["EstateClaimed"]
    assert found["as_of"]["block"] > 0
    assert told["estate"] in [one["estate_id"] for one in run("rights", "mine")[1]["estates"]]


def test_an_estate_is_not_shown_to_who_has_but_a_grant_of_it(run: Run, told: dict[str, str], as_: As):
    as_("tokyo")
    assert run("rights", "show", "estate", told["estate"])[1]["error"] == "unknown-estate"
    assert run("rights", "show", "estate", "one")[1]["error"] == "malformed-id"
    assert run("rights", "mine")[1]["estates"] == []


def test_a_grant_is_shown_whole_to_its_licensee_and_to_no_stranger(
    run: Run, people: dict[str, str], told: dict[str, str], as_: As
):
    as_("tokyo")
    code, found = run("rights", "show", "grant", told["grant"])
    assert (code, found["licensee"], found["sublicences"]) == (0, people["tokyo"], [])
    assert (found["clashes"]["count"], found["disclosures"]) == (0, [])
    as_("stranger")
    assert run("rights", "show", "grant", told["grant"])[1]["error"] == "unknown-grant"
    assert run("rights", "show", "grant", NOBODYS)[1]["error"] == "unknown-grant"


def test_records_are_listed_a_part_at_a_time_to_whom_they_concern(
    run: Run, people: dict[str, str], told: dict[str, str], as_: As
):
    as_("author")
    _, first = run("rights", "history", people["work"], "--limit", "1")
    [newest] = first["entries"]
    assert newest["words"]["act"] == "Granted"
    _, older = run("rights", "history", "work", people["work"], "--after", first["next"])
    assert "EstateClaimed" in [one["words"]["act"] for one in older["entries"]]
    _, of_estate = run("rights", "history", "estate", told["estate"])
    assert "EstateClaimed" in [one["words"]["act"] for one in of_estate["entries"]]
    as_("tokyo")
    _, of_grant = run("rights", "history", "grant", told["grant"])
    assert [one["words"]["act"] for one in of_grant["entries"]] == ["Granted"]
    assert run("rights", "history", people["work"])[1]["error"] == "unknown-work"


def test_evidence_is_written_by_whom_it_is_for_and_checked_offline(
    run: Run, house: Premises, told: dict[str, str], as_: As, tmp_path: Path
):
    as_("author")
    title, whole = tmp_path / "title.json", tmp_path / "whole.json"
    code, said = run("rights", "evidence", "estate", told["estate"], "--out", title)
    assert (code, said["bytes"]) == (0, title.stat().st_size)
    assert run("rights", "evidence", "grant", told["grant"], "-o", whole, "--whole")[0] == 0
    as_("tokyo")
    alone = tmp_path / "alone.json"
    named = ("rights", "evidence", "grant", told["grant"])
    assert run(*named, "-o", alone, "--on", day_text(TODAY + 900))[0] == 0
    for bundle in (title, whole, alone):
        checks = _checks(run, house, bundle)
        assert (checks[7], "failed" in checks.values()) == ("passed", False), checks


def test_the_matrix_tells_a_licensee_what_it_holds_and_an_owner_what_it_told_before(
    run: Run, house: Premises, people: dict[str, str], told: dict[str, str], as_: As, capsys: Capsys
):
    for name, held, mark in (("tokyo", [told["grant"]], "exclusive="), ("author", [], "exclusive ")):
        as_(name)
        narrowed = (people["work"], "--language", "ja", "--medium", "ebook", "--territory", "JP")
        _, found = run("rights", "free", *narrowed)
        [row] = (one for one in found["rows"] if one["right"] == "translation")
        [cell] = row["cells"]
        assert (cell["state"], cell["held"], cell["passed_on"]) == ("exclusive", held, [])
        assert main(["--home", str(house.installation.settings.home), "rights", "free", *narrowed]) == 0
        text = capsys.readouterr().out
        assert mark in text
        assert ("= 本方所得 / held by you" in text) is bool(held)


def test_evidence_that_carries_what_others_have_is_refused(
    run: Run, told: dict[str, str], as_: As, tmp_path: Path
):
    file = tmp_path / "refused.json"
    as_("tokyo")
    named = ("rights", "evidence", "grant", told["grant"], "-o", file)
    assert run(*named, "--whole")[1]["error"] == "evidence-whole"
    assert run("rights", "evidence", "estate", told["estate"], "-o", file)[1]["error"] == "unknown-estate"
    assert run(*named, "--on", "2026-02-30")[1]["error"] == "no-such-day"
    assert not file.exists()


def test_evidence_of_a_day_on_which_a_grant_is_not_in_force_does_not_hold(
    run: Run, house: Premises, told: dict[str, str], as_: As, tmp_path: Path
):
    as_("tokyo")
    file, anchor = tmp_path / "late.json", tmp_path / "anchor.json"
    assert (
        run("rights", "evidence", "grant", told["grant"], "-o", file, "--on", day_text(TODAY + 1_801))[0] == 0
    )
    assert house.installation.anchor is not None
    anchor.write_bytes(write_anchor(house.installation.anchor))
    code, verdict = run("verify", file, "--anchor", anchor)
    assert (code, verdict["verdict"]) == (3, "invalid")


def test_an_owner_lets_anybody_ask_and_no_longer(
    run: Run, house: Premises, people: dict[str, str], told: dict[str, str], as_: As
):
    asked = {"right": "translation", "territory": "JP", "language": "ja", "medium": "ebook"}

    def answer() -> str:
        path = f"/v1/works/{people['work']}/availability"
        return str(house.caller(None).get(path, **asked)["answer"])

    as_("author")
    code, said = run("rights", "open", told["estate"])
    assert (code, said["open"], said["by"], answer()) == (0, True, people["author"], "unavailable")
    assert run("rights", "close", told["estate"])[1]["open"] is False
    assert answer() == "undisclosed"


def test_who_owns_no_part_opens_nothing(run: Run, told: dict[str, str], as_: As):
    assert run("rights", "open", told["estate"])[1]["error"] == "not-a-party", (
        "the registrant owns none of it"
    )
    as_("stranger")
    assert run("rights", "open", told["estate"])[1]["error"] == "unknown-estate"


@pytest.mark.parametrize(("what", "whose"), [("estate", "author"), ("grant", "tokyo")])
def test_what_is_disclosed_is_seen_until_that_is_ended(
    run: Run, people: dict[str, str], told: dict[str, str], as_: As, what: str, whose: str
):
    as_(whose)
    code, made = run("rights", "disclose", what, told[what], "--to", people["stranger"], "--until", "+10d")
    assert (code, made["to"], made["by"]) == (0, people["stranger"], people[whose])
    assert made["id"] in [one["id"] for one in run("rights", "show", what, told[what])[1]["disclosures"]]
    as_("stranger")
    code, seen = run("rights", "show", what, told[what])
    assert (code, seen["disclosures"]) == (0, []), "to whom else is not said"
    assert run("rights", "undisclose", what, told[what], made["id"])[1]["error"] == "not-a-party"
    as_(whose)
    assert run("rights", "undisclose", what, told[what], made["id"])[1]["ended_at"] is not None
    as_("stranger")
    assert run("rights", "show", what, told[what])[1]["error"] == f"unknown-{what}"


def test_a_disclosure_without_end_or_of_others_is_refused(
    run: Run, people: dict[str, str], told: dict[str, str], as_: As
):
    as_("author")
    named = ("rights", "disclose", "grant", told["grant"], "--to", people["stranger"], "--until")
    assert run(*named, "+2000d")[1]["error"] == "until-out-of-range"
    code, made = run(*named, "+1d")
    assert code == 0
    as_("tokyo")
    ended = run("rights", "undisclose", "grant", told["grant"], made["id"])
    assert ended[1]["error"] == "unknown-disclosure", "the author made it"


def test_an_act_asked_for_again_under_the_same_word_is_the_same_though_all_moved_on(
    run: Run, people: dict[str, str], as_: As, paper: Path
):
    claimed = _claim(run, people, "汇编权，日语，日本，纸质，2026-01-01 起")
    _agreed(run, as_, claimed, None, "author")
    as_("author")
    estates = run("rights", "mine")[1]["estates"]
    [estate] = (one["estate_id"] for one in estates if one["scope"]["rights"] == ["compilation"])
    assign = ("rights", "assign", estate, "--owner", f"{people['tokyo']}=1", "--agreement", paper)
    first = run(*assign, "--idempotency-key", "assign")[1]
    _agreed(run, as_, first, "author", "tokyo")
    as_("author")
    assert run("rights", "show", "estate", estate)[1]["error"] == "unknown-estate", "it is another's"
    again = run(*assign, "--idempotency-key", "assign")[1]
    assert (again["id"], again["deadline"]) == (first["id"], first["deadline"])
    other = (*assign[:-1], paper.with_name("work.csv"))
    assert run(*other, "--idempotency-key", "assign")[1]["error"] == "idempotency-key-reused"
    assert run(*assign)[1]["error"] == "unknown-estate"


def test_a_consent_is_taken_back_as_long_as_others_are_missing(run: Run, people: dict[str, str], as_: As):
    proposal = _claim(run, people, "广播权，日语，日本，电子书，2026-01-01 起")
    as_("author")
    assert people["author"] not in run("rights", "agree", proposal["id"])[1]["missing"]
    assert people["author"] in run("rights", "take-back", proposal["id"])[1]["missing"]
    other = ("rights", "take-back", proposal["id"], "--party", people["tokyo"])
    assert run(*other)[1]["error"] == "not-your-account"
    as_("tokyo")
    assert run("rights", "take-back", proposal["id"])[1]["error"] == "unknown-proposal"
    as_(None)
    run("rights", "agree", proposal["id"])
    as_("author")
    run("rights", "agree", proposal["id"])
    assert run("rights", "take-back", proposal["id"])[1]["error"] == "proposal-handed-in"


def test_who_signed_on_paper_confirms_it_later_and_nobody_else_does(
    run: Run,
    house: Premises,
    people: dict[str, str],
    as_: As,
    paper: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    proposal = _claim(run, people, "出租权，日语，日本，纸质，2026-01-01 起")
    run("rights", "agree", proposal["id"])
    run("rights", "attest", proposal["id"], people["author"], paper)
    monkeypatch.setenv("QIANYIN_KEY", house.keys[Scope.OPERATOR])
    run("rights", "confirm", proposal["id"], people["author"], paper)
    recorded(run, proposal)
    own = ("rights", "confirm-own", proposal["intent"], people["author"], "--idempotency-key", "own")
    assert run(*own)[1]["error"] == "scope-missing"
    as_("tokyo")
    assert run(*own)[1]["error"] == "not-your-account"
    forged = run(*own, "--signature", "0x" + "11" * 65)
    assert forged[1]["error"] == "signature-invalid"
    as_("author")
    code, said = run(*own)
    assert (code, said["kind"], said["state"]) == (0, "confirm-attestation", "settled"), said
    assert run(*own)[1]["id"] == said["id"], "the same word is the same request"


def test_what_was_signed_and_is_taken_back_on_chain_is_recorded_by_nobody(
    run: Run, people: dict[str, str], as_: As
):
    proposal = _claim(run, people, "展览权，日语，日本，展览，2026-01-01 起")
    as_("tokyo")
    back = ("rights", "withdraw-consent", proposal["intent"], people["author"])
    assert run(*back)[1]["error"] == "not-your-account"
    as_("author")
    run("rights", "agree", proposal["id"])
    code, said = run(*back)
    assert (code, said["kind"], said["state"]) == (0, "withdraw-consent", "settled"), said
    as_(None)
    handed = run("rights", "agree", proposal["id"])[1]
    code, refused = run("operation", "wait", handed["operation"])
    assert (code, refused["state"]) == (1, "refused")


def test_the_institution_contests_and_takes_it_back_and_says_whose_the_moral_rights_are(
    run: Run, people: dict[str, str], told: dict[str, str], paper: Path
):
    def contests() -> int:
        return int(run("rights", "show", people["work"])[1]["contests"])

    contest = ("rights", "contest", people["work"], "--evidence", paper, "--reason", "另有存证")
    once = ("--idempotency-key", "contest")
    code, said = run(*contest, *once)
    assert (code, said["kind"], said["state"], contests()) == (0, "contest", "settled", 1), said
    assert run(*contest, *once)[1]["id"] == said["id"]
    assert run(*contest, "--rival", people["work"], *once)[1]["error"] == "idempotency-key-reused"
    code, said = run("rights", "withdraw-contest", people["work"], "--reason", "已查明")
    assert (code, said["state"], contests()) == (0, "settled", 0), said
    moral = ("rights", "moral-rights", people["work"], 1, 2, "--statement", paper)
    code, said = run(*moral, "--author", people["author"])
    assert (code, said["kind"], said["state"]) == (0, "record-moral-rights", "settled"), said
    newest = run("rights", "history", people["work"])[1]["entries"][0]["words"]
    assert (newest["act"], newest["arguments"]["author"]) == ("MoralRightsRecorded", people["author"])


def test_only_the_institution_states_what_holds_of_a_work(
    run: Run, people: dict[str, str], paper: Path, as_: As
):
    contest = ("rights", "contest", people["work"], "--evidence", paper, "--reason")
    code, said = run(*contest, "")
    assert (code, said["error"], said["facts"]["faults"][0]["at"]) == (1, "statement-malformed", "reason")
    assert "reason 至少要有 1 个字符" in said["zh"]
    assert run("rights", "contest", NOBODYS, *contest[3:], "x")[1]["error"] == "unknown-work"
    as_("author")
    assert run(*contest, "x")[1]["error"] == "scope-missing"
    assert run("rights", "withdraw-contest", people["work"], "--reason", "x")[1]["error"] == "scope-missing"


def test_what_ends_soon_is_a_list_and_a_calendar(run: Run, told: dict[str, str], as_: As, tmp_path: Path):
    as_("tokyo")
    file = tmp_path / "ending.ics"
    code, found = run("rights", "ending", "--months", "120", "--ics", file)
    assert (code, found["months"]) == (0, 120)
    [ends] = found["endings"]
    assert (ends["day"], ends["kind"], ends["grant_id"]) == (LAST, "expiry", told["grant"])
    [event] = icalendar.Calendar.from_ical(file.read_bytes()).walk("VEVENT")
    assert (str(event["summary"]), event.decoded("dtstart").isoformat()) == ("许可到期：远行", LAST)


def test_what_ends_later_or_is_others_is_not_listed(run: Run, told: dict[str, str], as_: As):
    as_("tokyo")
    assert run("rights", "ending")[1]["endings"] == []
    as_("stranger")
    assert run("rights", "ending", "--months", "120")[1]["endings"] == []


@pytest.mark.parametrize("months", ["0", "121", "-1", "six"])
def test_what_is_no_number_of_months_is_a_wrong_command_line(months: str):
    with pytest.raises(SystemExit) as ended:
        main(["rights", "ending", f"--months={months}"])
    assert ended.value.code == 2


def test_a_regulator_sees_all_once_its_question_is_kept_and_acts_on_nothing(
    run: Run,
    house: Premises,
    people: dict[str, str],
    told: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setenv("QIANYIN_KEY", house.keys[Scope.REGULATOR])
    code, found = run("rights", "show", "grant", told["grant"])
    assert (code, found["licensee"]) == (0, people["tokyo"])
    kept = house.caller(Scope.REGULATOR).get("/v1/audit/questions", limit=1_000)["questions"]
    assert {"verb": "rights show", "words": {"what": "grant", "name": told["grant"]}} in [
        one["question"] for one in kept
    ]
    assert run("rights", "open", told["estate"])[1]["error"] == "scope-missing"
    assert run("rights", "agree", told["claim"])[1]["error"] == "scope-missing"


def _claim(run: Run, people: dict[str, str], scope: str) -> dict[str, Any]:
    code, proposed = run("rights", "claim", people["work"], scope, "--owner", f"{people['author']}=1")
    assert code == 0, proposed
    return proposed
