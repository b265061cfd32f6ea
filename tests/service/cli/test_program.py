"""The command line as a whole: every verb explains itself, and exit codes mean what they say."""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.errors import EvidenceError
from service.cli import index
from service.cli.program import main, make_parser
from service.errors import Conflict

HEAVY = ("web3", "sqlalchemy", "pydantic", "fastapi", "uvicorn", "eth_account", "eth_utils", "cryptography",
         "alembic", "typst", "openpyxl", "jinja2", "ipfshttpclient", "PIL", "msgspec", "tqdm")  # fmt: skip
STAYING = {"serve", "worker", "index", "logs"}


def parsers(
    parser: argparse.ArgumentParser, words: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], argparse.ArgumentParser]]:
    """Walk every verb, and every verb of a verb."""
    inner = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not inner:
        yield words, parser
    for action in inner:
        for name, below in action.choices.items():
            yield from parsers(below, (*words, name))


VERBS = dict(parsers(make_parser()))


def test_all_the_verbs_are_there():
    assert {words[0] for words in VERBS} == {
        *("demo", "up", "down", "status", "logs", "serve", "worker", "index", "reindex", "fsck", "doctor"),
        *("mint", "import", "register", "accounts", "erase", "key", "export", "verify", "anchor"),
        *(
            "distribute",
            "gift",
            "explain",
            "order",
            "operation",
            "supersede",
            "reconcile",
            "columns",
            "evidence",
            "collection",
            "rights",
            "contracts",
        ),
    }


@pytest.mark.parametrize("words", VERBS, ids=" ".join)
def test_a_verb_explains_itself(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as left:
        main([*words, "--help"])
    assert left.value.code == 0
    assert f"usage: qianyin {' '.join(words)}" in capsys.readouterr().out


def test_every_verb_of_the_list_has_a_line_of_help():
    [verbs] = [one for one in make_parser()._actions if isinstance(one, argparse._SubParsersAction)]
    assert {one.dest for one in verbs._choices_actions if one.help} == set(verbs.choices)


@pytest.mark.parametrize("words", sorted(VERBS.keys() - {(name,) for name in STAYING}), ids=" ".join)
def test_a_verb_that_ends_can_answer_in_json(words: tuple[str, ...]):
    assert "--json" in VERBS[words]._option_string_actions


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["mints"],
        ["verify"],
        ["export", "--format", "xlsx", "-o", "x"],
        ["serve", "--port", "many"],
        ["reindex", "--accept-chain", "0x12"],
        ["register", "H-1", "--verifier", "T1", "--account", "0xzz"],
        ["anchor", "admit", "--name", "a", "--name-en", "a", "--authority", "0x" + "11" * 20,
         "--authority-name", "b", "--authority-name-en", "b", "--signature", "0x1234"],
    ],
    ids=lambda words: " ".join(words[:2]) or "nothing",
)  # fmt: skip
def test_wrong_words_exit_with_2(words: list[str], capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as left:
        main(words)
    assert left.value.code == 2
    assert "usage: qianyin" in capsys.readouterr().err


def test_what_could_not_be_done_exits_with_1_and_is_said_in_two_languages(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(["--home", str(tmp_path), "status"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "还没有链" in said.err
    assert "There is no chain" in said.err


def test_what_could_not_be_done_is_one_json_object_where_json_was_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(["--home", str(tmp_path), "status", "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert said["error"] == "nothing-there"
    assert said["zh"] != said["en"]


def test_each_fault_of_what_was_asked_is_said_on_a_line_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    act = tmp_path / "act.json"
    act.write_text(json.dumps({"act": "surrender", "grant_id": "none", "colour\x1b": 1}), encoding="utf-8")
    home = str(tmp_path / "home")
    assert main(["--home", home, "rights", "propose", str(act)]) == 1
    said = capsys.readouterr().err
    assert "{'" not in said
    assert "\x1b" not in said
    places = [line.split()[0] for line in said.splitlines() if line.startswith("  ")]
    assert "surrender/grant_id" in places
    assert main(["--home", home, "rights", "propose", str(act), "--json"]) == 1
    assert len(json.loads(capsys.readouterr().out)["facts"]["faults"]) == len(places)


def test_a_sick_home_is_looked_at_part_by_part(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["--home", str(tmp_path), "doctor", "--json"]) == 1
    parts = {one["part"]: one for one in json.loads(capsys.readouterr().out)["parts"]}
    assert "qianyin up" in parts["deployment"]["en"]
    assert "chain" not in parts, "there is none yet to look at"
    assert (parts["keys"]["grade"], parts["outbox"]["grade"]) == ("ill", "ill")


@pytest.mark.parametrize("home", ["there", "nowhere/at/all"])
def test_a_look_at_a_home_without_anything_makes_nothing_and_says_what_to_do(
    home: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "there").mkdir()
    assert main(["--home", str(tmp_path / home), "doctor", "--json"]) == 1
    assert [path.name for path in tmp_path.rglob("*")] == ["there"]
    parts = {one["part"]: one for one in json.loads(capsys.readouterr().out)["parts"]}
    assert "Nothing is set up" in parts["outbox"]["en"]
    assert "qianyin up" in parts["outbox"]["do"]["en"]
    assert (parts["files"]["grade"], parts["disk"]["well"]) == ("well", True)


@pytest.mark.parametrize(
    ("fault", "code"),
    [(Conflict("taken", "占用", "taken"), 1), (EvidenceError("odd"), 1), (KeyboardInterrupt(), 130)],
    ids=lambda one: type(one).__name__,
)
def test_every_root_of_errors_is_mapped(fault: BaseException, code: int, monkeypatch: pytest.MonkeyPatch):
    def broken(_: argparse.Namespace) -> int:
        raise fault

    monkeypatch.setattr(index, "run_doctor", broken)
    assert main(["doctor"]) == code


def test_a_mistake_of_ours_is_not_hidden(monkeypatch: pytest.MonkeyPatch):
    def broken(_: argparse.Namespace) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(index, "run_doctor", broken)
    with pytest.raises(ZeroDivisionError):
        main(["doctor"])


def test_the_command_line_starts_without_heavy_libraries():
    """It was half a second with the database's libraries, and two more with web3; what counts is what it imports."""
    code = f"""
import sys
from service.cli.program import make_parser
make_parser()
print(len(sys.modules), [name for name in {HEAVY!r} if name in sys.modules])
"""
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONPATH": _path()}
    )
    count, _, heavy = told.stdout.strip().partition(" ")
    assert heavy == "[]"
    assert int(count) < 200


def test_the_check_of_imports_would_see_one():
    code = "import sys, sqlalchemy; print('sqlalchemy' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        == "True\n"
    )


def _path() -> str:
    root = Path(__file__).parents[3]
    return f"{root}:{root / 'hardhat-free-devnet'}"


@pytest.mark.parametrize("page", ["README.md", "docs/operations.md"])
def test_every_command_in_the_docs_is_a_verb_with_these_options(page: str):
    text = (Path(__file__).parents[3] / page).read_text(encoding="utf-8")
    blocks = "\n".join(re.findall(r"```\n(.*?)```", text, re.DOTALL))
    found = re.findall(r"^(?:\$ |QIANYIN_KEY=\S+ )?qianyin ([^#\n·]+)", blocks, re.MULTILINE)
    assert len(found) > 8
    for line in found:
        words = line.split()
        verb = next((VERBS[tuple(words[:many])] for many in (2, 1) if tuple(words[:many]) in VERBS), None)
        assert verb is not None, line
        assert {word for word in words if word.startswith("--")} <= set(verb._option_string_actions), line


def test_the_reference_in_the_docs_is_what_the_parsers_say():
    root = Path(__file__).parents[3]
    script = [sys.executable, str(root / "scripts" / "cli_reference.py"), "--check"]
    told = subprocess.run(script, capture_output=True, text=True, check=False, env={"PYTHONPATH": _path()})
    assert told.returncode == 0, told.stdout + told.stderr
