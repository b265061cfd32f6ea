"""Issue a whole sheet: every row becomes durable requests, a chunk of rows at a time. Writes the outbox."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from indexer.events import Policy
from indexer.values import Address, Hash32
from service.files.cid import KUBO_DEFAULT
from service.files.statement import CollectionStatement, statement_bytes, statement_cid, statement_digest
from service.intake.requests import WorkRequest
from service.issuing.column_keys import column_keys
from service.issuing.deposits import leave_no_copy, prepare
from service.issuing.plan import USUAL_POLICY, collection_operation, deposit_key, wanted
from service.keys.sealing import Sealer
from service.outbox.accept import Wanted, accept_all
from service.outbox.attachments import Attachment
from service.outbox.database import Database
from service.outbox.operations import Operation, by_key, by_keys
from service.outbox.requests import CreateCollection, Deposit

ROWS_AT_ONCE = 100
"""Rows that become durable together: small enough to show progress, large enough that the disk is not the limit."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a sheet's collections are created with where they are not there yet.

    `statements` by the name in the sheet; a collection without one is stated by its name alone.
    """

    policy: Policy = USUAL_POLICY
    statements: dict[str, CollectionStatement] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a sheet is issued.

    Attributes:
        issuer: the institution's account, which deposits and issues.
        principal: who asks; idempotency keys are its own.
        home, inbox: the home folder, and the folder below it where large files wait.
        claims: says how many claims to the same bytes are known, of those that have any.
        account_of: gives the account of a recipient in a collection.
    """

    database: Database
    sealer: Sealer
    issuer: Address
    principal: str
    home: Path
    inbox: Path
    claims: Callable[[Collection[Hash32]], Mapping[Hash32, int]]
    account_of: Callable[[str, Hash32], Address]


def issue(desk: Desk, rows: Iterable[WorkRequest], terms: Terms) -> Iterator[list[Operation]]:
    """Accept every row, in order; yields the operations of each chunk once they are durable.

    The same rows again give the same operations, so a run that was cut off is simply started again.

    Raises:
        BadInput, Conflict, TooLarge: a row cannot be prepared; the chunks before it stay accepted.
        Unavailable: the database does not answer; start again.
    """
    created: set[str] = set()
    claimed: dict[Hash32, int] = {}
    remaining = iter(rows)
    while chunk := list(islice(remaining, ROWS_AT_ONCE)):
        asked = [*_collections(desk, chunk, terms, created), *_works(desk, chunk, claimed)]
        yield accept_all(desk.database, asked, principal=desk.principal)


def _works(desk: Desk, chunk: Sequence[WorkRequest], claimed: dict[Hash32, int]) -> Iterator[Wanted]:
    with desk.database.write() as connection:
        keys = column_keys(connection, desk.sealer, [row.idempotency_key for row in chunk if row.internal])
    prepared = [
        prepare(row, desk.issuer, keys.get(row.idempotency_key), desk.home, desk.inbox) for row in chunk
    ]
    known = desk.claims({one.deposit.file_digest for one in prepared})
    earlier = by_keys(desk.database, desk.principal, [deposit_key(one.row) for one in prepared])
    for one in prepared:
        digest = one.deposit.file_digest
        before = max(known.get(digest, 0), claimed.get(digest, 0))
        asked = earlier.get(deposit_key(one.row))
        if asked is not None and isinstance(asked.request, Deposit):
            before = asked.request.acknowledged_claims
            leave_no_copy(desk.home, one, asked)
        claimed[digest] = max(claimed.get(digest, 0), before + 1)
        deposit = replace(one.deposit, acknowledged_claims=before)
        yield from wanted(replace(one, deposit=deposit), desk.account_of)


def _collections(
    desk: Desk, chunk: Sequence[WorkRequest], terms: Terms, created: set[str]
) -> Iterator[Wanted]:
    for name in dict.fromkeys(row.issue.collection for row in chunk if row.issue is not None):
        if name in created:
            continue
        created.add(name)
        key = f"collection/{collection_operation(name).hex()}"
        if by_key(desk.database, desk.principal, key) is None:
            yield Wanted(new_collection(desk.issuer, name, terms), key)


def new_collection(issuer: Address, name: str, terms: Terms) -> CreateCollection:
    """Make the request that creates the collection of a name.

    Raises:
        BadInput: its statement is not in order.
    """
    octets = statement_bytes(terms.statements.get(name, CollectionStatement(name)))
    digest = statement_digest(octets)
    kept = Attachment(
        "statement", digest, len(octets), statement_cid(octets), KUBO_DEFAULT.name, content=octets
    )
    return CreateCollection(issuer, collection_operation(name), digest, terms.policy, (kept,))
