"""What a look at the machine says."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from service.examining import machine
from service.examining.finding import Grade
from service.keys.sealing import new_sealer_key
from service.keys.vault import make_vault
from service.settings import Settings


@pytest.mark.parametrize(
    ("free", "grade"),
    [(machine.NO_ROOM - 1, Grade.ILL), (machine.NO_ROOM, Grade.WARNING), (machine.LITTLE_ROOM, Grade.WELL)],
)
def test_room_on_the_disk_is_graded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, grade: Grade):
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=free))
    assert machine.disk(tmp_path).grade is grade


@pytest.mark.parametrize(("latest", "grade"), [(990, Grade.WELL), (1_015, Grade.WELL), (1_016, Grade.ILL)])
def test_a_clock_that_was_put_back_is_seen(latest: int, grade: Grade):
    assert machine.clock(1_000, latest).grade is grade


def test_keys_that_others_may_read_are_named_with_the_remedy(tmp_path: Path):
    settings = Settings(home=tmp_path, master_key=new_sealer_key())
    make_vault(settings)
    assert list(machine.keys(settings)) == []
    (settings.keys / "issuer.json").chmod(0o640)
    [found] = machine.keys(settings)
    assert found.grade is Grade.ILL
    assert "issuer.json" in found.en
    assert "chmod 700" in found.todo_en


def test_a_master_key_beside_the_keys_it_protects_is_warned_of_and_one_apart_is_not(tmp_path: Path):
    make_vault(Settings(home=tmp_path))
    [found] = machine.keys(Settings(home=tmp_path))
    assert found.grade is Grade.WARNING
    apart = Settings(home=tmp_path, master_key_file=tmp_path / "apart" / "master.key")
    assert list(machine.keys(apart)) == []


def test_a_folder_that_can_be_made_is_well_and_one_that_cannot_is_ill(tmp_path: Path):
    assert machine.folder("files", tmp_path / "files").grade is Grade.WELL
    assert machine.folder("files", tmp_path / "no" / "such").grade is Grade.WELL, "with those above it"
    (tmp_path / "file").write_text("")
    assert machine.folder("files", tmp_path / "file" / "such").grade is Grade.ILL
