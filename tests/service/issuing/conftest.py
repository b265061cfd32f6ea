"""A desk with a fresh database, and sheets to issue at it; no chain."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import func, select

from indexer.events import Kind
from indexer.values import Address, Hash32
from service.intake.requests import WorkRequest
from service.intake.sheet import read_sheet
from service.issuing.sheet import Desk, Terms, issue
from service.keys.sealing import Sealer
from service.keys.secret import Secret
from service.keys.vault import make_vault
from service.outbox.database import Database, open_database
from service.outbox.operations import Operation
from service.outbox.tables import AttachmentRow, OperationRow
from service.people.identity import Identity, Verification
from service.people.persons import People
from service.registering import Registry
from service.settings import read_settings
from tests.service.outbox.conftest import database as each_database
from tests.service.outbox.conftest import postgres

__all__ = ["each_database", "postgres"]

ISSUER = Address(b"\x11" * 20)
HEADINGS = "类别,题名,衍生自,作者,文件,系列,版次,发行上限,数量,领受人,备注"


@dataclass
class Room:
    """A desk, its folder, and what the chain is said to know."""

    database: Database
    folder: Path
    known: dict[Hash32, int] = field(default_factory=dict)

    @property
    def sealer(self) -> Sealer:
        """The master key, always the same one."""
        return Sealer(Secret(b"\x07" * 32))

    @property
    def registry(self) -> Registry:
        """Where holders are registered."""
        vault = make_vault(read_settings({}, self.folder))
        return Registry(self.database, People(self.database, self.sealer), vault, "test")

    def desk(self, account_of: Callable[[str, Hash32], Address] | None = None) -> Desk:
        """Open the desk; recipients are registered codes, unless a test says otherwise."""
        return Desk(
            database=self.database,
            sealer=self.sealer,
            issuer=ISSUER,
            principal="test",
            home=self.folder,
            inbox=self.folder / "inbox",
            claims=lambda digests: {one: self.known[one] for one in digests if one in self.known},
            account_of=account_of or self.registry.account_of,
        )

    def rows(self, *lines: str) -> list[WorkRequest]:
        """Read the rows of a sheet beside which the files of the folder lie."""
        path = self.folder / "sheet.csv"
        path.write_text("\n".join((HEADINGS, *lines)) + "\n", encoding="utf-8")
        return list(read_sheet(path).requests())

    def issue(self, rows: Sequence[WorkRequest], desk: Desk | None = None) -> list[Operation]:
        """Issue rows to the end."""
        return [one for chunk in issue(desk or self.desk(), rows, Terms()) for one in chunk]

    def count(self) -> int:
        """Say how many operations there are."""
        with self.database.read() as connection:
            return connection.execute(select(func.count()).select_from(OperationRow)).scalar_one()

    def waiting(self) -> list[str | None]:
        """Say of every file that is asked for where it waits: a path below the home, or None for the database."""
        with self.database.read() as connection:
            rows = select(AttachmentRow.path).order_by(AttachmentRow.place, AttachmentRow.position)
            return list(connection.execute(rows).scalars())

    def register(self, reference: str) -> None:
        """Register a holder by a code."""
        identity = Identity(Kind.PERSON, f"某人{reference}", "test", f"T-{reference}")
        self.registry.holder(identity, Verification("test", "T1", 1_700_000_000), reference)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    """A room with two small files and a long one."""
    for name, octets in (("a.png", b"a" * 50), ("b.png", b"b" * 50), ("long.png", b"l" * 300_000)):
        (tmp_path / name).write_bytes(b"\x89PNG\r\n\x1a\n" + octets)
    database = open_database(f"sqlite:///{tmp_path / 'outbox.db'}")
    yield Room(database, tmp_path)
    database.close()
