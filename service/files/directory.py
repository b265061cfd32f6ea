"""A content store in a folder: one file for each CID. Owns that folder."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import BinaryIO

from service.errors import Unavailable
from service.files.cid import KUBO_DEFAULT, CidProfile, pieces
from service.files.digests import Digester
from service.files.store import Source, Stored, checked, is_folder, not_kept, opened, over_limit, verify

INCOMING = "incoming"
STALE_AFTER = 24 * 3600
LARGEST_FILE = 4 * 1024**3


class DirectoryStore:
    """Files at `folder/XX/CID`, where XX are the two characters before the last, so that no folder grows huge.

    A file appears under its name only whole and synced (written beside, fsync, atomic rename, fsync of the
    folder), so a crash leaves at most a stray file in `incoming/`, and two writers of the same bytes put the
    same file in the same place, whoever is last.
    """

    def __init__(self, folder: Path, profile: CidProfile = KUBO_DEFAULT, limit: int = LARGEST_FILE) -> None:
        self._folder = folder
        self._limit = limit
        self._profile = profile
        (folder / INCOMING).mkdir(mode=0o700, parents=True, exist_ok=True)
        self._sweep()

    def put(self, source: Source) -> Stored:
        """See `ContentStore`. Writes even what is there already: that mends a damaged file."""
        try:
            return self._put(source)
        except OSError as error:
            raise _unwritable(error) from error

    def get(self, cid: str) -> BinaryIO:
        """See `ContentStore`."""
        path = self._path(checked(cid))
        try:
            return _verified(path, cid)
        except OSError as error:
            # Where a disk is not mounted a folder may be left, without what every store has.
            missing = isinstance(error, FileNotFoundError) and is_folder(self._folder / INCOMING)
            raise (not_kept(cid) if missing else _unreadable(error)) from error

    def has(self, cid: str) -> bool:
        """See `ContentStore`."""
        path = self._path(checked(cid))
        try:
            return path.is_file()
        except OSError as error:
            raise _unreadable(error) from error

    def _put(self, source: Source) -> Stored:
        digester = Digester(self._profile)
        handle, name = tempfile.mkstemp(dir=self._folder / INCOMING)
        try:
            with os.fdopen(handle, "wb") as out, opened(source) as stream:
                self._copy(stream, out, digester)
                out.flush()
                os.fsync(out.fileno())
            stored = digester.digests()
            self._place(Path(name), self._path(stored.cid))
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        return stored

    def _copy(self, stream: BinaryIO, out: BinaryIO, digester: Digester) -> None:
        for piece in pieces(stream):
            digester.update(piece)
            if digester.size > self._limit:
                raise over_limit(self._limit)
            out.write(piece)

    def _place(self, written: Path, place: Path) -> None:
        if not place.parent.is_dir():
            place.parent.mkdir(mode=0o700, exist_ok=True)
            _sync(self._folder)
        written.replace(place)
        _sync(place.parent)

    def _path(self, cid: str) -> Path:
        return self._folder / cid[-3:-1] / cid

    def _sweep(self) -> None:
        """Remove what writers that died left behind."""
        for stray in (self._folder / INCOMING).iterdir():
            try:
                if time.time() - stray.stat().st_mtime > STALE_AFTER:
                    stray.unlink()
            except FileNotFoundError:
                continue


def _verified(path: Path, cid: str) -> BinaryIO:
    stream = path.open("rb")
    try:
        verify(stream, cid)
    except BaseException:
        stream.close()
        raise
    return stream


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unwritable(error: OSError) -> Unavailable:
    return Unavailable(
        "store-unwritable",
        f"无法写入文件库：{error.strerror}；请检查磁盘空间与权限后重试。",
        f"The file store cannot be written: {error.strerror}; check disk space and permissions, then try again.",
    )


def _unreadable(error: OSError) -> Unavailable:
    return Unavailable(
        "store-unreadable",
        f"无法读取文件库：{error.strerror}；请检查磁盘与权限后重试。",
        f"The file store cannot be read: {error.strerror}; check disk and permissions, then try again.",
    )
