"""Proofs of inclusion and exclusion, on tries that another library builds."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from trie import HexaryTrie

from indexer.errors import ProofError
from indexer.evidence import rlp, trie, trie_builder
from indexer.keccak import keccak256
from indexer.values import Address, Hash32

KEYS = st.one_of(
    st.binary(min_size=1, max_size=3),
    st.binary(min_size=32, max_size=32),
    st.sampled_from([b"\x00", b"\x00\x00", b"\x00\x01", b"\x00\x10", b"\x10" * 32, b"\x10" * 31 + b"\x11"]),
)
ITEMS = st.dictionaries(KEYS, st.binary(min_size=1, max_size=40), max_size=20)


def reference_root(items: dict[bytes, bytes]) -> bytes:
    other = HexaryTrie({})
    for key, value in items.items():
        other[key] = value
    return other.root_hash


def reference_proof(items: dict[bytes, bytes], key: bytes) -> list[bytes]:
    """The nodes by another library, without those that lie within their parents."""
    other = HexaryTrie({})
    for one, value in items.items():
        other[one] = value
    nodes = [rlp.encode(node) for node in other.get_proof(key)] if items else []
    return [node for index, node in enumerate(nodes) if index == 0 or len(node) >= 32]


@given(ITEMS, KEYS)
def test_a_proof_by_another_library_gives_the_value_or_its_absence(items: dict[bytes, bytes], key: bytes):
    root = Hash32(reference_root(items))
    for one in (key, *list(items)[:5]):
        assert trie.prove(root, one, reference_proof(items, one)) == items.get(one)


@given(ITEMS, KEYS)
def test_our_builder_makes_the_same_trie(items: dict[bytes, bytes], key: bytes):
    built = trie_builder.build(items)
    assert built.root == reference_root(items)
    for one in (key, *list(items)[:5]):
        assert trie_builder.proof(built, one) == reference_proof(items, one)


@given(ITEMS.filter(bool), st.data())
def test_a_proof_with_one_bit_flipped_is_refused(items: dict[bytes, bytes], draws: st.DataObject):
    built = trie_builder.build(items)
    key = draws.draw(st.sampled_from(sorted(items)))
    nodes = trie_builder.proof(built, key)
    which = draws.draw(st.integers(0, len(nodes) - 1))
    at = draws.draw(st.integers(0, 8 * len(nodes[which]) - 1))
    touched = bytearray(nodes[which])
    touched[at // 8] ^= 1 << at % 8
    nodes[which] = bytes(touched)
    with pytest.raises(ProofError):
        trie.prove(built.root, key, nodes)


@given(ITEMS.filter(bool), st.data())
def test_a_node_left_out_added_or_repeated_is_refused(items: dict[bytes, bytes], draws: st.DataObject):
    built = trie_builder.build(items)
    key = draws.draw(st.sampled_from(sorted(items)))
    nodes = trie_builder.proof(built, key)
    at = draws.draw(st.integers(0, len(nodes) - 1))
    wrong = [
        nodes[:at] + nodes[at + 1 :],
        [*nodes, nodes[at]],
        [nodes[at], *nodes],
        [*nodes, b"\x80"],
        [*nodes[:at], nodes[at], *nodes[at:]],
    ]
    for one in wrong:
        with pytest.raises(ProofError):
            trie.prove(built.root, key, one)


@given(ITEMS.filter(lambda items: len(items) > 1), st.data())
def test_the_proof_of_one_key_proves_no_other(items: dict[bytes, bytes], draws: st.DataObject):
    built = trie_builder.build(items)
    one, other = draws.draw(st.permutations(sorted(items)))[:2]
    nodes = trie_builder.proof(built, one)
    assume(trie_builder.proof(built, other) != nodes)
    with pytest.raises(ProofError):
        trie.prove(built.root, other, nodes)


def test_an_empty_trie_proves_absence_by_no_nodes_and_by_its_empty_node():
    assert trie.prove(trie.EMPTY_ROOT, b"key", []) is None
    with pytest.raises(ProofError):
        trie.prove(keccak256(b"another root"), b"key", [])


def hostile(node: rlp.Item) -> tuple[Hash32, list[bytes]]:
    raw = rlp.encode(node)
    return keccak256(raw), [raw]


@pytest.mark.parametrize(
    "node",
    [
        b"text",
        [],
        [b"\x20"],
        [b"\x20", b"v", b"w"],
        [b"", b"v"],  # no prefix
        [b"\x40", b"v"],  # an unknown flag
        [b"\x2f", b"v"],  # padding that is not zero
        [b"\x20" + b"\x6b\x65\x79", b""],  # a leaf that holds nothing
        [b"\x20" + b"\x6b\x65\x79", [b"v"]],  # a leaf that holds a list
        [b"\x00", b"\x11" * 32],  # an extension by nothing
        [b"\x16", b""],  # an extension to nowhere
        [b"\x16", [b"\x3b\x65\x79", b"v"]],  # an extension to a leaf
        [b"\x16", b"\x11" * 31],  # a reference of another length
        [[b"\x20"], b"v"],  # a path that is a list
        [b""] * 16,
        [b""] * 18,
        [*[b"\x11" * 5] * 16, b""],  # children that are no references
    ],
    ids=lambda node: repr(node)[:40],
)
def test_a_malformed_node_is_refused_even_with_the_right_hash(node: rlp.Item):
    root, nodes = hostile(node)
    with pytest.raises(ProofError):
        trie.prove(root, b"key", nodes)


def test_a_node_that_is_not_canonical_is_refused_even_with_the_right_hash():
    raw = b"\xc2\x81\x20"
    with pytest.raises(ProofError, match="malformed"):
        trie.prove(keccak256(raw), b"key", [raw])


def test_a_short_node_that_stands_by_itself_is_refused():
    short = rlp.encode([b"\x20", b"v"])
    branch = rlp.encode([*[b""] * 6, keccak256(short), *[b""] * 10])
    with pytest.raises(ProofError):
        trie.prove(keccak256(branch), b"\x6b", [branch, short])


def test_an_endless_path_ends_with_the_key():
    """A cycle would need a hash that contains itself; a long chain of extensions runs out of nibbles."""
    root, nodes = b"\x11" * 32, []
    for _ in range(80):
        branch = rlp.encode([root] * 16 + [b""])
        root = keccak256(branch)
        nodes.insert(0, branch)
    with pytest.raises(ProofError, match="not on the path"):
        trie.prove(Hash32(root), b"\x00" * 32, nodes)


def test_an_account_has_four_fields_of_their_widths():
    address = Address(b"\x07" * 20)
    for fields in (
        [b"", b"", b"\x11" * 32],
        [b"", b"", b"\x11" * 32, b"\x11" * 31],
        [b"\x00", b"", b"\x11" * 32, b"\x11" * 32],
        [b"\x01" * 9, b"", b"\x11" * 32, b"\x11" * 32],
        [[], b"", b"\x11" * 32, b"\x11" * 32],
    ):
        built = trie_builder.build({keccak256(address): rlp.encode(fields)})
        with pytest.raises(ProofError):
            trie.prove_account(built.root, address, trie_builder.proof(built, keccak256(address)))


def test_a_stored_word_is_canonical_and_not_zero():
    slot = Hash32(bytes(32))
    for value in (b"\x80", b"\x00", b"\x82\x00\x01", b"\xc0", b"\xa1" + b"\x01" * 33):
        built = trie_builder.build({keccak256(slot): value})
        with pytest.raises(ProofError):
            trie.prove_storage(built.root, slot, trie_builder.proof(built, keccak256(slot)))


def test_an_absent_slot_is_zero_and_an_absent_account_none():
    built = trie_builder.build({keccak256(b"\x01" * 32): b"\x05"})
    slot = Hash32(bytes(32))
    nodes = trie_builder.proof(built, keccak256(slot))
    assert trie.prove_storage(built.root, slot, nodes) == 0
    address = Address(b"\x07" * 20)
    assert trie.prove_account(built.root, address, trie_builder.proof(built, keccak256(address))) is None


def test_a_trie_holds_no_empty_values():
    with pytest.raises(ValueError, match="empty"):
        trie_builder.build({b"key": b""})
