"""Everything that reads a stranger's bytes: a value or an error of ours, and bounded work, whatever comes in.

`tests/hostile/fuzz` drives bundles, anchors and exports by mutation; here are the readers beneath them, documents made
by hand to cost as much as they can, and inputs of the shape that those readers expect.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.errors import EvidenceError, ExportError, MalformedRecord
from indexer.evidence import rlp, secp256k1, trie
from indexer.evidence.anchor_file import read_anchor, write_anchor
from indexer.evidence.bundle import MOST_BYTES, read_bundle, write_bundle
from indexer.evidence.export import lines_of, verify_export
from indexer.evidence.export_text import MOST_LINE
from indexer.evidence.header import read_header
from indexer.evidence.receipt import prove_receipt, read_receipt
from indexer.evidence.strict import parse
from indexer.evidence.verdict import Answer, verify
from indexer.record import from_json
from indexer.values import Hash32
from indexer.wire import UINT256_MAX
from tests.indexer.evidence.small_chain import holding, told

ROOT = Path(__file__).parents[3]
CHAIN = told()
ANCHOR = CHAIN.anchor()
BUNDLE = CHAIN.bundle(holding())
TEXT = write_bundle(BUNDLE)
ROOT_HASH = Hash32(b"\x07" * 32)

READERS: dict[str, Callable[[bytes], Any]] = {
    "bundle": read_bundle,
    "anchor": read_anchor,
    "header": read_header,
    "receipt": read_receipt,
    "rlp": rlp.decode,
    "export": lambda data: verify_export(data.decode("utf-8", "replace").splitlines(keepends=True), ANCHOR),
    "record": lambda data: from_json(parse(data, 1 << 20)),
    "state proof": lambda data: trie.prove_account(ROOT_HASH, holding().holder, [data]),
    "storage proof": lambda data: trie.prove_storage(ROOT_HASH, ROOT_HASH, [data[:9], data]),
    "receipt proof": lambda data: prove_receipt(ROOT_HASH, len(data), [data]),
    "seal": lambda data: secp256k1.recover(ROOT_HASH, data),
}
SEEDS: dict[str, bytes] = {
    "bundle": TEXT,
    "anchor": write_anchor(ANCHOR),
    "header": BUNDLE.header.raw,
    "rlp": BUNDLE.header.raw,
    "state proof": BUNDLE.account_proof[0],
    "storage proof": BUNDLE.histories[0].proof[0],
    "seal": BUNDLE.header.extra[-65:],
    "record": json.dumps(
        {name: one for name, one in json.loads(TEXT)["records"][0].items() if name != "decoded"}
    ).encode(),
}


def read(name: str, data: bytes) -> bool:
    """Read once and say whether it was taken; anything else than an error of ours is a find."""
    try:
        READERS[name](data)
    except (EvidenceError, MalformedRecord):
        return False
    return True


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=150)
@given(data=st.binary(max_size=300))
def test_any_bytes_end_in_a_value_or_in_our_own_error(name: str, data: bytes) -> None:
    read(name, data)


@st.composite
def touched(draw: st.DrawFn, seed: bytes) -> bytes:
    """Touch honest bytes a few times: set, cut, repeat, insert."""
    data = bytearray(seed)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(len(data) - 1, 0)))
        length = draw(st.integers(0, 40))
        match draw(st.integers(0, 3)):
            case 0:
                data[at : at + 1] = draw(st.binary(min_size=1, max_size=1))
            case 1:
                del data[at : at + length]
            case 2:
                data[at:at] = data[at : at + length]
            case _:
                data[at:at] = draw(
                    st.sampled_from([b'"', b"[", b"{", b"9" * 30, b"\\u", b"\x00", b"\xff\xff", b"0x"])
                )
    return bytes(data)


@pytest.mark.parametrize("name", SEEDS)
@settings(max_examples=150)
@given(drawn=st.data())
def test_honest_bytes_that_were_touched_end_so_too(name: str, drawn: st.DataObject) -> None:
    read(name, drawn.draw(touched(SEEDS[name])))


def test_honest_bytes_are_taken_where_they_stand_alone() -> None:
    taken = {name for name, seed in SEEDS.items() if read(name, seed)}
    assert taken >= {"bundle", "anchor", "header", "rlp", "record", "seal"}


HOSTILE_VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**70), 2**70),
        st.text(max_size=8),
        st.sampled_from(
            [
                "0x",
                "0X00",
                "0x" + "00" * 32,
                "0x" + "ff" * 32,
                "115792089237316195423570985008687907853269984665640564039457584007913129639936",
            ]
        ),
    ),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=300)
@given(
    st.lists(st.tuples(st.sampled_from(sorted(json.loads(TEXT))), HOSTILE_VALUES), min_size=1, max_size=4),
)
def test_a_bundle_with_anything_in_its_fields_is_refused_or_judged(changes: list[tuple[str, Any]]) -> None:
    value = json.loads(TEXT)
    for name, put in changes:
        value[name] = put
    try:
        bundle = read_bundle(json.dumps(value))
    except EvidenceError:
        return
    verify(bundle, ANCHOR)


@settings(max_examples=200)
@given(st.integers(0, len(BUNDLE.records) - 1), HOSTILE_VALUES)
def test_words_of_any_form_beside_a_record_are_judged_and_never_break(place: int, words: Any) -> None:
    value = json.loads(TEXT)
    value["records"][place]["decoded"] = words
    try:
        bundle = read_bundle(json.dumps(value))
    except EvidenceError:
        return
    result = verify(bundle, ANCHOR).result(7)
    assert (result.status.value == "passed") == (words is None)


def test_a_file_without_line_ends_is_read_in_pieces_and_refused() -> None:
    stream = io.StringIO("x" * (3 * MOST_LINE))
    assert max(len(piece) for piece in lines_of(stream)) == MOST_LINE + 1
    for beginning in ("", '{"type":"header"', "qianyin-export,"):
        with pytest.raises(ExportError):
            verify_export(lines_of(io.StringIO(beginning + "x" * (2 * MOST_LINE))))


COSTLY: dict[str, str] = {
    "a key twice, at the end of many": "'{' + ','.join(f'\"k{n}\":0' for n in range(1_500_000)) + ',\"k1499999\":0}'",
    "many equal keys": "'{' + '\"a\":0,' * 4_000_000 + '\"a\":0}'",
    "one long number": "'[' + '9' * 30_000_000 + ']'",
    "one long fraction": "'[0.' + '9' * 30_000_000 + ']'",
    "many numbers": "'[' + '9,' * 10_000_000 + '9]'",
    "deep": "'[' * 30_000_000",
    "deep in turn": "'[{\"a\":' * 5_000_000",
    "one long string": "'[\"' + 'a' * 30_000_000 + '\"]'",
    "escapes": "'[\"' + '\\\\u0041' * 5_000_000 + '\"]'",
    "an endless string": "'\"' + '\\\\\"' * 15_000_000",
    "spaces": "' ' * 30_000_000",
    "many fields": "'{' + ','.join(f'\"k{n}\":{{}}' for n in range(1_500_000)) + '}'",
}
PROGRAM = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, ({memory}, {memory}))
resource.setrlimit(resource.RLIMIT_CPU, ({seconds}, {seconds}))
from indexer.errors import EvidenceError
from indexer.evidence.bundle import read_bundle
text = {text}
assert {least} < len(text) < {most}, len(text)
try:
    read_bundle(text)
except EvidenceError as error:
    assert len(str(error)) < 1_000, len(str(error))
    print("refused:", error)
"""
SECONDS = 120
"""Of the processor: many times what the costliest takes, and a small part of what a square of its length would."""
MEMORY = 3 << 30


def spent(text: str, seconds: int = SECONDS, least: int = 15_000_000) -> subprocess.CompletedProcess[str]:
    program = PROGRAM.format(memory=MEMORY, seconds=seconds, text=text, least=least, most=MOST_BYTES)
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=False, timeout=1_800
    )


@pytest.mark.parametrize("field", ["seq", "block_number", "block_time"])
@pytest.mark.parametrize("number", [1 << 32, 1 << 64, UINT256_MAX - 7])
def test_a_record_with_numbers_that_no_chain_has_is_a_verdict_and_no_crash(field: str, number: int) -> None:
    records = tuple(
        replace(one, record=replace(one.record, **{field: number + at}))
        for at, one in enumerate(BUNDLE.records)
    )
    bundle = read_bundle(write_bundle(replace(BUNDLE, records=records)))
    assert verify(bundle, ANCHOR).answer is Answer.INVALID


@pytest.mark.nightly
@pytest.mark.parametrize("name", COSTLY)
def test_the_largest_documents_are_refused_in_bounded_time_and_memory(name: str) -> None:
    done = spent(COSTLY[name])
    assert done.returncode == 0, done.stderr[-500:]
    assert done.stdout.startswith("refused:")


def test_a_key_twice_among_very_many_costs_what_they_cost_once() -> None:
    done = spent(
        COSTLY["a key twice, at the end of many"]
        .replace("1_500_000", "300_000")
        .replace("1499999", "299999"),
        least=3_000_000,
    )
    assert done.returncode == 0, done.stderr[-500:]
    assert done.stdout.startswith("refused:")


def test_the_bound_is_one_that_can_be_overstepped() -> None:
    done = spent("'[' + '9,' * 10_000_000 + '9]' + str(sum(range(10**12)))", seconds=2)
    assert done.returncode != 0
    assert "refused" not in done.stdout
