"""What can go wrong while reading and checking the chain. Pure.

    IndexerError
    ├── MalformedRecord     bytes or JSON that are no record of the ledger
    └── EvidenceError       evidence that cannot be read or does not prove what it should
        ├── RlpError        not the canonical RLP of anything
        ├── ProofError      nodes or receipts that do not lead from the root to the value
        ├── HeaderError     not a block header
        ├── SealError       a header whose seal does not bind
        ├── AnchorError     a trust anchor that cannot be read or does not agree with itself
        ├── BundleError     an evidence bundle that cannot be read
        └── ExportError     an audit export that is not complete or not in order

The parts that follow and store the chain add their own branches beside their code.
"""

from __future__ import annotations


class IndexerError(Exception):
    """Root of the tree."""


class MalformedRecord(IndexerError):
    """Bytes or JSON that are no record of the ledger."""


class EvidenceError(IndexerError):
    """Evidence that cannot be read or does not prove what it should."""


class RlpError(EvidenceError):
    """Not the canonical RLP of anything."""


class ProofError(EvidenceError):
    """Nodes or receipts that do not lead from the root to the value."""


class HeaderError(EvidenceError):
    """Not a block header."""


class SealError(EvidenceError):
    """A header whose seal does not bind."""


class AnchorError(EvidenceError):
    """A trust anchor that cannot be read or does not agree with itself.

    Args:
        en: what is wrong with it, in one English clause.
        zh: the same in Chinese.
    """

    def __init__(self, en: str, zh: str = "格式有误，或内容前后不符") -> None:
        super().__init__(en)
        self.en = en
        self.zh = zh


class BundleError(EvidenceError):
    """An evidence bundle that cannot be read.

    Args:
        place: where, as a JSON pointer (RFC 6901); empty for the whole document.
        reason: what is wrong there, in one English clause.
    """

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place or '(document)'}: {reason}")
        self.place = place
        self.reason = reason


class ExportError(EvidenceError):
    """An audit export that is not complete or not in order.

    Args:
        line: line of the file, counted from 1.
        seq: sequence number expected there, or None where none is known.
        zh: what is wrong there, in one Chinese sentence.
        en: the same in English.
    """

    def __init__(self, line: int, seq: int | None, zh: str, en: str) -> None:
        at = f"line {line}" if seq is None else f"line {line}, seq {seq}"
        super().__init__(f"{at}: {zh} / {en}")
        self.line = line
        self.seq = seq
        self.zh = zh
        self.en = en
