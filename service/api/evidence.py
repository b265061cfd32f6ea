"""Evidence to take away: bundles, the trust anchor, histories by cursor; and checking one that somebody sends."""

from __future__ import annotations

import time
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Query, Request, UploadFile
from fastapi.responses import JSONResponse, Response

from indexer.errors import BundleError
from indexer.evidence.bundle import MOST_BYTES, read_bundle, write_bundle
from indexer.health import health
from indexer.state import State
from indexer.store.answers import Known
from service.api.border import Installed
from service.api.names import account_in, digest_in, number_in
from service.api.pages import Cursor, shown
from service.api.shapes import as_of_body
from service.errors import BadInput, NotFound, TooLarge
from service.installation import Installation
from service.outbox.operations import counts
from service.pages.views import VerifyPage, VerifyResult, as_json
from service.reading.context import Context
from service.reading.open import context
from service.reading.proof import Prover, verdict_view
from service.reading.timeline import timeline

routes = APIRouter(tags=["evidence"])
Limit = Annotated[int, Query(ge=1, le=200)]


@routes.get("/v1/collectibles/{token_id}/evidence")
def collectible_evidence(installation: Installed, token_id: str) -> Response:
    """Give the evidence bundle for who holds a collectible: `qianyin verify` checks it offline."""
    with context(installation) as one:
        return _bundle(installation, one, one.view.token(number_in(token_id)), f"collectible-{token_id}")


@routes.get("/v1/works/{work_id}/evidence")
def work_evidence(installation: Installed, work_id: str) -> Response:
    """Give the evidence bundle for a deposit."""
    with context(installation) as one:
        return _bundle(installation, one, one.view.work(digest_in(work_id)), f"work-{work_id[2:18]}")


@routes.get("/v1/collectibles/{token_id}/history")
def collectible_history(
    installation: Installed, token_id: str, after: Cursor = None, limit: Limit = 50
) -> Response:
    """Give the records of a collectible, newest first, holders masked."""
    with context(installation) as one:
        return _history(one, one.view.token(number_in(token_id)), after, limit)


@routes.get("/v1/works/{work_id}/history")
def work_history(installation: Installed, work_id: str, after: Cursor = None, limit: Limit = 50) -> Response:
    """Give the records of a work, newest first."""
    with context(installation) as one:
        return _history(one, one.view.work(digest_in(work_id)), after, limit)


@routes.get("/v1/collections/{collection_id}/history")
def collection_history(
    installation: Installed, collection_id: str, after: Cursor = None, limit: Limit = 50
) -> Response:
    """Give the records of a collection, newest first."""
    with context(installation) as one:
        return _history(one, one.view.collection(digest_in(collection_id)), after, limit)


@routes.get("/v1/institutions/{account}/history")
def institution_history(
    installation: Installed, account: str, after: Cursor = None, limit: Limit = 50
) -> Response:
    """Give the records of an institution's standing, newest first."""
    with context(installation) as one:
        return _history(one, one.view.standing(account_in(account)), after, limit)


@routes.get("/v1/trust-anchor")
def trust_anchor(installation: Installed) -> Response:
    """Give the trust anchor of this installation. Whoever checks must get it from others than us, too."""
    path = installation.settings.trust_anchor
    if not path.exists():
        raise NotFound("no-anchor", "尚无信任锚。", "There is no trust anchor yet.")
    return Response(path.read_bytes(), media_type="application/json")


@routes.get("/v1/status")
def status(installation: Installed) -> Response:
    """Say how far the index is, how far behind the chain, and how many requests are in which state."""
    from indexer.connection import NodeError

    try:
        _, newest = installation.node.look()
    except NodeError:
        newest = None
    with installation.projection.view() as view:
        found = health(view, newest.header if newest else None, int(time.time()))
    anchor = installation.anchor
    return JSONResponse(
        {
            "well": found.well,
            "as_of": as_of_body(found.as_of),
            "lag_blocks": found.lag_blocks,
            "lag_seconds": found.lag_seconds,
            "head_age": found.head_age,
            "checkpoint_age": found.checkpoint_age,
            "halted": found.halt is not None,
            "requests": {state.value: number for state, number in counts(installation.database).items()},
            "demo": anchor is not None and anchor.demo,
        }
    )


async def whole_body(request: Request) -> bytes:
    """Give the body as it came; its length was limited at the border."""
    return await request.body()


@routes.post(
    "/v1/verify",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"type": "object", "maxProperties": 32}}},
        }
    },
)
def verify_bundle(installation: Installed, octets: Annotated[bytes, Depends(whole_body)]) -> Response:
    """Check an evidence bundle (the body) against this installation's trust anchor, and say each check's result."""
    return JSONResponse(_checked(installation, octets, "bundle.json").to_json())


@routes.post("/verify", include_in_schema=False)
def verify_page(request: Request, installation: Installed, bundle: Annotated[UploadFile, File()]) -> Response:
    """Check an evidence bundle that was chosen on the page."""
    octets = bundle.file.read(MOST_BYTES + 1)
    return shown(request, _checked(installation, octets, (bundle.filename or "")[:200]))


def _checked(installation: Installation, octets: bytes, name: str) -> VerifyPage:
    if len(octets) > MOST_BYTES:
        raise TooLarge(
            "bundle-too-large", "证据包过大。", "The evidence bundle is too large.", limit=MOST_BYTES
        )
    try:
        bundle = read_bundle(octets)
    except BundleError as fault:
        raise BadInput(
            "not-a-bundle",
            "这不是证据包，或已被改动得无法读取。",
            f"This is no evidence bundle, or it was changed beyond reading: {fault.reason}.",
            place=fault.place,
        ) from fault
    with context(installation) as one:
        prover = Prover(installation, one.view, installation.anchor, installation.proofs)
        view = verdict_view(prover.check(bundle), bundle, installation.anchor)
        work = one.view.work(bundle.claim.work_id)
        title = one.work_title(work.state) if work else None
        return VerifyPage(VerifyResult(name, view, title, None), one.as_of())


def _bundle(installation: Installation, one: Context, known: Known[Any] | None, name: str) -> Response:
    if known is None:
        raise NotFound(
            "no-such-record", "没有这样的记录；请核对编号。", "There is no such record; check the number."
        )
    prover = Prover(installation, one.view, installation.anchor, installation.proofs)
    octets = write_bundle(prover.bundle(known))
    headers = {"Content-Disposition": f'attachment; filename="qianyin-{name}.json"'}
    return Response(octets, media_type="application/json", headers=headers)


def _history(one: Context, known: Known[State] | None, after: int | None, limit: int) -> Response:
    if known is None:
        raise NotFound(
            "no-such-record", "没有这样的记录；请核对编号。", "There is no such record; check the number."
        )
    told = timeline(one, known, after, limit)
    return JSONResponse(
        {
            "as_of": as_of_body(one.view.as_of),
            "stale": as_json(one.stale) if one.stale else None,
            "total": told.view.total,
            "entries": [as_json(entry) for entry in told.view.entries],
            "next": told.cursor,
        }
    )
