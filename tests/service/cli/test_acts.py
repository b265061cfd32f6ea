"""Acts asked for on the command line, in one home on a real chain: each by the hand that may, each to its end."""

from __future__ import annotations

import argparse
import io
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from indexer.evidence.anchor_file import write_anchor
from service.access.bearer import Scope
from service.cli.orders import moment_word
from service.pages.codes import short_code
from service.reading.open import context
from tests.service.api.premises import Premises
from tests.service.cli.rights_home import Run

pytestmark = [pytest.mark.node, pytest.mark.timeout(180)]

SHEET = (
    "类别,题名,衍生自,作者,库房备注,系列,版次,发行上限,数量\n衍生创作,静夜思,唐诗,李白,三号架,小笺,1,10,4\n"
)


@pytest.fixture
def issued(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Four collectibles of one work; asked for again, they are the same."""
    identity(monkeypatch, "试验博物馆", "91000000TEST")
    run("register", "issuer", "--issuer", "--verifier", "T1", "--method", "test")
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(SHEET, encoding="utf-8")
    code, said = run("mint", sheet)
    assert (code, said["refused"], len(said["works"])) == (0, [], 1)
    issued: list[str] = said["collectibles"]
    return issued


def identity(monkeypatch: pytest.MonkeyPatch, name: str, number: str) -> None:
    """Say who somebody is, as the verb reads it."""
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{name}\n{number}\n"))


@pytest.fixture
def people(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two people registered here."""
    for code in ("H-1", "H-2"):
        identity(monkeypatch, f"某{code}", f"T-{code}")
        assert run("register", code, "--verifier", "T1", "--method", "test")[0] == 0
    monkeypatch.setattr("sys.stdin", io.StringIO(""))


def test_a_collectible_is_handed_out_by_number_and_found_by_the_code_on_its_label(
    run: Run, issued: list[str], people: None, house: Premises, tmp_path: Path
):
    code, said = run("distribute", issued[0], "H-1")
    assert (code, said["state"], said["page"]) == (0, "settled", f"/t/{issued[0]}")
    bundle, anchor = tmp_path / "bundle.json", tmp_path / "anchor.json"
    code, said = run("evidence", short_code(int(issued[0])), "-o", bundle)
    assert (code, said["bytes"]) == (0, bundle.stat().st_size)
    assert house.installation.anchor is not None
    anchor.write_bytes(write_anchor(house.installation.anchor))
    code, verdict = run("verify", bundle, "--anchor", anchor)
    assert (code, verdict["verdict"]) == (3, "indeterminate"), "anvil seals nothing"
    assert all(check["status"] != "failed" for check in verdict["checks"])


def test_handed_out_twice_it_is_refused_and_says_so(run: Run, issued: list[str], people: None):
    assert run("distribute", issued[1], "H-1")[0] == 0
    code, said = run("distribute", issued[1], "H-2")
    assert (code, said["state"]) == (1, "refused")
    assert said["reason"]["zh"] != said["reason"]["en"]


def test_a_collection_is_made_to_issue_a_further_kind_once(
    run: Run, issued: list[str], house: Premises, tmp_path: Path
):
    records, sheet = Path(__file__).parents[1] / "intake" / "records.jsonl", tmp_path / "capture.csv"
    assert run("import", "museum", records, "-o", sheet, "--institution", "M")[0] == 0
    judge = ("mint", sheet, "--dry-run", "--collection", "小笺")
    assert kinds_refused(run(*judge))
    code, said = run("collection", "policy", "0x" + "ab" * 32, "--allow", "capture_record")
    assert (code, said["error"]) == (1, "unknown-collection")
    [collection] = collections_of(house)
    code, said = run("collection", "policy", collection, "--allow", "capture_record")
    assert (code, said["kind"], said["state"]) == (0, "set-policy", "settled")
    code, said = run(*judge)
    assert (code, said["errors"]) == (0, [])
    kinds = ("--allow", "capture_record", "--allow", "derived_work")
    code, said = run("collection", "policy", collection, *kinds)
    assert (code, said) == (0, {"changed": False, "version": 2})


def collections_of(house: Premises) -> list[str]:
    with context(house.installation) as one:
        return ["0x" + known.state.collection_id.hex() for known in one.view.collections().items]


def kinds_refused(judged: tuple[int, dict[str, Any]]) -> bool:
    """Whether a sheet names a kind that its collection does not issue."""
    return "kind-not-issued" in {one["code"] for one in judged[1]["errors"]}


def test_a_gift_is_asked_for_by_its_holders_key_alone(
    run: Run, issued: list[str], people: None, house: Premises, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("QIANYIN_KEY", raising=False)
    assert run("distribute", issued[2], "H-1")[0] == 0
    code, said = run("gift", issued[2], "H-2")
    assert (code, said["error"]) == (1, "key-needed")
    monkeypatch.setenv("QIANYIN_KEY", house.keys[Scope.ISSUER])
    assert run("gift", issued[2], "H-2")[1]["error"] == "scope-missing"
    monkeypatch.setenv("QIANYIN_KEY", house.keys[Scope.HOLDER])
    assert run("gift", issued[2], "H-2")[1]["error"] == "not-the-holder"
    _, accounts = run("accounts", "H-1")
    [account] = [one["account"] for one in accounts["accounts"] if int(one["collection"], 16)]
    _, key = run("key", "give", "holder", "--label", "H-1", "--account", account)
    monkeypatch.setenv("QIANYIN_KEY", key["key"])
    code, said = run("explain", issued[2], "H-2")
    assert (code, said["refused"]) == (3, True)
    code, said = run("gift", issued[2], "H-2", "--idempotency-key", "gift-1")
    assert (code, said["state"]) == (1, "refused"), (
        "as explain said: the usual policy has a first holding period"
    )
    assert run("gift", issued[2], "H-2", "--idempotency-key", "gift-1")[1]["id"] == said["id"]


def test_a_hold_is_filed_by_one_hand_and_executed_by_another(
    run: Run, issued: list[str], house: Premises, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    order, second = (
        ("hold", issued[3], "--authority", "Court", "--document", paper(tmp_path, name))
        for name in ("first", "second")
    )
    monkeypatch.setenv("QIANYIN_KEY", house.keys[Scope.OPERATOR])
    assert run("order", "file", *order, "--reason-code", "case-1")[1]["error"] == "scope-missing"
    monkeypatch.setenv("QIANYIN_KEY", house.keys[Scope.REGULATOR])
    assert run("order", "execute", *order)[1]["error"] == "scope-missing"
    assert run("order", "file", *order, "--reason-code", "case-1", "--until", "+90d")[0] == 0
    assert run("order", "withdraw", *order, "--reason-code", "mistake")[0] == 0
    code, said = run("order", "file", *order, "--reason-code", "case-1")
    assert (code, said["state"]) == (1, "refused"), "one document is filed once"
    assert run("order", "file", *second, "--reason-code", "case-2", "--until", "+60d")[0] == 0
    monkeypatch.setenv("QIANYIN_KEY", house.keys[Scope.OPERATOR])
    code, said = run("order", "execute", *second)
    assert (code, said["state"]) == (0, "settled")


def paper(folder: Path, name: str) -> Path:
    """Write an order."""
    path = folder / f"{name}.pdf"
    path.write_text(f"the {name} order")
    return path


def test_internal_columns_are_opened_until_they_are_erased(run: Run, issued: list[str], tmp_path: Path):
    sheet = tmp_path / "another.csv"
    sheet.write_text("类别,题名,衍生自,作者,库房备注\n衍生创作,春晓,唐诗,孟浩然,三号架\n", encoding="utf-8")
    code, minted = run("mint", sheet)
    assert (code, minted["collections"], minted["collectibles"]) == (0, [], [])
    [work] = minted["works"]
    code, said = run("columns", "open", work)
    assert (code, said["columns"]) == (0, {"库房备注": "三号架"})
    assert run("columns", "erase", work)[1]["erased"] is True
    assert run("columns", "erase", work)[1]["erased"] is False
    assert run("columns", "open", work)[1]["error"] == "columns-erased"


def test_what_became_of_a_request_is_shown_and_nothing_ended_is_mended(run: Run, issued: list[str]):
    _, listed = run("operation", "list", "--limit", 1)
    [newest] = listed["operations"]
    assert run("operation", "show", newest["id"]) == (0 if newest["reason"] is None else 1, newest)
    assert run("operation", "wait", newest["id"])[1] == newest
    assert run("operation", "cancel", newest["id"])[1]["error"] == "operation-signed"
    assert run("supersede", newest["id"])[1]["error"] == "nothing-to-supersede"
    assert run("reconcile") == (0, {"reconciled": []})
    assert run("reconcile", "issuer")[1]["reconciled"] == [
        {"operator": "issuer", "foreign_nonces": [], "tried_again": 0}
    ]


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("evidence", "nothing", "-o", "x"), "unknown-collectible"),
        (("evidence", "ab" * 32, "-o", "x"), "unknown-work"),
        (("distribute", "7", "H-1"), "unknown-collectible"),
        (("operation", "show", "nothing"), "operation-unknown"),
        (("columns", "open", "0x12"), "unknown-work"),
        (("accounts", "nobody"), "unknown-person"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, tuple) else one,
)
def test_what_is_not_there_is_named(run: Run, issued: list[str], words: tuple[str, ...], error: str):
    code, said = run(*words)
    assert (code, said["error"]) == (1, error)


@pytest.mark.parametrize(
    ("word", "moment"),
    [
        ("1800000000", 1_800_000_000),
        ("2027-01-15", 1_799_942_400),
        ("2027-01-15T16:00+08:00", 1_800_000_000),
        ("2027-01-15T08:00Z", 1_800_000_000),
    ],
)
def test_a_time_is_read_as_it_is_written_in_china_unless_it_says_otherwise(word: str, moment: int):
    assert moment_word(word) == moment


@pytest.mark.parametrize("word", ["", "tomorrow", "+d", "+1000000d", "2027-13-01", "１２３", "1" * 16])
def test_what_is_no_time_is_a_wrong_command_line(word: str):
    with pytest.raises(argparse.ArgumentTypeError):
        moment_word(word)


def test_a_home_at_work_is_well_in_every_part(run: Run, issued: list[str]):
    code, said = run("doctor")
    assert code == 0, said
    grades = {one["part"]: one["grade"] for one in said["parts"]}
    assert set(grades) == {
        *("deployment", "chain", "clock", "anchor", "keys", "outbox", "index", "files", "disk"),
    }
    assert grades["keys"] == "warning", "the demonstration keeps its master key beside the others"


@pytest.mark.parametrize("verb", ["serve", "worker", "index"])
def test_a_program_that_stays_says_so_in_one_line_and_ctrl_c_ends_it(verb: str, house: Premises):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    port = ["--port", url.rpartition(":")[2]] if verb == "serve" else []
    home = str(house.installation.settings.home)
    command = [sys.executable, "-m", "service.cli", "--home", home, verb, *port]
    pipe = subprocess.PIPE
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=environment) as program:
        assert program.stderr is not None
        try:
            said = program.stderr.readline()
            assert " / " in said
            assert "Ctrl-C" in said
            if verb == "serve":
                assert url in said
                assert answers(url)
        finally:
            program.send_signal(signal.SIGINT)
        rest = program.communicate(timeout=60)
        assert rest == ("", ""), "no migrations, and no stack"
        assert program.returncode in (0, 130)


def answers(url: str) -> bool:
    """Ask until something answers; what it prints first is a moment before that."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"{url}/v1", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            time.sleep(0.1)
    return False
