"""Scans: sealed alike each time, opened only whole, with their own key, as the one on record."""

from __future__ import annotations

import hashlib

import pytest

from indexer.values import Hash32
from service.files.store import Damaged
from service.keys.sealing import new_sealer_key
from service.rights.backlog.scans import open_scan, seal_scan

SCAN = b"%PDF-1.4 " + bytes(range(256)) * 40
DIGEST = Hash32(hashlib.sha256(SCAN).digest())


def test_a_scan_is_opened_with_its_key() -> None:
    key = new_sealer_key()
    sealed = seal_scan(SCAN, key)
    assert SCAN[:40] not in sealed
    assert open_scan(sealed, key, DIGEST) == SCAN


def test_the_same_scan_is_sealed_alike_under_one_key_and_otherwise_under_another() -> None:
    key = new_sealer_key()
    assert seal_scan(SCAN, key) == seal_scan(SCAN, key)
    assert seal_scan(SCAN, key) != seal_scan(SCAN, new_sealer_key())


@pytest.mark.parametrize("at", [0, 5, 40, -1])
def test_a_changed_byte_is_noticed(at: int) -> None:
    key = new_sealer_key()
    sealed = bytearray(seal_scan(SCAN, key))
    sealed[at] ^= 1
    with pytest.raises(Damaged):
        open_scan(bytes(sealed), key, DIGEST)


def test_another_key_another_scan_and_no_scan_are_refused() -> None:
    key = new_sealer_key()
    sealed = seal_scan(SCAN, key)
    with pytest.raises(Damaged):
        open_scan(sealed, new_sealer_key(), DIGEST)
    with pytest.raises(Damaged):
        open_scan(sealed, key, Hash32(hashlib.sha256(b"other").digest()))
    with pytest.raises(Damaged):
        open_scan(b"", key, DIGEST)
