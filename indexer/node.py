"""The node that the chain is read from: one or several addresses, every answer checked. Owns the JSON-RPC node."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Self, TypeVar

import msgspec

from indexer.connection import Call, Connection, NodeError, NodeLied, NodeUnavailable, RangeTooWide
from indexer.errors import EvidenceError
from indexer.evidence import header as sealed
from indexer.evidence import rlp, trie
from indexer.follow import Header
from indexer.values import Address, Hash32, as_hex

T = TypeVar("T")

BATCH = 100
"""Calls in one request."""

QBFT_MIX = bytes.fromhex("63746963616c2062797a616e74696e65206661756c7420746f6c6572616e6365")
"""What QBFT writes into `mixHash`, and so how it is known."""

_BLOB_FIELDS = ("blobGasUsed", "excessBlobGas")
_QUANTITY = re.compile(r"0x(?:0|[1-9a-f][0-9a-f]{0,15})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Block:
    """A block as its header says; the header was hashed here and has the hash by which the chain names the block."""

    hash: Hash32
    sealed: sealed.Header

    @property
    def number(self) -> int:
        """Its height."""
        return self.sealed.number

    @property
    def time(self) -> int:
        """Unix seconds, as its sealer stated."""
        return self.sealed.time

    @property
    def header(self) -> Header:
        """What following the chain needs of it."""
        return Header(self.sealed.number, self.hash, self.sealed.parent_hash, self.sealed.time)


@dataclass(frozen=True, slots=True)
class Log:
    """A log of the one contract asked about."""

    block_number: int
    block_hash: Hash32
    transaction_hash: Hash32
    index: int
    topics: tuple[Hash32, ...]
    data: bytes


@dataclass(frozen=True, slots=True)
class StateProof:
    """An account and words of its storage in the state of one block, with the nodes that lead to them (EIP-1186).

    The nodes are as the node gave them; `checked_words` follows them from a state root.
    """

    address: Address
    account: tuple[bytes, ...]
    storage: tuple[tuple[Hash32, tuple[bytes, ...]], ...]

    def checked_words(self, state_root: Hash32) -> dict[Hash32, Hash32]:
        """Give the word in each slot, proved from the state root.

        Raises:
            ProofError: the nodes do not lead there.
        """
        account = trie.prove_account(state_root, self.address, self.account)
        root = trie.EMPTY_ROOT if account is None else account.storage_root
        return {
            slot: Hash32(trie.prove_storage(root, slot, nodes).to_bytes(32, "big"))
            for slot, nodes in self.storage
        }


class _Block(msgspec.Struct, rename="camel", omit_defaults=True):
    hash: str
    parent_hash: str
    miner: str
    state_root: str
    transactions_root: str
    receipts_root: str
    logs_bloom: str
    difficulty: str
    number: str
    gas_limit: str
    gas_used: str
    timestamp: str
    extra_data: str
    mix_hash: str
    nonce: str
    sha3_uncles: str = msgspec.field(name="sha3Uncles")
    base_fee_per_gas: str | None = None
    withdrawals_root: str | None = None
    blob_gas_used: str | None = None
    excess_blob_gas: str | None = None
    parent_beacon_block_root: str | None = None
    requests_hash: str | None = None


class _Log(msgspec.Struct, rename="camel"):
    address: str
    topics: list[str]
    data: str
    block_number: str
    block_hash: str
    transaction_hash: str
    log_index: str
    removed: bool = False


class _Storage(msgspec.Struct):
    key: str
    proof: list[str]


class _Proof(msgspec.Struct, rename="camel"):
    address: str
    account_proof: list[str]
    storage_proof: list[_Storage]


class Node:
    """The chain as its nodes show it. Threads may share one.

    Every method asks the preferred address first and the others if it fails, and raises `NodeError` (see
    connection.py) if all do: the error of the last one asked.

    Args:
        urls: the nodes, the preferred first; all are to follow the same chain.
        seconds: how long a node may be silent.
    """

    def __init__(self, urls: Sequence[str], *, seconds: float = 30.0) -> None:
        if not urls:
            raise ValueError("a node has at least one address")
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
        return self._ask(lambda at: _quantity(at, at.ask(Call("eth_chainId"), str)))

    def program(self) -> str:
        """Give what the node says it is, for people and for a guess at its consensus."""
        return self._ask(lambda at: _present(at, at.ask(Call("web3_clientVersion"), str), "version"))

    def look(self) -> tuple[Block, Block]:
        """Give block 0 and the newest block, of one node."""

        def both(at: Connection) -> tuple[Block, Block]:
            first, newest = at.ask_all([_by_number("0x0"), _by_number("latest")], _Block)
            return _block(at, _present(at, first, "block 0")), _block(
                at, _present(at, newest, "newest block")
            )

        return self._ask(both)

    def block(self, number: int) -> Block | None:
        """Give the block at a height, or None if the chain is not that long."""

        def one(at: Connection) -> Block | None:
            found = at.ask(_by_number(hex(number)), _Block)
            return None if found is None else _at_height(at, found, number)

        return self._ask(one)

    def block_of(self, block_hash: Hash32) -> Block | None:
        """Give the block with a hash, on whatever branch, or None if the node has none."""

        def one(at: Connection) -> Block | None:
            found = at.ask(Call("eth_getBlockByHash", (as_hex(block_hash), False)), _Block)
            return None if found is None else _named(at, _block(at, found), block_hash)

        return self._ask(one)

    def blocks(self, numbers: Iterable[int]) -> list[Block]:
        """Give the blocks at these heights, in this order, of one node.

        Raises:
            NodeUnavailable: the chain of the node is not that long (now).
        """
        wanted = list(numbers)

        def all_of_them(at: Connection) -> list[Block]:
            found = _batches(at, [_by_number(hex(number)) for number in wanted], _Block)
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
        where = {"fromBlock": hex(first), "toBlock": hex(last)}
        return self._ask(lambda at: _logs(at, where, contract, topic, first, last))

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
        return self._ask(lambda at: [_word(at, one) for one in _batches(at, calls, str)])

    def code(self, contract: Address, block_hash: Hash32) -> bytes:
        """Read a contract's code in the state of one block."""
        call = Call("eth_getCode", (as_hex(contract), _at_hash(block_hash)))
        return self._ask(lambda at: _octets(at, _present(at, at.ask(call, str), "code")))

    def view(self, contract: Address, data: bytes, block_hash: Hash32) -> bytes:
        """Call a contract's view in the state of one block."""
        call = Call("eth_call", ({"to": as_hex(contract), "data": as_hex(data)}, _at_hash(block_hash)))
        return self._ask(lambda at: _octets(at, _present(at, at.ask(call, str), "result")))

    def proof(self, contract: Address, slots: Sequence[Hash32], block_hash: Hash32) -> StateProof:
        """Get the nodes that prove a contract's account and words of its storage in the state of one block.

        They are not followed here: `StateProof.checked_words` does.
        """
        keys = [as_hex(slot) for slot in slots]
        call = Call("eth_getProof", (as_hex(contract), keys, _at_hash(block_hash)))
        return self._ask(lambda at: _proof(at, _present(at, at.ask(call, _Proof), "proof"), contract, slots))

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


def qbft_hash(header: sealed.Header) -> Hash32:
    """Hash a QBFT header as its chain names the block: with round 0 and without seals (Besu's QBFT).

    Raises:
        EvidenceError: its extra data are not those of QBFT.
    """
    parts = rlp.decode_list(header.extra)
    if len(parts) != 5:
        raise EvidenceError(f"extra data of {len(parts)} parts")
    return sealed.hash_with_extra(header, rlp.encode([*parts[:3], b"", []]))


def _by_number(number: str) -> Call:
    return Call("eth_getBlockByNumber", (number, False))


def _at_hash(block_hash: Hash32) -> dict[str, str]:
    return {"blockHash": as_hex(block_hash)}


def _batches(at: Connection, calls: Sequence[Call], form: type[T]) -> list[T | None]:
    found: list[T | None] = []
    for start in range(0, len(calls), BATCH):
        found += at.ask_all(calls[start : start + BATCH], form)
    return found


def _block(at: Connection, found: _Block) -> Block:
    """Hash the header here, and take everything from the bytes that were hashed."""
    try:
        header = sealed.read_header(_raw_header(msgspec.to_builtins(found)))
        said = _hash(at, found.hash)
        name = qbft_hash(header) if header.mix_hash == QBFT_MIX else header.hash
    except (EvidenceError, KeyError, ValueError) as fault:
        raise NodeLied(at.place, f"not a header: {fault}") from fault
    if name != said:
        raise NodeLied(at.place, f"header {header.number} has the hash {as_hex(name)}, not {found.hash}")
    return Block(said, header)


def _raw_header(fields: dict[str, str]) -> bytes:
    """Give the RLP of a header; block 0 of anvil has the blob fields without the base fee before them."""
    if "baseFeePerGas" in fields or _BLOB_FIELDS[0] not in fields:
        return sealed.encode_rpc_header(fields)
    plain = {name: text for name, text in fields.items() if name not in _BLOB_FIELDS}
    blobs = [rlp.encode_uint(int(fields[name], 16)) for name in _BLOB_FIELDS]
    return rlp.encode([*rlp.decode_list(sealed.encode_rpc_header(plain)), *blobs])


def _at_height(at: Connection, found: _Block, number: int) -> Block:
    block = _block(at, found)
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
    asked = Call("eth_getLogs", ({**where, "address": as_hex(contract), "topics": [as_hex(topic)]},))
    found = _present(at, at.ask(asked, list[_Log]), "logs")
    address, place = as_hex(contract), (-1, -1)
    logs: list[Log] = []
    for one in found:
        log = _log(at, one)
        if one.address.lower() != address or log.topics[:1] != (topic,) or one.removed:
            raise NodeLied(at.place, "a log that was not asked for")
        if not first <= log.block_number <= last or (log.block_number, log.index) <= place:
            raise NodeLied(at.place, "logs out of range, out of order or repeated")
        place = (log.block_number, log.index)
        logs.append(log)
    return logs


def _log(at: Connection, one: _Log) -> Log:
    return Log(
        block_number=_quantity(at, one.block_number),
        block_hash=_hash(at, one.block_hash),
        transaction_hash=_hash(at, one.transaction_hash),
        index=_quantity(at, one.log_index),
        topics=tuple(_hash(at, topic) for topic in one.topics),
        data=_octets(at, one.data),
    )


def _proof(at: Connection, found: _Proof, contract: Address, slots: Sequence[Hash32]) -> StateProof:
    given = [(_word(at, one.key), _nodes(at, one.proof)) for one in found.storage_proof]
    if found.address.lower() != as_hex(contract) or [slot for slot, _ in given] != list(slots):
        raise NodeLied(at.place, "a proof of something else")
    return StateProof(contract, _nodes(at, found.account_proof), tuple(given))


def _nodes(at: Connection, texts: list[str]) -> tuple[bytes, ...]:
    """Read the nodes of a proof; anvil proves an empty trie by its one empty node, geth by none."""
    nodes = tuple(_octets(at, text) for text in texts)
    return () if nodes == (b"\x80",) else nodes


def _present(at: Connection, found: T | None, what: str) -> T:
    if found is None:
        raise NodeUnavailable(at.place, f"the node has no {what} (now)")
    return found


def _quantity(at: Connection, text: str | None) -> int:
    if text is None or not _QUANTITY.fullmatch(text):
        raise NodeLied(at.place, f"not a quantity: {text!r:.80}")
    return int(text, 16)


def _octets(at: Connection, text: str) -> bytes:
    try:
        if text[:2] == "0x":
            return bytes.fromhex(text[2:])
    except ValueError:
        pass
    raise NodeLied(at.place, f"not hexadecimal: {text!r:.80}")


def _hash(at: Connection, text: str) -> Hash32:
    found = _octets(at, text)
    if len(found) != 32:
        raise NodeLied(at.place, f"{len(found)} bytes, expected 32")
    return Hash32(found)


def _word(at: Connection, text: str | None) -> Hash32:
    """Read a word that some nodes write without its leading zeros."""
    digits = (text or "")[2:]
    found = _octets(at, "0x" + digits.rjust(len(digits) + len(digits) % 2, "0")) if text else b""
    if not found or len(found) > 32:
        raise NodeLied(at.place, f"not a word: {text!r:.80}")
    return Hash32(found.rjust(32, b"\0"))
