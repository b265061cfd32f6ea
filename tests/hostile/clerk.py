"""A process that issues a sheet and says each chunk once it is durable, to be killed: `python clerk.py FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

from indexer.values import Address
from service.intake.sheet import read_sheet
from service.issuing.sheet import Desk, Terms, issue
from service.keys.sealing import Sealer
from service.keys.secret import Secret
from service.outbox.database import open_database


def main(folder: Path) -> None:
    """Issue the sheet of the folder into the outbox of the folder."""
    desk = Desk(
        database=open_database(f"sqlite:///{folder / 'outbox.db'}"),
        sealer=Sealer(Secret(b"\x07" * 32)),
        issuer=Address(b"\x11" * 20),
        principal="test",
        home=folder,
        inbox=folder / "inbox",
        claims=lambda _digests: {},
        account_of=lambda _code, _collection: Address(b"\x22" * 20),
    )
    for chunk in issue(desk, read_sheet(next(folder.glob("sheet.*"))).requests(), Terms()):
        print(len(chunk), flush=True)
    print("done", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
