"""Audit exports that anybody can check: write and verify a range of records. Pure, streaming.

A file is a header, one line a record, a footer (`export_text` has the two texts). The header says which ledger, which
range, and the heads at both ends; each record line carries the raw fields, their words for people, and the head after
it. A record's digest covers its `seq`, so the head after the last record, once it is tied to a sealed block, proves
the whole range complete; the head on each line tells at which record a file was touched. Somebody who recomputes all
heads after a change is found out at the end of the file, by the tie, and not at the record.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TextIO

from indexer.errors import BundleError, ExportError, MalformedRecord
from indexer.events import read_act
from indexer.evidence.anchor import TrustAnchor
from indexer.evidence.decoded import decoded
from indexer.evidence.ends import End, Tie, tie
from indexer.evidence.export_text import (
    CSV,
    JSON_LINES,
    MOST_LINE,
    ExportHeader,
    Footer,
    Form,
    Line,
    read_columns,
    read_preamble,
)
from indexer.evidence.phrase import Phrase
from indexer.evidence.record_lines import Part
from indexer.evidence.verdict import Answer
from indexer.head import first_head, fold_subject, next_head
from indexer.record import Record, record_digest
from indexer.values import ZERO_HASH, Hash32


@dataclass(frozen=True, slots=True)
class ExportSummary:
    """What a verified file holds.

    Attributes:
        complete: whether nothing was left out between the ends as the file names them; `answer` says whether the
            chain names them too.
        before, after: whether the ends are tied to sealed blocks; None for a selection.
    """

    header: ExportHeader
    records: int
    complete: bool
    before: Tie | None
    after: Tie | None

    @property
    def answer(self) -> Answer:
        """Say whether the chain holds these very records: a file that agrees with itself may still be made up.

        The end after the last record binds all before it. The end before the first one says from which block on they
        are all there, so it is to be tied too, unless nothing can come before it.
        """
        ties = {one.held for one in (self.before, self.after) if one is not None}
        if False in ties:
            return Answer.INVALID
        if not self.complete or self.after is None or not self.after.held:
            return Answer.INDETERMINATE
        begun = (self.before is not None and self.before.held) or _is_first(self.header)
        return Answer.VALID if begun else Answer.INDETERMINATE


def write_jsonl(header: ExportHeader, records: Iterable[Record]) -> Iterator[str]:
    """Write an export as JSON lines, each with its line end.

    Raises:
        ExportError: the records are not those that the header announces; no footer is written then.
    """
    return _write(JSON_LINES, header, records)


def write_csv(header: ExportHeader, records: Iterable[Record]) -> Iterator[str]:
    """Write an export as CSV rows, each with its line end; in UTF-8, spreadsheets want a byte order mark first.

    Raises:
        ExportError: as `write_jsonl`.
    """
    return _write(CSV, header, records)


def write_parts(form: Form, header: ExportHeader, parts: Iterable[Part]) -> Iterator[bytes]:
    """Write an export of a range of the ledger from parts: the same octets as `write_jsonl` or `write_csv` gives.

    Most heads are those held, not recomputed (`record_lines.EVERY`): that each part begins where the one before ended,
    and that the last leads to the head that the header names, is demanded.

    Raises:
        ExportError: as `write_jsonl`.
    """
    preamble = form.preamble(header)
    yield "".join(preamble).encode()
    fold = _Fold(header)
    for part in parts:
        fold.take_part(part, fold.count + len(preamble) + 1)
        yield from part.octets
    yield form.footer(fold.finish(fold.count + len(preamble) + 1)).encode()


def lines_of(stream: TextIO) -> Iterator[str]:
    """Give the lines of a file in pieces no longer than a line may be: one without line ends is not held whole."""
    while line := stream.readline(MOST_LINE + 1):
        yield line


def verify_export(lines: Iterable[str], anchor: TrustAnchor | None = None) -> ExportSummary:
    """Recompute the heads of an export in either text, holding one line at a time.

    Args:
        lines: of the file, with or without line ends; `lines_of` gives them in bounded memory.
        anchor: what the reader pinned, to tie the ends to; None if there is none.

    Raises:
        ExportError: the first line at which a record was removed, changed, added or moved, or that is no such line.
    """
    numbered = enumerate(lines, 1)
    form, header = _preamble(numbered)
    fold = _Fold(header)
    last = 0
    for number, line in numbered:
        if last:
            raise ExportError(
                number, None, "结尾之后还有内容，属增添。", "There is more after the footer: added."
            )
        last = _take(fold, form, number, line)
    if not last:
        raise _removed(fold.count + 2, fold.expected)
    return _summary(fold, anchor)


class _Fold:
    """The heads as they grow; says at which record the file and its header part."""

    def __init__(self, header: ExportHeader) -> None:
        self.header = header
        self.head = header.before.head if header.before else None
        self.expected = header.first_seq
        self.count = 0

    def take(self, record: Record, line: int) -> Hash32 | None:
        """Advance by one record and give the head after it, None for a selection."""
        self._check_order(record, line)
        self.count += 1
        self.expected = record.seq + 1
        if self.head is not None:
            self.head = self._advance(self.head, record, line)
        return self.head

    def take_part(self, part: Part, line: int) -> None:
        """Advance by all records of a part."""
        if (part.first, part.before) != (self.expected, self.head):
            zh = f"第 {part.first} 条不接在其前的记录之后。"
            en = f"Record {part.first} does not follow the one before it."
            raise ExportError(line, self.expected, zh, en)
        self.count += part.last - part.first + 1
        self.expected = part.last + 1
        self.head = part.after

    def finish(self, line: int) -> Footer:
        """Demand that the range is full and led to the head that the header names."""
        last = self.header.last_seq
        if last is not None and self.expected != last + 1:
            raise _removed(line, self.expected)
        if self.header.after and self.head != self.header.after.head:
            zh, en = (
                "记录所至的链头与文件开头所写不同。",
                "The records lead to another head than the header names.",
            )
            raise ExportError(line, None, zh, en)
        return Footer(self.count, self.head)

    def _check_order(self, record: Record, line: int) -> None:
        expected, last, seq = self.expected, self.header.last_seq, record.seq
        if expected is None or last is None or seq > last:
            zh, en = f"第 {seq} 条在范围之外，属增添。", f"Record {seq} is beyond the range: added."
        elif seq < expected:
            zh, en = f"第 {seq} 条重复出现或移到了此处。", f"Record {seq} is here: added twice, or moved."
        elif seq > expected and (self.header.scope == "ledger" or self.count == 0):
            zh = f"第 {expected} 条不在此处，被删去或移动；此处是第 {seq} 条。"
            en = f"Record {expected} is not here: removed or moved; record {seq} is."
        else:
            return
        raise ExportError(line, expected, zh, en)

    def _advance(self, head: Hash32, record: Record, line: int) -> Hash32:
        if self.header.subject is None:
            return next_head(head, record_digest(record))
        if self.header.subject not in record.subjects:
            zh, en = "记录与所选对象无关，属增添。", "The record is not about the subject: added."
            raise ExportError(line, record.seq, zh, en)
        return fold_subject(self.header.subject, (record,), head)


def _write(form: Form, header: ExportHeader, records: Iterable[Record]) -> Iterator[str]:
    preamble = form.preamble(header)
    yield from preamble
    fold = _Fold(header)
    for line, record in enumerate(records, len(preamble) + 1):
        yield form.record(record, fold.take(record, line))
    yield form.footer(fold.finish(fold.count + len(preamble) + 1))


def _preamble(numbered: Iterator[tuple[int, str]]) -> tuple[Form, ExportHeader]:
    number, first = next(numbered, (1, ""))
    try:
        _check_length(first)
        form, header = read_preamble(first.removeprefix("\ufeff"))
        if form is CSV:
            number, names = next(numbered, (2, ""))
            read_columns(names)
    except (BundleError, ValueError) as error:
        raise _unreadable(number, None, error) from error
    return form, header


def _take(fold: _Fold, form: Form, number: int, line: str) -> int:
    """Take a record line (gives 0) or the footer (gives its line number)."""
    try:
        _check_length(line)
        found = form.read(line)
    except (BundleError, MalformedRecord, ValueError) as error:
        raise _unreadable(number, fold.expected, error) from error
    if isinstance(found, Line):
        _compare(fold, found, number)
        return 0
    if found != fold.finish(number):
        raise ExportError(number, None, "结尾与内容不符。", "The footer does not agree with the content.")
    return number


def _check_length(line: str) -> None:
    if len(line) > MOST_LINE:
        raise ValueError(f"a line of more than {MOST_LINE} characters")


def _compare(fold: _Fold, line: Line, number: int) -> None:
    seq = line.record.seq
    if fold.take(line.record, number) != line.head:
        zh = f"第 {seq} 条或其链头被改动，或其前有记录被删去。"
        en = f"Record {seq} or its head was changed, or one before it removed."
        raise ExportError(number, seq, zh, en)
    if line.words != decoded(read_act(line.record)):
        zh = f"第 {seq} 条供人阅读的文字与其数据不符。"
        en = f"The words given for record {seq} are not what its data say."
        raise ExportError(number, seq, zh, en)


def _summary(fold: _Fold, anchor: TrustAnchor | None) -> ExportSummary:
    header = fold.header
    if header.before is None or header.after is None:
        return ExportSummary(header, fold.count, complete=False, before=None, after=None)
    mine = anchor if anchor and _about(anchor, header) else None
    first, end = None, None
    if header.scope == "ledger" and header.first_seq is not None:
        first, end = header.first_seq, header.first_seq + fold.count
    begun = _beginning(header, header.before)
    return ExportSummary(
        header,
        fold.count,
        complete=True,
        before=Tie(None, begun) if begun else tie(header.before, header.subject, first, mine),
        after=tie(header.after, header.subject, end, mine),
    )


def _beginning(header: ExportHeader, before: End) -> Phrase | None:
    """Say that a range begins where its records do: before that no state of a block holds a head, so none is proved."""
    if before.proof is not None:
        return None
    if header.subject is not None:
        return _SUBJECT_BEGINS if before.head == ZERO_HASH else None
    if header.first_seq not in (0, None):
        return None
    found = first_head(header.chain_id, header.ledger, before.block_hash)
    return _LEDGER_BEGINS if before.head == found else None


def _is_first(header: ExportHeader) -> bool:
    """Say whether nothing can come before the range: it has the first record, or its head is the one before that."""
    if header.scope == "ledger" and header.first_seq == 0:
        return True
    return header.before is not None and _beginning(header, header.before) is not None


_LEDGER_BEGINS = Phrase(
    "账本的开头：其前没有记录，起点按链编号、账本地址与其前一区块算得；由末端一并约束，无须另行证明。",
    "The beginning of the ledger: there is no record before it. Its head follows from the chain id, the ledger and the "
    "block before it, and the other end binds it; it needs no proof of its own.",
)
_SUBJECT_BEGINS = Phrase(
    "该对象的开头：其前没有记录；由末端一并约束，无须另行证明。",
    "The beginning of the subject: there is no record before it. The other end binds it; it needs no proof of its own.",
)


def _about(anchor: TrustAnchor, header: ExportHeader) -> bool:
    stated = (header.chain_id, header.genesis_hash, header.ledger)
    return stated == (anchor.chain_id, anchor.genesis_hash, anchor.ledger.address)


def _removed(line: int, seq: int | None) -> ExportError:
    return ExportError(line, seq, "文件在此结束，其后的记录被删去。", "The file ends here: removed after it.")


def _unreadable(line: int, seq: int | None, error: Exception) -> ExportError:
    return ExportError(line, seq, f"此行无法读取。（{error}）", f"This line cannot be read: {error}.")


__all__ = [
    "ExportHeader",
    "ExportSummary",
    "lines_of",
    "verify_export",
    "write_csv",
    "write_jsonl",
    "write_parts",
]
