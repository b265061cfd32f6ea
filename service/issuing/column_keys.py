"""Keys of internal columns, one a row, sealed under the master key. Owns the table `column_keys`."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select

from service.issuing.tables import ColumnKeyRow
from service.keys.sealing import Sealer, new_sealer_key
from service.keys.secret import Secret

_CHUNK = 400


def column_keys(connection: Connection, sealer: Sealer, requests: Sequence[str]) -> dict[str, Secret]:
    """Give the key of each row, by its idempotency key; the ones that are not there yet are made and kept.

    A row that is prepared again is sealed under the key it had, so that it gives the same manifest.

    Raises:
        SealBroken: a key was sealed under another master key.
    """
    found: dict[str, Secret] = {}
    for start in range(0, len(requests), _CHUNK):
        chunk = requests[start : start + _CHUNK]
        rows = connection.execute(
            select(ColumnKeyRow.request, ColumnKeyRow.sealed).where(ColumnKeyRow.request.in_(chunk))
        )
        found |= {request: sealer.open(sealed, column_purpose(request)) for request, sealed in rows}
    fresh = {request: new_sealer_key() for request in dict.fromkeys(requests) if request not in found}
    if fresh:
        connection.execute(
            insert(ColumnKeyRow),
            [
                {"request": name, "sealed": sealer.seal(key, column_purpose(name))}
                for name, key in fresh.items()
            ],
        )
    return found | fresh


def column_key(connection: Connection, sealer: Sealer, request: str) -> Secret | None:
    """Give the key of one row's internal columns; None where there is none, or it was destroyed.

    Raises:
        SealBroken: it was sealed under another master key.
    """
    query = select(ColumnKeyRow.sealed).where(ColumnKeyRow.request == request)
    sealed = connection.execute(query).scalar_one_or_none()
    return None if sealed is None else sealer.open(sealed, column_purpose(request))


def destroy_column_key(connection: Connection, request: str) -> bool:
    """Erase the internal columns of a row by destroying their key; False if there was none."""
    return bool(connection.execute(delete(ColumnKeyRow).where(ColumnKeyRow.request == request)).rowcount)


def column_purpose(request: str) -> str:
    """Say what the key of a row's internal columns is sealed for."""
    return f"internal columns {request}"
