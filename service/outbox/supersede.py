"""Second attempts: a self-send that takes a nonce which the first attempt cannot. Writes the tables of transactions."""

from __future__ import annotations

from sqlalchemy import Connection, select

from indexer.values import Hash32
from service.errors import Conflict
from service.keys import guard
from service.outbox import nonces
from service.outbox.nonces import OPEN, SendingKey
from service.outbox.office import Office
from service.outbox.operations import unknown
from service.outbox.states import SUPERSEDED, Reason
from service.outbox.tables import OperationRow, TransactionRow
from service.outbox.transactions import PLAIN_GAS, Unsigned

_ATTEMPT = 2


def supersede(office: Office, operation_id: str) -> Hash32:
    """Sign a self-send with the nonce of a request's transaction; give its hash.

    The worker sends both until one is final. If that is the self-send, all requests of the first attempt end as
    `refused` (`superseded`); if it is the first attempt, they end as that says.

    Raises:
        NotFound: there is no such operation.
        Conflict: it is in no transaction that is signed and not final.
    """
    with office.database.write() as connection:
        query = (
            select(OperationRow.id, TransactionRow)
            .outerjoin(TransactionRow, TransactionRow.id == OperationRow.transaction_id)
            .where(OperationRow.id == operation_id)
        )
        row = connection.execute(query).one_or_none()
        if row is None:
            raise unknown(operation_id)
        if row.state not in OPEN:
            raise Conflict(
                "nothing-to-supersede",
                "该操作没有已签发而未定的交易。",
                "The operation is in no transaction that is signed and not final.",
                operation=operation_id,
            )
        key = next(one for one in map(office.key, office.vault.operators) if one.account == row.sender)
        return free_nonce(office, connection, key, row.nonce, SUPERSEDED)


def free_nonce(
    office: Office, connection: Connection, key: SendingKey, nonce: int, verdict: Reason | None
) -> Hash32:
    """Sign a self-send as second attempt at a nonce, once; give its hash.

    Args:
        verdict: why the requests of the first attempt end if the self-send becomes final; None: they are tried again.
    """
    where = (
        TransactionRow.genesis == key.genesis,
        TransactionRow.sender == key.account,
        TransactionRow.nonce == nonce,
        TransactionRow.attempt == _ATTEMPT,
    )
    held = connection.execute(select(TransactionRow.hash).where(*where)).scalar_one_or_none()
    if held is not None:
        return Hash32(held)
    unsigned = Unsigned(office.deployment.chain_id, nonce, PLAIN_GAS, key.account, b"")
    guard.claim(connection, key.account, key.genesis, f"nonce {nonce} attempt {_ATTEMPT}", unsigned.digest())
    signed = unsigned.sealed(lambda digest: office.vault.sign_as_operator(key.operator, digest))
    text = None if verdict is None else verdict.to_text()
    nonces.store(connection, key, nonce, signed, PLAIN_GAS, _ATTEMPT, text)
    return signed.hash
