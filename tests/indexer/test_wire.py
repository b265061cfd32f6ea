"""The one text form of each value at a border."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.values import Address, Hash32, as_hex
from indexer.wire import read_address, read_hash, read_octets, read_uint, write_address, write_time

FAULTS = "expected|larger than|do not carry"
# The addresses of EIP-55.
CHECKSUMMED = [
    "0x52908400098527886E0F7030069857D2E4169EE7",
    "0xde709f2102306220921060314715629080e2fb77",
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
]


@pytest.mark.parametrize("text", CHECKSUMMED)
def test_the_addresses_of_eip_55_are_read_and_written(text: str):
    assert write_address(read_address(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        CHECKSUMMED[2].lower(),
        CHECKSUMMED[2].swapcase(),
        CHECKSUMMED[2][:-1],
        CHECKSUMMED[2] + "0",
        CHECKSUMMED[2][2:],
        " " + CHECKSUMMED[2],
        CHECKSUMMED[2] + "\n",
        "",
    ],
)
def test_an_address_in_another_form_is_refused(text: str):
    with pytest.raises(ValueError, match=FAULTS):
        read_address(text)


@given(st.binary(min_size=20, max_size=20))
def test_addresses_survive(octets: bytes):
    assert read_address(write_address(Address(octets))) == octets


@given(st.binary(min_size=32, max_size=32))
def test_hashes_survive(octets: bytes):
    assert read_hash(as_hex(Hash32(octets))) == octets


@pytest.mark.parametrize("text", ["", "0", "0x0", "0xAB", "0x a", "0x\n", "0xab ", "ab", "0xａｂ", "0Xab"])
def test_bytes_in_another_form_are_refused(text: str):
    with pytest.raises(ValueError, match=FAULTS):
        read_octets(text)


@pytest.mark.parametrize(
    "text", ["", "00", "01", "-1", "+1", "1.0", "1e3", " 1", "1\n", "٣", "0x1", "9" * 5000]
)
def test_numbers_in_another_form_are_refused(text: str):
    with pytest.raises(ValueError, match=FAULTS):
        read_uint(text)


def test_the_largest_number_is_read_and_the_next_refused():
    assert read_uint(str(2**256 - 1)) == 2**256 - 1
    with pytest.raises(ValueError, match=FAULTS):
        read_uint(str(2**256))
    with pytest.raises(ValueError, match=FAULTS):
        read_uint("6", most=5)


def test_times_are_utc_and_never_fail():
    assert write_time(0) == "1970-01-01T00:00:00Z"
    assert write_time(2**256 - 1) == str(2**256 - 1)
