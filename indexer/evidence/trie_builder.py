"""Build a Merkle Patricia trie: its root, and the proof of a key (Yellow Paper, appendix D). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from indexer.evidence import rlp
from indexer.evidence.trie import EMPTY_ROOT, compact, nibbles, prefix_of
from indexer.keccak import keccak256
from indexer.values import Hash32

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from indexer.evidence.rlp import Item

_Items = list[tuple[list[int], bytes]]


@dataclass(frozen=True, slots=True)
class Trie:
    """A trie as its nodes, by their hashes; nodes under 32 bytes lie within their parents, but for the root."""

    root: Hash32
    nodes: Mapping[Hash32, bytes]


def build(items: Mapping[bytes, bytes]) -> Trie:
    """Build the trie that holds `items`.

    Raises:
        ValueError: a value is empty.
    """
    if not all(items.values()):
        raise ValueError("a trie holds no empty values")
    if not items:
        return Trie(EMPTY_ROOT, {})
    nodes: dict[Hash32, bytes] = {}
    top = rlp.encode(_node(sorted((nibbles(key), value) for key, value in items.items()), 0, nodes))
    root = keccak256(top)
    nodes[root] = top
    return Trie(root, nodes)


def ordered(values: Sequence[bytes]) -> Trie:
    """Build the trie of a block's transactions or receipts, whose keys are the RLP of their indexes."""
    return build({index_key(index): value for index, value in enumerate(values)})


def index_key(index: int) -> bytes:
    """Give the key of the transaction or receipt at `index` of its block."""
    return rlp.encode(rlp.encode_uint(index))


def proof(trie: Trie, key: bytes) -> list[bytes]:
    """Give the nodes on the path of `key`, for `trie.prove`; of an absent key as far as its path goes."""
    path = nibbles(key)
    nodes: list[bytes] = []
    reference: Item | None = trie.root if trie.nodes else None
    while reference:
        if isinstance(reference, list):
            node = reference
        else:
            nodes.append(trie.nodes[Hash32(reference)])
            node = rlp.decode_list(nodes[-1])
        reference, path = _down(node, path)
    return nodes


def _down(node: list[Item], path: list[int]) -> tuple[Item | None, list[int]]:
    """Give the reference that `path` follows from a node and what is left of the path, or None where it ends."""
    if len(node) == 17:
        return (node[path[0]], path[1:]) if path else (None, path)
    extends, leaf = prefix_of(node)
    if leaf or path[: len(extends)] != extends:
        return None, path
    return node[1], path[len(extends) :]


def _node(items: _Items, depth: int, nodes: dict[Hash32, bytes]) -> list[Item]:
    """Build the node of items, sorted, that agree in their first `depth` nibbles."""
    first, last = items[0][0], items[-1][0]
    if len(items) == 1:
        return [compact(first[depth:], leaf=True), items[0][1]]
    shared = depth
    while shared < len(first) and first[shared] == last[shared]:
        shared += 1
    if shared > depth:
        return [compact(first[depth:shared], leaf=False), _reference(items, shared, nodes)]
    branch: list[Item] = [b""] * 17
    if len(first) == depth:
        branch[16] = items[0][1]
        items = items[1:]
    for nibble in range(16):
        below = [one for one in items if one[0][depth] == nibble]
        if below:
            branch[nibble] = _reference(below, depth + 1, nodes)
    return branch


def _reference(items: _Items, depth: int, nodes: dict[Hash32, bytes]) -> Item:
    """Build a node and give what its parent holds: the hash of it, or itself if it is short."""
    node = _node(items, depth, nodes)
    encoded = rlp.encode(node)
    if len(encoded) < 32:
        return node
    digest = keccak256(encoded)
    nodes[digest] = encoded
    return digest
