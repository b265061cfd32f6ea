"""schemathesis drives the API by its own document: nothing breaks, and every answer is as described.

Every operation is called with a key that is entitled to it, else most would be tried no deeper than their refusal.

One of its checks is left out: that whatever fits a schema is accepted. Rules of the domain stand beyond any schema (a
registration number for a registered work, a signature that is one), so 422 is a proper answer to what fits.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.responses import JSONResponse

from indexer.values import address
from service.access.bearer import OF_ONE_ACCOUNT, Scope
from service.access.bearers import give_out
from service.api.app import make_app
from service.api.scopes import entitlements
from service.files.cid import cid_of
from service.installation import Installation
from service.settings import read_settings
from tests.service.api.novel import Novel, begin, cast
from tests.service.api.premises import DAY, Premises, listening, premises, written
from tests.service.api.told import Told, tell

pytestmark = [pytest.mark.node, pytest.mark.timeout(1_000)]

OPERATIONS = [
    one for one in entitlements(make_app(Installation(read_settings({}, Path())))) if one.documented
]
EXAMPLES = 40
"""Of each operation, in the nightly run."""
REGULATED = "^/v1/(audit|orders)"


def fuzzed(
    folder: Path,
    url: str,
    keys: Mapping[Scope, str],
    parameters: dict[str, str],
    *options: str,
    seed: int | None = None,
    minutes: int = 15,
) -> dict[str, Any]:
    """Run schemathesis, each operation with the key of a scope that it needs, and give its report.

    The same requests each time, unless there is a seed.
    """
    lines = ["[parameters]"] + [f'"path.{name}" = "{value}"' for name, value in parameters.items()]
    for one in OPERATIONS if keys else ():
        if one.scopes:
            bearer = f'{{ Authorization = "Bearer {keys[min(one.scopes)]}" }}'
            lines += ["[[operations]]", f'include-name = "{one.method} {one.path}"', f"headers = {bearer}"]
    (folder / "schemathesis.toml").write_text("\n".join(lines) + "\n")
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", "schemathesis.toml", "run"]
    command += [f"{url}/openapi.json", "--checks", "all", "--exclude-checks", "positive_data_acceptance"]
    command += ["--generation-deterministic"] if seed is None else ["--seed", str(seed)]
    command += ["--continue-on-failure", "--workers", "1", "--warnings", "off"]
    command += ["--no-color", "--report-json-path", "report.json", *options]
    ended = subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60 * minutes,
        check=False,
    )
    report = folder / "report.json"
    assert report.exists(), ended.stdout + ended.stderr
    found: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return {**found, "said": ended.stdout}


def _holds(report: dict[str, Any], operations: int, cases: int) -> None:
    assert report["complete"]
    assert report["exit_code"] == 0, report["said"]
    assert report["operations"]["tested"] == report["operations"]["selected"] == operations
    assert report["test_cases"]["generated"] >= cases
    assert report["failures"] == report["errors"] == []


def _counted(pattern: str) -> int:
    return len([one for one in OPERATIONS if re.search(pattern, one.path)])


def test_every_operation_is_in_one_of_the_runs_and_has_its_key() -> None:
    assert _counted(REGULATED) + _counted(f"^(?!.*{REGULATED[1:]})") == len(OPERATIONS) >= 55
    # What a key for rights alone may, a holder's may too, and is tried with that.
    assert {min(one.scopes) for one in OPERATIONS if one.scopes} == set(Scope) - {Scope.RIGHTS_HOLDER}


def test_no_request_that_could_be_made_breaks_anything(house: Premises, tmp_path: Path) -> None:
    report = fuzzed(
        tmp_path, house.url, house.keys, {}, "--phases=coverage", f"--exclude-path-regex={REGULATED}"
    )
    _holds(report, len(OPERATIONS) - _counted(REGULATED), 1_500)


def test_no_question_or_order_that_could_be_made_breaks_anything(
    house: Premises, told: Told, tmp_path: Path
) -> None:
    operator = house.caller(Scope.OPERATOR)
    before = len(operator.get("/v1/operations", limit=200)["operations"])
    report = fuzzed(
        tmp_path,
        house.url,
        house.keys,
        {"token_id": told.tokens[0], "account": told.kept},
        "--phases=coverage",
        f"--include-path-regex={REGULATED}",
    )
    _holds(report, _counted(REGULATED), 500)
    accepted = len(operator.get("/v1/operations", limit=200)["operations"])
    assert accepted > before, "each operation was called with the key it needs, so some were accepted"


def test_no_request_about_what_there_is_breaks_anything(house: Premises, told: Told, tmp_path: Path) -> None:
    named = {
        "work_id": told.work_id,
        "collection_id": told.collection_id,
        "edition_id": told.edition_id,
        "token_id": told.tokens[1],
        "account": written(house.issuer),
        "operation_id": told.gift["id"],
    }
    report = fuzzed(
        tmp_path,
        house.url,
        house.keys,
        named,
        "--phases=fuzzing",
        "--max-examples=4",
        "--exclude-path-regex=^/v1/(audit|orders|accounts)|withdrawal$",
        "--include-path-regex={",
    )
    _holds(report, _counted(r"^(?!/v1/(audit|orders|accounts)|.*withdrawal$).*{"), 80)


@pytest.mark.nightly
@pytest.mark.timeout(5_000)
def test_no_random_request_about_anything_there_is_breaks_anything(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = int(os.environ.get("QIANYIN_FUZZ_SEED") or secrets.randbelow(1 << 32))
    with capsys.disabled():
        print(f"\nQIANYIN_FUZZ_SEED={seed} makes the same requests again")
    home = tmp_path / "home"
    home.mkdir()
    with premises(home) as house:
        told, novel = tell(house), cast(house, museum_is_known=True)
        try:
            begin(novel)
            named, keys = _everything(told, novel), _of_an_author(novel)
            report = fuzzed(
                tmp_path,
                house.url,
                keys,
                named,
                "--phases=fuzzing",
                f"--max-examples={EXAMPLES}",
                seed=seed,
                minutes=75,
            )
        finally:
            novel.close()
    assert set(named) == {name for one in OPERATIONS for name in re.findall(r"{(\w+)}", one.path)}
    _holds(report, len(OPERATIONS), len(OPERATIONS) * EXAMPLES // 4)


def _everything(told: Told, novel: Novel) -> dict[str, str]:
    """Name something that is there for every parameter of a path."""
    estate, until = f"/v1/estates/{novel.estate_id}", int(time.time()) + DAY
    shown = novel.callers["ann"].http.post(
        f"{estate}/disclosures", json={"to": novel.accounts["stranger"], "until": until}
    )
    open_still = novel.propose("ann", "another grant", **novel.japanese(licensee=novel.accounts["seoul"]))
    return {
        "work_id": novel.work_id,
        "collection_id": told.collection_id,
        "edition_id": told.edition_id,
        "token_id": told.tokens[1],
        "account": novel.accounts["ann"],
        "party": novel.accounts["ann"],
        "nonce": "7",
        "operation_id": told.gift["id"],
        "cid": cid_of(told.file),
        "estate_id": novel.estate_id,
        "disclosure_id": str(shown.json()["id"]),
        "grant_id": novel.grant_id,
        "proposal_id": open_still["id"],
        "intent": open_still["intent"],
    }


def _of_an_author(novel: Novel) -> dict[Scope, str]:
    """Give the keys of the house, those of holders being an author's own."""
    who, database = address(novel.accounts["ann"].lower()), novel.house.installation.database
    own = {scope: give_out(database, scope, "the author's", who).text for scope in OF_ONE_ACCOUNT}
    return {**novel.house.keys, **own}


@pytest.fixture
def broken() -> Iterator[str]:
    """An app that breaks on odd numbers, and answers otherwise than its document says on the rest."""
    app = FastAPI()

    @app.get("/halves/{whole}", response_model=dict[str, int])
    def halve(whole: int) -> JSONResponse:
        return JSONResponse({"half": str(whole // 2)}) if whole % 2 == 0 else JSONResponse(1 // 0)

    with listening(app) as url:
        yield url


def test_an_app_that_breaks_is_found_out(broken: str, tmp_path: Path) -> None:
    report = fuzzed(tmp_path, broken, {}, {}, "--phases=fuzzing", "--max-examples=20")
    assert report["exit_code"] == 1
    assert "Server error" in report["said"]
    assert "Response violates schema" in report["said"]
    assert len(report["failures"]) >= 2
