"""Files as the manifest states them: what differs is named, what is no manifest of ours states none."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.evidence.checks import CHECKS, Case
from indexer.evidence.result import Status
from indexer.evidence.stated_files import differing, stated_files
from indexer.values import Hash32
from tests.indexer.evidence.small_chain import LISTED, MANIFEST, holding, sha256, told

MANIFEST_CHECK = next(check for check in CHECKS if check.number == 2)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(["qianyin", "files", "format", "x"]), inner)
    ),
    max_leaves=20,
)


def test_a_manifest_states_its_files():
    assert stated_files(MANIFEST) == (LISTED,)


@pytest.mark.parametrize(
    ("field", "value"),
    [("cid", "bafkother"), ("cid_profile", "kubo-default"), ("media_type", "text/html"), ("size", 1)],
)
def test_what_differs_is_named(field: str, value: object):
    assert differing([replace(LISTED, **{field: value})], [LISTED]) == f"files/0: {field}"  # type: ignore[arg-type]
    assert differing([LISTED], [LISTED]) is None


def test_a_file_that_the_manifest_does_not_name_is_told():
    other = replace(LISTED, sha256=sha256(b"another file"))
    assert differing([LISTED, other], [LISTED]) == "files/1 is not in the manifest"
    assert differing([], [LISTED]) is None


def test_a_file_that_the_manifest_names_twice_as_two_things_may_be_listed_so():
    twice = [LISTED, replace(LISTED, media_type="application/octet-stream")]
    assert differing(twice, twice) is None
    assert differing([replace(LISTED, size=1), *twice], twice) is not None


@pytest.mark.parametrize("field", ["cid", "size", "sha256"])
def test_a_manifest_that_leaves_a_field_out_states_nothing(field: str):
    value = json.loads(MANIFEST)
    del value["qianyin"]["files"][0][field]
    assert stated_files(json.dumps(value)) is None


@given(JSON)
def test_whatever_json_states_no_files_or_some_and_never_fails(value: object):
    found = stated_files(json.dumps(value))
    assert found is None or isinstance(found, tuple)


@given(st.text(max_size=200))
def test_text_that_is_no_json_states_no_files(text: str):
    assert stated_files("not json " + text) is None


def test_a_manifest_of_another_form_is_compared_by_its_digest_alone_and_says_so():
    chain = told()
    bundle = chain.bundle(holding())
    foreign = replace(bundle, manifest='{"name":"静夜思"}')
    result = MANIFEST_CHECK.run(Case(foreign, None, None))
    assert result.status is Status.FAILED, "its digest is another"
    cids = replace(bundle, files=(replace(LISTED, cid="bafkother"),))
    assert MANIFEST_CHECK.run(Case(cids, None, None)).status is Status.FAILED
    assert MANIFEST_CHECK.run(Case(cids, None, None)).detail == "files/0: cid"
    assert MANIFEST_CHECK.run(Case(bundle, None, Hash32(bytes(32)))).status is Status.PASSED
