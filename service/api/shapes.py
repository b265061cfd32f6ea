"""The shapes of ids, times and answers at the HTTP border (pydantic only here)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi.responses import JSONResponse
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from indexer.store.answers import AsOf
from indexer.values import as_hex
from service.api.faults import Misfit
from service.outbox.operations import Operation, as_json


def _no_truth(value: object) -> object:
    if isinstance(value, bool):
        raise PydanticCustomError("int_type", "a whole number is wanted")
    return value


WHOLE = BeforeValidator(_no_truth)
"""Of a whole number of a body: pydantic alone reads `true` as 1."""
Digest = Annotated[str, StringConstraints(pattern=r"^0x[0-9a-f]{64}$")]
"""A work, collection, order or anchor id, or a hash."""
Account = Annotated[str, StringConstraints(pattern=r"^0x[0-9a-fA-F]{40}$")]


def _uint256(text: str) -> str:
    if int(text) >> 256:
        raise Misfit("须小于 2²⁵⁶。", "should be below 2²⁵⁶")
    return text


Number = Annotated[
    str, StringConstraints(pattern=r"^(0|[1-9][0-9]{0,77})$"), AfterValidator(_uint256), Field(examples=["1"])
]
"""A token or edition id or a nonce: decimal, below 2²⁵⁶."""
Signature = Annotated[str, StringConstraints(pattern=r"^0x([0-9a-f]{2}){0,2048}$")]
Moment = Annotated[int, Field(ge=0, lt=1 << 53, description="Unix seconds"), WHOLE]
Small = Annotated[int, Field(ge=0, lt=1 << 32), WHOLE]
WRITTEN = r"^[^\x00]*$"
"""What is kept as text, here or on chain: U+0000 has no place in a text of PostgreSQL."""
Reason = Annotated[
    str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True, pattern=WRITTEN)
]


class Body(BaseModel):
    """Root of the bodies: nothing is taken that is not named."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_max_length=20_000)


class PageQuery(Body):
    """Root of what pages are asked with, where that is more than a path; `lang` is for `service.api.border`."""

    lang: str = ""


class ProblemBody(BaseModel):
    """A problem (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    messages: dict[str, str]
    facts: dict[str, Any] = {}


class OperationBody(BaseModel):
    """A request and what became of it. Times in Unix seconds; `seq` is the place of its record in the ledger."""

    id: str
    kind: str
    state: str
    accepted_at: int
    ended_at: int | None
    waiting_on: list[str]
    transaction: str | None
    block: int | None
    seq: int | None
    reason: dict[str, Any] | None


def operation_body(found: Operation) -> OperationBody:
    """Show an operation to whoever asked for it."""
    return OperationBody(**as_json(found))


def accepted(found: Operation, **names: str) -> JSONResponse:
    """Answer 202: it is durable; where to follow it, and the ids that follow from it."""
    body = {**operation_body(found).model_dump(), **names}
    return JSONResponse(body, 202, {"Location": f"/v1/operations/{found.id}"})


def as_of_body(as_of: AsOf) -> dict[str, Any]:
    """Say as of which block an answer speaks."""
    return {
        "block": as_of.number,
        "hash": as_hex(as_of.hash),
        "time": as_of.time,
        "count": as_of.count,
        "head": as_hex(as_of.head),
        "settled": as_of.settled_number,
    }
