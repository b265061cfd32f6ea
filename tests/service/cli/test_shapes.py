"""What verbs print with `--json`, on a home that has no chain: scripts depend on these names."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from service.cli.program import main
from service.keys.vault import make_vault
from service.settings import read_settings

Run = Callable[..., tuple[int, dict[str, Any]]]
RECORDS = Path(__file__).parents[1] / "intake" / "records.jsonl"


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    (tmp_path / "home").mkdir()

    def qianyin(*words: object) -> tuple[int, dict[str, Any]]:
        code = main(["--home", str(tmp_path / "home"), *map(str, words), "--json"])
        return code, json.loads(capsys.readouterr().out)

    return qianyin


def test_a_sheet_is_judged_without_a_chain(run: Run, tmp_path: Path):
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("类别,题名,衍生自,作者\n衍生创作,静夜思,唐诗,李白\n", encoding="utf-8")
    code, said = run("mint", sheet, "--dry-run")
    assert (code, said["rows"], said["errors"]) == (0, 1, [])


def test_one_row_is_not_called_rows_and_the_summary_alone_is_on_standard_output(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    sheet = tmp_path / "sheet.csv"
    for many, said in (
        (1, "1 row, 1 error, 0 warnings; 0 collectibles"),
        (2, "2 rows, 2 errors, 0 warnings;"),
    ):
        sheet.write_text("类别,题名,衍生自,作者\n" + "画,静夜思,唐诗,李白\n" * many, encoding="utf-8")
        assert main(["--home", str(tmp_path), "mint", str(sheet), "--dry-run"]) == 1
        shown = capsys.readouterr()
        assert said in shown.out
        assert ("✗" in shown.err, "✗" in shown.out) == (True, False)


def test_all_errors_of_a_sheet_are_said_at_once_with_their_cells(run: Run, tmp_path: Path):
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(
        "类别,题名,衍生自,作者,文件\n画,静夜思,唐诗,李白,\n衍生创作,,唐诗,李白,\n衍生创作,春晓,唐诗,孟浩然,none.png\n",
        encoding="utf-8",
    )
    code, said = run("mint", sheet)
    assert code == 1
    assert {one["cell"] for one in said["errors"]} == {"A2", "B3", "E4"}
    assert all(one["zh"] and one["en"] and one["code"] for one in said["errors"])
    assert not list((tmp_path / "home").iterdir()), "nothing was opened for a sheet that cannot be taken"


def test_a_museums_records_become_a_sheet_that_can_be_taken(run: Run, tmp_path: Path):
    code, said = run("import", "museum", RECORDS, "-o", tmp_path / "museum.csv", "--institution", "M")
    many = len(RECORDS.read_bytes().splitlines())
    assert (code, said) == (0, {"rows": many, "sheet": str(tmp_path / "museum.csv")})
    code, said = run(
        "mint", tmp_path / "museum.csv", "--dry-run", "--collection", "Museum", "--allow", "capture_record"
    )
    assert (code, said["rows"], said["errors"]) == (0, many, [])


def test_a_kind_that_the_collection_would_not_issue_is_an_error_of_its_cell(run: Run, tmp_path: Path):
    run("import", "museum", RECORDS, "-o", tmp_path / "museum.csv", "--institution", "M")
    code, said = run("mint", tmp_path / "museum.csv", "--dry-run", "--collection", "Museum")
    found = {(one["cell"], one["code"]) for one in said["errors"]}
    many = len(RECORDS.read_bytes().splitlines())
    assert (code, found) == (1, {(f"A{row}", "kind-not-issued") for row in range(2, many + 2)})
    code, said = run("mint", tmp_path / "museum.csv", "--dry-run")
    assert (code, said["errors"]) == (0, []), "to deposit them is another thing"


def test_records_that_cannot_be_read_are_all_named(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    """Without `--institution` none of these says whose it is."""
    assert main(["import", "museum", str(RECORDS), "-o", str(tmp_path / "museum.csv")]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert [line.split()[0] for line in lines if line.startswith("  ")] == ["1", "2", "3", "4"]
    assert not (tmp_path / "museum.csv").exists()


def test_a_sheet_that_is_not_there_is_said(run: Run, tmp_path: Path):
    code, said = run("mint", tmp_path / "none.csv")
    assert code == 1
    assert said["error"]


def test_a_key_is_given_shown_once_listed_without_its_secret_and_revoked(run: Run):
    code, given = run("key", "give", "regulator", "--label", "bureau")
    assert (code, sorted(given)) == (0, ["key", "key_id"])
    code, listed = run("key", "list")
    [one] = listed["keys"]
    assert (code, one["key_id"], one["scope"], one["revoked_at"]) == (0, given["key_id"], "regulator", None)
    assert given["key"] not in json.dumps(listed)
    assert run("key", "revoke", given["key_id"]) == (0, {"key_id": given["key_id"]})
    assert run("key", "list")[1]["keys"][0]["revoked_at"] > 0


def test_a_holders_key_needs_to_say_whose_it_is(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    assert main(["--home", str(tmp_path), "key", "give", "holder", "--label", "x"]) == 2
    assert "--account" in capsys.readouterr().err


def test_a_person_is_registered_from_two_lines_and_neither_is_printed(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    make_vault(read_settings({}, tmp_path / "home"))
    monkeypatch.setattr("sys.stdin", io.StringIO("王小明\nSECRET-4711\n"))
    code, said = run("register", "H-1", "--verifier", "T1", "--method", "test")
    assert code == 0
    assert re.fullmatch("0x[0-9a-f]{40}", said["account"])
    assert said["person"]
    assert said["operation"]
    shown = json.dumps(said, ensure_ascii=False)
    assert "王小明" not in shown
    assert "SECRET-4711" not in shown
    code, erased = run("erase", "H-1", "--reason", "asked for")
    assert (code, erased["person"]) == (0, said["person"])
    code, unknown = run("erase", "H-2", "--reason", "asked for")
    assert (code, unknown["error"]) == (1, "unknown-person")


def test_a_home_without_a_chain_says_what_to_run_first(run: Run, tmp_path: Path):
    for words in (("fsck",), ("reindex",), ("export", "-o", tmp_path / "x.jsonl")):
        code, said = run(*words)
        assert code == 1
        assert said["zh"]
    assert not (tmp_path / "x.jsonl").exists()
