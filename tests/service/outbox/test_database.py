"""The database: one writer, nothing half written, tables as the migrations make them."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, select, text

import service.access.tables
import service.issuing.tables
import service.rights.backlog.tables
import service.rights.tables  # noqa: F401  All declare tables on the same base.
from service.errors import Unavailable
from service.outbox.database import Database, open_database
from service.outbox.tables import Base, LeaseRow


def test_the_migrations_make_the_tables_that_are_declared(database: Database) -> None:
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, Base.metadata)
    assert differences == []


def test_opening_again_changes_nothing(database: Database) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    with database.write() as connection:
        connection.execute(insert(LeaseRow).values(name="a", worker="w", until=1.0))
    again = open_database(url)
    with again.read() as connection:
        assert connection.execute(select(LeaseRow.worker)).scalar_one() == "w"
    again.close()


def test_processes_that_open_a_new_database_at_once_all_get_it(tmp_path: Path) -> None:
    script = (
        "import sys; from service.outbox.database import open_database; open_database(sys.argv[1]).close()"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", script, f"sqlite:///{tmp_path / 'new.db'}"],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        )
        for _ in range(4)
    ]
    assert [one.wait(60) for one in started] == [0, 0, 0, 0]


def test_an_error_leaves_nothing_behind(database: Database) -> None:
    def fail() -> None:
        with database.write() as connection:
            connection.execute(insert(LeaseRow).values(name="a", worker="w", until=1.0))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with database.read() as connection:
        assert connection.execute(select(LeaseRow)).all() == []


def test_writers_go_one_after_another(database: Database) -> None:
    with database.write() as connection:
        connection.execute(insert(LeaseRow).values(name="a", worker="0", until=0.0))

    def count_up() -> None:
        for _ in range(10):
            with database.write() as connection:
                held = connection.execute(select(LeaseRow.worker)).scalar_one()
                connection.execute(text("UPDATE leases SET worker = :next"), {"next": str(int(held) + 1)})

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    with database.read() as connection:
        assert connection.execute(select(LeaseRow.worker)).scalar_one() == "40"


def test_a_reader_sees_one_moment(database: Database) -> None:
    with database.read() as reader:
        assert reader.execute(select(LeaseRow)).all() == []
        with database.write() as connection:
            connection.execute(insert(LeaseRow).values(name="a", worker="w", until=1.0))
        assert reader.execute(select(LeaseRow)).all() == []


def test_sqlite_is_set_to_lose_nothing(tmp_path: Path) -> None:
    opened = open_database(f"sqlite:///{tmp_path / 'outbox.db'}")
    with opened.read() as connection:
        said = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in (
            "journal_mode", "synchronous", "foreign_keys", "secure_delete")}  # fmt: skip
    assert said == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}
    opened.close()


def test_a_database_that_does_not_answer_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        open_database(f"sqlite:///{tmp_path / 'no' / 'such' / 'folder.db'}")
    with pytest.raises(Unavailable) as caught:
        open_database("postgresql+psycopg://someone:secret@127.0.0.1:1/none")
    assert "secret" not in str(caught.value)
