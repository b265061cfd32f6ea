"""The inbox is swept of what no request waits with, and of nothing else."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.outbox import sweeping
from service.outbox.accept import accept
from service.outbox.database import Database, open_database
from service.outbox.operations import cancel
from service.outbox.sweeping import OLD, Sweep
from tests.service.outbox.samples import deposit
from tests.service.outbox.test_storing import _waiting


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A database of its own."""
    opened = open_database(f"sqlite:///{tmp_path / 'outbox.db'}")
    yield opened
    opened.close()


@pytest.fixture
def sweep(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sweep:
    """A sweep that believes at once what it sees."""
    monkeypatch.setattr(sweeping, "SEEN", 0.0)
    return Sweep(database, tmp_path, tmp_path / "inbox")


def _age(path: Path, seconds: float = OLD + 60) -> Path:
    os.utime(path, (time.time() - seconds,) * 2)
    return path


def _stray(tmp_path: Path, name: str = "stray") -> Path:
    (tmp_path / "inbox").mkdir(exist_ok=True)
    path = tmp_path / "inbox" / name
    path.write_bytes(b"stray")
    return path


def test_what_no_request_waits_with_goes_once_it_is_old(sweep: Sweep, tmp_path: Path) -> None:
    old, cut_off, young = (_stray(tmp_path, name) for name in ("old", "cut-off.part", "young"))
    _age(old)
    _age(cut_off)
    assert sweep.step() == 2
    assert list((tmp_path / "inbox").iterdir()) == [young]


def test_what_a_request_waits_with_stays_however_old_until_it_is_cancelled(
    database: Database, sweep: Sweep, tmp_path: Path
) -> None:
    one = accept(database, deposit(1, _waiting(tmp_path, b"x" * 1000)), idempotency_key="k", principal="p")
    waiting = _age(tmp_path / "inbox" / "upload")
    assert sweep.step() == 0
    assert waiting.exists()
    cancel(database, one.id, principal="p")
    assert sweep.step() == 1
    assert not waiting.exists()


def test_what_only_looks_old_to_a_clock_that_jumped_stays(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "SEEN", 0.3)
    sweep, stray = Sweep(database, tmp_path, tmp_path / "inbox"), _age(_stray(tmp_path))
    assert sweep.step() == 0
    time.sleep(0.3)
    _age(_stray(tmp_path), OLD + 90)  # Laid down again: its request is about to be accepted.
    assert sweep.step() == 0
    assert stray.exists()
    time.sleep(0.3)
    assert sweep.step() == 1


def test_an_inbox_that_is_not_there_is_empty(sweep: Sweep) -> None:
    assert sweep.step() == 0
