"""The node that the chain is read from: one or several addresses, every answer checked. Owns the JSON-RPC node."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import ge
from typing import Self, TypeVar

from indexer.connection import Call, Connection, NodeError, NodeLied, NodeUnavailable, RangeTooWide
from indexer.follow import Header
from indexer.node_json import (
    Block,
    BlockJson,
    Log,
    LogJson,
    ProofJson,
    StateProof,
    read_block,
    read_bytes,
    read_logs,
    read_proof,
    read_quantity,
    read_word,
)
from indexer.values import Address, Hash32, as_hex

__all__ = ["Block", "Log", "Node", "StateProof"]

T = TypeVar("T")

BATCH = 100
"""Calls in one request."""


class Node:
    """The chain as its nodes show it. Threads may share one.

    Every method asks the preferred address first and the others if it fails, and raises `NodeError` (see
    connection.py) if all do: the error of the last one asked.

    Args:
        urls: the nodes, the preferred first; all are to follow the same chain.
        seconds: how long a node may be silent; for a whole answer it may take four times as long.
    """

    def __init__(self, urls: Sequence[str], *, seconds: float = 30.0) -> None:
        if not urls:
            raise ValueError("a node has at least one address")
        self.urls = tuple(urls)
        self._connections = [Connection(url, seconds=seconds) for url in urls]
        self._first = 0

    def __len__(self) -> int:
        """Count the addresses."""
        return len(self._connections)

    @property
    def place(self) -> str:
        """Host and port of the address preferred now."""
        return self._connections[self._first].place

    def turn(self) -> None:
        """Prefer the next address from now on."""
        self._first = (self._first + 1) % len(self._connections)

    def close(self) -> None:
        """Close the connections that are kept alive."""
        for connection in self._connections:
            connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def chain_id(self) -> int:
        """Give the chain id (EIP-155)."""
        return self._ask(lambda at: read_quantity(at.place, at.ask(Call("eth_chainId"), str)))

    def program(self) -> str:
        """Give what the node says it is, for people and for a guess at its consensus."""
        return self._ask(lambda at: _present(at, at.ask(Call("web3_clientVersion"), str), "version"))

    def look(self) -> tuple[Block, Block]:
        """Give block 0 and the newest block, of one node."""

        def both(at: Connection) -> tuple[Block, Block]:
            first, newest = at.ask_all([_by_number("0x0"), _by_number("latest")], BlockJson)
            return (
                read_block(at.place, _present(at, first, "block 0")),
                read_block(at.place, _present(at, newest, "newest block")),
            )

        return self._ask(both)

    def block(self, number: int) -> Block | None:
        """Give the block at a height, or None if the chain is not that long."""

        def one(at: Connection) -> Block | None:
            found = at.ask(_by_number(hex(number)), BlockJson)
            return None if found is None else _at_height(at, found, number)

        return self._ask(one)

    def block_of(self, block_hash: Hash32) -> Block | None:
        """Give the block with a hash, on whatever branch, or None if the node has none."""

        def one(at: Connection) -> Block | None:
            found = at.ask(Call("eth_getBlockByHash", (as_hex(block_hash), False)), BlockJson)
            return None if found is None else _named(at, read_block(at.place, found), block_hash)

        return self._ask(one)

    def blocks(self, numbers: Iterable[int]) -> list[Block]:
        """Give the blocks at these heights, in this order, of one node.

        Raises:
            NodeUnavailable: the chain of the node is not that long (now).
        """
        wanted = list(numbers)

        def all_of_them(at: Connection) -> list[Block]:
            found = _batches(at, [_by_number(hex(number)) for number in wanted], BlockJson)
            return [
                _at_height(at, _present(at, one, f"block {number}"), number)
                for number, one in zip(wanted, found, strict=True)
            ]

        return self._ask(all_of_them)

    def logs(self, contract: Address, topic: Hash32, first: int, last: int) -> list[Log]:
        """Give the contract's logs with this first topic in the blocks `first … last`, both included, in order.

        A node may leave some out without a word: only the head of the ledger tells.

        Raises:
            RangeTooWide: ask for fewer blocks.
        """
        return self._ask(lambda at: _logs(at, _blocks(first, last), contract, topic, first, last))

    def expect_logs(self, contract: Address, topic: Hash32, first: int, last: int) -> None:
        """Send the question that `logs` will ask next to the preferred node now; nothing is said of how that goes."""
        self._connections[self._first].expect(_logs_call(_blocks(first, last), contract, topic))

    def logs_of(self, contract: Address, topic: Hash32, block: Header) -> list[Log]:
        """Give the contract's logs with this first topic in one block, by its hash (EIP-234)."""
        where = {"blockHash": as_hex(block.hash)}

        def one(at: Connection) -> list[Log]:
            found = _logs(at, where, contract, topic, block.number, block.number)
            if any(log.block_hash != block.hash for log in found):
                raise NodeLied(at.place, f"logs of another block than {as_hex(block.hash)}")
            return found

        return self._ask(one)

    def words(self, contract: Address, slots: Sequence[Hash32], block_hash: Hash32) -> list[Hash32]:
        """Read words of a contract's storage in the state of one block, named by its hash (EIP-1898)."""
        calls = [
            Call("eth_getStorageAt", (as_hex(contract), as_hex(slot), _at_hash(block_hash))) for slot in slots
        ]
        return self._ask(lambda at: [read_word(at.place, one) for one in _batches(at, calls, str)])

    def code(self, contract: Address, block_hash: Hash32) -> bytes:
        """Read a contract's code in the state of one block."""
        call = Call("eth_getCode", (as_hex(contract), _at_hash(block_hash)))
        return self._ask(lambda at: read_bytes(at.place, _present(at, at.ask(call, str), "code")))

    def view(self, contract: Address, data: bytes, block_hash: Hash32, *, gas: int | None = None) -> bytes:
        """Call a contract's view in the state of one block; `gas`: all it may use, what any call costs included."""
        asked = {"to": as_hex(contract), "data": as_hex(data), **({} if gas is None else {"gas": hex(gas)})}
        call = Call("eth_call", (asked, _at_hash(block_hash)))
        return self._ask(lambda at: read_bytes(at.place, _present(at, at.ask(call, str), "result")))

    def proof(self, contract: Address, slots: Sequence[Hash32], block_hash: Hash32) -> StateProof:
        """Get the nodes that prove a contract's account and words of its storage in the state of one block.

        They are not followed here: `StateProof.checked_words` does.
        """
        keys = [as_hex(slot) for slot in slots]
        call = Call("eth_getProof", (as_hex(contract), keys, _at_hash(block_hash)))
        return self._ask(
            lambda at: read_proof(at.place, _present(at, at.ask(call, ProofJson), "proof"), contract, slots)
        )

    def _ask(self, question: Callable[[Connection], T]) -> T:
        order = [(self._first + turn) % len(self._connections) for turn in range(len(self._connections))]
        for at in order[:-1]:
            try:
                answer = question(self._connections[at])
            except RangeTooWide:
                raise
            except NodeError:
                continue
            self._first = at
            return answer
        answer = question(self._connections[order[-1]])
        self._first = order[-1]
        return answer


def _by_number(number: str) -> Call:
    return Call("eth_getBlockByNumber", (number, False))


def _at_hash(block_hash: Hash32) -> dict[str, str]:
    return {"blockHash": as_hex(block_hash)}


def _batches(at: Connection, calls: Sequence[Call], form: type[T]) -> list[T | None]:
    found: list[T | None] = []
    for start in range(0, len(calls), BATCH):
        found += at.ask_all(calls[start : start + BATCH], form)
    return found


def _at_height(at: Connection, found: BlockJson, number: int) -> Block:
    block = read_block(at.place, found)
    if block.number != number:
        raise NodeLied(at.place, f"block {block.number}, asked for {number}")
    return block


def _named(at: Connection, block: Block, block_hash: Hash32) -> Block:
    if block.hash != block_hash:
        raise NodeLied(at.place, f"block {as_hex(block.hash)}, asked for {as_hex(block_hash)}")
    return block


def _logs(
    at: Connection, where: dict[str, str], contract: Address, topic: Hash32, first: int, last: int
) -> list[Log]:
    found = _present(at, at.ask(_logs_call(where, contract, topic), list[LogJson]), "logs")
    if not {one.address.lower() for one in found} <= {as_hex(contract)} or any(one.removed for one in found):
        raise NodeLied(at.place, "a log that was not asked for")
    logs = read_logs(at.place, found)
    if not {log.topics[:1] for log in logs} <= {(topic,)}:
        raise NodeLied(at.place, "a log that was not asked for")
    places = [(first, -1), *((log.block_number, log.log_index) for log in logs)]
    if any(map(ge, places, places[1:])) or places[-1][0] > last:
        raise NodeLied(at.place, "logs out of range, out of order or repeated")
    return logs


def _blocks(first: int, last: int) -> dict[str, str]:
    return {"fromBlock": hex(first), "toBlock": hex(last)}


def _logs_call(where: dict[str, str], contract: Address, topic: Hash32) -> Call:
    return Call("eth_getLogs", ({**where, "address": as_hex(contract), "topics": [as_hex(topic)]},))


def _present(at: Connection, found: T | None, what: str) -> T:
    if found is None:
        raise NodeUnavailable(at.place, f"the node has no {what} (now)")
    return found
