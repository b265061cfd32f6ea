"""The page of an operation: how far a request got, what comes next, why it was refused."""

from __future__ import annotations

from sqlalchemy import select

from indexer.values import as_hex
from service.installation import Installation
from service.outbox import requests as asked
from service.outbox.operations import Operation, operation
from service.outbox.states import State
from service.outbox.tables import OperationRow, TransactionRow
from service.pages import addresses
from service.pages.views import Bilingual, OperationPage, Step

_ACTS: dict[str, str] = {
    asked.Deposit.KIND: "register_work",
    asked.AmendWork.KIND: "amend",
    asked.WithdrawWork.KIND: "withdraw",
    asked.CreateCollection.KIND: "create_collection",
    asked.OpenEdition.KIND: "open_edition",
    asked.Mint.KIND: "mint",
    asked.Distribute.KIND: "distribute",
    asked.SubmitGift.KIND: "gift",
    asked.GiveFromKept.KIND: "gift",
    asked.Annul.KIND: "annul",
    asked.RegisterAccount.KIND: "register_account",
}


_CONFIDENTIAL: frozenset[str] = frozenset(
    one.KIND for one in (*asked.Agreed.__args__, asked.ConfirmAttestation, asked.WithdrawConsent)
)
"""Of these it is not said here why they were refused: a clash names another's grant (domain rule 16)."""


def operation_page(
    installation: Installation, operation_id: str, *, refreshing: bool = True
) -> OperationPage:
    """Read the progress of a request; whoever knows its id, which cannot be guessed, may.

    Args:
        refreshing: whether the page looks again by itself.

    Raises:
        NotFound: there is no operation of this id.
    """
    found = operation(installation.database, operation_id)
    reason = found.reason
    refusal = Bilingual(reason.zh, reason.en) if reason else None
    code = reason.code if reason else None
    if reason and found.kind in _CONFIDENTIAL:
        refusal, code = (
            Bilingual("原因只向各方说明。", "The reason is told to its parties alone."),
            "confidential",
        )
    return OperationPage(
        operation_id=found.id,
        act=_ACTS.get(found.kind, found.kind),
        steps=_steps(installation, found),
        refusal=refusal,
        refusal_code=code,
        result=result_of(found) if found.state is State.SETTLED else None,
        waiting_on=found.waiting_on,
        good_until=getattr(found.request, "deadline", None),
        refreshing=refreshing,
    )


def result_of(found: Operation) -> str | None:
    """Give the address of the page that shows what came of a request; None where no page does."""
    request = found.request
    match request:
        case asked.Deposit() | asked.AmendWork() | asked.WithdrawWork():
            return addresses.work(as_hex(request.work_id))
        case asked.CreateCollection() | asked.AmendCollection() | asked.SetPolicy() | asked.OpenEdition():
            return addresses.collection(as_hex(request.collection_id))
        case (
            asked.Mint()
            | asked.Distribute()
            | asked.SubmitGift()
            | asked.GiveFromKept()
            | asked.SubmitLoan()
            | asked.Annul()
            | asked.RecoverToken()
        ):
            return addresses.collectible(str(request.token_id))
        case _:
            return None


def _steps(installation: Installation, found: Operation) -> tuple[Step, ...]:
    """List what it reached, each with its time; when its files were stored is not written down."""
    accepted, stored = Step("accepted", found.accepted_at), Step("stored", None)
    ended: tuple[Step, ...] = ()
    match found.state:
        case State.ACCEPTED:
            return (accepted,)
        case State.STORED:
            return accepted, stored
        case State.SETTLED:
            ended = (Step("settled", found.ended_at),)
        case State.REFUSED:
            ended = (Step("refused", found.ended_at),)
    sending = _sending(installation, found)
    between = (stored, *sending) if sending else ()
    return (accepted, *between, *ended)


def _sending(installation: Installation, found: Operation) -> list[Step]:
    """List when the transaction that a request is in was signed and sent."""
    query = (
        select(TransactionRow.signed_at, TransactionRow.sent_at)
        .join(OperationRow, OperationRow.transaction_id == TransactionRow.id)
        .where(OperationRow.id == found.id)
    )
    with installation.database.read() as connection:
        row = connection.execute(query).one_or_none()
    if row is None:
        return []
    sent = [] if row.sent_at is None else [Step("sent", row.sent_at)]
    return [Step("signed", row.signed_at), *sent]
