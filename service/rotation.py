"""Another master key for an installation: what the old one sealed is sealed anew. Owns no table; writes sealed columns.

Every program of the home has to be stopped. Killed at any point, it is run again with the same new key and goes on.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select, update

from indexer.values import Address, as_hex
from indexer.wire import read_address
from service.errors import Conflict
from service.issuing.column_keys import column_purpose
from service.issuing.tables import ColumnKeyRow
from service.keys.master import index_keys_path, index_purpose, master_sealer, read_key, synchronise
from service.keys.operators import Operator
from service.keys.sealing import Sealer
from service.keys.secret import Secret
from service.keys.vault import kept_purpose, operator_purpose
from service.outbox.database import Database
from service.outbox.tables import DataKeyRow, KeptKeyRow, LeaseRow
from service.people.persons import REFERENCES, data_key_purpose
from service.settings import Settings

SEALED: tuple[tuple[Any, Any, Callable[[Any], str]], ...] = (
    (KeptKeyRow.address, KeptKeyRow.sealed, lambda account: kept_purpose(Address(account))),
    (DataKeyRow.person_id, DataKeyRow.sealed, data_key_purpose),
    (ColumnKeyRow.request, ColumnKeyRow.sealed, column_purpose),
)
"""What the database has sealed under the master key: the row's key, the sealed text, and what it is sealed for."""


@dataclass(frozen=True, slots=True)
class Rotated:
    """How much was sealed anew: rows of the database, and files of keys."""

    rows: int
    files: int


def rotate(settings: Settings, database: Database, key: Secret) -> Rotated:
    """Seal everything under a new master key; what it sealed already, in a run that was cut off, is left.

    The codes by which people are found stay found: the key of that index is kept, sealed, apart from the master key.

    Raises:
        Conflict: a worker runs.
        SealBroken: something is sealed under neither key.
        Unavailable: a key cannot be read, or the database does not answer.
    """
    new = Sealer(key)
    with database.write() as connection:
        _nobody_works(connection)
        held = index_keys_path(settings)
        old = _old(settings, new)
        if not held.exists() or not _is_new(held, new):
            _write(held, {REFERENCES: as_hex(new.seal(old.index_key(REFERENCES), index_purpose(REFERENCES)))})
        rows = sum(_rows(connection, old, new, *one) for one in SEALED)
    files = sum(_file(settings.keys / f"{operator}.json", operator, old, new) for operator in Operator)
    return Rotated(rows, files)


def _old(settings: Settings, new: Sealer) -> Sealer:
    """Open the present master key; where its index keys are sealed anew already, they are not needed any more."""
    held = index_keys_path(settings)
    if held.exists() and _is_new(held, new):
        return Sealer(settings.master_key or read_key(settings.master_key_path))
    return master_sealer(settings)


def _is_new(path: Path, new: Sealer) -> bool:
    return all(new.sealed(bytes.fromhex(text[2:])) for text in json.loads(path.read_bytes()).values())


def _nobody_works(connection: Connection) -> None:
    query = select(func.count()).select_from(LeaseRow).where(LeaseRow.until > time.time())
    if connection.execute(query).scalar_one():
        raise Conflict(
            "worker-running",
            "仍有 worker 在运行；请先停止全部程序（serve、worker、index），再更换主密钥。",
            "A worker still runs; stop every program (serve, worker, index) before you change the master key.",
        )


def _rows(
    connection: Connection, old: Sealer, new: Sealer, name: Any, sealed: Any, purpose: Callable[[Any], str]
) -> int:
    table, changed = sealed.class_, 0
    for row, text in connection.execute(select(name, sealed)).all():
        if not new.sealed(text):
            again = new.seal(old.open(text, purpose(row)), purpose(row))
            connection.execute(update(table).where(name == row).values({sealed.key: again}))
            changed += 1
    return changed


def _file(path: Path, operator: Operator, old: Sealer, new: Sealer) -> int:
    held = json.loads(path.read_bytes())
    sealed = bytes.fromhex(held["sealed"][2:])
    if new.sealed(sealed):
        return 0
    purpose = operator_purpose(operator, read_address(held["address"]))
    _write(path, held | {"sealed": as_hex(new.seal(old.open(sealed, purpose), purpose))})
    return 1


def _write(path: Path, value: dict[str, str]) -> None:
    """Put a file (mode 0600) in the place of another, whole or not at all, durably."""
    scratch = path.with_name(f".{path.name}-{os.getpid()}")
    handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as sink:
        sink.write(json.dumps(value) + "\n")
        sink.flush()
        os.fsync(sink.fileno())
    scratch.replace(path)
    synchronise(path.parent)
