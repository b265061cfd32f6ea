"""A sheet whose issuing is killed again and again: sent once more it goes on, and nothing is asked for twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from service.intake.writing import Written, write_sheet
from service.outbox.database import open_database
from service.outbox.tables import AttachmentRow, OperationRow

ROOT = Path(__file__).parents[2]
COLUMNS = tuple(
    map(Written, ("kind", "title", "derived_from", "maker", "collection", "quantity", "file", "备注"))
)
ROWS = 450
KILLS = 4


def folder_with_sheet(folder: Path, ending: str) -> Path:
    folder.mkdir()
    (folder / "long.bin").write_bytes(b"l" * 300_000)
    rows = (
        {
            "kind": "derived_work",
            "title": f"其 {n % 300}",  # so that a hundred and fifty rows stand twice
            "derived_from": "唐诗",
            "maker": "李白",
            "collection": f"小笺 {n % 7}",
            "quantity": "2",
            "file": "long.bin" if n % 50 == 0 else "",
            "备注": "内部",
        }
        for n in range(ROWS)
    )
    assert write_sheet(folder / f"sheet{ending}", COLUMNS, rows) == ROWS
    return folder


def clerk(folder: Path) -> subprocess.Popen[str]:
    path = os.pathsep.join((str(ROOT), str(ROOT / "hardhat-free-devnet")))
    return subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("clerk.py")), str(folder)],
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        text=True,
    )


def killed_after(folder: Path, chunks: int, delay: float) -> int:
    """Let the clerk finish some chunks and a little of the next, then kill it; says how many chunks were done."""
    seen = 0
    with clerk(folder) as process:
        assert process.stdout is not None
        for line in process.stdout:
            seen += line != "done\n"
            if seen == chunks:
                time.sleep(delay)
                process.send_signal(signal.SIGKILL)
                break
    assert process.returncode == -signal.SIGKILL
    return seen


def asked_for(folder: Path) -> list[tuple[str, str]]:
    """Every operation's key and kind, in their order."""
    database = open_database(f"sqlite:///{folder / 'outbox.db'}")
    with database.read() as connection:
        rows = connection.execute(
            select(OperationRow.idempotency_key, OperationRow.kind).order_by(OperationRow.place)
        )
        found = [(row[0], row[1]) for row in rows]
        paths = connection.execute(select(AttachmentRow.path)).scalars()
        assert all((folder / path).is_file() for path in paths if path is not None)
    database.close()
    return found


def laid_down(folder: Path) -> set[str]:
    """Every file of the inbox; a copy that a kill cut short is swept a day later."""
    return {path.name for path in (folder / "inbox").iterdir() if path.suffix != ".part"}


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_a_sheet_killed_half_way_goes_on_and_asks_for_nothing_twice(tmp_path: Path, ending: str) -> None:
    whole, broken = (folder_with_sheet(tmp_path / name, ending) for name in ("whole", "broken"))
    with clerk(whole) as process:
        assert process.stdout is not None
        assert process.stdout.read().endswith("done\n")
    chance = random.Random(ending)
    done = [killed_after(broken, chance.randint(1, 3), chance.random() / 10) for _ in range(KILLS)]
    assert sum(done) >= KILLS, "each was killed while it worked"
    halfway = len(asked_for(broken))
    with clerk(broken) as process:
        assert process.stdout is not None
        assert process.stdout.read().endswith("done\n")
    wanted = asked_for(whole)
    assert len(wanted) > 2 * ROWS
    assert 0 < halfway <= len(wanted)
    assert len(set(wanted)) == len(wanted)
    assert sorted(asked_for(broken)) == sorted(wanted)
    assert laid_down(broken) == laid_down(whole)
