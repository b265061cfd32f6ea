"""The manifest: one statement, one digest; a hostile one is refused however it is dressed."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.values import Hash32
from service.errors import BadInput, TooLarge
from service.files.cid import KUBO_DEFAULT, UNIXFS_V1_2025, cid_of
from service.files.description import REQUIRED, Kind, describe
from service.files.digests import digests_of
from service.files.facts import FACTS
from service.files.lookalikes import normal
from service.files.manifest import (
    LARGEST_MANIFEST,
    FileEntry,
    Manifest,
    fits,
    manifest_bytes,
    manifest_cid,
    manifest_digest,
    read_manifest,
    record_bytes,
)

POEM = describe(
    Kind.RIGHTS_REGISTERED,
    {
        "title": "静夜思",
        "title_en": "Quiet Night Thought",
        "maker": "李白",
        "date": "唐（约 726 年？）",
        "date_earliest": "0726",
        "registration_number": "示例-2026-0117",
        "copyright_holder": "示例省博物馆",
    },
    (("展厅故事", "床前明月光"),),
)
NEEDED = {
    "title": "题",
    "maker": "人",
    "isbn": "978-3-16-148410-0",
    **{group[0]: "x" for groups in REQUIRED.values() for group in groups if group[0] != "isbn"},
}


def entry(data: bytes, role: str = "work", media_type: str = "image/png") -> FileEntry:
    return FileEntry(role, media_type, digests_of(io.BytesIO(data)))


MANIFEST = Manifest(
    POEM,
    (entry(b"card"), entry(bytes(300_000), "attachment", "application/pdf")),
    Hash32(hashlib.sha256(b"internal").digest()),
)


def test_a_manifest_is_metadata_that_any_wallet_reads() -> None:
    document = json.loads(manifest_bytes(MANIFEST))
    assert document["name"] == "静夜思"
    assert document["image"] == f"ipfs://{cid_of(b'card')}"
    traits = {item["trait_type"]: item["value"] for item in document["attributes"]}
    assert traits["Creator Name"] == "李白"
    assert traits["Publication / Creation Date"] == "0726"
    assert traits["展厅故事"] == "床前明月光"
    assert traits["Asset File Size"] == 4


def test_a_manifest_names_its_files_by_every_digest() -> None:
    first, second = json.loads(manifest_bytes(MANIFEST))["qianyin"]["files"]
    assert first["sha256"] == "0x" + hashlib.sha256(b"card").hexdigest()
    assert first["cid_profile"] == "kubo-default"
    assert len(first["sm3"]) == 66
    assert (second["role"], second["size"]) == ("attachment", 300_000)


PINNED_DIGEST = "bb74cead5d984d20cbae6f3ddff88c01670f9666f729065466e95402f938bc33"


def test_the_digest_is_pinned_so_that_old_manifests_stay_readable() -> None:
    assert manifest_digest(manifest_bytes(MANIFEST)).hex() == PINNED_DIGEST


def test_the_cid_of_a_manifest_holds_its_digest() -> None:
    octets = manifest_bytes(MANIFEST)
    assert manifest_cid(octets) == cid_of(octets)


def test_a_manifest_reads_back_as_it_was_written() -> None:
    assert read_manifest(manifest_bytes(MANIFEST)) == MANIFEST


texts = st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn", "Co"]), min_size=1, max_size=60)


@st.composite
def manifests(draw: st.DrawFn) -> Manifest:
    free = sorted(FACTS.keys() - {"date_earliest", "date_latest", "captured_at", "acquired", "isbn"})
    facts = draw(st.dictionaries(st.sampled_from(free), texts))
    headings = st.lists(texts.map("自定 ".__add__), unique_by=normal, max_size=3)
    extra = tuple((heading, draw(texts)) for heading in draw(headings))
    description = describe(draw(st.sampled_from(Kind)), NEEDED | facts, extra)
    first = (
        entry(draw(st.binary(max_size=50)))
        if draw(st.booleans())
        else entry(record_bytes(description), "record", "application/json")
    )
    others = [
        entry(data, "attachment", "audio/mpeg") for data in draw(st.lists(st.binary(max_size=9), max_size=2))
    ]
    internal = draw(st.none() | st.binary(min_size=32, max_size=32).map(Hash32))
    return Manifest(description, (first, *others), internal)


@settings(max_examples=150, deadline=None)
@given(manifests())
def test_every_manifest_reads_back_as_it_was_written(manifest: Manifest) -> None:
    octets = manifest_bytes(manifest)
    assert read_manifest(octets) == manifest
    assert rfc8785.dumps(json.loads(octets)) == octets


def tampered(change: Callable[[dict[str, Any]], Any]) -> bytes:
    document = json.loads(manifest_bytes(MANIFEST))
    change(document)
    return rfc8785.dumps(document)


def test_a_manifest_written_again_without_a_change_is_accepted() -> None:
    assert read_manifest(tampered(lambda document: None)) == MANIFEST


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda d: d.update(name="蒙娜丽莎"), id="another-name-for-wallets"),
        pytest.param(lambda d: d.update(image="https://example.org/x.png"), id="picture-from-elsewhere"),
        pytest.param(lambda d: d.update(animation_url="javascript:alert(1)"), id="unknown-member"),
        pytest.param(lambda d: d["attributes"].pop(), id="attribute-missing"),
        pytest.param(
            lambda d: d["attributes"].append({"trait_type": "Price", "value": 1}), id="attribute-added"
        ),
        pytest.param(lambda d: d["attributes"].reverse(), id="attributes-reordered"),
        pytest.param(lambda d: d["qianyin"].update(note="x"), id="unknown-member-of-the-block"),
        pytest.param(lambda d: d["qianyin"].update(format="qianyin-manifest/2"), id="another-format"),
        pytest.param(lambda d: d["qianyin"].update(kind="security_token"), id="unknown-kind"),
        pytest.param(lambda d: d["qianyin"].update(kind="publication"), id="kind-without-its-facts"),
        pytest.param(lambda d: d["qianyin"]["facts"].update(colour="red"), id="unknown-fact"),
        pytest.param(lambda d: d["qianyin"]["facts"].update(medium=""), id="empty-fact"),
        pytest.param(lambda d: d["qianyin"]["facts"].update(medium=7), id="number-for-a-text"),
        pytest.param(lambda d: d["qianyin"]["facts"].update(medium=["ink"]), id="list-for-a-text"),
        pytest.param(lambda d: d["qianyin"]["facts"].update(date_earliest="1999-02-30"), id="no-such-day"),
        pytest.param(lambda d: d["qianyin"].pop("files"), id="no-files-member"),
        pytest.param(lambda d: d["qianyin"]["files"].clear(), id="no-file"),
        pytest.param(lambda d: d["qianyin"]["files"].reverse(), id="attachment-first"),
        pytest.param(
            lambda d: d["qianyin"]["files"].append(d["qianyin"]["files"][0]), id="two-deposited-files"
        ),
        pytest.param(lambda d: d["qianyin"]["files"][0].update(size=5), id="another-size"),
        pytest.param(lambda d: d["qianyin"]["files"][0].update(size=True), id="boolean-size"),
        pytest.param(lambda d: d["qianyin"]["files"][0].update(size=-1), id="negative-size"),
        pytest.param(
            lambda d: d["qianyin"]["files"][0].update(sha256="0x" + "0" * 64), id="cid-of-another-file"
        ),
        pytest.param(lambda d: d["qianyin"]["files"][0].update(cid="../../etc"), id="path-for-a-cid"),
        pytest.param(lambda d: d["qianyin"]["files"][0].update(cid_profile="mine"), id="unknown-profile"),
        pytest.param(
            lambda d: d["qianyin"]["files"][0].update(media_type="text/html;x"), id="odd-media-type"
        ),
        pytest.param(lambda d: d["qianyin"]["files"][0].update(role="record"), id="file-dressed-as-record"),
        pytest.param(lambda d: d["qianyin"]["files"][0].update(sm3="0xff"), id="short-sm3"),
        pytest.param(lambda d: d["qianyin"]["internal"].update(commitment=None), id="no-commitment"),
        pytest.param(
            lambda d: d["qianyin"]["internal"].update(columns={"a": "b"}), id="internal-columns-inside"
        ),
        pytest.param(
            lambda d: d["qianyin"]["extra"][0].update(heading="Creator Name"), id="heading-like-a-trait"
        ),
        pytest.param(lambda d: d["qianyin"]["extra"].append(d["qianyin"]["extra"][0]), id="heading-twice"),
        pytest.param(lambda d: d.clear(), id="empty"),
    ],
)
def test_a_manifest_that_contradicts_itself_is_refused(change: Callable[[dict[str, Any]], Any]) -> None:
    with pytest.raises(BadInput):
        read_manifest(tampered(change))


ORDERLY = manifest_bytes(MANIFEST)


@pytest.mark.parametrize(
    "octets",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"null", id="null"),
        pytest.param(b"[" * 100_000 + b"]" * 100_000, id="deep"),
        pytest.param(b"1" * 5_000, id="long-number"),
        pytest.param(b"\xff\xfe{}", id="utf-16"),
        pytest.param(b"\xef\xbb\xbf" + ORDERLY, id="byte-order-mark"),
        pytest.param(ORDERLY + b"\n", id="line-break-at-the-end"),
        pytest.param(ORDERLY.replace(b'{"attributes"', b'{ "attributes"'), id="space"),
        pytest.param(ORDERLY.replace(b'"name":', b'"name":"x","name":'), id="member-twice"),
        pytest.param(ORDERLY.replace("静".encode(), b"\\u9759"), id="escaped-letter"),
        pytest.param(ORDERLY.replace("静".encode(), b"\\ud800"), id="half-a-surrogate-pair"),
        pytest.param(ORDERLY.replace(b":300000", b":3e5"), id="number-spelt-otherwise"),
        pytest.param(ORDERLY.replace(b":300000", b":NaN"), id="not-a-number"),
        pytest.param(ORDERLY.replace(b'"0x', b'"0X'), id="prefix-spelt-otherwise"),
    ],
)
def test_bytes_that_are_not_canonical_are_refused(octets: bytes) -> None:
    with pytest.raises(BadInput):
        read_manifest(octets)


@settings(deadline=None)
@given(
    st.binary(max_size=400)
    | st.integers(0, len(ORDERLY) - 1).map(lambda n: ORDERLY[:n] + b"?" + ORDERLY[n + 1 :])
)
def test_random_bytes_end_in_our_own_error(octets: bytes) -> None:
    with pytest.raises(BadInput):
        read_manifest(octets)


def test_a_work_without_a_file_deposits_its_record() -> None:
    octets = record_bytes(POEM)
    manifest = Manifest(POEM, (entry(octets, "record", "application/json"),))
    assert read_manifest(manifest_bytes(manifest)) == manifest
    assert json.loads(octets)["facts"]["maker"] == "李白"


def test_a_record_that_was_amended_keeps_its_first_reading_as_what_was_deposited() -> None:
    octets = record_bytes(POEM)
    record = FileEntry("record", "application/json", digests_of(io.BytesIO(octets)))
    later = describe(Kind.RIGHTS_REGISTERED, {**dict(POEM.facts), "title": "静夜思（正）"})
    amended = Manifest(later, (record,), amended=True)
    assert read_manifest(manifest_bytes(amended)) == amended
    with pytest.raises(BadInput, match="record deposited"):
        manifest_bytes(replace(amended, amended=False))
    file = FileEntry("work", "application/json", record.digests)
    with pytest.raises(BadInput, match="first reading"):
        manifest_bytes(Manifest(later, (file,), amended=True))


def test_a_record_of_another_work_is_refused() -> None:
    other = record_bytes(describe(Kind.RIGHTS_REGISTERED, NEEDED))
    with pytest.raises(BadInput):
        manifest_bytes(Manifest(POEM, (entry(other, "record", "application/json"),)))


@pytest.mark.parametrize("kind", Kind)
def test_a_kind_is_refused_without_each_fact_it_must_state(kind: Kind) -> None:
    whole = Manifest(describe(kind, NEEDED), (entry(b"x"),))
    assert read_manifest(manifest_bytes(whole)) == whole
    for group in REQUIRED[kind]:
        rest = {name: text for name, text in NEEDED.items() if name not in group}
        with pytest.raises(BadInput) as caught:
            manifest_bytes(Manifest(describe(kind, rest), (entry(b"x"),)))
        assert group[0] in [fault["fact"] for fault in caught.value.facts["faults"]]


LONG = NEEDED | dict.fromkeys(("inscription", "provenance", "bibliography"), "x" * 30_000)


def long_manifest(letters: int, media_type: str) -> Manifest:
    """A manifest that two bytes are added to by each letter, and one by each of the media type."""
    description = describe(
        Kind.RIGHTS_REGISTERED, LONG | {"keywords": "k" * 30_000, "description": "d" * letters}
    )
    return Manifest(description, (entry(b"card"), entry(b"notes", "attachment", media_type)))


def test_a_manifest_of_one_chunk_is_accepted_and_one_byte_more_refused() -> None:
    room = LARGEST_MANIFEST - len(manifest_bytes(long_manifest(1, "audio/x")))
    letters, odd = divmod(room, 2)
    largest = long_manifest(1 + letters, "audio/x" + "y" * odd)
    assert len(manifest_bytes(largest)) == LARGEST_MANIFEST
    assert read_manifest(manifest_bytes(largest)) == largest
    with pytest.raises(TooLarge):
        manifest_bytes(long_manifest(1 + letters, "audio/x" + "y" * (odd + 1)))


def test_what_is_longer_than_a_chunk_is_not_even_read() -> None:
    assert manifest_cid(b" " * LARGEST_MANIFEST) == cid_of(b" " * LARGEST_MANIFEST)
    for function in (read_manifest, manifest_cid):
        with pytest.raises(TooLarge):
            function(b" " * (LARGEST_MANIFEST + 1))


@settings(max_examples=50, deadline=None)
@given(manifests())
def test_a_description_said_to_fit_does(manifest: Manifest) -> None:
    assert fits(manifest.description, len(manifest.files))
    assert not fits(manifest.description, 1_000)


def test_a_description_that_could_be_too_long_does_not_fit() -> None:
    assert fits(long_manifest(8_000, "audio/x").description, 2)
    assert not fits(long_manifest(12_000, "audio/x").description, 2)


def test_a_file_of_several_chunks_keeps_the_name_of_its_profile() -> None:
    data = bytes(KUBO_DEFAULT.chunk_size + 1)
    files = [
        FileEntry("work", "video/mp4", digests_of(io.BytesIO(data), p))
        for p in (KUBO_DEFAULT, UNIXFS_V1_2025)
    ]
    read = [read_manifest(manifest_bytes(replace(MANIFEST, files=(file,)))) for file in files]
    assert [manifest.deposited.digests.cid_profile for manifest in read] == ["kubo-default", "unixfs-v1-2025"]
    liar = replace(files[0], digests=replace(files[0].digests, cid_profile="unixfs-v1-2025", size=1))
    with pytest.raises(BadInput):
        manifest_bytes(replace(MANIFEST, files=(liar,)))
