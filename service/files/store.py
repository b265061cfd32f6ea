"""What a content store is: bytes go in and get a CID that was computed here; by it they come out, verified."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from service.errors import BadInput, NotFound, TooLarge, Unavailable
from service.files.cid import PROFILES, cid_of_stream, parse_cid
from service.files.digests import Digests

Source = Path | BinaryIO | bytes


class Damaged(Unavailable):
    """The store holds other bytes under a CID than those it names; they were not handed out."""


Stored = Digests
"""What `put` answers: the digests of the bytes that are now kept durably."""


class ContentStore(Protocol):
    """Keeps files by what they are. Two stores given the same bytes answer the same `Stored`."""

    def put(self, source: Source) -> Stored:
        """Keep the bytes durably; putting the same bytes again is harmless.

        Raises:
            BadInput: there is no file at the path.
            TooLarge: more bytes than the store takes.
            Unavailable: the store does not answer, or the path cannot be read now; trying again is safe.
        """

    def get(self, cid: str) -> BinaryIO:
        """A stream of the bytes, at its start, seekable and already verified; the caller closes it.

        Raises:
            NotFound: nothing is kept under this CID, or it is no CID of ours.
            Damaged: what is kept is something else.
            Unavailable: the store does not answer; trying again is safe.
        """

    def has(self, cid: str) -> bool:
        """Whether something is kept under this CID (not yet whether it is whole)."""


@contextmanager
def opened(source: Source) -> Iterator[BinaryIO]:
    """The source as a stream; a stream that was passed in stays open.

    Raises:
        BadInput: there is no file at the path, in a folder that is there.
        Unavailable: something else is in the way, which may pass.
    """
    if isinstance(source, bytes):
        yield io.BytesIO(source)
    elif isinstance(source, Path):
        try:
            stream = source.open("rb")
        except OSError as error:
            raise _not_opened(source, error) from error
        with stream:
            yield stream
    else:
        yield source


def _not_opened(path: Path, error: OSError) -> BadInput | Unavailable:
    if isinstance(error, FileNotFoundError) and is_folder(path.parent):
        return BadInput(
            "source-missing",
            "要存入的文件不在；请检查文件后重试。",
            "The file to be kept is not there; check it and try again.",
        )
    return Unavailable(
        "source-unreadable",
        f"暂时无法读取要存入的文件：{error.strerror}；请检查磁盘与权限后重试。",
        f"The file to be kept cannot be read now: {error.strerror}; check disk and permissions, then try again.",
    )


def is_folder(path: Path) -> bool:
    """Whether a folder is there for certain."""
    try:
        return path.is_dir()
    except OSError:
        return False


def checked(cid: str) -> str:
    """The CID, if it is one of ours; so nothing else ever reaches a path or a URL.

    Raises:
        NotFound: it is not.
    """
    try:
        parse_cid(cid)
    except ValueError as error:
        raise not_kept(cid) from error
    return cid


def verify(stream: BinaryIO, cid: str) -> None:
    """Compute the CID of the seekable `stream` under every profile known, and leave it at its start.

    Raises:
        Damaged: none of them is `cid`.
    """
    for profile in PROFILES.values():
        stream.seek(0)
        if cid_of_stream(stream, profile) == cid:
            stream.seek(0)
            return
    raise Damaged(
        "file-damaged",
        "所存文件与其内容标识不符，未予提供；请从备份恢复该文件。",
        "The file kept here is not the one its content identifier names, so it was not handed out; "
        "restore it from a backup.",
        cid=cid,
    )


def not_kept(cid: str) -> NotFound:
    """The error for a CID under which nothing is kept."""
    return NotFound(
        "file-not-kept",
        "没有这个内容标识的文件；请核对标识。",
        "No file is kept under this content identifier; check the identifier.",
        cid=cid[:100],
    )


def over_limit(limit: int) -> TooLarge:
    """The error for a file that is longer than `limit` bytes."""
    return TooLarge(
        "file-too-large",
        f"文件超过 {limit // 1024**2} MiB 的上限；请压缩或拆分后再存。",
        f"The file is over the limit of {limit // 1024**2} MiB; make it smaller or split it.",
        limit=limit,
    )
