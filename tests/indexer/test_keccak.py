"""Keccak-256, by every back end that is installed."""

from __future__ import annotations

import pytest

from indexer import keccak

KNOWN = {
    b"": "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470",
    b"abc": "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45",
    bytes(136): "3a5912a7c5faa06ee4fe906253e339467a9ce87d533c65be3c15cb231cdb25f9",
}


@pytest.mark.parametrize("build", [keccak._with_pysha3, keccak._with_pycryptodome, keccak._fastest])
def test_every_back_end_gives_the_known_answers(build):
    pytest.importorskip(
        "sha3" if build is keccak._with_pysha3 else "Crypto", reason="this back end is not installed"
    )
    found = build()
    hash_of = found[1] if isinstance(found, tuple) else found
    for data, expected in KNOWN.items():
        assert hash_of(data).hex() == expected


def test_the_fastest_back_end_installed_is_taken():
    installed = keccak._fastest()[0]
    assert installed == keccak.BACKEND
    try:
        import sha3  # noqa: F401
    except ImportError:
        assert installed == "pycryptodome"
    else:
        assert installed == "safe-pysha3"
