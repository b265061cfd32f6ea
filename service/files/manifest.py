"""The public statement about a work that the chain names by its digest: made, and read from strangers. Pure.

A manifest is ERC-721 metadata (name, description, image, attributes with ERC-6596 traits), so that any wallet
can show it, with one block `qianyin` from which the rest follows. Its bytes are canonical (RFC 8785), so one
statement has one digest: `sha256` of the bytes, which is also what its CID holds, since a manifest is at most
one chunk. Internal columns are not here, only the commitment to them (`service/files/internal.py`).

The reader takes the `qianyin` block, builds the manifest again from it and compares bytes. So whatever a
hostile file adds, repeats, contradicts or spells in another way is refused, and what a wallet shows is what
the block states.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import rfc8785

from indexer.values import Hash32, as_hex, hash32
from service.errors import BadInput, TooLarge
from service.files.cid import KUBO_DEFAULT, PROFILES, parse_cid, raw_cid
from service.files.description import Description, Fault, Kind, Pairs, describe, faults
from service.files.digests import Digests
from service.files.facts import FACTS

FORMAT = "qianyin-manifest/1"
RECORD_FORMAT = "qianyin-record/1"
RECORD_MEDIA_TYPE = "application/json"
LARGEST_MANIFEST = KUBO_DEFAULT.chunk_size
"""Bytes; up to here the CID of the manifest holds its digest."""
LONGEST_CHARACTER = 6
"""Bytes of one character in JSON, at most (`\\u001f`); each public text stands twice."""
FRAME = 1_000
"""Bytes of JSON around one file, or around everything else, at most."""
LARGEST_FILE = 2**53 - 1
MOST_FILES = 200
ROLES: Final = ("work", "record", "image", "attachment")
"""What a file is to its work: `work` is the file deposited, `record` the record deposited where there is none
(exactly one of the two, and first); `image` is the picture shown (at most one); `attachment` the rest."""
LONGEST_MEDIA_TYPE = 60
_MEDIA_TYPE: Final = re.compile(r"(?=.{3,60}\Z)[a-z]+/[a-z0-9][a-z0-9.+-]*")


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A file as the manifest names it: its role, media type as sniffed, and digests."""

    role: str
    media_type: str
    digests: Digests


@dataclass(frozen=True, slots=True)
class Manifest:
    """A description, its files (the deposited one first) and the commitment to its internal columns, if any.

    `amended`: the record deposited is the first reading of the work, and this description is a later one.
    """

    description: Description
    files: tuple[FileEntry, ...]
    internal: Hash32 | None = None
    amended: bool = False

    @property
    def deposited(self) -> FileEntry:
        """The file whose SHA-256 is registered on the chain."""
        return self.files[0]


def manifest_bytes(manifest: Manifest) -> bytes:
    """The canonical bytes of a manifest.

    Raises:
        BadInput: the description has faults (each in `facts["faults"]`), or the files contradict each other.
        TooLarge: over `LARGEST_MANIFEST` bytes.
    """
    if found := faults(manifest.description):
        raise _faulty(found)
    if (wrong := _wrong_files(manifest)) is not None:
        raise _malformed(wrong)
    octets = rfc8785.dumps(_document(manifest))
    if len(octets) > LARGEST_MANIFEST:
        raise _too_large(len(octets))
    return octets


def manifest_digest(octets: bytes) -> Hash32:
    """The digest by which the chain names a manifest: SHA-256 of its canonical bytes."""
    return Hash32(hashlib.sha256(octets).digest())


def manifest_cid(octets: bytes) -> str:
    """The CID of a manifest: a raw leaf, so it holds the digest.

    Raises:
        TooLarge: over `LARGEST_MANIFEST` bytes.
    """
    if len(octets) > LARGEST_MANIFEST:
        raise _too_large(len(octets))
    return raw_cid(manifest_digest(octets))


def fits(description: Description, files: int) -> bool:
    """Whether a manifest of this description with so many files is sure to stay under the limit.

    Asked at the border, where the files' digests are not known yet: it supposes the longest ones.
    """
    if files > MOST_FILES:
        return False
    characters = sum(len(name) + len(text) for name, text in (*description.facts, *description.extra))
    if LONGEST_CHARACTER * 2 * characters + FRAME * (files + 8) < LARGEST_MANIFEST:
        return True
    longest = Digests("b" * 59, max(PROFILES, key=len), Hash32(bytes(32)), Hash32(bytes(32)), LARGEST_FILE)
    entries = (FileEntry("attachment", "x" * LONGEST_MEDIA_TYPE, longest),) * max(files, 1)
    image = FileEntry("image", "image/", longest)
    manifest = Manifest(description, (*entries, image), Hash32(bytes(32)))
    return len(rfc8785.dumps(_document(manifest))) <= LARGEST_MANIFEST


def record_bytes(description: Description) -> bytes:
    """The file of a work without a file: the canonical bytes of its public record, deposited in its place.

    Raises:
        BadInput: the description has faults.
    """
    if found := faults(description):
        raise _faulty(found)
    return rfc8785.dumps({"format": RECORD_FORMAT, **_stated(description)})


def read_manifest(octets: bytes) -> Manifest:
    """Read a manifest from a stranger.

    Raises:
        BadInput: not the canonical bytes of a manifest of this format.
        TooLarge: over `LARGEST_MANIFEST` bytes.
    """
    if len(octets) > LARGEST_MANIFEST:
        raise _too_large(len(octets))
    try:
        manifest = _manifest(json.loads(octets.decode("utf-8")))
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise _malformed("it cannot be read") from error
    if manifest_bytes(manifest) != octets:
        raise _malformed("its parts contradict each other, or its bytes are not canonical")
    return manifest


def _document(manifest: Manifest) -> dict[str, Any]:
    description = manifest.description
    shown = description.get("description") or description.get("description_en")
    image = next((entry for entry in manifest.files if entry.role == "image"), manifest.deposited)
    qianyin: dict[str, Any] = {"format": FORMAT, **_stated(description)}
    qianyin["files"] = [_file(entry) for entry in manifest.files]
    if manifest.amended:
        qianyin["amended"] = True
    if manifest.internal is not None:
        qianyin["internal"] = {"commitment": as_hex(manifest.internal)}
    document: dict[str, Any] = {
        "name": description.name,
        "attributes": _attributes(manifest),
        "qianyin": qianyin,
    }
    if shown:
        document["description"] = shown
    if image.media_type.startswith("image/"):
        document["image"] = f"ipfs://{image.digests.cid}"
    return document


def _stated(description: Description) -> dict[str, Any]:
    stated: dict[str, Any] = {"kind": str(description.kind), "facts": dict(description.facts)}
    if description.extra:
        stated["extra"] = [{"heading": heading, "text": text} for heading, text in description.extra]
    return stated


def _attributes(manifest: Manifest) -> list[dict[str, str | int]]:
    description, deposited = manifest.description, manifest.deposited
    traits: list[tuple[str, str | int]] = [("Asset Type", str(description.kind))]
    traits += [(trait, text) for name, text in description.facts if (trait := FACTS[name].trait)]
    traits += description.extra
    traits += [("Asset File Format", deposited.media_type), ("Asset File Size", deposited.digests.size)]
    return [{"trait_type": trait, "value": value} for trait, value in traits]


def _file(entry: FileEntry) -> dict[str, str | int]:
    digests = entry.digests
    written: dict[str, str | int] = {
        "role": entry.role,
        "media_type": entry.media_type,
        "cid": digests.cid,
        "cid_profile": digests.cid_profile,
        "sha256": as_hex(digests.sha256),
        "size": digests.size,
    }
    if digests.sm3 is not None:
        written["sm3"] = as_hex(digests.sm3)
    return written


def _wrong_files(manifest: Manifest) -> str | None:
    files = manifest.files
    roles = [entry.role for entry in files]
    if not roles or roles[0] not in ("work", "record") or len(files) > MOST_FILES:
        return f"its files are not one deposited file, first, and at most {MOST_FILES - 1} others"
    if any(role not in ("image", "attachment") for role in roles[1:]) or roles.count("image") > 1:
        return "its files are not one deposited file, at most one image, and attachments"
    if roles[0] == "record" and not (
        manifest.amended or _is_record_of(manifest.deposited, manifest.description)
    ):
        return "the record deposited is not the one it states"
    if manifest.amended and (roles[0] != "record" or manifest.deposited.media_type != RECORD_MEDIA_TYPE):
        return "only where a record was deposited can it be the first reading"
    return next((wrong for wrong in map(_wrong_file, files) if wrong), None)


def _is_record_of(entry: FileEntry, description: Description) -> bool:
    octets = record_bytes(description)
    is_same = entry.digests.sha256 == hashlib.sha256(octets).digest() and entry.digests.size == len(octets)
    return is_same and entry.media_type == RECORD_MEDIA_TYPE


def _wrong_file(entry: FileEntry) -> str | None:
    digests = entry.digests
    profile = PROFILES.get(digests.cid_profile)
    if profile is None or not 0 <= digests.size <= LARGEST_FILE:
        return "a file has an unknown CID profile or an impossible size"
    try:
        parse_cid(digests.cid)
    except ValueError as error:
        return str(error)
    is_leaf = digests.size <= profile.chunk_size
    if is_leaf != (digests.cid == raw_cid(digests.sha256)):
        return "a file's CID does not go with its size and SHA-256"
    if not _MEDIA_TYPE.fullmatch(entry.media_type):
        return "a file has no proper media type"
    return None


def _manifest(document: Any) -> Manifest:
    block = _typed(document, dict)["qianyin"]
    if _typed(block, dict)["format"] != FORMAT:
        raise ValueError("another format")
    description = describe(Kind(_text(block["kind"])), _facts(block["facts"]), _extra(block.get("extra", [])))
    files = tuple(_file_entry(_typed(entry, dict)) for entry in _typed(block["files"], list))
    internal = _typed(block["internal"], dict)["commitment"] if "internal" in block else None
    amended = _typed(block.get("amended", False), bool)
    return Manifest(description, files, None if internal is None else hash32(_text(internal)), amended)


def _facts(stated: Any) -> dict[str, str]:
    return {name: _text(text) for name, text in _typed(stated, dict).items()}


def _extra(stated: Any) -> Pairs:
    return tuple((_text(item["heading"]), _text(item["text"])) for item in _typed(stated, list))


def _file_entry(entry: Mapping[str, Any]) -> FileEntry:
    sm3 = hash32(_text(entry["sm3"])) if "sm3" in entry else None
    sha256, size = hash32(_text(entry["sha256"])), _typed(entry["size"], int)
    digests = Digests(_text(entry["cid"]), _text(entry["cid_profile"]), sha256, sm3, size)
    return FileEntry(_text(entry["role"]), _text(entry["media_type"]), digests)


def _text(value: Any) -> str:
    text: str = _typed(value, str)
    return text


def _typed(value: Any, wanted: type) -> Any:
    # bool is an int to Python, not to us.
    if type(value) is not wanted:
        raise TypeError(f"expected {wanted.__name__}, got {type(value).__name__}")
    return value


def _faulty(found: Sequence[Fault]) -> BadInput:
    first = found[0]
    return BadInput(
        "description-faulty",
        f"作品说明有 {len(found)} 处错误，第一处：{first.zh}",
        f"The description has {len(found)} faults; the first: {first.en}",
        faults=[{"fact": f.fact, "code": f.code, "zh": f.zh, "en": f.en} for f in found],
    )


def _malformed(detail: str) -> BadInput:
    return BadInput(
        "manifest-malformed",
        "这不是本系统可认的作品说明文件（格式不符、内容自相矛盾或经过改写）。",
        f"This is not a manifest in a form known here: {detail}.",
        detail=detail,
    )


def _too_large(size: int) -> TooLarge:
    return TooLarge(
        "manifest-too-large",
        f"作品说明文件有 {size:,} 字节，上限为 {LARGEST_MANIFEST:,}；请缩短文字或减少附件。",
        f"The manifest has {size:,} bytes; the limit is {LARGEST_MANIFEST:,}. Shorten its texts or list fewer files.",
        size=size,
        limit=LARGEST_MANIFEST,
    )
