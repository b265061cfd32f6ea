"""Somebody who is killed while agreeing: `python -m tests.service.rights.agreeing HOME PROPOSAL PARTY SIGNED NTH`."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from sqlalchemy import event

from indexer.values import Address
from service.keys.vault import open_vault
from service.outbox.database import open_database
from service.rights.consents import Desk, agree_signed
from service.settings import read_settings
from tests.service.rights.drafts import DOMAIN


def main(home: str, proposal_id: str, party: str, signature: str, nth: str) -> None:
    """Agree, and die just before the nth commit of a writer, or at the end."""
    settings = read_settings({}, Path(home))
    database, commits = open_database(settings.outbox_url), 0

    def count(connection: object) -> None:
        nonlocal commits
        commits += bool(connection.get_execution_options().get("qianyin_write"))  # type: ignore[attr-defined]
        if commits == int(nth):
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(database.engine, "commit", count)
    account = Address(bytes.fromhex(party))
    desk = Desk(database, open_vault(settings), DOMAIN)
    agree_signed(desk, proposal_id, account, signer=account, signature=bytes.fromhex(signature), by="killed")
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(*sys.argv[1:])
