"""Evidence bundles: their text, and hostile ones."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.errors import BundleError
from indexer.evidence import bundle as bundles
from indexer.evidence.bundle import bundle_digest, read_bundle, write_bundle
from indexer.evidence.verdict import verify
from tests.indexer.evidence.small_chain import deposit, following, holding, sha256, told

CHAIN = told()
BUNDLE = CHAIN.bundle(holding())
TEXT = write_bundle(BUNDLE)


@pytest.mark.parametrize("claim", [holding(), deposit()], ids=lambda claim: claim.KIND)
def test_a_bundle_survives(claim):
    bundle = CHAIN.bundle(claim)
    assert read_bundle(write_bundle(bundle)) == bundle
    assert bundle_digest(bundle) == sha256(write_bundle(bundle))


def test_a_bundle_with_further_histories_and_headers_survives():
    further = CHAIN.bundle(holding(), CHAIN.sources.party(holding().holder))
    further = replace(further, following=following(CHAIN.validators, further.header, CHAIN.validators))
    assert read_bundle(write_bundle(further)) == further


def test_how_it_is_formatted_does_not_matter():
    value = json.loads(TEXT)
    assert read_bundle(json.dumps(dict(reversed(value.items())), indent=2, ensure_ascii=True)) == BUNDLE
    assert write_bundle(read_bundle(json.dumps(value, indent=1))) == TEXT


def paths(value: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place, *(path for name, one in inner for path in paths(one, (*place, name)))]


def put(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    copy = value.copy()
    copy[path[0]] = put(value[path[0]], path[1:], new)
    return copy


PLACES = [path for path in paths(json.loads(TEXT)) if "decoded" not in path]


@settings(max_examples=400)
@given(
    st.sampled_from(PLACES),
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**53), 2**53),
        st.text(max_size=5),
        st.sampled_from(["0x", "0x00", "0", "-1", "0x" + "11" * 32, [], {}, [[]], "0x" + "00" * 20]),
    ),
)
def test_any_value_in_any_place_is_refused_by_name_or_read_and_judged(path: tuple[Any, ...], value: Any):
    changed = put(json.loads(TEXT), path, value)
    try:
        bundle = read_bundle(json.dumps(changed))
    except BundleError:
        return
    verify(bundle, CHAIN.anchor())


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_refused(data: bytes):
    with pytest.raises(BundleError):
        read_bundle(data)


@pytest.mark.parametrize("path", [path for path in PLACES if path and isinstance(path[-1], str)], ids=str)
def test_a_missing_field_is_refused(path: tuple[Any, ...]):
    value = json.loads(TEXT)
    inner = value
    for step in path[:-1]:
        inner = inner[step]
    del inner[path[-1]]
    with pytest.raises(BundleError):
        read_bundle(json.dumps(value))


def test_lists_have_limits():
    value = json.loads(TEXT)
    many = [
        put(value, ("state", "accountProof"), ["0x80"] * (bundles.MOST_NODES + 1)),
        put(value, ("state", "accountProof"), ["0x" + "00" * (bundles.MOST_NODE_BYTES + 1)]),
        put(value, ("block", "following"), ["0x"] * (bundles.MOST_FOLLOWING + 1)),
        put(value, ("histories",), value["histories"] * bundles.MOST_HISTORIES),
        put(value, ("files",), value["files"] * (bundles.MOST_FILES + 1)),
        put(value, ("manifest",), "x" * (bundles.MOST_MANIFEST + 1)),
        put(value, ("histories",), []),
    ]
    for one in many:
        with pytest.raises(BundleError):
            read_bundle(json.dumps(one))
    with pytest.raises(BundleError, match="bytes"):
        read_bundle(b" " * (bundles.MOST_BYTES + 1))
