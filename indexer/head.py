"""How the heads of the ledger and of its subjects chain. Pure: a plain reference and a fast path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from indexer.keccak import keccak256
from indexer.record import Record, record_digest
from indexer.values import ZERO_ADDRESS, ZERO_HASH, Address, Hash32

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, MutableMapping

LEDGER_TAG = keccak256(b"Qianyin ledger v1")

_PAD12 = bytes(12)


@dataclass(frozen=True, slots=True)
class Predecessor:
    """The ledger that this one continues, as its creator stated it; all zero if it continues none."""

    chain_id: int = 0
    ledger: Address = ZERO_ADDRESS
    head: Hash32 = ZERO_HASH
    count: int = 0


NO_PREDECESSOR = Predecessor()


def first_head(
    chain_id: int, ledger: Address, parent_hash: Hash32, predecessor: Predecessor = NO_PREDECESSOR
) -> Hash32:
    """Give the head of a ledger before its first record; `parent_hash`: of the block before its creation."""
    words = (
        LEDGER_TAG,
        chain_id.to_bytes(32, "big"),
        _PAD12 + ledger,
        parent_hash,
        predecessor.chain_id.to_bytes(32, "big"),
        _PAD12 + predecessor.ledger,
        predecessor.head,
        predecessor.count.to_bytes(32, "big"),
    )
    return keccak256(b"".join(words))


def next_head(head: Hash32, digest: Hash32) -> Hash32:
    """Advance a head, of the ledger or of a subject, by one record's digest."""
    return keccak256(head + digest)


def fold_heads(head: Hash32, records: Iterable[Record]) -> Hash32:
    """Advance the head of the ledger by records in their order."""
    for record in records:
        head = next_head(head, record_digest(record))
    return head


def heads(head: Hash32, records: Iterable[Record]) -> Iterator[Hash32]:
    """Give the head of the ledger after each record."""
    for record in records:
        head = next_head(head, record_digest(record))
        yield head


def fold_subject(one: Hash32, records: Iterable[Record], head: Hash32 = ZERO_HASH) -> Hash32:
    """Advance the head of one subject by those of the records that name it, once for each time they do."""
    for record in records:
        for _ in range(record.subjects.count(one)):
            head = next_head(head, record_digest(record))
    return head


def subject_heads(
    records: Iterable[Record], held: Mapping[Hash32, Hash32] | None = None
) -> dict[Hash32, Hash32]:
    """Give the head of every subject named, from those held before (absent: zero). The reference."""
    found: dict[Hash32, Hash32] = dict(held or {})
    for record in records:
        for one in record.subjects:
            found[one] = next_head(found.get(one, ZERO_HASH), record_digest(record))
    return found


def advance(head: Hash32, held: MutableMapping[Hash32, Hash32], records: Iterable[Record]) -> Hash32:
    """Advance the head of the ledger and, in `held`, those of its subjects: the fast path, one pass.

    Means `fold_heads(head, records)` and `held.update(subject_heads(records, held))`; a test says so.
    """
    hash_of = keccak256
    look = held.get
    for record in records:
        digest = record_digest(record)
        head = hash_of(head + digest)
        for one in record.subjects:
            held[one] = hash_of(look(one, ZERO_HASH) + digest)
    return head
