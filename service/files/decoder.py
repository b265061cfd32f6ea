"""Previews of hostile pictures, made in a process apart (`decode.py`). Owns that process."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final

from service.errors import QianyinError, TooLarge, Unavailable
from service.files.decode import CODES, LARGEST_OUTPUT
from service.files.media import Preview, broken_picture, no_picture, sniff, sniff_stream, too_large_picture

SECONDS: Final = 60.0
"""For one picture, by the clock; its processor time is limited in the process itself."""
AT_ONCE: Final = max(1, os.cpu_count() or 1)
LARGEST_SOURCE: Final = 1024**3
"""Bytes of a picture that is still decoded."""
_MODULE: Final = "service.files.decode"
_SIZE: Final = 4
_FREE: Final = threading.BoundedSemaphore(AT_ONCE)


def preview_apart(stream: BinaryIO, edge: int) -> Preview:
    """Do what `media.preview_of` does, in a process apart with limits of time, memory, output and descriptors.

    The stream is seekable, and used up. At most `AT_ONCE` pictures are decoded at a time.

    Raises:
        BadInput: not a picture of a type known here, or broken.
        TooLarge: too many pixels, or decoding it costs too much.
        Unavailable: the machine is too busy; trying again is safe.
    """
    if not _FREE.acquire(timeout=SECONDS):
        raise _busy()
    try:
        with _as_file(stream) as source, tempfile.TemporaryFile() as out:
            code = _run(source, out, edge)
            out.seek(0)
            return _preview(code, out.read(LARGEST_OUTPUT), stream)
    finally:
        _FREE.release()


def _run(source: BinaryIO, out: BinaryIO, edge: int) -> int:
    # The parent's own path, and nothing else of its environment: no key, no proxy, no switch of an interpreter.
    environment = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    os.lseek(source.fileno(), 0, os.SEEK_SET)
    with subprocess.Popen(
        [sys.executable, "-P", "-m", _MODULE, str(edge)],
        stdin=source,
        stdout=out,
        stderr=subprocess.DEVNULL,
        env=environment,
        cwd="/",
    ) as process:
        try:
            return process.wait(SECONDS)
        except subprocess.TimeoutExpired as error:
            raise _busy() from error
        finally:
            process.kill()


def _preview(code: int, answer: bytes, stream: BinaryIO) -> Preview:
    """What the process said, believed no further than it looks like a small WebP."""
    if (reason := next((word for word, known in CODES.items() if known == code), None)) is not None:
        raise refusal(reason, stream)
    if code < 0:
        raise refusal("picture-too-costly", stream)
    data = answer[2 * _SIZE :]
    if code != 0 or sniff(data) != "image/webp":
        raise _unable()
    width, height = (int.from_bytes(answer[at : at + _SIZE], "big") for at in (0, _SIZE))
    return Preview(data, "image/webp", width, height)


def refusal(reason: str, stream: BinaryIO | None = None) -> QianyinError:
    """The error for a reason that holds for good, a key of `CODES`; `stream` is the picture, if it is at hand."""
    match reason:
        case "not-a-picture":
            if stream is None:
                return no_picture()
            stream.seek(0)
            return no_picture(sniff_stream(stream))
        case "picture-broken":
            return broken_picture()
        case "picture-too-large":
            return too_large_picture()
        case _:
            return _too_costly()


@contextmanager
def _as_file(stream: BinaryIO) -> Iterator[BinaryIO]:
    """A stream that has a descriptor the process can read from its start; what is held in memory is laid down."""
    size = stream.seek(0, os.SEEK_END)
    if size > LARGEST_SOURCE:
        raise _too_costly()
    stream.seek(0)
    try:
        stream.fileno()
        stream.flush()
    except OSError:  # `io.UnsupportedOperation`: it lies in memory
        with tempfile.TemporaryFile() as file:
            shutil.copyfileobj(stream, file)
            file.flush()
            yield file
    else:
        yield stream


def _too_costly() -> TooLarge:
    return TooLarge(
        "picture-too-costly",
        "解码此图片所需的时间或内存超过上限，不生成预览；原件不受影响。",
        "Decoding this picture takes more time or memory than allowed, so no preview is made; the original is kept.",
    )


def _busy() -> Unavailable:
    return Unavailable(
        "previews-busy",
        "正在生成的预览过多，请稍后再试。",
        "Too many previews are being made; try again a little later.",
    )


def _unable() -> Unavailable:
    return Unavailable(
        "previews-unavailable",
        "生成预览的进程无法运行；请查看安装是否完整。",
        "The process that makes previews does not run; look whether the installation is complete.",
    )
