"""Pictures made to hurt: each ends in a small preview or in our own error, and never takes the service along."""

from __future__ import annotations

import gzip
import io
import random
import resource
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from typing import BinaryIO

import pytest
from PIL import Image

from service.errors import BadInput, NotFound, TooLarge, Unavailable
from service.files import decode, decoder
from service.files.decoder import preview_apart
from service.files.directory import DirectoryStore
from service.files.media import MAX_PIXELS, Preview, preview_of, sniff
from service.files.previews import Previews

pytestmark = pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
FORMS = ("PNG", "JPEG", "WEBP", "GIF", "TIFF")
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(
    width: int, height: int, *more: bytes, depth: int = 8, colour: int = 2, rows: bytes | None = None
) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    body = zlib.compress(b"\0" * (1 + 3 * width) * height) if rows is None else rows
    return SIGNATURE + header + b"".join(more) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def nothing(megabytes: int) -> bytes:
    """So many megabytes of zeros, packed."""
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(bytes(1024**2)) for _ in range(megabytes)) + packer.flush()


def tiff(*tags: tuple[int, int, int, int], tail: bytes = b"", following: int = 0) -> bytes:
    """A TIFF of one directory: (tag, type, count, value)."""
    entries = b"".join(struct.pack("<HHII", *tag) for tag in sorted(tags))
    return struct.pack("<2sHIH", b"II", 42, 8, len(tags)) + entries + struct.pack("<I", following) + tail


def small_tiff(strip: bytes, *, compression: int, claimed: int | None = None, following: int = 0) -> bytes:
    tags = ((256, 4, 1, 8), (257, 4, 1, 8), (258, 3, 1, 8), (259, 3, 1, compression), (262, 3, 1, 1))
    tags += ((277, 3, 1, 1), (278, 4, 1, 8), (279, 4, 1, claimed or len(strip)))
    at = 8 + 2 + 12 * (len(tags) + 1) + 4
    return tiff(*tags, (273, 4, 1, at), tail=strip, following=following)


def encoded(form: str, size: int = 40) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((size, size)).convert("RGB").save(out, form)
    return out.getvalue()


def progressive_with_many_scans(times: int) -> bytes:
    """A progressive JPEG whose last scan comes again and again: each costs a pass over all its pixels."""
    out = io.BytesIO()
    Image.effect_noise((64, 64), 60).save(out, "JPEG", progressive=True)
    whole = out.getvalue()
    last = whole.rindex(b"\xff\xda")
    return whole[:last] + whole[last:-2] * times + whole[-2:]


def gif_of_frames(count: int) -> bytes:
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    return b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff" + frame * count + b";"


TOO_LARGE = {
    "png-claims-pixels": png(60_000, 60_000, rows=zlib.compress(b"")),
    "png-just-over": png(MAX_PIXELS // 9_000 + 1, 9_000, rows=zlib.compress(b"")),
    "gif-claims-pixels": gif_of_frames(1).replace(
        struct.pack("<HH", 1, 1), struct.pack("<HH", 65_535, 65_535), 1
    ),
    "tiff-claims-pixels": tiff(
        (256, 4, 1, 2**31 - 1),
        (257, 4, 1, 2**31 - 1),
        (258, 3, 1, 8),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (273, 4, 1, 8),
    ),
}
BROKEN = {
    "png-text-bomb": png(8, 8, chunk(b"zTXt", b"k\0\0" + nothing(64))),
    "png-many-text-bombs": png(8, 8, *[chunk(b"zTXt", b"k%d\0\0" % n + nothing(1)) for n in range(200)]),
    "png-international-text-bomb": png(8, 8, chunk(b"iTXt", b"k\0\x01\0\0\0" + nothing(64))),
    "png-no-size": png(0, 0),
    "png-length-of-four-gigabytes": SIGNATURE + b"\xff\xff\xff\xffIHDR" + bytes(13),
    "png-header-missing": SIGNATURE + chunk(b"IDAT", nothing(1)) + chunk(b"IEND", b""),
    "tiff-offset-beyond": tiff(
        (256, 4, 1, 8), (257, 4, 1, 8), (258, 3, 1, 8), (262, 3, 1, 1), (273, 4, 1, 2**31)
    ),
    "tiff-count-of-billions": tiff((256, 4, 2**32 - 1, 8), (257, 4, 1, 8), (273, 4, 2**30, 8)),
    "tiff-no-directory": b"II*\0\xff\xff\xff\xff",
    "webp-of-nothing": b"RIFF\x04\0\0\0WEBP",
    "jpeg-of-nothing": b"\xff\xd8\xff\xe0\0\x10JFIF",
    "gif-of-nothing": b"GIF89a",
}
NO_PICTURE = {
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "svg-packed": gzip.compress(b"<svg/>"),
    "pdf": b"%PDF-1.7\n1 0 obj<</Filter/FlateDecode/Length 9>>stream\n",
    "html": b"<html><img src=x onerror=alert(1)>",
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n",
    "bitmap": b"BM" + bytes(60),
    "zip": b"PK\x03\x04" + bytes(60),
    "nothing": b"",
}
HARMLESS = {
    "png-profile-bomb": png(8, 8, chunk(b"iCCP", b"p\0\0" + nothing(64))),
    "png-of-palette-with-holes": png(8, 8, chunk(b"PLTE", bytes(3)), chunk(b"tRNS", b"\0"), colour=3,
                                     rows=zlib.compress(b"\0" * 9 * 8)),
    "png-data-goes-on": png(8, 8, rows=nothing(64)),
    "gif-of-100,000-frames": gif_of_frames(100_000),
    "apng-of-a-billion-frames": png(8, 8, chunk(b"acTL", struct.pack(">II", 10**9, 0))),
    "tiff-directory-follows-itself": small_tiff(bytes(64), compression=1, following=8),
    "tiff-strip-unpacks-to-much": small_tiff(nothing(64), compression=8),
    "jpeg-of-many-scans": progressive_with_many_scans(300),
    "gif-and-script": gif_of_frames(1) + b"/*<script>alert(1)</script>*/",
    "png-and-html": png(8, 8) + b"<html><script>alert(1)</script>",
}  # fmt: skip


def made(octets: bytes) -> Preview:
    return preview_apart(io.BytesIO(octets), 1600)


@pytest.mark.parametrize("octets", [pytest.param(o, id=name) for name, o in TOO_LARGE.items()])
def test_a_picture_that_claims_too_many_pixels_is_refused(octets: bytes) -> None:
    with pytest.raises(TooLarge) as caught:
        made(octets)
    assert caught.value.code == "picture-too-large"


@pytest.mark.parametrize("octets", [pytest.param(o, id=name) for name, o in BROKEN.items()])
def test_a_picture_that_is_broken_or_a_bomb_ends_in_our_own_error(octets: bytes) -> None:
    with pytest.raises((BadInput, TooLarge)) as caught:
        made(octets)
    assert caught.value.code in ("picture-broken", "picture-too-large", "picture-too-costly")


@pytest.mark.parametrize("octets", [pytest.param(o, id=name) for name, o in NO_PICTURE.items()])
def test_what_is_no_picture_is_never_decoded(octets: bytes) -> None:
    with pytest.raises(BadInput) as caught:
        made(octets)
    assert caught.value.code == "not-a-picture"


@pytest.mark.parametrize("octets", [pytest.param(o, id=name) for name, o in HARMLESS.items()])
def test_what_hides_behind_a_small_picture_costs_and_shows_nothing(octets: bytes) -> None:
    try:
        preview = made(octets)
    except (BadInput, TooLarge) as error:
        assert error.code in ("picture-broken", "picture-too-costly")  # noqa: PT017 - both are a good end
        return
    assert sniff(preview.data) == "image/webp"
    assert preview.width <= 64
    assert len(preview.data) < 20_000
    assert b"script" not in preview.data


def test_the_process_apart_makes_what_is_made_here() -> None:
    for form in FORMS:
        octets = encoded(form)
        assert made(octets) == preview_of(io.BytesIO(octets))


@pytest.mark.parametrize("form", FORMS)
def test_pictures_cut_off_flipped_and_spliced_end_well(form: str) -> None:
    whole, chance = encoded(form), random.Random(form)
    outcomes = {"preview": 0, "error": 0}
    for octets in mutants(whole, chance, 120):
        try:
            preview_of(io.BytesIO(octets))
            outcomes["preview"] += 1
        except (BadInput, TooLarge):
            outcomes["error"] += 1
    assert outcomes["error"] > 20, "the mutations reach the decoder"
    assert sum(outcomes.values()) == 120


def mutants(whole: bytes, chance: random.Random, count: int) -> list[bytes]:
    """Truncations, flipped bits, lengths swapped for extremes, and pieces put elsewhere."""
    made = []
    for number in range(count):
        octets = bytearray(whole)
        at = chance.randrange(len(octets))
        match number % 4:
            case 0:
                del octets[at:]
            case 1:
                for _ in range(chance.randint(1, 8)):
                    octets[chance.randrange(len(octets))] ^= 1 << chance.randrange(8)
            case 2:
                octets[at : at + 4] = chance.choice([b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff"])
            case _:
                other = chance.randrange(len(octets))
                octets[at : at + 16] = octets[other : other + 16]
        made.append(bytes(octets))
    return made


LIMITED = "from service.files import decode; decode.limit()\n"


@pytest.mark.parametrize(
    "deed",
    [
        pytest.param(f"bytearray({decode.MEMORY})", id="memory"),
        pytest.param(
            f"f = open('x', 'wb'); f.write(bytes({decode.LARGEST_OUTPUT + 1})); f.close()", id="output"
        ),
        pytest.param("held = [open('/dev/null') for _ in range(100)]", id="descriptors"),
    ],
)
def test_each_limit_of_the_process_holds(tmp_path: Path, deed: str) -> None:
    # An interpreter that ignores the signal for large files gets an error instead; either way it ends.
    def code(program: str) -> int:
        command = [sys.executable, "-c", program]
        root = str(Path(decode.__file__).parents[2])
        return subprocess.run(
            command, env={"PYTHONPATH": root}, cwd=tmp_path, stderr=subprocess.DEVNULL, check=False
        ).returncode

    assert code(deed) == 0, "without the limit it is done"
    assert code(LIMITED + deed) != 0


def test_processor_time_and_cores_are_limited_too() -> None:
    program = LIMITED + (
        "import resource as r\n"
        "for one in (r.RLIMIT_CPU, r.RLIMIT_CORE, r.RLIMIT_NPROC): print(*r.getrlimit(one))"
    )
    root = str(Path(decode.__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONPATH": root}, capture_output=True, text=True, check=True
    )
    seconds = str(decode.PROCESSOR_SECONDS)
    assert done.stdout.split() == [seconds, seconds, "0", "0", "0", "0"]
    assert resource.getrlimit(resource.RLIMIT_CPU)[0] != decode.PROCESSOR_SECONDS, "not in this process"


@pytest.mark.nightly
def test_a_picture_that_takes_forever_is_given_up() -> None:
    out = io.BytesIO()
    Image.new("L", (9_000, 9_000), 128).save(out, "JPEG", progressive=True)
    whole = out.getvalue()
    last = whole.rindex(b"\xff\xda")
    with pytest.raises((TooLarge, Unavailable)) as caught:
        made(whole[:last] + whole[last:-2] * 3_000 + whole[-2:])
    assert caught.value.code in ("picture-too-costly", "previews-busy")


@pytest.mark.nightly
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "LA", "I;16"])
def test_the_largest_picture_allowed_fits_into_the_limits(mode: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (9_459, 9_459)).save(out, "PNG", compress_level=1)
    assert made(out.getvalue()).width == 1600


def test_a_process_that_cannot_run_is_no_fault_of_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoder, "_MODULE", "service.files.nowhere")
    with pytest.raises(Unavailable):
        made(encoded("PNG"))


def test_a_process_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "hanging.py").write_text("import time; time.sleep(600)", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(decoder, "_MODULE", "hanging")
    monkeypatch.setattr(decoder, "SECONDS", 1.0)
    with pytest.raises(Unavailable):
        made(encoded("PNG"))


@pytest.mark.parametrize("answer", [b"", b"x" * 100, b"\0" * 8 + b"<html>", b"\x89PNG\r\n\x1a\n" * 20])
def test_a_process_that_was_taken_over_is_not_believed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, answer: bytes
) -> None:
    program = f"import sys; sys.stdout.buffer.write({answer!r})"
    (tmp_path / "taken_over.py").write_text(program, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(decoder, "_MODULE", "taken_over")
    with pytest.raises(Unavailable):
        made(encoded("PNG"))


def test_the_process_apart_is_told_nothing_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = "import os; open(%r, 'w').write(' '.join([*sorted(os.environ), os.getcwd()]))"
    program %= str(tmp_path / "seen")
    (tmp_path / "curious.py").write_text(program, encoding="utf-8")
    monkeypatch.setenv("QIANYIN_MASTER_KEY", "0x" + "11" * 32)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(decoder, "_MODULE", "curious")
    with pytest.raises(Unavailable):
        made(encoded("PNG"))
    seen = (tmp_path / "seen").read_text(encoding="utf-8").split()
    assert "QIANYIN_MASTER_KEY" not in seen
    assert seen[-1] == "/"


class Counting(DirectoryStore):
    """A store that counts how often it is read."""

    read = 0

    def get(self, cid: str) -> BinaryIO:
        self.read += 1
        return super().get(cid)


def test_a_refusal_is_kept_so_that_a_hostile_file_costs_once(tmp_path: Path) -> None:
    store = Counting(tmp_path / "files")
    previews = Previews(tmp_path / "previews", store)
    for octets, code in (
        (BROKEN["gif-of-nothing"], "picture-broken"),
        (TOO_LARGE["png-claims-pixels"], "picture-too-large"),
        (NO_PICTURE["svg"], "not-a-picture"),
    ):
        cid = store.put(octets).cid
        before = store.read
        for _ in range(3):
            for size in ("large", "small"):
                with pytest.raises((BadInput, TooLarge)) as caught:
                    previews.get(cid, size)
                assert caught.value.code == code
        assert previews.size_of(cid) is None
        assert store.read == before + 1


def test_what_may_get_better_is_not_kept_as_a_refusal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = DirectoryStore(tmp_path / "files")
    previews = Previews(tmp_path / "previews", store)
    cid = store.put(encoded("PNG")).cid
    with monkeypatch.context() as patch:
        patch.setattr(decoder, "_MODULE", "service.files.nowhere")
        with pytest.raises(Unavailable):
            previews.get(cid)
    assert sniff(previews.get(cid)) == "image/webp"
    with pytest.raises(NotFound):
        previews.get(cid, "huge")
