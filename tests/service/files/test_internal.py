"""Internal columns: sealed the same way twice, opened with the key only, gone with the key."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.values import Hash32
from service.files.internal import commitment_of, open_columns, seal_columns
from service.files.store import Damaged

KEY = bytes(range(32))
COLUMNS = {"provenance": "Gift of Mrs. Example, 1904", "来源备注": "家属口述"}
CONTEXT = b"request 1"

words = st.text(st.characters(exclude_categories=["Cs"]))
columns = st.dictionaries(words, words)


@given(columns, st.binary(min_size=32, max_size=32), st.binary())
def test_sealed_columns_open_with_their_key(stated: dict[str, str], key: bytes, context: bytes) -> None:
    sealed = seal_columns(stated, key, context)
    opened = open_columns(sealed.sealed, key, sealed.commitment)
    assert opened.columns == stated
    assert commitment_of(opened.columns, opened.salt) == sealed.commitment


def test_a_worker_that_starts_again_seals_the_same_bytes() -> None:
    assert seal_columns(COLUMNS, KEY, CONTEXT) == seal_columns(dict(reversed(COLUMNS.items())), KEY, CONTEXT)


def test_the_same_columns_of_two_works_have_unlike_commitments() -> None:
    one, other = seal_columns(COLUMNS, KEY, b"request 1"), seal_columns(COLUMNS, KEY, b"request 2")
    assert one.commitment != other.commitment
    assert one.sealed != other.sealed


def test_neither_half_shows_a_column() -> None:
    sealed = seal_columns(COLUMNS, KEY, CONTEXT)
    for text in (*COLUMNS, *COLUMNS.values()):
        assert text.encode() not in sealed.sealed + sealed.commitment


def test_without_the_salt_a_right_guess_cannot_be_confirmed() -> None:
    sealed = seal_columns(COLUMNS, KEY, CONTEXT)
    assert commitment_of(COLUMNS, Hash32(bytes(32))) != sealed.commitment


def test_another_key_opens_nothing() -> None:
    sealed = seal_columns(COLUMNS, KEY, CONTEXT)
    with pytest.raises(Damaged):
        open_columns(sealed.sealed, bytes(32), sealed.commitment)


def test_another_works_columns_do_not_pass_for_these() -> None:
    mine, other = seal_columns(COLUMNS, KEY, CONTEXT), seal_columns({"provenance": "bought"}, KEY, CONTEXT)
    with pytest.raises(Damaged):
        open_columns(other.sealed, KEY, mine.commitment)


@given(st.data())
def test_a_changed_byte_anywhere_is_noticed(data: st.DataObject) -> None:
    sealed = seal_columns(COLUMNS, KEY, CONTEXT)
    at = data.draw(st.integers(0, len(sealed.sealed) - 1))
    octets = bytearray(sealed.sealed)
    octets[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Damaged):
        open_columns(bytes(octets), KEY, sealed.commitment)


@pytest.mark.parametrize("octets", [b"", b"QYI1", b"QYI1" + bytes(12), b"QYI1" + bytes(40)])
def test_what_was_cut_off_opens_nothing(octets: bytes) -> None:
    with pytest.raises(Damaged):
        open_columns(octets, KEY, seal_columns(COLUMNS, KEY, CONTEXT).commitment)


def test_a_key_of_another_length_is_a_programmers_mistake() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        seal_columns(COLUMNS, b"short", CONTEXT)
