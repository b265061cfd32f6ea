"""Pictures from strangers: what they are, what they may cost, and what is shown of them."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from service.errors import BadInput, TooLarge
from service.files.media import PAPER, UNKNOWN, Preview, picture_of, preview_of, sniff


def encoded(image: Image.Image, form: str, **options: object) -> io.BytesIO:
    out = io.BytesIO()
    image.save(out, form, **options)
    out.seek(0)
    return out


def middle(preview: Preview) -> tuple[int, int, int]:
    with Image.open(io.BytesIO(preview.data)) as shown:
        rows = shown.convert("RGB").tobytes()
    at = 3 * (preview.height // 2 * preview.width + preview.width // 2)
    return rows[at], rows[at + 1], rows[at + 2]


def png_claiming(width: int, height: int) -> io.BytesIO:
    """A PNG of a few bytes whose header claims any size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    return io.BytesIO(b"\x89PNG\r\n\x1a\n" + body)


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"\xff\xd8\xff\xe0....", "image/jpeg"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
        (b"RIFF\x10\0\0\0WAVEfmt ", "audio/wav"),
        (b"GIF89a....", "image/gif"),
        (b"%PDF-1.7\n", "application/pdf"),
        (b"PK\x03\x04" + b"\0" * 26 + b"mimetypeapplication/epub+zip", "application/epub+zip"),
        (b"PK\x03\x04" + b"\0" * 60, "application/zip"),
        (b"\0\0\0\x20ftypisom", "video/mp4"),
        (b"glTF\x02\0\0\0", "model/gltf-binary"),
    ],
)
def test_a_file_is_known_by_its_first_bytes(head: bytes, media_type: str) -> None:
    assert sniff(head) == media_type


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"<html><script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='x'>",
        b"GIF8",
        b"junkjunkWEBP",
        b" %PDF-1.7",
        b"\x00" * 64,
    ],
)
def test_what_could_run_in_a_browser_or_is_not_known_stays_unknown(head: bytes) -> None:
    assert sniff(head) == UNKNOWN


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF", "TIFF"])
def test_a_preview_is_made_of_every_picture_type(form: str) -> None:
    source = encoded(Image.new("RGB", (640, 320), (180, 40, 30)), form)
    preview = preview_of(source, 320)
    with Image.open(io.BytesIO(preview.data)) as shown:
        assert (shown.format, shown.size) == ("WEBP", (320, 160))
    red, green, blue = middle(preview)
    assert abs(red - 180) < 12
    assert abs(green - 40) < 12
    assert abs(blue - 30) < 12
    assert (preview.width, preview.height, preview.media_type) == (320, 160, "image/webp")


def test_a_small_picture_is_not_enlarged() -> None:
    assert preview_of(encoded(Image.new("RGB", (20, 10)), "PNG"), 1600).width == 20


def test_a_preview_carries_no_metadata() -> None:
    exif = Image.Exif()
    exif[0x010E] = "home address of the photographer"
    exif[0x8825] = {1: "N", 2: (31.0, 13.0, 0.0)}
    source = encoded(Image.new("RGB", (60, 40)), "JPEG", exif=exif, comment=b"secret")
    assert b"home address" in source.getvalue()
    preview = preview_of(source)
    assert b"EXIF" not in preview.data
    assert b"home address" not in preview.data
    with Image.open(io.BytesIO(preview.data)) as shown:
        assert not shown.getexif()
        assert "icc_profile" not in shown.info


def test_a_picture_lying_on_its_side_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    preview = preview_of(encoded(Image.new("RGB", (60, 40)), "JPEG", exif=exif))
    assert (preview.width, preview.height) == (40, 60)


def test_what_is_transparent_is_laid_on_paper() -> None:
    preview = preview_of(encoded(Image.new("RGBA", (30, 30), (0, 0, 0, 0)), "PNG"))
    assert all(abs(seen - paper) < 6 for seen, paper in zip(middle(preview), PAPER, strict=True))


def test_a_sixteen_bit_scan_keeps_its_tones() -> None:
    preview = preview_of(encoded(Image.new("I;16", (30, 30), 0x8000), "PNG"))
    assert all(120 < tone < 136 for tone in middle(preview))


def test_a_moving_picture_is_shown_by_its_first_frame() -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    preview = preview_of(encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    assert middle(preview)[0] > 200


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_picture_that_claims_to_be_huge_is_refused_before_it_is_decoded() -> None:
    with pytest.raises(TooLarge):
        picture_of(png_claiming(60_000, 60_000))
    with pytest.raises(TooLarge):
        preview_of(png_claiming(10_000, 9_000))


def test_a_picture_with_an_honest_header_is_measured() -> None:
    source = encoded(Image.new("RGB", (640, 320)), "PNG")
    assert (picture_of(source).width, picture_of(source).height) == (640, 320)


def test_a_picture_cut_off_in_the_middle_is_refused() -> None:
    whole = encoded(Image.effect_noise((200, 200), 90), "PNG").getvalue()
    assert preview_of(io.BytesIO(whole)).width == 200
    with pytest.raises(BadInput):
        preview_of(io.BytesIO(whole[: len(whole) // 2]))


def test_a_document_is_no_picture() -> None:
    with pytest.raises(BadInput):
        preview_of(io.BytesIO(b"%PDF-1.7\n"))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_broken_pictures_end_in_our_own_error_or_in_a_preview(data: st.DataObject) -> None:
    form = data.draw(st.sampled_from(["PNG", "JPEG", "WEBP", "GIF", "TIFF"]))
    octets = bytearray(encoded(Image.linear_gradient("L").resize((40, 40)).convert("RGB"), form).getvalue())
    for _ in range(data.draw(st.integers(1, 8))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    try:
        preview = preview_of(io.BytesIO(bytes(octets)))
    except (BadInput, TooLarge):
        return
    assert preview.width <= 1600
    assert preview.height <= 1600
