"""Hashes and addresses are read from hexadecimal text of one form."""

from __future__ import annotations

import pytest

from indexer.values import address, as_hex, hash32


def test_what_was_written_is_read() -> None:
    assert as_hex(hash32("0x" + "ab" * 32)) == "0x" + "ab" * 32
    assert address("0x" + "Ab" * 20) == b"\xab" * 20


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0x",
        "ab" * 32,
        "0x" + "ab" * 31,
        "0x" + "ab" * 33,
        "0x" + "ab" * 31 + "  ",
        "0x" + "zz" * 32,
        "0X" + "ab" * 32,
    ],
)
def test_other_forms_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected 0x and 64"):
        hash32(text)
