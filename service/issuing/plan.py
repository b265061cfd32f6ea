"""What a row asks of the chain: its deposit, then an edition, its tokens and who gets the first ones. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

from indexer.events import Kind, Policy, WorkKind, collection_id
from indexer.values import ZERO_ADDRESS, Address, Hash32
from service.intake.requests import WorkRequest
from service.issuing.deposits import Prepared
from service.outbox.accept import Wanted
from service.outbox.requests import Mint, OpenEdition

DAY = 86_400
USUAL_POLICY = Policy(
    first_holding=90 * DAY,
    next_holding=30 * DAY,
    gifts_per_day=3,
    acceptance=False,
    receivers=1 << Kind.PERSON,
    work_kinds=1 << WorkKind.RIGHTS_REGISTERED | 1 << WorkKind.PUBLICATION | 1 << WorkKind.DERIVED_WORK,
    longest_loan=0,
)
"""The policy of a collection whose issuer did not say otherwise: capture records are not issued."""


def collection_operation(name: str) -> Hash32:
    """Give the operation by which an issuer creates its collection of this name: one name, one collection."""
    return Hash32(hashlib.sha256(b"qianyin collection v1\0" + name.encode()).digest())


def collection_named(issuer: Address, name: str) -> Hash32:
    """Give the id that an issuer's collection of this name has, or will have."""
    return collection_id(issuer, collection_operation(name))


def deposit_key(row: WorkRequest) -> str:
    """Give the key under which the deposit of a row is asked for."""
    return f"{row.idempotency_key}/deposit"


def wanted(prepared: Prepared, account_of: Callable[[str, Hash32], Address]) -> Iterator[Wanted]:
    """List the requests of a row in order, each under a key that follows from the row's.

    Args:
        account_of: gives the account of a recipient (a registration code or an address) in a collection.

    Raises:
        BadInput: as `account_of`.
    """
    row, deposit = prepared.row, prepared.deposit
    yield Wanted(deposit, deposit_key(row))
    if row.issue is None:
        return
    issue = row.issue
    collection = collection_named(deposit.registrant, issue.collection)
    yield Wanted(
        OpenEdition(collection, deposit.work_id, issue.edition, issue.cap), f"{row.idempotency_key}/edition"
    )
    receivers = [account_of(recipient, collection) for recipient in issue.recipients]
    for serial in range(1, issue.quantity + 1):
        to = receivers[serial - 1] if serial <= len(receivers) else ZERO_ADDRESS
        mint = Mint(collection, deposit.work_id, issue.edition, serial, to)
        yield Wanted(mint, f"{row.idempotency_key}/mint/{serial}")
