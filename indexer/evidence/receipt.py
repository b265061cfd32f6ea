"""Transaction receipts, legacy and typed (EIP-2718, EIP-658), and their place in a block. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from indexer.errors import ProofError, RlpError
from indexer.evidence import rlp, trie, trie_builder
from indexer.values import Address, Hash32

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_TYPE = 0x7F
"""Largest type byte of EIP-2718; a first byte from 0xc0 begins a legacy receipt."""


@dataclass(frozen=True, slots=True)
class Log:
    """One event as a contract emitted it."""

    address: Address
    topics: tuple[Hash32, ...]
    data: bytes


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a transaction did.

    Attributes:
        type: 0 for legacy, else the type byte.
        succeeded: whether it took effect (EIP-658).
        cumulative_gas: gas used in the block up to and including it.
        bloom: 256 bytes, not checked against the logs.
    """

    type: int
    succeeded: bool
    cumulative_gas: int
    bloom: bytes
    logs: tuple[Log, ...]


def read_receipt(raw: bytes) -> Receipt:
    """Read the bytes that the receipts trie holds.

    Raises:
        RlpError: not a receipt with a status (those before Byzantium had a state root instead).
    """
    kind = raw[0] if raw[:1] and raw[0] <= MOST_TYPE else 0
    if raw[:1] == b"\0":
        raise RlpError("a typed receipt of type 0")
    fields = rlp.decode_list(raw[1:] if kind else raw)
    if len(fields) != 4:
        raise RlpError(f"a receipt of {len(fields)} fields")
    status = rlp.uint(fields[0])
    if status > 1:
        raise RlpError("a status that is neither 0 nor 1")
    return Receipt(
        type=kind,
        succeeded=bool(status),
        cumulative_gas=rlp.uint(fields[1], 8),
        bloom=rlp.octets(fields[2], 256),
        logs=tuple(_log(item) for item in _members(fields[3])),
    )


def encode_rpc_receipt(receipt: Mapping[str, Any]) -> bytes:
    """Give the bytes that the receipts trie holds for a receipt as a node returns it.

    Raises:
        RlpError: a field is missing or of another form.
    """
    try:
        body = rlp.encode(
            [
                rlp.encode_uint(int(receipt["status"], 16)),
                rlp.encode_uint(int(receipt["cumulativeGasUsed"], 16)),
                _octets(receipt["logsBloom"]),
                [_encode_rpc_log(log) for log in receipt["logs"]],
            ]
        )
        kind = int(receipt.get("type", "0x0"), 16)
    except (KeyError, TypeError, ValueError) as error:
        raise RlpError(f"not a receipt: {error}") from error
    return bytes((kind,)) + body if kind else body


def receipts_root(raws: Sequence[bytes]) -> Hash32:
    """Give the root of the trie of all receipts of a block, in order."""
    return trie_builder.ordered(raws).root


def prove_receipt(root: Hash32, index: int, nodes: Sequence[bytes]) -> Receipt:
    """Give the receipt at `index` of the block with that receipts root.

    Raises:
        ProofError: the nodes do not lead to a receipt.
    """
    raw = trie.prove(root, trie_builder.index_key(index), nodes)
    if raw is None:
        raise ProofError(f"the block has no receipt {index}")
    try:
        return read_receipt(raw)
    except RlpError as error:
        raise ProofError(f"the receipt is malformed: {error}") from error


def _log(item: rlp.Item) -> Log:
    fields = _members(item)
    if len(fields) != 3:
        raise RlpError(f"a log of {len(fields)} fields")
    topics = tuple(Hash32(rlp.octets(topic, 32)) for topic in _members(fields[1]))
    if len(topics) > 4:
        raise RlpError(f"a log with {len(topics)} topics")
    return Log(Address(rlp.octets(fields[0], 20)), topics, rlp.octets(fields[2]))


def _members(item: rlp.Item) -> list[rlp.Item]:
    if not isinstance(item, list):
        raise RlpError("expected a list")
    return item


def _encode_rpc_log(log: Mapping[str, Any]) -> list[rlp.Item]:
    return [_octets(log["address"]), [_octets(topic) for topic in log["topics"]], _octets(log["data"])]


def _octets(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))
