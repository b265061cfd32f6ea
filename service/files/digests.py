"""Everything computed from a file's bytes in one pass over them: CID, SHA-256, SM3, size. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import BinaryIO

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes

from indexer.values import Hash32
from service.files.cid import KUBO_DEFAULT, CidHasher, CidProfile, pieces


@dataclass(frozen=True, slots=True)
class Digests:
    """What a file's bytes determine.

    `cid` is under the profile named; `sm3` (GB/T 32905) is `None` where the cryptographic library has none;
    `size` is in bytes.
    """

    cid: str
    cid_profile: str
    sha256: Hash32
    sm3: Hash32 | None
    size: int


class Digester:
    """Computes `Digests` from bytes that arrive in pieces."""

    def __init__(self, profile: CidProfile = KUBO_DEFAULT) -> None:
        self._cid = CidHasher(profile)
        self._sha256 = hashlib.sha256()
        self._sm3 = _sm3()
        self.size = 0

    def update(self, data: bytes) -> None:
        """Append `data`."""
        self._cid.update(data)
        self._sha256.update(data)
        if self._sm3 is not None:
            self._sm3.update(data)
        self.size += len(data)

    def digests(self) -> Digests:
        """What was computed; call it once, at the end."""
        sm3 = None if self._sm3 is None else Hash32(self._sm3.finalize())
        sha256 = Hash32(self._sha256.digest())
        return Digests(str(self._cid.cid()), self._cid.profile.name, sha256, sm3, self.size)


def digests_of(stream: BinaryIO, profile: CidProfile = KUBO_DEFAULT) -> Digests:
    """The digests of what is left in `stream`, read to its end."""
    digester = Digester(profile)
    for piece in pieces(stream):
        digester.update(piece)
    return digester.digests()


def _sm3() -> hashes.Hash | None:
    try:
        return hashes.Hash(hashes.SM3())
    except UnsupportedAlgorithm:
        return None
