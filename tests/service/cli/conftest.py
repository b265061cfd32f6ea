"""What tests of `qianyin rights` share: a home at work, its people with keys, and how a verb is run there."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from service.cli.program import main
from tests.service.api.premises import Premises, premises
from tests.service.cli.rights_home import As, Run


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Premises]:
    """An installation at work."""
    with premises(tmp_path_factory.mktemp("rights-home")) as made:
        yield made


@pytest.fixture
def run(house: Premises, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a verb in this home and read what it prints."""

    def qianyin(*words: object) -> tuple[int, dict[str, Any]]:
        code = main(["--home", str(house.installation.settings.home), *map(str, words), "--json"])
        return code, json.loads(capsys.readouterr().out)

    return qianyin


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    """A signed agreement."""
    path = tmp_path / "agreement.pdf"
    path.write_text("the agreement")
    return path


@pytest.fixture
def people(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, str]:
    """The institution; an author, a house and a stranger, whose keys are kept here; and a work."""
    found: dict[str, str] = {}
    for code in ("issuer", "author", "tokyo", "stranger"):
        monkeypatch.setattr("sys.stdin", io.StringIO(f"某{code}\nT-{code}\n"))
        own = ["--issuer"] if code == "issuer" else []
        assert run("register", code, *own, "--verifier", "T1", "--method", "test")[0] == 0
    for code in ("author", "tokyo", "stranger"):
        [account, *_] = run("accounts", code)[1]["accounts"]
        found[code] = account["account"]
    sheet = tmp_path / "work.csv"
    sheet.write_text("类别,题名,衍生自,作者\n衍生创作,远行,唐诗,某author\n", encoding="utf-8")
    code, minted = run("mint", sheet)
    assert code == 0, minted
    return {**found, "work": minted["works"][0]}


@pytest.fixture
def as_(run: Run, people: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> As:
    """Let somebody ask from now on: by a key of its own, or the institution without one."""
    keys: dict[str, str] = {}

    def asks(name: str | None) -> None:
        monkeypatch.delenv("QIANYIN_KEY", raising=False)
        if name is None:
            return
        if name not in keys:
            words = ("key", "give", "rights_holder", "--label", name, "--account", people[name])
            keys[name] = run(*words)[1]["key"]
        monkeypatch.setenv("QIANYIN_KEY", keys[name])

    asks(None)
    return asks
