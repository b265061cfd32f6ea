"""Merkle Patricia tries: inclusion and exclusion of one key (Yellow Paper, appendix D; EIP-1186). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from indexer.errors import ProofError, RlpError
from indexer.evidence import rlp
from indexer.keccak import keccak256
from indexer.values import Address, Hash32

if TYPE_CHECKING:
    from collections.abc import Sequence

    from indexer.evidence.rlp import Item

EMPTY_ROOT = keccak256(b"\x80")
"""Root of a trie that holds nothing."""

EMPTY_CODE = keccak256(b"")
"""Code hash of an account without code."""


@dataclass(frozen=True, slots=True)
class Account:
    """What the state holds for one address."""

    nonce: int
    balance: int
    storage_root: Hash32
    code_hash: Hash32


def prove(root: Hash32, key: bytes, nodes: Sequence[bytes]) -> bytes | None:
    """Follow `key` from `root` through `nodes` and give its value, or None if the nodes prove its absence.

    `nodes` are in the order of the path, each used exactly once; nodes under 32 bytes lie within their parents.

    Raises:
        ProofError: a node has another hash than its parent says, is malformed, missing, or not needed.
    """
    if not nodes:
        if root == EMPTY_ROOT:
            return None
        raise ProofError("no nodes, though the trie is not empty")
    try:
        value, used = _walk(root, nibbles(key), nodes)
    except RlpError as error:
        raise ProofError(f"a node is malformed: {error}") from error
    if used != len(nodes):
        raise ProofError(f"{len(nodes) - used} nodes are not on the path")
    return value


def prove_account(state_root: Hash32, address: Address, nodes: Sequence[bytes]) -> Account | None:
    """Give the account at `address` in the state, or None if the nodes prove that there is none.

    Raises:
        ProofError: as `prove`, or the value is no account.
    """
    value = prove(state_root, keccak256(address), nodes)
    if value is None:
        return None
    try:
        fields = rlp.decode_list(value)
        if len(fields) != 4:
            raise ProofError(f"an account of {len(fields)} fields")
        return Account(
            nonce=rlp.uint(fields[0], 8),
            balance=rlp.uint(fields[1]),
            storage_root=Hash32(rlp.octets(fields[2], 32)),
            code_hash=Hash32(rlp.octets(fields[3], 32)),
        )
    except RlpError as error:
        raise ProofError(f"the account is malformed: {error}") from error


def prove_storage(storage_root: Hash32, slot: Hash32, nodes: Sequence[bytes]) -> int:
    """Give the word in a storage slot; zero if the nodes prove that nothing is stored there.

    Raises:
        ProofError: as `prove`, or the value is no word.
    """
    value = prove(storage_root, keccak256(slot), nodes)
    if value is None:
        return 0
    try:
        word = rlp.uint(rlp.decode(value))
    except RlpError as error:
        raise ProofError(f"the stored word is malformed: {error}") from error
    if word == 0:
        raise ProofError("a stored zero, which no trie holds")
    return word


def compact(path: Sequence[int], *, leaf: bool) -> bytes:
    """Pack nibbles with the prefix that tells a leaf from an extension (Yellow Paper, appendix C)."""
    flag = 2 if leaf else 0
    packed = [flag + 1, *path] if len(path) % 2 else [flag, 0, *path]
    return bytes(high << 4 | low for high, low in zip(packed[::2], packed[1::2], strict=True))


def nibbles(data: bytes) -> list[int]:
    """Split bytes into halves, the higher one first."""
    return [nibble for byte in data for nibble in (byte >> 4, byte & 15)]


def prefix_of(node: list[Item]) -> tuple[list[int], bool]:
    """Unpack the path of a leaf (True) or extension (False).

    Raises:
        ProofError: the node is neither.
    """
    if len(node) != 2:
        raise ProofError(f"a node of {len(node)} items")
    packed = nibbles(rlp.octets(node[0]))
    if not packed or packed[0] > 3 or (packed[0] % 2 == 0 and packed[1] != 0):
        raise ProofError("a path with a malformed prefix")
    leaf = packed[0] >= 2
    path = packed[1:] if packed[0] % 2 else packed[2:]
    if not path and not leaf:
        raise ProofError("an extension that extends by nothing")
    if leaf and not rlp.octets(node[1]):
        raise ProofError("a leaf that holds nothing")
    return path, leaf


def _walk(root: Hash32, path: list[int], nodes: Sequence[bytes]) -> tuple[bytes | None, int]:
    """Give value or None, and how many nodes were used; every step takes a nibble or ends, so it ends."""
    reference: Item = root
    used = 0
    while reference:
        if isinstance(reference, list):
            node = reference
        else:
            node, used = _load(reference, nodes, used)
        if len(node) == 17:
            if not path:
                return rlp.octets(node[16]) or None, used
            reference, path = node[path[0]], path[1:]
        else:
            prefix, leaf = prefix_of(node)
            if leaf or path[: len(prefix)] != prefix:
                return (rlp.octets(node[1]) if leaf and path == prefix else None), used
            reference, path = _child(node[1]), path[len(prefix) :]
    return None, used


def _load(reference: bytes, nodes: Sequence[bytes], used: int) -> tuple[list[Item], int]:
    if len(reference) != 32:
        raise ProofError(f"a reference of {len(reference)} bytes")
    if used == len(nodes):
        raise ProofError("the path goes on, but the nodes end")
    node = nodes[used]
    if keccak256(node) != reference:
        raise ProofError(f"node {used} has another hash than its parent says")
    if used and len(node) < 32:
        raise ProofError(f"node {used} is short and should lie within its parent")
    return rlp.decode_list(node), used + 1


def _child(item: Item) -> Item:
    """Take what an extension leads to, which is always a branch."""
    if item == b"" or (isinstance(item, list) and len(item) != 17):
        raise ProofError("an extension that leads to no branch")
    return item
