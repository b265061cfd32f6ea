"""CIDs against an independent implementation, the specifications' own examples, and themselves."""

from __future__ import annotations

import base64
import hashlib
import io
import itertools
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.files.cid import (
    DAG_PB,
    KUBO_DEFAULT,
    PROFILES,
    RAW,
    UNIXFS_V1_2025,
    Cid,
    CidHasher,
    CidProfile,
    cid_of,
    cid_of_stream,
    parse_cid,
    raw_cid,
)

VECTORS = json.loads((Path(__file__).parent / "vectors" / "cids.json").read_text(encoding="utf-8"))["cids"]
SMALL = CidProfile("small", 4, 3)


LONGEST = max(v["size"] for v in VECTORS)


@cache
def longest_content() -> bytes:
    blocks: Iterator[bytes] = (hashlib.sha256(f"qianyin{n}".encode()).digest() for n in itertools.count())
    return b"".join(itertools.islice(blocks, -(-LONGEST // 32)))


def content(size: int) -> bytes:
    return longest_content()[:size]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: f"{v['size']}-{v['chunk_size']}-{v['max_links']}")
def test_a_cid_equals_the_javascript_importers(vector: dict[str, int | str]) -> None:
    profile = CidProfile("vector", int(vector["chunk_size"]), int(vector["max_links"]))
    assert cid_of(content(int(vector["size"])), profile) == vector["cid"]


def test_the_vectors_cover_both_named_profiles_and_trees_of_three_levels_and_more() -> None:
    shapes = {(v["chunk_size"], v["max_links"]) for v in VECTORS}
    assert {(p.chunk_size, p.max_links) for p in PROFILES.values()} <= shapes
    assert any(v["size"] > v["chunk_size"] * v["max_links"] ** 3 for v in VECTORS)


def varint(value: int) -> bytes:
    return varint_tail(value) if value > 127 else bytes([value])


def varint_tail(value: int) -> bytes:
    return bytes([value % 128 + 128]) + varint(value // 128)


def reference(data: bytes, profile: CidProfile) -> str:
    """The same CID level by level from the whole file, as the specifications' text puts it."""
    chunks = [data[n : n + profile.chunk_size] for n in range(0, len(data), profile.chunk_size)] or [b""]
    nodes = [(b"\x01\x55\x12\x20" + hashlib.sha256(c).digest(), len(c), len(c)) for c in chunks]
    while len(nodes) > 1:
        groups = [nodes[n : n + profile.max_links] for n in range(0, len(nodes), profile.max_links)]
        nodes = [reference_node(group) for group in groups]
    return _b32(nodes[0][0])


def reference_node(children: list[tuple[bytes, int, int]]) -> tuple[bytes, int, int]:
    links = b""
    for cid, _, total in children:
        link = b"\x0a\x24" + cid + b"\x12\x00\x18" + varint(total)
        links += b"\x12" + varint(len(link)) + link
    size = sum(child[1] for child in children)
    data = b"\x08\x02\x18" + varint(size) + b"".join(b"\x20" + varint(child[1]) for child in children)
    block = links + b"\x0a" + varint(len(data)) + data
    total = len(block) + sum(child[2] for child in children)
    return b"\x01\x70\x12\x20" + hashlib.sha256(block).digest(), size, total


@given(st.binary(max_size=2_000), st.integers(1, 9), st.integers(2, 5))
def test_one_pass_gives_what_the_level_by_level_way_gives(data: bytes, chunk: int, links: int) -> None:
    profile = CidProfile("drawn", chunk, links)
    assert cid_of(data, profile) == reference(data, profile)


@given(st.binary(max_size=300), st.lists(st.integers(0, 40)))
def test_a_cid_does_not_depend_on_how_the_bytes_arrive(data: bytes, cuts: list[int]) -> None:
    hasher, rest = CidHasher(SMALL), data
    for cut in cuts:
        hasher.update(rest[:cut])
        rest = rest[cut:]
    hasher.update(rest)
    assert str(hasher.cid()) == cid_of(data, SMALL) == cid_of_stream(io.BytesIO(data), SMALL)


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_different_bytes_have_different_cids(one: bytes, other: bytes) -> None:
    assert (cid_of(one, SMALL) == cid_of(other, SMALL)) == (one == other)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda p: p.name)
@pytest.mark.parametrize("size", [0, 1, 1000])
def test_the_cid_of_one_chunk_is_its_sha256(profile: CidProfile, size: int) -> None:
    data = content(size)
    assert cid_of(data, profile) == raw_cid(hashlib.sha256(data).digest())


def test_one_chunk_is_raw_and_one_byte_more_is_a_tree() -> None:
    whole = bytes(KUBO_DEFAULT.chunk_size)
    assert parse_cid(cid_of(whole)).codec == RAW
    assert parse_cid(cid_of(whole + b"\0")).codec == DAG_PB
    assert cid_of(whole + b"\0") != cid_of(whole + b"\0", UNIXFS_V1_2025)


@given(st.sampled_from([RAW, DAG_PB]), st.binary(min_size=32, max_size=32))
def test_a_cid_reads_back_from_its_text(codec: int, digest: bytes) -> None:
    assert parse_cid(str(Cid(codec, digest))) == Cid(codec, digest)


def test_the_empty_files_cid_is_the_well_known_one() -> None:
    assert cid_of(b"") == "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"


def _b32(octets: bytes) -> str:
    return "b" + base64.b32encode(octets).decode().rstrip("=").lower()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "b",
        "QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH",
        cid_of(b"a").upper(),
        cid_of(b"a") + "=",
        cid_of(b"a") + "a",
        " " + cid_of(b"a"),
        "z" + cid_of(b"a")[1:],
        cid_of(b"a")[:-1] + "1",
        "b../../../etc/passwd",
        "bafkrei/../../x",
        "b" + "é" * 58,
        _b32(b"\x01\x71\x12\x20" + bytes(32)),
        _b32(b"\x02\x55\x12\x20" + bytes(32)),
        _b32(b"\x01\x55\x11\x14" + bytes(20)),
        _b32(b"\x01\x55\x00\x20" + bytes(32)),
        _b32(b"\x01\x55\x12\x20" + bytes(31)),
        _b32(b"\x01\x55\x12\x20" + bytes(33)),
    ],
)
def test_what_is_not_a_cid_of_ours_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a CID|one spelling"):
        parse_cid(text)


def test_a_second_spelling_of_the_same_bytes_is_refused() -> None:
    text = cid_of(b"a")
    alphabet = "abcdefghijklmnopqrstuvwxyz234567"
    twin = text[:-1] + alphabet[alphabet.index(text[-1]) ^ 1]
    with pytest.raises(ValueError, match="one spelling"):
        parse_cid(twin)


def test_a_digest_of_another_length_has_no_raw_cid() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        raw_cid(bytes(31))
