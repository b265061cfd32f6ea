"""A look at a home nothing of which answers: every part is said, in words, and none ends the look."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from indexer.deployment import DeployedContract, Deployment, to_json
from indexer.events import CONTRACT_NAMES
from indexer.values import Address, Hash32
from service.cli.program import main
from service.examining.finding import Grade
from service.examining.parts import examine
from service.installation import Installation
from service.settings import read_settings

NOWHERE = "127.0.0.1:1"
AWAY = {"QIANYIN_INDEX_URL": f"postgresql+psycopg://nobody:s3cr3t@{NOWHERE}/index"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home whose chain, index and keys are not there."""
    contract = DeployedContract(Address(bytes(19) + b"\1"), Hash32(bytes(32)))
    deployment = Deployment(
        chain_id=1,
        genesis_hash=Hash32(bytes(32)),
        rpc=(f"http://{NOWHERE}",),
        block=1,
        parent_hash=Hash32(bytes(32)),
        contracts=dict.fromkeys(CONTRACT_NAMES, contract),
    )
    (tmp_path / "deployment.json").write_text(json.dumps(to_json(deployment)))
    return tmp_path


def test_a_database_that_is_away_is_one_part_that_is_ill(home: Path) -> None:
    opened = Installation(read_settings(AWAY, home))
    try:
        found = examine(opened)
    finally:
        opened.close()
    ill = {one.part for one in found if one.grade is Grade.ILL}
    assert {"chain", "index"} <= ill
    index = next(one for one in found if one.part == "index")
    assert "database" in index.en
    assert index.todo_zh
    assert "s3cr3t" not in index.en + index.zh


def test_a_look_makes_neither_database_nor_folder(home: Path) -> None:
    """Where contracts are and nothing has run yet; what is there is looked into all the same."""
    before = sorted(home.rglob("*"))
    opened = Installation(read_settings({}, home))
    try:
        found = {one.part: one for one in examine(opened)}
        assert sorted(home.rglob("*")) == before
        assert (found["outbox"].grade, found["index"].grade) == (Grade.WARNING, Grade.ILL)
        assert "empty" in found["index"].en
        _ = opened.database
        looked_into = {one.part: one for one in examine(opened)}["outbox"]
        assert (looked_into.grade, "master key" in looked_into.en) == (Grade.ILL, True)
    finally:
        opened.close()


def test_a_verb_says_it_in_words(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in AWAY.items():
        monkeypatch.setenv(name, value)
    assert main(["--home", str(home), "fsck"]) == 1
    said = capsys.readouterr().err
    assert "数据库没有应答" in said
    assert "The database does not answer" in said
    assert "s3cr3t" not in said


def test_any_other_error_is_not_called_one_of_the_database(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QIANYIN_INDEX_URL", "no address at all")
    with pytest.raises(Exception, match="parse"):
        main(["--home", str(home), "fsck"])
