"""What a hostile file is by its first bytes, and small re-encoded pictures of it to show. Owns Pillow.

A page never serves an uploaded file as a picture: it shows a preview made here, and offers the original as an
attachment. A preview carries no metadata (a photograph's place, a hidden thumbnail), only pixels in sRGB.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, Final

from PIL import Image, ImageCms, ImageOps

from service.errors import BadInput, TooLarge

PREVIEW_EDGE = 1600
THUMBNAIL_EDGE = 400
QUALITY = 84
MAX_PIXELS = 89_478_485
"""Width times height that is still decoded: 256 MiB as RGB, and Pillow's own limit."""
SNIFF_SIZE = 64
UNKNOWN = "application/octet-stream"
PAPER = (250, 248, 243)

_MAGIC: Final = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (8, b"WAVE", "audio/wav"),
    (0, b"II*\0", "image/tiff"),
    (0, b"MM\0*", "image/tiff"),
    (0, b"%PDF-", "application/pdf"),
    (30, b"mimetypeapplication/epub+zip", "application/epub+zip"),
    (0, b"glTF", "model/gltf-binary"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftyp", "video/mp4"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"fLaC", "audio/flac"),
    (0, b"OggS", "audio/ogg"),
    (0, b"PK\x03\x04", "application/zip"),
)
_FORMATS: Final = {
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "image/gif": "GIF",
    "image/webp": "WEBP",
    "image/tiff": "TIFF",
}
PICTURES: Final = frozenset(_FORMATS)
"""The media types of which a preview can be made."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What a picture's header says: media type, width and height in pixels as stored."""

    media_type: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Preview:
    """A re-encoded picture: its bytes (WebP), media type, and size in pixels."""

    data: bytes
    media_type: str
    width: int
    height: int


def sniff(head: bytes) -> str:
    """The media type told by a file's first bytes (`SNIFF_SIZE` of them are enough); `UNKNOWN` if none.

    The name and the type that a sender states are never asked. Text formats, HTML and SVG among them, are
    unknown here on purpose: no browser may ever be told to run one.
    """
    for offset, magic, media_type in _MAGIC:
        if head[offset : offset + len(magic)] == magic and _is_whole(head, offset):
            return media_type
    return UNKNOWN


def sniff_stream(stream: BinaryIO) -> str:
    """`sniff` a seekable stream and leave it at its start."""
    head = stream.read(SNIFF_SIZE)
    stream.seek(0)
    return sniff(head)


def picture_of(stream: BinaryIO) -> Picture:
    """Read the header of a picture, decoding no pixel; the seekable stream is left at its start.

    Raises:
        BadInput: not a picture of a type known here, or its header is broken.
        TooLarge: more than `MAX_PIXELS`.
    """
    media_type = sniff_stream(stream)
    with _hostile(), _opened(stream, media_type) as image:
        picture = Picture(media_type, image.width, image.height)
    stream.seek(0)
    return picture


def preview_of(stream: BinaryIO, edge: int = PREVIEW_EDGE) -> Preview:
    """Decode a picture and make a smaller one, at most `edge` pixels wide and high, never enlarged.

    Turned as its orientation mark says, brought to sRGB, laid on paper where it is transparent; of a moving
    picture the first frame.

    Raises:
        BadInput: not a picture of a type known here, or broken.
        TooLarge: more than `MAX_PIXELS`.
    """
    media_type = sniff_stream(stream)
    with _hostile(), _opened(stream, media_type) as image:
        image.draft("RGB", (edge, edge))
        # Made small first: everything after it then costs the same, however large the picture was.
        reduced = _scalable(_eight_bit(image))
        reduced.thumbnail((edge, edge), Image.Resampling.LANCZOS)
        small = _flat(_srgb(ImageOps.exif_transpose(reduced)))
        out = io.BytesIO()
        small.save(out, "WEBP", quality=QUALITY, method=4)
    return Preview(out.getvalue(), "image/webp", small.width, small.height)


def _is_whole(head: bytes, offset: int) -> bool:
    """RIFF formats carry their name at 8: the container's own name must stand before it."""
    return offset != len(b"RIFFsize") or head.startswith(b"RIFF")


@contextmanager
def _opened(stream: BinaryIO, media_type: str) -> Iterator[Image.Image]:
    if media_type not in _FORMATS:
        raise no_picture(media_type)
    with Image.open(stream, formats=[_FORMATS[media_type]]) as image:
        if image.width * image.height > MAX_PIXELS:
            raise too_large_picture()
        yield image


@contextmanager
def _hostile() -> Iterator[None]:
    """Whatever a decoder raises on broken bytes (it is many things) becomes one error of ours."""
    try:
        yield
    except (BadInput, TooLarge):
        raise
    except MemoryError:
        raise
    except Image.DecompressionBombError as error:
        raise too_large_picture() from error
    except Exception as error:
        raise broken_picture() from error


def no_picture(media_type: str = UNKNOWN) -> BadInput:
    """The error for a file of a type that no preview is made of."""
    return BadInput(
        "not-a-picture",
        "该文件不是可生成预览的图片（PNG、JPEG、WebP、GIF、TIFF）。",
        "This file is not a picture a preview can be made of (PNG, JPEG, WebP, GIF, TIFF).",
        media_type=media_type,
    )


def broken_picture() -> BadInput:
    """The error for a picture that cannot be decoded."""
    return BadInput(
        "picture-broken",
        "图片数据已损坏，无法读取。",
        "The picture's data is broken and cannot be read.",
    )


def too_large_picture() -> TooLarge:
    """The error for a picture of too many pixels."""
    return TooLarge(
        "picture-too-large",
        f"图片超过 {MAX_PIXELS:,} 像素的上限，不生成预览。",
        f"The picture has more than {MAX_PIXELS:,} pixels, the limit; no preview is made.",
        limit=MAX_PIXELS,
    )


def _eight_bit(image: Image.Image) -> Image.Image:
    """Sixteen-bit scans keep their tones instead of being cut off at 255."""
    if image.mode.startswith("I;16"):
        return image.convert("I").point(lambda value: value / 256).convert("L")
    return image


def _scalable(image: Image.Image) -> Image.Image:
    """Colours that are numbers in a palette, or stand for transparent, cannot be mixed before they are looked up."""
    if image.mode == "1":
        return image.convert("L")
    if image.mode in ("P", "PA") or "transparency" in image.info:
        return image.convert("RGBA" if image.has_transparency_data else "RGB")
    return image


def _srgb(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "RGBA", "CMYK", "L"):
        return image
    mode = image.mode if image.mode in ("RGB", "RGBA") else "RGB"
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(image, source, target, outputMode=mode)
    except (ImageCms.PyCMSError, OSError):
        return image
    return converted or image


def _flat(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image.convert("RGB")
    layer = image.convert("RGBA")
    paper = Image.new("RGBA", layer.size, (*PAPER, 255))
    return Image.alpha_composite(paper, layer).convert("RGB")
