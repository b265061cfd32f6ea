"""Blocks, logs and proofs as a node tells of them: the values, and their strict reading. Pure.

Readers are told the `place` of the node, for the error they raise.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, TypeVar

import msgspec

from indexer.connection import NodeLied
from indexer.errors import EvidenceError
from indexer.evidence import header as sealed
from indexer.evidence import rlp, trie
from indexer.follow import Header
from indexer.values import Address, Hash32, as_hex

T = TypeVar("T")

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


class Log(NamedTuple):
    """A log of the one contract asked about."""

    block_number: int
    block_hash: Hash32
    transaction_hash: Hash32
    log_index: int
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


class BlockJson(msgspec.Struct, rename="camel", omit_defaults=True):
    """A block, without its transactions."""

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


class LogJson(msgspec.Struct, rename="camel"):
    """A log."""

    address: str
    topics: list[str]
    data: str
    block_number: str
    block_hash: str
    transaction_hash: str
    log_index: str
    removed: bool = False


class StorageJson(msgspec.Struct):
    """The part of a proof for one slot."""

    key: str
    proof: list[str]


class ProofJson(msgspec.Struct, rename="camel"):
    """A proof (EIP-1186)."""

    address: str
    account_proof: list[str]
    storage_proof: list[StorageJson]


def qbft_hash(header: sealed.Header) -> Hash32:
    """Hash a QBFT header as its chain names the block: with round 0 and without seals (Besu's QBFT).

    Raises:
        EvidenceError: its extra data are not those of QBFT.
    """
    parts = rlp.decode_list(header.extra)
    if len(parts) != 5:
        raise EvidenceError(f"extra data of {len(parts)} parts")
    return sealed.hash_with_extra(header, rlp.encode([*parts[:3], b"", []]))


def read_block(place: str, found: BlockJson) -> Block:
    """Hash the header here, and take everything from the bytes that were hashed.

    Raises:
        NodeLied: it has another hash, or is no header.
    """
    try:
        header = sealed.read_header(_raw_header(msgspec.to_builtins(found)))
        said = _hash(place, found.hash)
        name = qbft_hash(header) if header.mix_hash == QBFT_MIX else header.hash
    except (EvidenceError, KeyError, ValueError) as fault:
        raise NodeLied(place, f"not a header: {fault}") from fault
    if name != said:
        raise NodeLied(place, f"header {header.number} has the hash {as_hex(name)}, not {found.hash}")
    return Block(said, header)


def _raw_header(fields: dict[str, str]) -> bytes:
    """Give the RLP of a header; block 0 of anvil has the blob fields without the base fee before them."""
    if "baseFeePerGas" in fields or _BLOB_FIELDS[0] not in fields:
        return sealed.encode_rpc_header(fields)
    plain = {name: text for name, text in fields.items() if name not in _BLOB_FIELDS}
    blobs = [rlp.encode_uint(int(fields[name], 16)) for name in _BLOB_FIELDS]
    return rlp.encode([*rlp.decode_list(sealed.encode_rpc_header(plain)), *blobs])


def read_logs(place: str, found: Sequence[LogJson]) -> list[Log]:
    """Read logs; what many of them share is read once.

    Raises:
        NodeLied: a field is malformed.
    """
    hashes, quantities = _Known(partial(_hash, place)), _Known(partial(read_quantity, place))
    return [
        Log(
            quantities[one.block_number],
            hashes[one.block_hash],
            hashes[one.transaction_hash],
            quantities[one.log_index],
            tuple([hashes[topic] for topic in one.topics]),
            read_bytes(place, one.data),
        )
        for one in found
    ]


class _Known(dict[str, T]):
    """What texts mean, each read once."""

    def __init__(self, read: Callable[[str], T]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, text: str) -> T:
        found = self[text] = self._read(text)
        return found


def read_proof(place: str, found: ProofJson, contract: Address, slots: Sequence[Hash32]) -> StateProof:
    """Read the nodes of a proof; they are not followed.

    Raises:
        NodeLied: it is malformed, or of something else than was asked for.
    """
    given = [(read_word(place, one.key), _nodes(place, one.proof)) for one in found.storage_proof]
    if found.address.lower() != as_hex(contract) or [slot for slot, _ in given] != list(slots):
        raise NodeLied(place, "a proof of something else")
    return StateProof(contract, _nodes(place, found.account_proof), tuple(given))


def _nodes(place: str, texts: list[str]) -> tuple[bytes, ...]:
    """Read the nodes of a proof; anvil proves an empty trie by its one empty node, geth by none."""
    nodes = tuple(read_bytes(place, text) for text in texts)
    return () if nodes == (b"\x80",) else nodes


def read_quantity(place: str, text: str | None) -> int:
    """Read a number of at most 64 bits.

    Raises:
        NodeLied: it is none.
    """
    if text is None or not _QUANTITY.fullmatch(text):
        raise NodeLied(place, f"not a quantity: {text!r:.80}")
    return int(text, 16)


def read_bytes(place: str, text: str) -> bytes:
    """Read hexadecimal text.

    Raises:
        NodeLied: it is none.
    """
    try:
        if text[:2] == "0x":
            return bytes.fromhex(text[2:])
    except ValueError:
        pass
    raise NodeLied(place, f"not hexadecimal: {text!r:.80}")


def _hash(place: str, text: str) -> Hash32:
    found = read_bytes(place, text)
    if len(found) != 32:
        raise NodeLied(place, f"{len(found)} bytes, expected 32")
    return Hash32(found)


def read_word(place: str, text: str | None) -> Hash32:
    """Read a word, which some nodes write without its leading zeros.

    Raises:
        NodeLied: it is none.
    """
    digits = (text or "")[2:]
    found = read_bytes(place, "0x" + digits.rjust(len(digits) + len(digits) % 2, "0")) if text else b""
    if not found or len(found) > 32:
        raise NodeLied(place, f"not a word: {text!r:.80}")
    return Hash32(found.rjust(32, b"\0"))
