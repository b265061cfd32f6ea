"""The shared vectors are what the program makes, so that nobody edits one without the other."""

from __future__ import annotations

import json

import pytest

from tests.indexer.evidence.test_recordings import RECORDINGS, needs_recordings
from tests.vectors import make


@pytest.mark.parametrize("name", ["heads.json", "evidence.json", "exports.json"])
def test_the_files_are_what_the_program_makes(name: str):
    assert json.loads((make.HERE / name).read_bytes()) == make.made()[name]


@needs_recordings
def test_the_excerpt_is_of_the_recordings():
    assert json.loads((make.HERE / "headers.json").read_bytes()) == make.recorded(RECORDINGS)


def test_every_outcome_has_a_vector():
    cases = make.made()["evidence.json"]["cases"]
    assert {case["expect"].get("answer", "refused") for case in cases} == {
        "valid",
        "invalid",
        "indeterminate",
        "refused",
    }
    failing = {number for case in cases for number in case["expect"].get("checks", {})}
    assert failing == set("12345678")
