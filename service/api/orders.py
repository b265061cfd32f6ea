"""Legal bases: filed by one hand, executed by another; and the requests of a bearer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import Field

from indexer.events import Measure
from indexer.values import ZERO_ADDRESS, ZERO_HASH, address, hash32
from service.api.accepting import take
from service.api.acts import Owners, ownership_in
from service.api.auth import AsOperator, AsRegulator, IdempotencyKey, WithKey
from service.api.border import Installed
from service.api.names import number_in
from service.api.shapes import WRITTEN, Account, Body, Digest, Moment, Number, accepted, operation_body
from service.errors import BadInput
from service.outbox.operations import State, cancel, operations
from service.outbox.requests import (
    AccountTarget,
    AssignmentTarget,
    EstateTarget,
    ExecuteOrder,
    FileOrder,
    GrantTarget,
    OrderName,
    RightsTarget,
    Target,
    TokenTarget,
    WithdrawOrder,
)
from service.people.identity import code
from service.reading.open import context

routes = APIRouter(tags=["orders"])
_MEASURES = Literal[
    "hold", "release", "forced_transfer", "annul", "suspend", "restore", "assign", "terminate"
]
ShortCode = Annotated[str, Field(min_length=1, max_length=32, pattern=r"^[\x21-\x7e]+$")]


class OrderBody(Body):
    """What names an order: who decided, the SHA-256 of the document, what it demands, and of what.

    Of a collectible, an account, an estate (`owners`: whose it becomes, of an assignment), a grant, or the rights of a
    work (`rights_of`).
    """

    authority: Annotated[str, Field(min_length=1, max_length=40, pattern=WRITTEN)]
    order_hash: Digest
    measure: _MEASURES
    token_id: Number | None = None
    account: Account | None = None
    estate_id: Number | None = None
    owners: Owners | None = None
    grant_id: Digest | None = None
    rights_of: Digest | None = None

    def named(self) -> OrderName:
        """Give the name."""
        return OrderName(
            self.authority, hash32(self.order_hash), Measure[self.measure.upper()], self._target()
        )

    def _target(self) -> Target:
        found = [made for made in self._targets() if made is not None]
        if len(found) != 1 or (self.owners is not None) != isinstance(found[0], AssignmentTarget):
            raise BadInput(
                "target-unclear",
                "藏品、账户、权利项、许可、作品的权利五者取一；只有变更权利人时给出新的权利人。",
                "Name one collectible, account, estate, grant, or work whose rights it is about; owners go with an "
                "estate that is assigned, and only with it.",
            )
        return found[0]

    def _targets(self) -> Iterator[Target | None]:
        yield TokenTarget(number_in(self.token_id)) if self.token_id is not None else None
        yield AccountTarget(address(self.account.lower())) if self.account is not None else None
        yield GrantTarget(hash32(self.grant_id)) if self.grant_id is not None else None
        yield RightsTarget(hash32(self.rights_of)) if self.rights_of is not None else None
        if self.estate_id is None:
            return
        estate = number_in(self.estate_id)
        owners = ownership_in(self.owners) if self.owners is not None else None
        yield EstateTarget(estate) if owners is None else AssignmentTarget(estate, owners)


class FilingBody(OrderBody):
    """An order to file. Times in Unix seconds; `effect_until` ends a hold or suspension by itself."""

    reason_code: ShortCode
    occurred_at: Moment
    expires: Moment
    effect_until: Moment = 0
    to: Account | None = None
    corrects: Digest | None = None


class ExecutionBody(OrderBody):
    """A filed order to carry out; `to` as filed with a forced transfer; `reason` with an annulment or a termination."""

    to: Account | None = None
    reason: Annotated[str, Field(max_length=500, pattern=WRITTEN)] = ""


class WithdrawalBody(OrderBody):
    """A filed order to take back."""

    reason_code: ShortCode


@routes.post("/v1/orders", status_code=202)
def file(
    installation: Installed, bearer: AsRegulator, idempotency_key: IdempotencyKey, body: FilingBody
) -> JSONResponse:
    """File a legal basis."""
    request = FileOrder(
        body.named(),
        code(body.reason_code),
        body.occurred_at,
        body.expires,
        body.effect_until,
        address(body.to.lower()) if body.to else ZERO_ADDRESS,
        hash32(body.corrects) if body.corrects else ZERO_HASH,
    )
    return accepted(take(installation, bearer, idempotency_key, request))


@routes.post("/v1/orders/execution", status_code=202)
def execute(
    installation: Installed, bearer: AsOperator, idempotency_key: IdempotencyKey, body: ExecutionBody
) -> JSONResponse:
    """Carry a filed order out: the second hand, which is never the one that filed."""
    to = address(body.to.lower()) if body.to else ZERO_ADDRESS
    request = ExecuteOrder(body.named(), to, body.reason)
    return accepted(take(installation, bearer, idempotency_key, request))


@routes.post("/v1/orders/withdrawal", status_code=202)
def withdraw(
    installation: Installed, bearer: AsRegulator, idempotency_key: IdempotencyKey, body: WithdrawalBody
) -> JSONResponse:
    """Take a filed order back before it is executed."""
    with context(installation) as one:
        since = one.view.as_of.count
    request = WithdrawOrder(body.named(), code(body.reason_code), since)
    return accepted(take(installation, bearer, idempotency_key, request, "since"))


@routes.get("/v1/operations", tags=["operations"])
def own_operations(
    installation: Installed,
    bearer: WithKey,
    state: Annotated[State | None, Query()] = None,
    before: Annotated[Moment | None, Query(description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> JSONResponse:
    """List what this key asked for, newest first."""
    found = operations(
        installation.database, principal=bearer.key_id, state=state, before=before, limit=limit
    )
    following = found[-1].place if len(found) == limit else None
    return JSONResponse(
        {"operations": [operation_body(one).model_dump() for one in found], "next": following}
    )


@routes.post("/v1/operations/{operation_id}/cancellation", tags=["operations"])
def cancel_operation(installation: Installed, bearer: WithKey, operation_id: str) -> JSONResponse:
    """Cancel a request that is not signed yet; those that need it are refused by name."""
    found = cancel(installation.database, operation_id, principal=bearer.key_id)
    return JSONResponse(operation_body(found).model_dump())
