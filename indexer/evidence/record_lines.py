"""Record lines of an export, many at once, from rows as the database gives them: the fast path of writing one. Pure.

An act whose words are all of fixed size has a pattern: the line that `Form.lay_out` makes of marks, cut at the marks,
and the places of the values in the row's bytes. What has none, or does not fit it, is written by `Form.record`, the
plain way; a test holds both together.
"""

from __future__ import annotations

import re
from binascii import hexlify
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import IntEnum
from functools import lru_cache
from operator import itemgetter
from struct import Struct
from typing import Any, NamedTuple, TypeAlias

from indexer.errors import ExportError
from indexer.events import ACTS, SELECTORS
from indexer.evidence.decoded import shown_name
from indexer.evidence.export_text import Form, Shown
from indexer.head import next_head
from indexer.packing import padding_of
from indexer.record import Record, record_digest
from indexer.values import Address, Hash32, as_hex
from indexer.wire import write_address, write_time
from indexer.words import WORD, layout, solidity_type

RawRow: TypeAlias = tuple[int, bytes, bytes, bytes, bytes, bytes, int, int, bytes]
"""A record's fields in the order of `Record`, the subjects packed, and the head after it."""
Octets: TypeAlias = list[bytes]
Block: TypeAlias = tuple[bytes, bytes, bytes]
"""Of a record: its number, its time, and that time as a date."""
Writer: TypeAlias = Callable[[RawRow, Block], Octets]
Convert: TypeAlias = Callable[[bytes], bytes]

MOST_SUBJECTS = 16
"""Of a record that is written by a pattern."""
_MARK = re.compile(r"<(\d+)>")
_FIXED = 8
"""Values before the subjects: seq, block number, block time, date, data, head, source, state."""


class Part(NamedTuple):
    """Lines of records that follow one another; `before` and `after` are the heads at its ends."""

    first: int
    last: int
    before: Hash32
    after: Hash32
    octets: Octets


def part_of(form: Form, before: Hash32, seqs: range, rows: Iterable[Sequence[RawRow]]) -> Part:
    """Write a part, and hash the first of the rows that come together again: hashing all takes longer than writing.

    Args:
        before: the head after the record before.
        seqs: of the records that the part is to have, one at least.
        rows: in their order, so many together as stay in a processor's nearest memory.

    Raises:
        ExportError: a record is missing, or one that was hashed again does not lead to its head.
    """
    octets: Octets = []
    after, expected = before, seqs[0]
    for together in rows:
        after = _checked(after, expected, together)
        expected += len(together)
        octets.append(record_lines(form, together))
    if expected <= seqs[-1]:
        raise _missing(expected)
    return Part(seqs[0], seqs[-1], before, after, octets)


def record_lines(form: Form, rows: Sequence[RawRow]) -> bytes:
    """Write the lines of rows, as `form.record` does of the records in them."""
    writers = _WRITERS.setdefault(form, {})
    parts: Octets = []
    number, block = -1, (b"", b"", b"")
    for row in rows:
        if row[6] != number:
            number, time = row[6], row[7]
            block = b"%d" % number, b"%d" % time, write_time(time).encode()
        kind = row[2], len(row[5])
        write = writers.get(kind) or writers.setdefault(kind, _writer(form, *kind))
        parts += write(row, block)
    return b"".join(parts)


_WRITERS: dict[Form, dict[tuple[bytes, int], Writer]] = {}
"""By form, selector and length of the packed subjects; made when first needed."""


def record_of(row: RawRow) -> Record:
    """Give the record in a row."""
    seq, source, act, data, state_after, packed, number, time, _ = row
    subjects = tuple(Hash32(packed[at : at + WORD]) for at in range(0, len(packed), WORD))
    return Record(seq, Address(source), Hash32(act), data, Hash32(state_after), subjects, number, time)


def _checked(before: Hash32, expected: int, rows: Sequence[RawRow]) -> Hash32:
    """Demand that rows follow one another and the head before; give the head after them."""
    first, last = rows[0], rows[-1]
    if first[0] != expected or last[0] != expected + len(rows) - 1:
        raise _missing(next((seq for seq, row in enumerate(rows, expected) if row[0] != seq), expected))
    if next_head(before, record_digest(record_of(first))) != first[8]:
        zh, en = f"索引中第 {expected} 条与其链头不符。", f"Record {expected} does not lead to the head held."
        raise ExportError(0, expected, zh, en)
    return Hash32(last[8])


def _missing(seq: int) -> ExportError:
    return ExportError(0, seq, f"索引中缺第 {seq} 条。", f"Record {seq} is not in the index.")


def _writer(form: Form, selector: bytes, length: int) -> Writer:
    """Give what writes records of an act with so many octets of subjects."""
    act, (count, rest) = ACTS.get(Hash32(selector)), divmod(length, WORD)
    kinds = [solidity_type(annotation) for _, annotation in layout(act)] if act else []
    if act is None or rest or count > MOST_SUBJECTS or not set(kinds) <= _PATTERNS.keys():
        return _plainly(form)
    literals, places = _cut(form, act, count)
    converts: dict[int, Convert] = {_FIXED - 2: _address}
    for place, (_, annotation) in enumerate(layout(act), _FIXED + count):
        if (convert := _conversion(annotation)) is not None:
            converts[place] = convert
    pattern = "64s40s64s" + "64s" * count + "".join(_PATTERNS[kind] for kind in kinds)
    return _by_pattern(_plainly(form), literals, places, converts, pattern, kinds)


def _by_pattern(
    plain: Writer,
    literals: Octets,
    places: Sequence[int],
    converts: Mapping[int, Convert],
    pattern: str,
    kinds: Sequence[str],
) -> Writer:
    size, padding = WORD * len(kinds), padding_of(kinds)
    digits, unpack, pick = 2 * size, Struct(pattern).unpack, itemgetter(*places)
    template = [part for literal in literals for part in (literal, b"")][:-1]
    at = [(2 * turn + 1, converts[place]) for turn, place in enumerate(places) if place in converts]
    as_number = int.from_bytes

    def write(row: RawRow, block: Block) -> Octets:
        seq, source, _, data, state_after, subjects, _, _, head = row
        if len(data) != size or as_number(data, "big") & padding:
            return plain(row, block)
        octets = hexlify(b"".join((head, source, state_after, subjects, data)))
        parts = template.copy()
        parts[1::2] = pick((b"%d" % seq, *block, octets[-digits:], *unpack(octets)))
        try:
            for place, convert in at:
                parts[place] = convert(parts[place])
        except KeyError:
            return plain(row, block)
        return parts

    return write


def _plainly(form: Form) -> Writer:
    def write(row: RawRow, _: Block) -> Octets:
        return [form.record(record_of(row), Hash32(row[8])).encode()]

    return write


def _cut(form: Form, act: type[Any], count: int) -> tuple[Octets, list[int]]:
    """Lay out a line of marks; give what stands between them, and which value goes where."""
    names = enumerate(layout(act), _FIXED + count)
    arguments = {shown_name(name): _mark(place, annotation) for place, (name, annotation) in names}
    fields = {
        "seq": "<0>",
        "source": "<6>",
        "act": as_hex(SELECTORS[act]),
        "data": "0x<4>",
        "stateAfter": "0x<7>",
        "subjects": [f"0x<{place}>" for place in range(_FIXED, _FIXED + count)],
        "blockNumber": "<1>",
        "blockTime": "<2>",
    }
    text = form.lay_out(Shown(fields, "<3>", {"act": act.__name__, "arguments": arguments}, "0x<5>"))
    found = _MARK.split(text)
    return [literal.encode() for literal in found[::2]], [int(mark) for mark in found[1::2]]


def _mark(place: int, annotation: Any) -> str:
    return f"0x<{place}>" if solidity_type(annotation) == "bytes32" else f"<{place}>"


def _conversion(annotation: Any) -> Convert | None:
    """Give what makes of the digits of a word its text; None where they are it."""
    if isinstance(annotation, type) and issubclass(annotation, IntEnum):
        return {b"%02x" % member: member.name.lower().encode() for member in annotation}.__getitem__
    kind = solidity_type(annotation)
    if kind == "bytes32":
        return None
    if kind == "address":
        return _address
    return _number if kind == "uint256" else _small


@lru_cache(maxsize=1 << 14)
def _address(digits: bytes) -> bytes:
    return write_address(Address(bytes.fromhex(digits.decode()))).encode()


def _number(digits: bytes) -> bytes:
    return b"%d" % int(digits, 16)


_small = lru_cache(maxsize=1 << 12)(_number)
_PATTERNS = {
    "uint8": "62x2s",
    "uint16": "60x4s",
    "uint32": "56x8s",
    "uint64": "48x16s",
    "uint256": "64s",
    "bytes32": "64s",
    "address": "24x40s",
}
"""Of a word in hexadecimal digits: where its value stands. Masks, texts and what is nested have none."""
