"""Files named in a sheet: found inside the sheet's folder and nowhere else. Owns that folder, for reading."""

from __future__ import annotations

import errno
import os
import re
import stat
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from service.files.media import SNIFF_SIZE, UNKNOWN, sniff
from service.intake.limits import LARGEST_ATTACHED_FILE

_DEVICES: Final = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|clock\$|(?:com|lpt)[0-9¹²³])[ .]*(?:\..*)?",
    re.IGNORECASE | re.DOTALL,
)
"""Names that are devices to Windows, in any folder and with any ending."""
_EXTENSIONS: Final = {
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "image/gif": (".gif",),
    "image/webp": (".webp",),
    "image/tiff": (".tif", ".tiff", ".dng", ".nef", ".arw", ".cr2"),
    "application/pdf": (".pdf",),
    "application/epub+zip": (".epub",),
}


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that may be read: its real path inside the folder, size in bytes and media type as sniffed."""

    path: Path
    size: int
    media_type: str

    @property
    def is_named_otherwise(self) -> bool:
        """Whether the extension promises another type than the bytes are."""
        extension = self.path.suffix.lower()
        if self.media_type in _EXTENSIONS:
            return extension not in _EXTENSIONS[self.media_type]
        return self.media_type == UNKNOWN and any(extension in known for known in _EXTENSIONS.values())


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a file may not be read, as a word for programs and in Chinese and English."""

    code: str
    zh: str
    en: str


def attached(folder: Path, relative: str) -> Attached | Refused:
    """Find a file by its path inside `folder`; back slashes count as slashes.

    Absolute paths, drives, streams, devices, `..`, and links that lead out of the folder are refused, and so is
    what is no regular file, whatever system the sheet was made for. A name that the system stores in another
    normal form (as macOS does) is found all the same; two files whose names differ in that alone are refused, since
    nobody can see which one is meant.
    """
    parts = _parts(relative)
    if parts is None:
        return Refused(
            "path-outside",
            "文件路径须在表格所在文件夹之内，用相对路径，不含“..”、盘符、设备名或控制字符。",
            'The path must lie in the folder of the sheet: relative, without "..", drives, names of devices or '
            "control characters.",
        )
    found = _existing(folder, parts)
    if not found:
        return Refused("file-missing", "找不到这个文件。", "There is no such file.")
    if len(found) > 1:
        return Refused(
            "file-ambiguous",
            "有两个文件的名字看上去一样（只是 Unicode 规范形式不同）；请给其中一个改名。",
            "Two files have this name, in two normal forms of Unicode that look alike; rename one of them.",
        )
    path = found[0]
    try:
        real = path.resolve(strict=True)
        status = real.stat()
    except (
        OSError,
        RuntimeError,
    ) as error:  # a RuntimeError is a link that leads to itself, before Python 3.13
        said = getattr(error, "strerror", None) or "a link leads to itself"
        return Refused("file-unreadable", f"无法读取：{said}。", f"It cannot be read: {said}.")
    if not real.is_relative_to(folder.resolve()):
        return Refused(
            "path-outside",
            "该链接指向表格所在文件夹之外。",
            "This link leads out of the folder of the sheet.",
        )
    return _looked_at(real, status)


def _looked_at(path: Path, status: os.stat_result) -> Attached | Refused:
    if not stat.S_ISREG(status.st_mode):
        return Refused("not-a-file", "这不是普通文件。", "This is not a regular file.")
    if status.st_size == 0:
        return Refused("file-empty", "文件是空的。", "The file is empty.")
    if status.st_size > LARGEST_ATTACHED_FILE:
        limit = LARGEST_ATTACHED_FILE // 1024**2
        return Refused(
            "file-too-large", f"文件大于 {limit:,} MiB。", f"The file has more than {limit:,} MiB."
        )
    try:
        with open_regular(path) as stream:
            head = stream.read(SNIFF_SIZE)
    except OSError as error:
        return Refused(
            "file-unreadable", f"无法读取：{error.strerror}。", f"It cannot be read: {error.strerror}."
        )
    return Attached(path, status.st_size, sniff(head))


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file to read it: no link, and nothing that could make the reader wait.

    Raises:
        OSError: it is something else by now, or cannot be read.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), str(path))
    return os.fdopen(descriptor, "rb")


def _parts(relative: str) -> tuple[str, ...] | None:
    text = relative.replace("\\", "/")
    if (
        text.startswith("/")
        or ":" in text
        or any(unicodedata.category(char) in ("Cc", "Cs") for char in text)
    ):
        return None
    parts = tuple(part for part in text.split("/") if part not in ("", "."))
    if not parts or any(_leads_away(part) for part in parts):
        return None
    return parts


def _leads_away(part: str) -> bool:
    """Windows drops dots and blanks at the end of a name, so `.. ` is `..` there."""
    return (part != "" and not part.strip(" .")) or _DEVICES.fullmatch(part) is not None


def _existing(folder: Path, parts: tuple[str, ...]) -> list[Path]:
    """The files of this name, however it is normalised: more than one if they are not the same file."""
    found: list[Path] = []
    names = [parts, *(tuple(unicodedata.normalize(form, part) for part in parts) for form in ("NFC", "NFD"))]
    for name in dict.fromkeys(names):
        path = folder.joinpath(*name)
        try:
            if os.path.lexists(path) and not any(_is_same(path, other) for other in found):
                found.append(path)
        except OSError:
            continue
    return found


def _is_same(one: Path, other: Path) -> bool:
    return os.path.samestat(one.lstat(), other.lstat())
