"""What a record of the ledger is, and its digest. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from indexer.errors import MalformedRecord
from indexer.keccak import keccak256
from indexer.values import Address, Hash32, as_hex
from indexer.wire import UINT256_MAX, read_address, read_hash, read_octets, read_uint, write_address

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

RECORDED_SIGNATURE = "Recorded(uint256,address,bytes32,bytes32,bytes32[],bytes)"
RECORDED_TOPIC = keccak256(RECORDED_SIGNATURE.encode("ascii"))
"""First topic of the one event the ledger emits for a record; seq, source and act are the other three."""

FIELDS = ("seq", "source", "act", "data", "stateAfter", "subjects", "blockNumber", "blockTime")
"""What a record has in JSON."""

_PAD12 = bytes(12)
_AT_96 = (96).to_bytes(32, "big")
_FROM_BYTES = int.from_bytes


@dataclass(frozen=True, slots=True)
class Record:
    """One act as the ledger recorded it.

    Attributes:
        seq: position in the ledger, from 0.
        source: the contract that recorded it.
        act: selector (first topic) of the act as its interface declares it.
        data: ABI encoding of all arguments of the act, in order.
        state_after: hash of the state of `subjects[0]` after the act.
        subjects: what the act concerns; the head of each was advanced by it.
        block_number: block in which it was recorded.
        block_time: time of that block as its sealer stated it, Unix seconds.
    """

    seq: int
    source: Address
    act: Hash32
    data: bytes
    state_after: Hash32
    subjects: tuple[Hash32, ...]
    block_number: int
    block_time: int


def entry_digest(act: Hash32, data: bytes) -> Hash32:
    """Hash an act with its arguments: `keccak256(act ‖ data)`."""
    return keccak256(act + data)


def record_digest(record: Record) -> Hash32:
    """Hash a record as the ledger does: seven ABI words, the subjects as the hash of their packed bytes."""
    return keccak256(
        b"".join(
            (
                record.seq.to_bytes(32, "big"),
                _PAD12,
                record.source,
                keccak256(record.act + record.data),
                record.state_after,
                keccak256(b"".join(record.subjects)),
                record.block_number.to_bytes(32, "big"),
                record.block_time.to_bytes(32, "big"),
            )
        )
    )


def subject(source: Address, local_id: bytes) -> Hash32:
    """Name a contract's `local_id` for the whole ledger: `keccak256(abi.encode(source, local id))`."""
    return keccak256(_PAD12 + source + local_id)


def from_words(topics: Sequence[bytes], data: bytes, block_number: int, block_time: int) -> Record:
    """Decode the topics and data of one `Recorded` log, accepting only the encoding that the compiler writes.

    Raises:
        MalformedRecord: not a `Recorded` log, or its data are cut off, padded or laid out otherwise.
    """
    if len(topics) != 4 or topics[0] != RECORDED_TOPIC or any(len(topic) != 32 for topic in topics):
        raise MalformedRecord("the topics are not those of Recorded")
    _, place, source, act = topics
    if source[:12] != _PAD12:
        raise MalformedRecord("the source is not an address")
    state_after, subjects, payload = _decode_body(data)
    number: int = _FROM_BYTES(place, "big")
    return Record(
        number,
        cast("Address", source[12:]),
        cast("Hash32", act),
        payload,
        state_after,
        subjects,
        block_number,
        block_time,
    )


def _decode_body(data: bytes) -> tuple[Hash32, tuple[Hash32, ...], bytes]:
    """Split `abi.encode(bytes32 stateAfter, bytes32[] subjects, bytes data)`."""
    if len(data) % 32 or len(data) < 160:
        raise MalformedRecord(f"{len(data)} bytes of log data are not whole words, or too few")
    count = _FROM_BYTES(data[96:128], "big")
    if data[32:64] != _AT_96 or count > len(data) // 32:
        raise MalformedRecord("the list of subjects is not where it belongs, or longer than the data")
    end = 128 + 32 * count
    start = end + 32
    length = _FROM_BYTES(data[end:start], "big")
    if _FROM_BYTES(data[64:96], "big") != end or len(data) != start + (length + 31) // 32 * 32:
        raise MalformedRecord("the arguments are not where they belong, or of another length")
    if length % 32 and any(data[start + length :]):
        raise MalformedRecord("the padding after the arguments is not zero")
    return cast("Hash32", data[:32]), unpacked(data[128:end]), data[start : start + length]


def unpacked(packed: bytes) -> tuple[Hash32, ...]:
    """Take subjects apart that stand one after another."""
    return tuple([cast("Hash32", packed[at : at + 32]) for at in range(0, len(packed), 32)])


def from_log(log: Mapping[str, Any], block_time: int) -> Record:
    """Decode a log as a node returns it (JSON-RPC object, hexadecimal text) with the time of its block.

    Raises:
        MalformedRecord: a field is missing or of another form, or the log is no `Recorded`.
    """
    try:
        topics = [bytes.fromhex(topic[2:]) for topic in log["topics"]]
        data = bytes.fromhex(log["data"][2:])
        block_number = int(log["blockNumber"], 16)
    except (KeyError, TypeError, ValueError) as error:
        raise MalformedRecord(f"not a log: {error}") from error
    if not 0 <= block_number <= UINT256_MAX:
        raise MalformedRecord("the block number is not a uint256")
    return from_words(topics, data, block_number, block_time)


def to_json(record: Record) -> dict[str, Any]:
    """Write a record for evidence and exports: integers as decimal strings, bytes as hexadecimal text."""
    return {
        "seq": str(record.seq),
        "source": write_address(record.source),
        "act": as_hex(record.act),
        "data": as_hex(record.data),
        "stateAfter": as_hex(record.state_after),
        "subjects": [as_hex(one) for one in record.subjects],
        "blockNumber": str(record.block_number),
        "blockTime": str(record.block_time),
    }


def from_json(value: object) -> Record:
    """Read what `to_json` writes, and nothing else.

    Raises:
        MalformedRecord: a field is missing, unknown, or not in its one text form.
    """
    if not isinstance(value, dict) or value.keys() != set(FIELDS):
        raise MalformedRecord(f"a record has exactly the fields {', '.join(FIELDS)}")
    fields = cast("dict[str, Any]", value)
    if not isinstance(fields["subjects"], list):
        raise MalformedRecord("subjects: expected a list")
    return Record(
        seq=_uint(fields, "seq"),
        source=_field(fields, "source", read_address),
        act=_field(fields, "act", read_hash),
        data=_field(fields, "data", read_octets),
        state_after=_field(fields, "stateAfter", read_hash),
        subjects=tuple(_field({"subjects": one}, "subjects", read_hash) for one in fields["subjects"]),
        block_number=_uint(fields, "blockNumber"),
        block_time=_uint(fields, "blockTime"),
    )


def _uint(fields: Mapping[str, Any], name: str) -> int:
    return cast("int", _field(fields, name, lambda text: read_uint(text, UINT256_MAX)))


def _field(fields: Mapping[str, Any], name: str, read: Any) -> Any:
    text = fields[name]
    if not isinstance(text, str):
        raise MalformedRecord(f"{name}: expected a string")
    try:
        return read(text)
    except ValueError as error:
        raise MalformedRecord(f"{name}: {error}") from error
