"""Headers of other engines: the name by which their chain calls a block is computed here, never believed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from indexer.connection import NodeLied
from indexer.evidence import rlp
from indexer.evidence.header import Header, read_header
from indexer.node_json import QBFT_MIX, Block, BlockJson, qbft_hash, read_block
from indexer.values import as_hex, hash32

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[1] / "vectors" / "headers.json").read_bytes())
CASES = [(kind, one) for kind in ("clique", "qbft") for one in VECTORS[kind]["headers"]]


def raw(one: dict[str, str]) -> bytes:
    return bytes.fromhex(one["rlp"][2:])


def told(one: dict[str, str]) -> BlockJson:
    """Write a header as its node would tell it."""
    items = rlp.decode_list(raw(one))
    texts = [as_hex(item) if isinstance(item, bytes) else "" for item in items]
    numbers = {at: hex(int.from_bytes(items[at], "big")) for at in (7, 8, 9, 10, 11)}  # type: ignore[arg-type]
    field = {at: numbers.get(at, text) for at, text in enumerate(texts)}
    return BlockJson(
        hash=one["hash"],
        parent_hash=field[0],
        sha3_uncles=field[1],
        miner=field[2],
        state_root=field[3],
        transactions_root=field[4],
        receipts_root=field[5],
        logs_bloom=field[6],
        difficulty=field[7],
        number=field[8],
        gas_limit=field[9],
        gas_used=field[10],
        timestamp=field[11],
        extra_data=field[12],
        mix_hash=field[13],
        nonce=field[14],
    )


@pytest.mark.parametrize(("kind", "one"), CASES, ids=lambda value: str(value)[:12])
def test_a_block_of_each_engine_is_known_by_its_hash(kind: str, one: dict[str, str]) -> None:
    block = read_block("somewhere", told(one))
    assert block == Block(hash32(one["hash"]), read_header(raw(one)))
    assert (block.sealed.mix_hash == QBFT_MIX) == (kind == "qbft")
    assert block.header.hash == hash32(one["hash"])
    other = told(one)
    other.gas_used = "0x1"
    with pytest.raises(NodeLied, match="has the hash"):
        read_block("somewhere", other)


@pytest.mark.parametrize("one", [one for kind, one in CASES if kind == "qbft"], ids=lambda one: one["number"])
def test_the_hash_of_qbft_leaves_its_seals_out(one: dict[str, str]) -> None:
    header: Header = read_header(raw(one))
    assert header.hash != qbft_hash(header) == hash32(one["hash"])


def test_extra_data_that_are_not_those_of_qbft_are_refused() -> None:
    one = next(one for kind, one in CASES if kind == "qbft")
    told_otherwise = told(one)
    told_otherwise.extra_data = "0x" + rlp.encode([b"", b""]).hex()
    with pytest.raises(NodeLied, match="extra data"):
        read_block("somewhere", told_otherwise)
