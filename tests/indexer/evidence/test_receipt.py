"""Receipts, legacy and typed; the real ones are in test_vectors and test_recordings."""

from __future__ import annotations

import pytest

from indexer.errors import ProofError, RlpError
from indexer.evidence import rlp, trie, trie_builder
from indexer.evidence.receipt import encode_rpc_receipt, prove_receipt, read_receipt, receipts_root
from indexer.values import Address, Hash32

LOG: list[rlp.Item] = [b"\x07" * 20, [b"\x08" * 32], b"data"]
FIELDS: list[rlp.Item] = [b"\x01", b"\x52\x08", bytes(256), [LOG]]


def test_a_legacy_and_a_typed_receipt_are_read():
    plain = read_receipt(rlp.encode(FIELDS))
    assert (plain.type, plain.succeeded, plain.cumulative_gas) == (0, True, 0x5208)
    assert plain.logs[0].address == Address(b"\x07" * 20)
    assert plain.logs[0].topics == (Hash32(b"\x08" * 32),)
    typed = read_receipt(b"\x02" + rlp.encode(FIELDS))
    assert (typed.type, typed.logs) == (2, plain.logs)
    assert not read_receipt(rlp.encode([b"", *FIELDS[1:]])).succeeded


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00" + rlp.encode(FIELDS),
        b"\x80" + rlp.encode(FIELDS),
        b"\x02",
        rlp.encode(FIELDS[:3]),
        rlp.encode([b"\x02", *FIELDS[1:]]),
        rlp.encode([b"\x11" * 32, *FIELDS[1:]]),  # a state root, as before Byzantium
        rlp.encode([*FIELDS[:2], bytes(255), []]),
        rlp.encode([*FIELDS[:3], b"logs"]),
        rlp.encode([*FIELDS[:3], [b"log"]]),
        rlp.encode([*FIELDS[:3], [[b"\x07" * 20, [], b"", b""]]]),
        rlp.encode([*FIELDS[:3], [[b"\x07" * 20, [b"\x08" * 31], b""]]]),
        rlp.encode([*FIELDS[:3], [[b"\x07" * 20, [b"\x08" * 32] * 5, b""]]]),
    ],
    ids=range(13),
)
def test_something_that_is_no_receipt_is_refused(raw: bytes):
    with pytest.raises(RlpError):
        read_receipt(raw)


@pytest.mark.parametrize("count", [1, 2, 127, 128, 129, 300])
def test_every_receipt_of_a_block_has_its_place(count: int):
    raws = [rlp.encode([b"\x01", rlp.encode_uint(index + 1), bytes(256), []]) for index in range(count)]
    built = trie_builder.ordered(raws)
    assert receipts_root(raws) == built.root
    for index in {0, count // 2, count - 1}:
        nodes = trie_builder.proof(built, trie_builder.index_key(index))
        assert prove_receipt(built.root, index, nodes).cumulative_gas == index + 1
        with pytest.raises(ProofError):
            prove_receipt(built.root, index + 1000, nodes)
    absent = trie_builder.proof(built, trie_builder.index_key(count))
    with pytest.raises(ProofError, match="no receipt"):
        prove_receipt(built.root, count, absent)


def test_a_block_without_receipts_has_the_empty_root():
    assert receipts_root([]) == trie.EMPTY_ROOT


def test_something_else_in_the_trie_is_no_receipt():
    built = trie_builder.ordered([b"\x05text"])
    with pytest.raises(ProofError, match="malformed"):
        prove_receipt(built.root, 0, trie_builder.proof(built, trie_builder.index_key(0)))


def test_a_receipt_of_a_node_without_a_field_is_refused():
    with pytest.raises(RlpError):
        encode_rpc_receipt({"status": "0x1"})
