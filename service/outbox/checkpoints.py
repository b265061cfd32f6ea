"""Asks for a checkpoint of the ledger every hour, so that no frozen view of it looks current. Reads the projection."""

from __future__ import annotations

from indexer.events import Checkpointed
from indexer.store.view import View
from service.outbox.accept import accept
from service.outbox.office import Office
from service.outbox.operations import Operation, by_key
from service.outbox.requests import Checkpoint

INTERVAL = 3600
"""Seconds from one checkpoint to the next; the ledger refuses a second one within half of that."""

PRINCIPAL = "qianyin"


def ask_if_due(office: Office, now: int) -> Operation | None:
    """Accept a request for a checkpoint if the last one is an hour old; None: it is not, or was asked for this hour.

    Args:
        now: Unix seconds.

    Raises:
        NothingIndexed: there is no projection yet.
        Unavailable: the database does not answer.
    """
    key = f"checkpoint {now // INTERVAL}"
    with office.projection.view() as view:
        if _age(view, office, now) < INTERVAL:
            return None
        since = view.as_of.count
    if by_key(office.database, PRINCIPAL, key) is not None:
        return None
    return accept(office.database, Checkpoint(since), idempotency_key=key, principal=PRINCIPAL)


def _age(view: View, office: Office, now: int) -> int:
    """Say how old the last checkpoint is; where there is none, or another act came last, as if it were long ago."""
    for entry in view.history(office.names.sources.whole_ledger(), limit=1).items:
        if isinstance(entry.act, Checkpointed):
            return now - entry.record.block_time
    return now
