"""Block headers as the bytes that are hashed (Yellow Paper §4.4; London, Shanghai, Cancun, Prague append). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from indexer.errors import HeaderError, RlpError
from indexer.evidence import rlp
from indexer.keccak import keccak256
from indexer.values import Address, Hash32

if TYPE_CHECKING:
    from collections.abc import Mapping

LEAST_FIELDS = 15
MOST_FIELDS = 32
MOST_BYTES = 1 << 16
NO_UNCLES = keccak256(b"\xc0")
"""Hash of the empty list of uncles."""

_EXTRA = 12
_UINT_NAMES = frozenset(
    (
        "difficulty",
        "number",
        "gasLimit",
        "gasUsed",
        "timestamp",
        "baseFeePerGas",
        "blobGasUsed",
        "excessBlobGas",
    )
)
_RPC_NAMES = (
    *("parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom"),
    *("difficulty", "number", "gasLimit", "gasUsed", "timestamp", "extraData", "mixHash", "nonce"),
)
_RPC_LATER_NAMES = (
    *("baseFeePerGas", "withdrawalsRoot", "blobGasUsed", "excessBlobGas", "parentBeaconBlockRoot"),
    "requestsHash",
)


@dataclass(frozen=True, slots=True)
class Header:
    """A block header.

    Attributes:
        raw: its RLP.
        hash: keccak-256 of `raw`; engines that keep seals apart (QBFT) name a block by another hash.
        time: Unix seconds, as the sealer stated.
        fields: how many fields it has, 15 before London.
    """

    raw: bytes
    hash: Hash32
    parent_hash: Hash32
    uncles_hash: Hash32
    beneficiary: Address
    state_root: Hash32
    transactions_root: Hash32
    receipts_root: Hash32
    difficulty: int
    number: int
    time: int
    extra: bytes
    mix_hash: Hash32
    nonce: bytes
    fields: int


def read_header(raw: bytes) -> Header:
    """Read the RLP of a header; fields after the fifteenth are kept in the hash and not looked into.

    Raises:
        HeaderError: not canonical RLP, or a field of another shape.
    """
    if len(raw) > MOST_BYTES:
        raise HeaderError(f"a header of {len(raw)} bytes, expected at most {MOST_BYTES}")
    try:
        return _header(raw, rlp.decode_list(raw))
    except RlpError as error:
        raise HeaderError(f"the header is malformed: {error}") from error


def hash_with_extra(header: Header, extra: bytes) -> Hash32:
    """Hash the header with other extra data: what engines sign that keep their seal there."""
    items = rlp.decode_list(header.raw)
    items[_EXTRA] = extra
    return keccak256(rlp.encode(items))


def encode_rpc_header(block: Mapping[str, Any]) -> bytes:
    """Give the RLP of the header of a block as a node returns it; compare its hash with what was asked for.

    Raises:
        HeaderError: a field is missing or of another form.
    """
    later = [name for name in _RPC_LATER_NAMES if block.get(name) is not None]
    if later != list(_RPC_LATER_NAMES[: len(later)]):
        raise HeaderError(f"later fields without those before them: {', '.join(later)}")
    try:
        return rlp.encode([_rpc_field(name, block[name]) for name in (*_RPC_NAMES, *later)])
    except (KeyError, TypeError, ValueError) as error:
        raise HeaderError(f"not a block: {error}") from error


def _header(raw: bytes, items: list[rlp.Item]) -> Header:
    if not LEAST_FIELDS <= len(items) <= MOST_FIELDS:
        raise HeaderError(f"a header of {len(items)} fields")
    rlp.octets(items[6], 256)
    rlp.uint(items[9], 8)
    rlp.uint(items[10], 8)
    return Header(
        raw=raw,
        hash=keccak256(raw),
        parent_hash=Hash32(rlp.octets(items[0], 32)),
        uncles_hash=Hash32(rlp.octets(items[1], 32)),
        beneficiary=Address(rlp.octets(items[2], 20)),
        state_root=Hash32(rlp.octets(items[3], 32)),
        transactions_root=Hash32(rlp.octets(items[4], 32)),
        receipts_root=Hash32(rlp.octets(items[5], 32)),
        difficulty=rlp.uint(items[7]),
        number=rlp.uint(items[8], 8),
        time=rlp.uint(items[11], 8),
        extra=rlp.octets(items[_EXTRA]),
        mix_hash=Hash32(rlp.octets(items[13], 32)),
        nonce=rlp.octets(items[14], 8),
        fields=len(items),
    )


def _rpc_field(name: str, text: str) -> bytes:
    if name in _UINT_NAMES:
        return rlp.encode_uint(int(text, 16))
    return bytes.fromhex(text.removeprefix("0x"))
