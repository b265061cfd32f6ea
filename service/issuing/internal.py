"""Internal columns of a work: opened for the institution, erased for good. Reads the outbox and the content store."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from indexer.state import Work
from indexer.values import Hash32, as_hex
from service.errors import NotFound
from service.files.internal import InternalColumns, open_columns
from service.installation import Installation
from service.issuing.column_keys import column_key, destroy_column_key
from service.keys.master import master_sealer
from service.outbox.operations import read_matching
from service.outbox.requests import Deposit
from service.outbox.tables import AttachmentRow, OperationRow


@dataclass(frozen=True, slots=True)
class SealedRow:
    """Where the internal columns of a work are: the idempotency key of its row, and the CID of the sealed text."""

    request: str
    cid: str


def open_internal(installation: Installation, work: Work) -> InternalColumns:
    """Open the internal columns of a work, checked against the commitment in its manifest.

    Raises:
        NotFound: it has none, they were erased, or it was not deposited from here.
        Damaged: what is kept is not what was committed to.
        Unavailable: the content store or the master key cannot be had.
    """
    manifest = installation.library.manifest(work.manifest_digest)
    if manifest is None or manifest.internal is None:
        raise _none(work.work_id)
    with installation.database.read() as connection:
        row = _row_of(connection, work)
        key = column_key(connection, master_sealer(installation.settings), row.request)
    if key is None:
        raise NotFound(
            "columns-erased",
            "该作品的内部资料已删除，无法恢复；清单中的承诺与存证仍可核验。",
            "The internal columns of this work were erased for good; the commitment in its manifest and its deposit "
            "still verify.",
            work=as_hex(work.work_id),
        )
    with installation.files.get(row.cid) as stream:
        return open_columns(stream.read(), key.reveal(), manifest.internal)


def erase_internal(installation: Installation, work: Work) -> bool:
    """Destroy the key of a work's internal columns; False if that was done before.

    Backups that hold the sealed key are the honest limit: they have to be destroyed in their own time.

    Raises:
        NotFound: the work has no internal columns, or was not deposited from here.
    """
    with installation.database.write() as connection:
        return destroy_column_key(connection, _row_of(connection, work).request)


def _row_of(connection: Connection, work: Work) -> SealedRow:
    """Find the deposit that made a work: by its file, then by its id, so that later readings do not matter."""
    file = select(AttachmentRow.place).where(AttachmentRow.sha256 == work.file_digest)
    found = read_matching(connection, OperationRow.kind == Deposit.KIND, OperationRow.place.in_(file))
    made = [one for one in found if isinstance(one.request, Deposit) and one.request.work_id == work.work_id]
    for one in made:
        where = (AttachmentRow.place == one.place, AttachmentRow.use == "internal")
        cid = connection.execute(select(AttachmentRow.cid).where(*where)).scalar_one_or_none()
        if cid is not None:
            return SealedRow(one.idempotency_key.removesuffix("/deposit"), cid)
    raise _none(work.work_id)


def _none(work_id: Hash32) -> NotFound:
    return NotFound(
        "no-internal-columns",
        "该作品没有内部资料，或不是由本安装存证的。",
        "This work has no internal columns, or was not deposited from this installation.",
        work=as_hex(work_id),
    )
