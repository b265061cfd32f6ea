"""Receipts of transactions as nodes give them. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from indexer.values import Address, Hash32


@dataclass(frozen=True, slots=True)
class Refusal:
    """A `Refused` log: the contract, what it calls the item, the error as ABI bytes."""

    contract: Address
    name: Hash32
    reason: bytes


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a transaction, as a node says."""

    block: int
    block_hash: Hash32
    succeeded: bool
    logs: tuple[tuple[Address, tuple[Hash32, ...], bytes], ...]


class _Log(msgspec.Struct):
    address: str
    topics: list[str]
    data: str


class ReceiptForm(msgspec.Struct, rename="camel"):
    """A receipt as JSON has it."""

    block_number: str
    block_hash: str
    status: str
    logs: list[_Log]


def read_receipt(raw: ReceiptForm) -> Receipt:
    """Read a receipt.

    Raises:
        ValueError: a field is no number or no hexadecimal octets.
    """
    logs = tuple(
        (Address(octets(log.address, 20)), tuple(map(read_hash, log.topics)), octets(log.data))
        for log in raw.logs
    )
    return Receipt(int(raw.block_number, 16), read_hash(raw.block_hash), int(raw.status, 16) == 1, logs)


def read_hash(text: str) -> Hash32:
    """Read a hash.

    Raises:
        ValueError: it is none.
    """
    return Hash32(octets(text, 32))


def octets(text: str, size: int | None = None) -> bytes:
    """Read octets, of a size if one is given.

    Raises:
        ValueError: they are none, or of another size.
    """
    read = bytes.fromhex(text.removeprefix("0x"))
    if size not in (None, len(read)):
        raise ValueError("octets of another size")
    return read
