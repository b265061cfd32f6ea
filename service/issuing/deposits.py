"""From a validated row to the deposit that does it: digests, manifest, files set aside. Owns the inbox folder."""

from __future__ import annotations

import hashlib
import io
import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from indexer.events import WorkKind
from indexer.values import Address, Hash32
from service.errors import BadInput, Conflict
from service.files.cid import KUBO_DEFAULT
from service.files.description import Kind
from service.files.digests import Digests, digests_of
from service.files.internal import seal_columns
from service.files.manifest import (
    RECORD_MEDIA_TYPE,
    FileEntry,
    Manifest,
    manifest_bytes,
    manifest_cid,
    manifest_digest,
    record_bytes,
)
from service.intake.requests import FileToKeep, WorkRequest
from service.keys.secret import Secret
from service.outbox.attachments import Attachment
from service.outbox.operations import Operation, State
from service.outbox.requests import Deposit

SMALL = KUBO_DEFAULT.chunk_size
"""Files up to this size wait in the database; larger ones in the inbox."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A row, ready to be asked for: its deposit and the digest that the chain will name its manifest by."""

    row: WorkRequest
    deposit: Deposit


def work_kind(kind: Kind) -> WorkKind:
    """Give the number that the chain has for a kind: the two have the same names."""
    return WorkKind[kind.name]


def prepare(row: WorkRequest, registrant: Address, key: Secret | None, home: Path, inbox: Path) -> Prepared:
    """Make the deposit of a row; the same row and key give the same deposit.

    Args:
        key: of its internal columns; None where it has none.
        home: the home folder; inbox: a folder below it, where large files are set aside.

    Raises:
        BadInput: a file cannot be read, or the description is not in order.
        Conflict: a file is not the one that was read when the row was.
        TooLarge: the manifest is over its limit.
    """
    entries, attachments = [], []
    for position, file in enumerate(row.files):
        digests = _digests(file)
        entries.append(FileEntry(file.role, file.media_type, digests))
        attachments.append(_set_aside(file, digests, row.idempotency_key, position, home, inbox))
    if not row.files:
        octets = record_bytes(row.description)
        attachments.append(_inline("record", octets))
        entries.append(FileEntry("record", RECORD_MEDIA_TYPE, _digests_of_bytes(octets)))
    commitment = None
    if row.internal:
        if key is None:
            raise ValueError("a row with internal columns needs their key")
        sealed = seal_columns(dict(row.internal), key.reveal(), row.idempotency_key.encode())
        commitment = sealed.commitment
        attachments.append(_inline("internal", sealed.sealed))
    octets = manifest_bytes(Manifest(row.description, tuple(entries), commitment))
    attachments.append(_inline("manifest", octets, cid=manifest_cid(octets)))
    return Prepared(
        row,
        Deposit(
            registrant=registrant,
            kind=work_kind(row.description.kind),
            file_digest=entries[0].digests.sha256,
            manifest_digest=manifest_digest(octets),
            attachments=tuple(attachments),
        ),
    )


def leave_no_copy(home: Path, prepared: Prepared, asked: Operation) -> None:
    """Take back what preparing a request again set aside, where the content store has its files already.

    Of one that was refused another request may have the same file waiting: that is left to whoever sweeps.
    """
    if asked.state not in (State.ACCEPTED, State.REFUSED):
        for kept in prepared.deposit.attachments:
            if kept.path is not None:
                (home / kept.path).unlink(missing_ok=True)


def _digests(file: FileToKeep) -> Digests:
    try:
        with file.path.open("rb") as stream:
            digests = digests_of(stream)
    except OSError as fault:
        raise BadInput(
            "file-unreadable",
            f"无法读取文件 {file.path.name}：{fault.strerror}；请检查后重新提交。",
            f"The file {file.path.name} cannot be read: {fault.strerror}; check it and submit again.",
            file=file.path.name,
        ) from fault
    if digests.sha256 != file.sha256:
        raise Conflict(
            "file-changed",
            f"文件 {file.path.name} 在读表之后被改动；请重新提交整张表。",
            f"The file {file.path.name} was changed after the sheet was read; submit the sheet again.",
            file=file.path.name,
        )
    return digests


def _digests_of_bytes(octets: bytes) -> Digests:
    return digests_of(io.BytesIO(octets))


def _inline(use: str, octets: bytes, cid: str | None = None) -> Attachment:
    digests = _digests_of_bytes(octets)
    return Attachment(
        use, digests.sha256, digests.size, cid or digests.cid, digests.cid_profile, content=octets
    )


def _set_aside(
    file: FileToKeep, digests: Digests, request: str, position: int, home: Path, inbox: Path
) -> Attachment:
    attachment = (file.role, digests.sha256, digests.size, digests.cid, digests.cid_profile)
    if digests.size <= SMALL:
        octets = file.path.read_bytes()
        if hashlib.sha256(octets).digest() != digests.sha256:
            raise Conflict(
                "file-changed",
                "文件在读取时被改动。",
                "The file changed while it was read.",
                file=file.path.name,
            )
        return Attachment(*attachment, content=octets)
    # By its bytes too: asked again with other ones under a used key, it must not lie where the first ones wait.
    waiting = inbox / f"{request}-{position}-{digests.sha256[:8].hex()}"
    _copy(file.path, waiting, digests.sha256)
    return Attachment(*attachment, path=str(waiting.relative_to(home)))


def _copy(source: Path, target: Path, sha256: Hash32) -> None:
    """Copy durably and under another name first, so that a cut-off copy is never taken for the file.

    The other name is its own: the same sheet may be submitted twice at once.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f"{target.name}.{secrets.token_hex(4)}.part")
    with source.open("rb") as read, aside.open("wb") as out:
        shutil.copyfileobj(read, out, 1 << 20)
        out.flush()
        os.fsync(out.fileno())
    with aside.open("rb") as copied:
        same = hashlib.file_digest(copied, "sha256").digest() == sha256
    if not same:
        aside.unlink()
        raise Conflict(
            "file-changed", "文件在复制时被改动。", "The file changed while it was copied.", file=source.name
        )
    aside.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
