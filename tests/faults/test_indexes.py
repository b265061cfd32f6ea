"""Several programs on one index: whoever is late, or is swept away, goes on with what the others made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from indexer.store import sqlite
from indexer.store.sqlite import SqliteDatabase


def test_a_first_index_that_is_swept_away_while_it_is_made_gives_way_to_the_one_that_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "index.db"
    late, early = SqliteDatabase(path), SqliteDatabase(path)
    connect = sqlite.sqlite3.connect

    def overtaken(*where: Any, **how: Any) -> Any:
        opened = connect(*where, **how)
        if where == (swept[0].path,):
            monkeypatch.setattr(sqlite.sqlite3, "connect", connect)
            early.create()
            with early.alone():  # as `reindex` begins: what is not the index is a stray
                pass
        return opened

    swept: list[SqliteDatabase] = []
    fresh = late.fresh

    def made() -> SqliteDatabase:
        swept.append(fresh())
        monkeypatch.setattr(sqlite.sqlite3, "connect", overtaken)
        return swept[0]

    monkeypatch.setattr(late, "fresh", made)
    late.create()
    files = {one.resolve().name for one in tmp_path.iterdir() if one.suffix == ".db"}
    assert files == {path.resolve().name}
    with late.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM installations").scalar() == 0
    late.close()
    early.close()
