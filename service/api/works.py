"""Writes about works: deposit, amend, withdraw."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, File, Form, UploadFile
from fastapi.responses import JSONResponse
from pydantic import Field, ValidationError

from indexer.connection import nested_too_deep
from indexer.values import as_hex, hash32
from service.api.accepting import take
from service.api.auth import AsIssuer, IdempotencyKey
from service.api.border import Installed
from service.api.faults import listed
from service.api.names import digest_in
from service.api.shapes import Body, Reason, accepted
from service.api.wrapping import too_deep
from service.errors import BadInput, NotFound
from service.files.cid import KUBO_DEFAULT
from service.files.description import Description, Kind, describe, faults
from service.files.manifest import Manifest, manifest_bytes, manifest_cid, manifest_digest
from service.files.media import sniff_stream
from service.intake.requests import FileToKeep, WorkRequest
from service.issuing.deposits import leave_no_copy, prepare
from service.issuing.desk import desk_of
from service.keys.operators import Operator
from service.outbox.attachments import Attachment
from service.outbox.requests import AmendWork, WithdrawWork
from service.reading.open import context

routes = APIRouter(tags=["works"])


class WorkBody(Body):
    """What is stated of a work, for everybody to read; service/files/facts.py lists the names of facts."""

    kind: Literal["rights_registered", "publication", "capture_record", "derived_work"]
    facts: Annotated[dict[str, str], Field(max_length=60)]


class AmendBody(Body):
    """A new reading of a work; the old one stays."""

    facts: Annotated[dict[str, str], Field(max_length=60)]
    reason: Reason


class ReasonBody(Body):
    """Why."""

    reason: Reason


@routes.post("/v1/works", status_code=202)
def deposit(
    installation: Installed,
    bearer: AsIssuer,
    idempotency_key: IdempotencyKey,
    work: Annotated[str, Form(max_length=200_000, description="a WorkBody, as JSON")],
    file: Annotated[
        UploadFile | None, File(description="the file; without one the record itself is deposited")
    ] = None,
) -> JSONResponse:
    """Deposit a work: its description, and its file if it has one."""
    stated = _work_body(work)
    with _received(file) as kept:
        row = _row(stated, kept, idempotency_key, bearer.key_id)
        issuer = installation.vault.operator(Operator.ISSUER)
        settings = installation.settings
        prepared = prepare(row, issuer, None, settings.home, settings.inbox)
        digest = prepared.deposit.file_digest
        known = desk_of(installation, bearer.key_id).claims([digest]).get(digest, 0)
        request = replace(prepared.deposit, acknowledged_claims=known)
        found = take(installation, bearer, idempotency_key, request, "acknowledged_claims")
        leave_no_copy(settings.home, prepared, found)
    return accepted(found, work_id=as_hex(request.work_id))


@routes.post("/v1/works/{work_id}/amendments", status_code=202)
def amend(
    installation: Installed, bearer: AsIssuer, idempotency_key: IdempotencyKey, work_id: str, body: AmendBody
) -> JSONResponse:
    """State a work anew, with the reason; kind and files stay, and the record deposited where there was no file."""
    with context(installation) as one:
        known = one.view.work(digest_in(work_id))
        manifest = one.manifest(known.state) if known else None
    if known is None or manifest is None:
        raise NotFound(
            "unknown-work",
            "没有这个存证，或其说明不在此处。",
            "There is no such deposit, or its manifest is not here.",
        )
    description = _described(manifest.description.kind, body.facts)
    amended = manifest.deposited.role == "record"
    octets = manifest_bytes(Manifest(description, manifest.files, manifest.internal, amended))
    digest = manifest_digest(octets)
    kept = Attachment(
        "manifest", digest, len(octets), manifest_cid(octets), KUBO_DEFAULT.name, content=octets
    )
    request = AmendWork(known.state.work_id, known.state.amendments, digest, body.reason, (kept,))
    return accepted(take(installation, bearer, idempotency_key, request, "expected_amendments"))


@routes.post("/v1/works/{work_id}/withdrawal", status_code=202)
def withdraw(
    installation: Installed, bearer: AsIssuer, idempotency_key: IdempotencyKey, work_id: str, body: ReasonBody
) -> JSONResponse:
    """Strike a deposit out, with the reason; it stays legible."""
    request = WithdrawWork(digest_in(work_id), body.reason)
    return accepted(take(installation, bearer, idempotency_key, request))


def _work_body(text: str) -> WorkBody:
    if nested_too_deep(text.encode("utf-8", "surrogatepass")):
        raise too_deep()
    try:
        return WorkBody.model_validate_json(text)
    except ValidationError as fault:
        raise BadInput(
            "work-malformed",
            "作品说明的格式不对。",
            "The description of the work is malformed.",
            faults=listed(fault.errors(), "body", "work"),
        ) from fault


def _described(kind: Kind, facts: dict[str, str]) -> Description:
    try:
        description = describe(kind, facts)
    except KeyError as fault:
        raise BadInput(
            "unknown-fact",
            f"没有名为 {fault} 的说明项。",
            f"There is no fact called {fault}.",
            fact=str(fault),
        ) from fault
    if found := faults(description):
        raise BadInput(
            "description-faulty",
            f"作品说明有 {len(found)} 处错误。",
            f"The description has {len(found)} faults.",
            faults=[{"fact": one.fact, "code": one.code, "zh": one.zh, "en": one.en} for one in found],
        )
    return description


def _row(stated: WorkBody, kept: FileToKeep | None, key: str, principal: str) -> WorkRequest:
    seed = json.dumps([principal, key]).encode()
    files = (kept,) if kept else ()
    return WorkRequest(
        hashlib.sha256(seed).hexdigest(), 0, _described(Kind(stated.kind), stated.facts), (), files, None
    )


@contextmanager
def _received(file: UploadFile | None) -> Iterator[FileToKeep | None]:
    """Lay an upload down as a file for as long as the request takes; its sender's name and type are not asked."""
    if file is None:
        yield None
        return
    handle, name = tempfile.mkstemp(prefix="qianyin-upload-")
    path = Path(name)
    try:
        digest, size = hashlib.sha256(), 0
        with os.fdopen(handle, "wb") as out:
            while piece := file.file.read(1 << 20):
                digest.update(piece)
                size += len(piece)
                out.write(piece)
        with path.open("rb") as stream:
            media_type = sniff_stream(stream)
        yield FileToKeep("work", path, media_type, hash32("0x" + digest.hexdigest()), size)
    finally:
        path.unlink(missing_ok=True)
