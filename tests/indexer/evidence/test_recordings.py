"""Headers, seals, receipts and proofs of real networks: an excerpt that is always there, and the whole recordings."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from indexer.errors import HeaderError, ProofError, RlpError, SealError
from indexer.evidence import rlp
from indexer.evidence.anchor import Consensus, ValidatorSet
from indexer.evidence.header import Header, encode_rpc_header, hash_with_extra, read_header
from indexer.evidence.receipt import encode_rpc_receipt, prove_receipt, read_receipt, receipts_root
from indexer.evidence.seals import clique, judge
from indexer.evidence.seals.finding import Binding
from indexer.evidence.trie import prove_account, prove_storage
from indexer.values import Address, Hash32, address, as_hex
from indexer.wire import read_address, read_hash, read_octets

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "headers.json").read_bytes())
RECORDINGS = Path(__file__).parents[4] / "shared" / "data" / "headers"
CASES = VECTORS["cases"]
needs_recordings = pytest.mark.skipif(
    not RECORDINGS.is_dir(), reason="the recordings of real networks are not beside this project"
)


def consensus(sets: list[dict[str, Any]], epoch: int) -> Consensus:
    return Consensus(
        "clique",
        epoch,
        tuple(
            ValidatorSet(
                int(one["fromBlock"]),
                None if one["untilBlock"] is None else int(one["untilBlock"]),
                tuple(map(read_address, one["validators"])),
            )
            for one in sets
        ),
    )


def qbft_hash(header: Header) -> str:
    """The hash by which QBFT names a block: round 0 and no seals. The seam that its plug-in will use."""
    extra = rlp.decode_list(header.extra)
    return as_hex(hash_with_extra(header, rlp.encode([*extra[:3], b"", []])))


PINNED = consensus(VECTORS["clique"]["validatorSets"], VECTORS["clique"]["epoch"])


@pytest.mark.parametrize("one", VECTORS["clique"]["headers"], ids=lambda one: one["number"])
def test_every_excerpted_clique_header_has_its_hash_and_its_sealer(one: dict[str, str]):
    header = read_header(read_octets(one["rlp"]))
    assert (as_hex(header.hash), str(header.number)) == (one["hash"], one["number"])
    validators = PINNED.validators_at(header.number)
    assert validators is not None
    assert clique.check(header, validators, PINNED.epoch) == read_address(one["sealer"])


@pytest.mark.parametrize("one", VECTORS["clique"]["headers"], ids=lambda one: one["number"])
def test_an_excerpted_clique_header_with_any_field_touched_is_refused(one: dict[str, str]):
    header = read_header(read_octets(one["rlp"]))
    validators = PINNED.validators_at(header.number)
    assert validators is not None
    for at in range(15):
        for flip in (first_byte, last_byte):
            with pytest.raises((SealError, HeaderError)):
                clique.check(read_header(with_field(header, at, flip)), validators, PINNED.epoch)


def test_the_removed_validator_is_refused_and_was_one_before():
    before, after = (set(one.validators) for one in PINNED.validator_sets)
    (removed,) = before - after
    sealed_by_it = [one for one in VECTORS["clique"]["headers"] if read_address(one["sealer"]) == removed]
    assert sealed_by_it, "the excerpt holds a header by the validator that was removed"
    header = read_header(read_octets(sealed_by_it[0]["rlp"]))
    assert clique.check(header, tuple(sorted(before)), PINNED.epoch) == removed
    with pytest.raises(SealError):
        clique.check(header, tuple(sorted(after)), PINNED.epoch)


def test_excerpted_headers_in_a_row_reach_the_quorum_and_one_alone_does_not():
    row = [read_header(read_octets(one["rlp"])) for one in VECTORS["clique"]["headers"][2:6]]
    assert [header.number for header in row] == [49, 50, 51, 52]
    assert judge(row[0], row[1:3], PINNED).binding is Binding.BOUND
    assert judge(row[0], row[1:2], PINNED).binding is Binding.OPEN
    assert judge(row[0], row[2:], PINNED).binding is Binding.BROKEN


@pytest.mark.parametrize("one", VECTORS["qbft"]["headers"], ids=lambda one: one["number"])
def test_every_excerpted_qbft_header_has_its_hash(one: dict[str, str]):
    header = read_header(read_octets(one["rlp"]))
    assert qbft_hash(header) == one["hash"]
    assert as_hex(header.hash) != one["hash"]


@pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))
def test_every_excerpted_account_and_slot_is_proved(case: dict[str, Any]):
    root = read_header(read_octets(case["header"]["rlp"])).state_root
    stated = case["account"]
    account = prove_account(root, read_address(stated["address"]), octets(stated["proof"]))
    assert account is not None
    assert (as_hex(account.storage_root), as_hex(account.code_hash)) == (
        stated["storageRoot"],
        stated["codeHash"],
    )
    values = set()
    for one in case["storage"]:
        value = prove_storage(account.storage_root, read_hash(one["slot"]), octets(one["proof"]))
        assert str(value) == one["value"]
        values.add(value == 0)
    assert values == {True, False}, "slots that are there and one that is not"


@pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))
def test_an_excerpted_proof_with_any_byte_touched_is_refused(case: dict[str, Any]):
    root = read_header(read_octets(case["header"]["rlp"])).state_root
    stated = case["account"]
    who, nodes = read_address(stated["address"]), octets(stated["proof"])
    for wrong in every_byte_touched(nodes):
        with pytest.raises(ProofError):
            prove_account(root, who, wrong)
    for one in case["storage"]:
        for wrong in every_byte_touched(octets(one["proof"])):
            with pytest.raises(ProofError):
                prove_storage(read_hash(stated["storageRoot"]), read_hash(one["slot"]), wrong)
    with pytest.raises(ProofError):
        prove_account(Hash32(bytes(32)), who, nodes)
    with pytest.raises(ProofError):
        prove_account(root, Address(bytes(20)), nodes)


@pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))
def test_excerpted_receipts_lead_to_the_root_and_each_has_its_place(case: dict[str, Any]):
    raws = octets(case["receipts"])
    root = read_header(read_octets(case["header"]["rlp"])).receipts_root
    assert receipts_root(raws) == root
    assert {read_receipt(raw).type for raw in raws} == {0, 1}
    index, nodes = int(case["receiptProof"]["index"]), octets(case["receiptProof"]["proof"])
    assert prove_receipt(root, index, nodes) == read_receipt(raws[index])
    with pytest.raises(ProofError):
        prove_receipt(root, index - 1, nodes)
    for wrong in (
        raws[1:],
        [*raws, raws[0]],
        [raws[1], raws[0], *raws[2:]],
        [raws[0][:-1] + b"\0", *raws[1:]],
    ):
        assert receipts_root(wrong) != root


def load(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((RECORDINGS / f"{name}.json").read_bytes())
    return found


@needs_recordings
def test_every_recorded_clique_header_has_its_hash_and_a_pinned_sealer():
    recorded = load("clique")
    pinned = recorded_consensus(recorded)
    headers = [read_header(encode_rpc_header(block)) for block in recorded["all_headers"]]
    for header, block in zip(headers, recorded["all_headers"], strict=True):
        assert as_hex(header.hash) == block["hash"]
    for header in headers[1:]:
        validators = pinned.validators_at(header.number)
        assert validators is not None
        assert clique.check(header, validators, pinned.epoch) in validators
    assert {len(pinned.validators_at(header.number) or ()) for header in headers} == {3, 4}
    for at in range(1, len(headers) - 4):
        assert judge(headers[at], headers[at + 1 : at + 4], pinned).binding is Binding.BOUND
        assert judge(headers[at], headers[at + 1 :], pinned).binding is Binding.BOUND
        assert judge(headers[at], (), pinned).binding is Binding.OPEN


@needs_recordings
def test_every_recorded_clique_header_with_any_field_touched_is_refused():
    recorded = load("clique")
    pinned = recorded_consensus(recorded)
    for block in recorded["all_headers"][1:]:
        header = read_header(encode_rpc_header(block))
        validators = pinned.validators_at(header.number)
        assert validators is not None
        for at in range(15):
            with pytest.raises((SealError, HeaderError)):
                clique.check(read_header(with_field(header, at, last_byte)), validators, pinned.epoch)


@needs_recordings
def test_every_recorded_qbft_header_has_its_hash():
    blocks = load("qbft")["all_headers"]
    for block in blocks:
        assert qbft_hash(read_header(encode_rpc_header(block))) == block["hash"]
    assert len(blocks) > 100


@needs_recordings
@pytest.mark.parametrize("name", ["clique", "qbft"])
def test_every_recorded_account_slot_and_receipt_is_proved(name: str):
    cases = load(name)["cases"]
    for case in cases:
        header = read_header(encode_rpc_header(case["block"]))
        proof = case["proof"]
        account = prove_account(header.state_root, address(proof["address"]), octets(proof["accountProof"]))
        assert account is not None
        assert as_hex(account.code_hash) == proof["codeHash"]
        for one in proof["storageProof"]:
            found = prove_storage(account.storage_root, read_hash(one["key"]), octets(one["proof"]))
            assert found == int(one["value"], 16)
        raws = [encode_rpc_receipt(one) for one in case["receipts"]]
        assert receipts_root(raws) == header.receipts_root
        for raw, one in zip(raws, case["receipts"], strict=True):
            assert [as_hex(log.data) for log in read_receipt(raw).logs] == [
                log["data"] for log in one["logs"]
            ]
    assert len(cases) >= 14


@needs_recordings
@pytest.mark.parametrize("name", ["clique", "qbft"])
def test_a_recorded_receipt_with_a_field_touched_gives_another_root_or_none(name: str):
    for case in load(name)["cases"][:4]:
        root = case["block"]["receiptsRoot"]
        for field in ("status", "cumulativeGasUsed", "logsBloom", "type"):
            receipts = [dict(one) for one in case["receipts"]]
            receipts[-1][field] = "0x" + "1" * max(len(receipts[-1][field]) - 2, 2)
            try:
                found = as_hex(receipts_root([encode_rpc_receipt(one) for one in receipts]))
            except RlpError:
                continue
            assert found != root


def recorded_consensus(recorded: dict[str, Any]) -> Consensus:
    changed = recorded["changed_at"]
    before, after = (
        tuple(sorted(address(one) for one in recorded[name]))
        for name in ("validators_at_genesis", "validators_after")
    )
    return Consensus("clique", 50, (ValidatorSet(0, changed, before), ValidatorSet(changed, None, after)))


def octets(texts: list[str]) -> list[bytes]:
    return [read_octets(text) for text in texts]


def first_byte(field: bytes) -> bytes:
    return bytes((field[0] ^ 1,)) + field[1:] if field else b"\x01"


def last_byte(field: bytes) -> bytes:
    return field[:-1] + bytes((field[-1] ^ 1,)) if field else b"\x01"


def with_field(header: Header, at: int, flip: Callable[[bytes], bytes]) -> bytes:
    items = rlp.decode_list(header.raw)
    items[at] = flip(rlp.octets(items[at]))
    return rlp.encode(items)


def every_byte_touched(nodes: list[bytes]) -> list[list[bytes]]:
    return [
        [*nodes[:which], node[:at] + bytes((node[at] ^ 1,)) + node[at + 1 :], *nodes[which + 1 :]]
        for which, node in enumerate(nodes)
        for at in range(len(node))
    ]
