"""Content identifiers of files, computed here from the bytes and never believed from elsewhere. Pure.

A CID depends on how the bytes are cut, so every CID goes with the name of its profile. Sources: the
multiformats CID specification (version 1, base32), the IPLD dag-pb specification (links before data) and the
UnixFS 1.5 specification (a `File` node names its size and the sizes of its children). A file of one chunk is
one raw block, so its CID holds the file's own SHA-256.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import BinaryIO, NamedTuple

CID_VERSION = 1
RAW = 0x55
DAG_PB = 0x70
SHA2_256 = 0x12
DIGEST_SIZE = 32
UNIXFS_FILE = 2
READ_SIZE = 1 << 20
SEVEN_BITS = 0x7F


@dataclass(frozen=True, slots=True)
class CidProfile:
    """How a file is cut and linked: CID version 1, raw leaves, a balanced tree of dag-pb nodes.

    `chunk_size` is in bytes; `max_links` is the greatest number of children of one node.
    """

    name: str
    chunk_size: int
    max_links: int


KUBO_DEFAULT = CidProfile("kubo-default", 256 * 1024, 174)
UNIXFS_V1_2025 = CidProfile("unixfs-v1-2025", 1024 * 1024, 1024)
PROFILES: Mapping[str, CidProfile] = MappingProxyType({p.name: p for p in (KUBO_DEFAULT, UNIXFS_V1_2025)})


@dataclass(frozen=True, slots=True)
class Cid:
    """A parsed CID: `codec` is `RAW` or `DAG_PB`, `digest` the SHA-256 of the block it names."""

    codec: int
    digest: bytes

    def __str__(self) -> str:
        octets = bytes((CID_VERSION, self.codec, SHA2_256, DIGEST_SIZE)) + self.digest
        return "b" + base64.b32encode(octets).decode("ascii").rstrip("=").lower()


class _Link(NamedTuple):
    """A child: its CID, the bytes of file below it, and the bytes of all blocks below it (dag-pb `Tsize`)."""

    cid: bytes
    file_size: int
    tree_size: int


class CidHasher:
    """Computes a CID from bytes that arrive in pieces of any size.

    Memory does not grow with the file's length: one list of links for each level of the tree.
    """

    def __init__(self, profile: CidProfile = KUBO_DEFAULT) -> None:
        self.profile = profile
        self._leaf = hashlib.sha256()
        self._leaf_size = 0
        self._levels: list[list[_Link]] = [[]]

    def update(self, data: bytes | memoryview) -> None:
        """Append `data`."""
        view = memoryview(data)
        while view:
            if self._leaf_size == self.profile.chunk_size:
                self._close_leaf()
            room = self.profile.chunk_size - self._leaf_size
            self._leaf.update(view[:room])
            self._leaf_size += min(room, len(view))
            view = view[room:]

    def cid(self) -> Cid:
        """The CID of everything given; call it once, at the end."""
        if self._levels == [[]]:
            return Cid(RAW, self._leaf.digest())
        self._close_leaf()
        level = 0
        while level < len(self._levels) - 1 or len(self._levels[level]) > 1:
            if self._levels[level]:
                self._close_node(level)
            level += 1
        return Cid(DAG_PB, self._levels[level][0].cid[4:])

    def _close_leaf(self) -> None:
        link = _Link(_cid_octets(RAW, self._leaf.digest()), self._leaf_size, self._leaf_size)
        self._leaf = hashlib.sha256()
        self._leaf_size = 0
        self._add(link, 0)

    def _add(self, link: _Link, level: int) -> None:
        if level == len(self._levels):
            self._levels.append([])
        self._levels[level].append(link)
        if len(self._levels[level]) == self.profile.max_links:
            self._close_node(level)

    def _close_node(self, level: int) -> None:
        children = self._levels[level]
        self._levels[level] = []
        block = _node(children)
        tree_size = len(block) + sum(child.tree_size for child in children)
        link = _Link(
            _cid_octets(DAG_PB, hashlib.sha256(block).digest()),
            sum(child.file_size for child in children),
            tree_size,
        )
        self._add(link, level + 1)


def cid_of(data: bytes, profile: CidProfile = KUBO_DEFAULT) -> str:
    """The CID of `data` as text (`b` and lower-case base32)."""
    hasher = CidHasher(profile)
    hasher.update(data)
    return str(hasher.cid())


def cid_of_stream(stream: BinaryIO, profile: CidProfile = KUBO_DEFAULT) -> str:
    """The CID of what is left in `stream`, read to its end."""
    hasher = CidHasher(profile)
    for piece in pieces(stream):
        hasher.update(piece)
    return str(hasher.cid())


def raw_cid(sha256: bytes) -> str:
    """The CID of a file of one chunk, given its SHA-256 (32 bytes)."""
    if len(sha256) != DIGEST_SIZE:
        raise ValueError(f"a SHA-256 has {DIGEST_SIZE} bytes, got {len(sha256)}")
    return str(Cid(RAW, sha256))


def parse_cid(text: str) -> Cid:
    """Read a CID as this module writes it.

    Raises:
        ValueError: not CID version 1 in lower-case base32 without padding, another codec than raw or dag-pb,
            another hash than SHA-256, or more than one spelling of the same bytes.
    """
    try:
        octets = base64.b32decode(text[1:].upper() + "=" * (-len(text[1:]) % 8))
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"not a CID: {text[:80]!r}") from error
    head = octets[:4]
    if len(octets) != 4 + DIGEST_SIZE or head not in (_cid_octets(RAW, b""), _cid_octets(DAG_PB, b"")):
        raise ValueError(f"not a CID of version 1, raw or dag-pb, with a SHA-256: {text[:80]!r}")
    cid = Cid(octets[1], octets[4:])
    if str(cid) != text:
        raise ValueError(f"not the one spelling of that CID: {text[:80]!r}")
    return cid


def pieces(stream: BinaryIO, size: int = READ_SIZE) -> Iterator[bytes]:
    """What is left in `stream`, in pieces of at most `size` bytes."""
    while piece := stream.read(size):
        yield piece


def _cid_octets(codec: int, digest: bytes) -> bytes:
    return bytes((CID_VERSION, codec, SHA2_256, DIGEST_SIZE)) + digest


def _node(children: list[_Link]) -> bytes:
    """A dag-pb node: `Links` (field 2), then `Data` (field 1) with the UnixFS message."""
    links = b"".join(_field(2, _pb_link(child)) for child in children)
    unixfs = (
        b"\x08"
        + _varint(UNIXFS_FILE)
        + b"\x18"
        + _varint(sum(child.file_size for child in children))
        + b"".join(b"\x20" + _varint(child.file_size) for child in children)
    )
    return links + _field(1, unixfs)


def _pb_link(link: _Link) -> bytes:
    """`Hash` (field 1), an empty `Name` (field 2) and `Tsize` (field 3)."""
    return _field(1, link.cid) + _field(2, b"") + b"\x18" + _varint(link.tree_size)


def _field(number: int, value: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    octets = bytearray()
    while value > SEVEN_BITS:
        octets.append(value & SEVEN_BITS | 0x80)
        value >>= 7
    octets.append(value)
    return bytes(octets)
