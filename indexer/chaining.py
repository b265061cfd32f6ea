"""Records in logs chained onto the head that is held: a plain reference and the fast path. Pure.

Nothing of it is believed before its last head is. The fast path takes the layout that the compiler writes, for as many
subjects as acts have; at whatever else, the plain one reads all again, and says what is wrong. A test holds both
together.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from operator import attrgetter
from typing import TYPE_CHECKING

from indexer.errors import MalformedRecord
from indexer.keccak import keccak256
from indexer.record import RECORDED_TOPIC, from_words, record_digest
from indexer.span import MOST_NUMBER, ChainMoved, LedgerBlock, LogsMismatch, Recorded, Span, recorded
from indexer.words import WORD, words

if TYPE_CHECKING:
    from indexer.follow import Header
    from indexer.node import Log

_PAD12 = bytes(12)
_MOST_SUBJECTS = 8
_ENDS = {words(96, 128 + WORD * count, count): 128 + WORD * count for count in range(_MOST_SUBJECTS + 1)}
"""Where the subjects of `abi.encode(state, subjects, data)` end, by the three words after the first."""

_NUMBER = attrgetter("block_number")


def assemble(start: LedgerBlock, headers: Sequence[Header], logs: Sequence[Log]) -> Span:
    """Chain the records in `logs` onto the ledger as it stood at `start`, and say where it stood after each block.

    Args:
        headers: in ascending order, all after `start`: every block with a log, and the last block of the span.
            Those that are neighbours must be parent and child.
        logs: of the ledger, in order.

    Raises:
        ChainMoved: headers that do not follow, or a log of another block than the header of its height.
        LogsMismatch: a log is of a block that is not among the headers, is no record, or its seq is not the next.
    """
    _check_links(start, headers)
    found = chain(start, headers, logs)
    if found is None:
        found = chain_plainly(start, headers, logs)
    blocks: list[LedgerBlock] = []
    count, head, place = start.count, start.head, 0
    for header in headers:
        place = bisect_right(found, header.number, lo=place, key=_NUMBER)
        if place:
            count, head = found[place - 1].seq + 1, found[place - 1].head
        blocks.append(LedgerBlock(header.number, header.hash, header.parent_hash, header.time, count, head))
    return Span(tuple(blocks), tuple(found))


def chain_plainly(start: LedgerBlock, headers: Sequence[Header], logs: Sequence[Log]) -> list[Recorded]:
    """Chain records one by one. The reference.

    Raises:
        ChainMoved, LogsMismatch: as `assemble`.
    """
    by_number = {header.number: header for header in headers}
    seq, head = start.count, start.head
    found: list[Recorded] = []
    for log in logs:
        header = by_number.get(log.block_number)
        if header is None:
            raise LogsMismatch(f"a log of block {log.block_number}, which was not asked for")
        if header.hash != log.block_hash:
            raise ChainMoved(f"a log of block {log.block_number}, which is another block now")
        try:
            record = from_words(log.topics, log.data, header.number, header.time)
        except MalformedRecord as fault:
            raise LogsMismatch(f"log {log.log_index} of block {log.block_number}: {fault}") from fault
        if record.seq != seq:
            raise LogsMismatch(f"record {record.seq} where {seq} is next")
        digest = record_digest(record)
        head = keccak256(head + digest)
        found.append(recorded(record, digest, head, log.transaction_hash, log.log_index))
        seq += 1
    return found


def chain(start: LedgerBlock, headers: Sequence[Header], logs: Sequence[Log]) -> list[Recorded] | None:
    """Chain records as `chain_plainly` does, by slices of the words as they are; None: that is to read them."""
    known = {
        header.number: (header.hash, header.time, words(header.number, header.time)) for header in headers
    }
    nowhere = (b"", 0, b"")
    hash_of, number_of, end_of, row_of = keccak256, int.from_bytes, _ENDS.get, Recorded._make
    seq, head = start.count, start.head
    found: list[Recorded] = []
    for number, block_hash, transaction_hash, index, topics, data in logs:
        hash_there, time, place = known.get(number, nowhere)
        end = end_of(data[32:128])
        if hash_there != block_hash or end is None or len(topics) != 4:
            return None
        topic, seq_word, source, act = topics
        begins = end + WORD
        length = number_of(data[end:begins], "big")
        if (
            topic != RECORDED_TOPIC
            or seq_word != seq.to_bytes(WORD, "big")
            or source[:12] != _PAD12
            or not len(source) == len(act) == WORD
            or length % WORD
            or len(data) != begins + length
        ):
            return None
        state, subjects, said = data[:32], data[128:end], data[begins:]
        digest = hash_of(b"".join((seq_word, source, hash_of(act + said), state, hash_of(subjects), place)))
        head = hash_of(head + digest)
        place_there = (seq, number, time, transaction_hash, index)
        found.append(row_of((*place_there, source[12:], act, state, digest, head, subjects, said)))
        seq += 1
    return found


def _check_links(start: LedgerBlock, headers: Sequence[Header]) -> None:
    number, parent = start.number, start.hash
    for header in headers:
        if header.number <= number or header.number > MOST_NUMBER or header.time > MOST_NUMBER:
            raise ChainMoved(f"header {header.number} out of order or range")
        if header.number == number + 1 and header.parent_hash != parent:
            raise ChainMoved(f"header {header.number} does not follow {number}")
        number, parent = header.number, header.hash
