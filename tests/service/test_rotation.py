"""Another master key: everything opens under it, nothing under the old one, and a run that was cut off goes on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import LargeBinary

from indexer.events import Kind
from indexer.values import Address, Hash32
from service import rotation
from service.cli.program import main
from service.errors import Conflict
from service.installation import Installation
from service.issuing.column_keys import column_key, column_keys
from service.keys.master import master_sealer
from service.keys.operators import Operator
from service.keys.sealing import SealBroken, Sealer, new_sealer_key
from service.keys.vault import make_vault, open_vault
from service.outbox import lease
from service.outbox.tables import Base
from service.people.identity import Identity, Verification
from service.people.persons import People
from service.rotation import rotate
from service.settings import Settings, read_settings

DIGEST = Hash32(b"\x05" * 32)
COLLECTION = Hash32(b"\x06" * 32)
WHO = Identity(Kind.PERSON, "王小明", "resident-id", "110101")


class Home:
    """A home with a person, a kept key and internal columns."""

    def __init__(self, folder: Path) -> None:
        self.settings = read_settings({}, folder)
        self.operators = dict(make_vault(self.settings).operators)
        self.opened = Installation(self.settings)
        self.person = self.people(self.settings).register(
            WHO, Verification("test", "T1", 1_700_000_000), "H-1"
        )
        with self.opened.database.write() as connection:
            self.kept = self.opened.vault.new_kept(connection, self.person.id, COLLECTION)
            self.column = column_keys(connection, master_sealer(self.settings), ["row"])["row"].reveal()

    def people(self, settings: Settings) -> People:
        return People(self.opened.database, master_sealer(settings))

    def check(self, settings: Settings) -> None:
        """Everything opens and is what it was."""
        vault = open_vault(settings)
        assert dict(vault.operators) == self.operators
        people = self.people(settings)
        found = people.find("H-1")
        assert found is not None
        assert people.identity(found.id) == WHO
        with self.opened.database.write() as connection:
            assert vault.sign_as_kept(connection, self.kept, DIGEST)
            assert vault.new_kept(connection, self.person.id, COLLECTION) == self.kept
            key = column_key(connection, master_sealer(settings), "row")
        assert key is not None
        assert key.reveal() == self.column
        for operator in Operator:
            assert vault.sign_as_operator(operator, DIGEST)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(tmp_path)
    yield made
    made.opened.close()


def test_everything_opens_under_the_new_key_and_nothing_under_the_old(home: Home):
    key = new_sealer_key()
    done = rotate(home.settings, home.opened.database, key)
    assert (done.rows, done.files) == (3, len(Operator))
    home.check(replace(home.settings, master_key=key))
    with pytest.raises(SealBroken):
        home.check(home.settings)


def test_it_can_be_done_twice_and_people_are_still_found(home: Home):
    first, second = new_sealer_key(), new_sealer_key()
    rotate(home.settings, home.opened.database, first)
    rotate(replace(home.settings, master_key=first), home.opened.database, second)
    home.check(replace(home.settings, master_key=second))


@pytest.mark.parametrize("after", range(1, len(Operator) + 2))
def test_cut_off_at_any_file_it_goes_on_when_run_again(
    home: Home, monkeypatch: pytest.MonkeyPatch, after: int
):
    key, write, written = new_sealer_key(), rotation._write, []

    def killed(path: Path, value: dict[str, str]) -> None:
        write(path, value)
        written.append(path)
        if len(written) == after:
            raise KeyboardInterrupt

    monkeypatch.setattr(rotation, "_write", killed)
    with pytest.raises(KeyboardInterrupt):
        rotate(home.settings, home.opened.database, key)
    monkeypatch.setattr(rotation, "_write", write)
    rotate(home.settings, home.opened.database, key)
    home.check(replace(home.settings, master_key=key))


def test_while_a_worker_runs_nothing_is_changed(home: Home):
    with home.opened.database.write() as connection:
        assert lease.take(connection, "key", "worker", 60)
    with pytest.raises(Conflict) as caught:
        rotate(home.settings, home.opened.database, new_sealer_key())
    assert caught.value.code == "worker-running"
    home.check(home.settings)


def test_every_sealed_column_is_sealed_anew(home: Home):
    """A table that is added with a sealed column and forgotten here would be lost with the old key."""
    under_a_key_that_is_itself_sealed = {
        ("persons", "sealed"),
        ("commitments", "sealed_salt"),
        ("contracts", "sealed"),
    }
    sealed = {
        (table.name, column.name)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if "seal" in column.name and isinstance(column.type, LargeBinary)
    }
    hashes = {("questions", "seal")}
    known = {(one[1].class_.__tablename__, one[1].key) for one in rotation.SEALED}
    assert sealed - hashes - under_a_key_that_is_itself_sealed == known
    assert len(known) == 3


def test_the_verb_puts_the_new_key_in_the_place_of_the_old(home: Home, capsys: pytest.CaptureFixture[str]):
    before = home.settings.master_key_path.read_text()
    assert main(["--home", str(home.settings.home), "key", "change-master", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said == {"rows": 3, "files": len(Operator), "master_key_file": str(home.settings.master_key_path)}
    assert home.settings.master_key_path.read_text() != before
    assert not list(home.settings.keys.glob("*.next"))
    home.check(home.settings)


def test_or_where_it_is_told_to(home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    apart = tmp_path / "apart.key"
    assert main(["--home", str(home.settings.home), "key", "change-master", "--to", str(apart)]) == 0
    assert "master_key_file" in capsys.readouterr().out
    assert apart.stat().st_mode & 0o777 == 0o600
    home.check(replace(home.settings, master_key_file=apart))


def test_an_account_is_not_a_sealed_text():
    assert not Sealer(new_sealer_key()).sealed(Address(b"\x01" * 20))
