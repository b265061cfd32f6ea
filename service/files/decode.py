"""A process of its own in which one picture from a stranger is decoded: limited first, and gone afterwards.

    python -m service.files.decode EDGE < picture > preview

Standard output gets width and height (four bytes each, big-endian) and the preview (WebP). The exit code is 0, or
one of `CODES` where the picture is refused, or a signal's where a limit was met. The limits are the
system's own, set before any byte of the picture is read, so a decoder that hangs, fills the memory or is taken over
costs one process and no more.
"""

from __future__ import annotations

import resource
import sys
from contextlib import suppress
from typing import Final

from service.errors import QianyinError

MEMORY: Final = 1536 * 1024**2
"""Bytes of address space: the largest picture allowed takes about 1,100 MiB."""
PROCESSOR_SECONDS: Final = 20
LARGEST_OUTPUT: Final = 16 * 1024**2
"""Bytes that may be written anywhere."""
MOST_DESCRIPTORS: Final = 32
CODES: Final = {"not-a-picture": 10, "picture-broken": 11, "picture-too-large": 12, "picture-too-costly": 13}
"""The exit code for each reason why a picture has no preview."""


def limit() -> None:
    """Take from this process what decoding does not need. What a system does not know (macOS: memory) is left."""
    for kind, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, PROCESSOR_SECONDS),
        (resource.RLIMIT_FSIZE, LARGEST_OUTPUT),
        (resource.RLIMIT_NOFILE, MOST_DESCRIPTORS),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, most))


def main() -> int:
    """Decode standard input; the exit code says how it went."""
    limit()
    from service.files.media import preview_of

    try:
        with open(0, "rb", closefd=False) as source:
            preview = preview_of(source, int(sys.argv[1]))
    except QianyinError as error:
        return CODES[error.code]
    except MemoryError:
        return CODES["picture-too-costly"]
    size = preview.width.to_bytes(4, "big") + preview.height.to_bytes(4, "big")
    with open(1, "wb", closefd=False) as out:
        out.write(size + preview.data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
