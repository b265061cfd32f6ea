"""Stretches of the ledger from a node, none believed before its head is. Reads the node.

How a stretch is read:

1. its logs, and the headers of the blocks they are in
2. the records in them, chained onto the head that is held
3. `head` and `count` in the ledger's storage, at the hash of the last block
4. equal: it is proved, records, numbers and times. Not equal: asked again of the next node, then narrower
5. one block, and every node has been asked: the storage proof against the header's state root decides. It agrees
   with the logs: proved. It agrees with another head: `LogsContradict`. It cannot be had: asked again later
"""

from __future__ import annotations

from dataclasses import dataclass

from indexer.chaining import assemble
from indexer.connection import NodeError
from indexer.errors import EvidenceError, IndexerError
from indexer.evidence import slots
from indexer.follow import Header
from indexer.head import Predecessor, first_head
from indexer.keccak import keccak256
from indexer.node import Block, Node
from indexer.record import RECORDED_TOPIC
from indexer.span import MOST_NUMBER, ChainMoved, LedgerBlock, LogsMismatch, Span
from indexer.values import Address, Hash32, as_hex

_PREDECESSOR = keccak256(b"predecessor()")[:4]
_FIRST_HEAD = keccak256(b"firstHead()")[:4]


class LogsContradict(IndexerError):
    """The logs of one block do not lead to the head that is proved in its state, whichever node is asked.

    Args:
        held: the block before it. seen: the block.
    """

    def __init__(self, held: Header, seen: Header) -> None:
        super().__init__(f"the logs of block {seen.number} contradict the ledger's head in its state")
        self.held = held
        self.seen = seen


class LedgerUnknown(IndexerError):
    """What stands at the ledger's address is not the ledger."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads one ledger.

    Attributes:
        depth: blocks until settled; a span ends with that many neighbouring headers, for the next decision.
    """

    node: Node
    ledger: Address
    depth: int

    def base(self, number: int, parent_hash: Hash32, chain_id: int, newest: Hash32) -> LedgerBlock:
        """Give the block before the ledger's creation, with the ledger's first head.

        Args:
            number: of the block that created it; `parent_hash`: of the one before, as the deployment says.
            newest: a block whose state the node keeps.

        Raises:
            NodeError: the node.
            ChainMoved: the parent is another block.
            LedgerUnknown: the ledger says otherwise.
        """
        [block] = self.node.blocks([number - 1])
        if block.hash != parent_hash:
            raise ChainMoved(f"block {number - 1} is not the one before the ledger's creation")
        words = self.node.view(self.ledger, _PREDECESSOR, newest)
        if len(words) != 128:
            raise LedgerUnknown(f"no ledger at {as_hex(self.ledger)}")
        head = first_head(chain_id, self.ledger, parent_hash, _predecessor(words))
        if self.node.view(self.ledger, _FIRST_HEAD, newest) != head:
            raise LedgerUnknown(
                f"the ledger at {as_hex(self.ledger)} began otherwise than its deployment says"
            )
        return LedgerBlock(block.number, block.hash, block.header.parent_hash, block.time, 0, head)

    def read(self, start: LedgerBlock, until: Header) -> Span:
        """Read from after `start` up to the block `until`, or as far as one question goes; what is given is proved.

        Raises:
            NodeError: the node; ask again later.
            ChainMoved: these blocks are not on one chain with `start`, or not any more: decide again.
            LogsMismatch: it cannot be proved now; ask again later.
            LogsContradict: see there.
        """
        last = until
        while True:
            try:
                return self._attempts(start, last)
            except (LogsMismatch, NodeError) as fault:
                if last.number == start.number + 1:
                    if isinstance(fault, LogsMismatch):
                        return self._settle_by_proof(start, last)
                    raise
            last = self.node.blocks([(start.number + last.number) // 2])[0].header

    def expect(self, first: int, last: int) -> None:
        """Tell the node that these blocks, if they are several, will be read next."""
        if last > first:
            self.node.expect_logs(self.ledger, RECORDED_TOPIC, first, last)

    def _attempts(self, start: LedgerBlock, last: Header) -> Span:
        for _ in range(len(self.node) - 1):
            try:
                return self._once(start, last)
            except LogsMismatch:
                self.node.turn()
        return self._once(start, last)

    def _once(self, start: LedgerBlock, last: Header) -> Span:
        span = self._span(start, last)
        head, count = self.node.words(self.ledger, (slots.HEAD, slots.COUNT), last.hash)
        _compare(span.last, head, int.from_bytes(count, "big"))
        return span

    def _span(self, start: LedgerBlock, last: Header) -> Span:
        first = start.number + 1
        if last.number == first:
            return assemble(start, [last], self.node.logs_of(self.ledger, RECORDED_TOPIC, last))
        logs = self.node.logs(self.ledger, RECORDED_TOPIC, first, last.number)
        window = range(max(first, last.number - self.depth), last.number + 1)
        numbers = sorted({first, *(log.block_number for log in logs), *window})
        headers = [block.header for block in self.node.blocks(numbers)]
        if headers[-1] != last:
            raise ChainMoved(f"block {last.number} is another one now")
        return assemble(start, headers, logs)

    def _settle_by_proof(self, start: LedgerBlock, last: Header) -> Span:
        """Decide about one block on which logs and storage do not agree, by a proof from its header."""
        block = self._block(last)
        proof = self.node.proof(self.ledger, (slots.HEAD, slots.COUNT), last.hash)
        try:
            proved = proof.checked_words(block.sealed.state_root)
        except EvidenceError as fault:
            raise LogsMismatch(f"block {last.number}: its state cannot be proved: {fault}") from fault
        try:
            span = self._span(start, last)
            _compare(span.last, proved[slots.HEAD], int.from_bytes(proved[slots.COUNT], "big"))
        except LogsMismatch as fault:
            held = Header(start.number, start.hash, start.parent_hash, start.time)
            raise LogsContradict(held, last) from fault
        return span

    def _block(self, header: Header) -> Block:
        block = self.node.block_of(header.hash)
        if block is None:
            raise ChainMoved(f"block {header.number} is gone")
        return block


def _compare(last: LedgerBlock, head: Hash32, count: int) -> None:
    if count > MOST_NUMBER or (last.count, last.head) != (count, head):
        raise LogsMismatch(
            f"logs lead to {last.count} records at block {last.number}, where the ledger holds {count}"
        )


def _predecessor(words: bytes) -> Predecessor:
    return Predecessor(
        chain_id=int.from_bytes(words[:32], "big"),
        ledger=Address(words[44:64]),
        head=Hash32(words[64:96]),
        count=int.from_bytes(words[96:], "big"),
    )
