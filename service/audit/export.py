"""Streamed exports: the header first, its ends proved; then the records, a part at a time. Reads index and node.

No reading of the index is held open while somebody downloads slowly. Should the chain be replaced meanwhile, the
heads do not fit any more and the stream ends without its footer, so the file does not verify.

Of a range of the ledger the heads held are written, and one record of a hundred is hashed again. Hashing all takes
as long as reading and writing them; fsck does it, and so does whoever reads the file. So a row damaged in the database
is found by the writer only by chance, and by the reader surely, at its line. Of a subject's records all are hashed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from indexer.announce import announce, announce_subject
from indexer.evidence.anchor import TrustAnchor
from indexer.evidence.export import ExportHeader, write_csv, write_jsonl, write_parts
from indexer.evidence.record_lines import Part
from indexer.record import Record
from indexer.store import Projection, View
from indexer.values import Hash32
from service.audit.parts import FORMS, TextForm, part
from service.audit.renderers import Renderers
from service.errors import BadInput, NotFound, Unavailable
from service.installation import Installation

_AT_ONCE = 2_000
_PIECE = 1 << 16
_WRITERS: dict[TextForm, Callable[[ExportHeader, Iterable[Record]], Iterator[str]]] = {
    "csv": write_csv,
    "jsonl": write_jsonl,
}
BYTE_ORDER_MARK = "\ufeff"
"""Before CSV, for spreadsheets."""
MANY = 10_000
"""Records from which on processes apart write them: so pages are served meanwhile, and by several it goes faster."""


class Span(NamedTuple):
    """Which records: blocks or seqs, both ends included; None: from the beginning, to the end.

    A head stands in a block, so a range of seqs is widened to whole blocks.
    """

    block_from: int | None = None
    block_until: int | None = None
    seq_from: int | None = None
    seq_until: int | None = None


def announced(installation: Installation, view: View, span: Span, subject: Hash32 | None) -> ExportHeader:
    """Give the header of an export of a range of the ledger, or of all that names a subject, as far as it is settled.

    Raises:
        BadInput: no block of the ledger is in the range.
        NotFound: the subject has no record. NotProvable, NodeError: see `collect_end`.
    """
    anchor = _pinned(installation)
    if subject is not None:
        try:
            return announce_subject(view, installation.node, anchor, subject, view.as_of.settled_number)
        except (ValueError, IndexError) as fault:
            raise _nothing() from fault
    first, last = _blocks(view, span)
    try:
        return announce(view, installation.node, anchor, first, last)
    except ValueError as fault:
        raise BadInput(
            "range-empty", "这一范围内没有账本的区块。", "No block of the ledger is in this range."
        ) from fault


def pieces(
    projection: Projection, header: ExportHeader, form: TextForm, renderers: Renderers | None = None
) -> Iterator[bytes]:
    """Write an export in pieces of some size; `renderers` write those of many records.

    Raises:
        ExportError: the records are not those announced, since the chain was replaced meanwhile.
    """
    if form == "csv":
        yield BYTE_ORDER_MARK.encode()
    if header.subject is None:
        yield from write_parts(FORMS[form], header, _parts(projection, header, form, renderers))
    else:
        yield from _joined(_WRITERS[form](header, _of_subject(projection, header)))


def _parts(
    projection: Projection, header: ExportHeader, form: TextForm, renderers: Renderers | None
) -> Iterator[Part]:
    first, last = header.first_seq, header.last_seq
    if first is None or last is None:
        return
    ranges = (range(at, min(at + _AT_ONCE, last + 1)) for at in range(first, last + 1, _AT_ONCE))
    if renderers is not None and last - first >= MANY:
        yield from renderers.parts(projection, form, ranges)
    else:
        yield from (part(projection, form, seqs) for seqs in ranges)


def _joined(lines: Iterable[str]) -> Iterator[bytes]:
    held: list[str] = []
    size = 0
    for line in lines:
        held.append(line)
        size += len(line)
        if size > _PIECE:
            yield "".join(held).encode()
            held, size = [], 0
    yield "".join(held).encode()


def _of_subject(projection: Projection, header: ExportHeader) -> Iterator[Record]:
    after: int | None = None
    while header.subject is not None and header.last_seq is not None:
        with projection.view() as view:
            page = view.history(header.subject, after, _AT_ONCE, newest_first=False)
        yield from (entry.record for entry in page.items if entry.record.seq <= header.last_seq)
        if page.cursor is None or page.cursor >= header.last_seq:
            return
        after = page.cursor


def _blocks(view: View, span: Span) -> tuple[int, int]:
    firsts = [0 if span.block_from is None else span.block_from]
    lasts = [view.as_of.settled_number]
    if span.block_until is not None:
        lasts.append(span.block_until)
    if span.seq_from is not None:
        firsts.append(_block_of(view, span.seq_from))
    if span.seq_until is not None:
        lasts.append(_block_of(view, min(span.seq_until, view.as_of.count - 1)))
    return max(firsts), min(lasts)


def _block_of(view: View, seq: int) -> int:
    entry = view.record(seq)
    if entry is None:
        raise _nothing()
    return entry.record.block_number


def _pinned(installation: Installation) -> TrustAnchor:
    anchor = installation.anchor
    if anchor is None:
        raise Unavailable(
            "no-anchor", "尚无信任锚，不能导出。", "There is no trust anchor yet, so no export."
        )
    return anchor


def _nothing() -> NotFound:
    return NotFound("no-such-record", "没有这样的记录。", "There is no such record.")
