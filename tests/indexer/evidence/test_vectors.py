"""The shared vectors are what the program makes, so that nobody edits one without the other."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from indexer import evidence
from indexer.evidence.checks import CHECKS
from tests.indexer.evidence.test_recordings import RECORDINGS, needs_recordings
from tests.vectors import make


@pytest.mark.parametrize("name", ["heads.json", "evidence.json", "exports.json", "scopes.json"])
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


def test_the_prose_numbers_and_words_the_checks_as_the_code_does():
    prose = (Path(evidence.__file__).parent / "README.md").read_text(encoding="utf-8")
    for check in CHECKS:
        assert f"\n{check.number}. {check.title}\n" in prose
    assert f"\n{len(CHECKS) + 1}. " not in prose


def test_the_prose_names_every_claim_and_field():
    prose = (Path(evidence.__file__).parent / "README.md").read_text(encoding="utf-8")
    made_up = make.evidence_vectors()
    for name in ("holding", "deposit"):
        claim = made_up["bundles"][name]["claim"]
        assert all(f"`{field}`" in prose for field in claim if field != "kind")
    for value in (made_up["bundles"]["holding"], made_up["anchors"]["museum"]):
        assert all(f'"{field}"' in prose for field in value)
