"""The command line says what it did, in words or as JSON, and its exit code says whether it did it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from devnet import node_build
from devnet.__main__ import main


def test_status_of_an_empty_folder_fails_and_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["status", "--home", str(tmp_path)]) == 1
    assert "run up" in capsys.readouterr().err


def test_errors_are_json_where_json_was_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--home", str(tmp_path), "--json"]) == 1
    assert json.loads(capsys.readouterr().err)["error"] == "nothing-there"


_NOBODY = "0x52908400098527886E0F7030069857D2E4169EE7"


@pytest.mark.parametrize(
    "role", [f"emperor={_NOBODY}", "issuer=0x1234", "issuer", f"issuer={_NOBODY[:-2]}e7"]
)
def test_a_role_that_is_none_or_an_address_with_a_slip_of_the_pen_is_refused(role: str) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["up", "--role", role])
    assert stopped.value.code == 2


@pytest.mark.node
def test_up_status_logs_and_down_from_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--home", str(tmp_path), "--json"]
    assert main(["up", *where, "--chain", "anvil"]) == 0
    try:
        started = json.loads(capsys.readouterr().out)
        assert started["deployed"] is False
        assert main(["status", *where]) == 0
        assert json.loads(capsys.readouterr().out)["rpc"] == started["rpc"]
        assert main(["logs", *where, "--lines", "2"]) == 0
        assert len(capsys.readouterr().out.splitlines()) == 2
    finally:
        assert main(["down", *where]) == 0
    assert json.loads(capsys.readouterr().out) == {"stopped": True}
    assert main(["status", *where]) == 1


@pytest.mark.node
def test_build_prints_where_the_node_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"geth": str(node_build.geth_path())}
