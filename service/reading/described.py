"""What a manifest states, as the lines and the plate of a label. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from indexer.events import WorkKind
from indexer.values import Hash32, as_hex
from service.files.cid import raw_cid
from service.files.description import Description
from service.files.lookalikes import oddities
from service.files.manifest import FileEntry, Manifest
from service.files.media import PICTURES, Picture
from service.files.statement import CollectionStatement
from service.pages import addresses
from service.pages.language import size as file_size
from service.pages.views import Bilingual, Fact, FileView, Media, Name
from service.pages.views.things import WorkKind as ShownKind


def shown_kind(kind: WorkKind) -> ShownKind:
    """Name a kind of work as every part of the service does: the chain's name in lower case."""
    return kind.name.lower()  # type: ignore[return-value]


OWED = (
    "registration_number",
    "publisher",
    "publication_licence",
    "isbn",
    "publication_number",
    "review_record",
    "captured_by",
    "captured_at",
    "captured_with",
    "source_object",
    "derived_from",
)
"""What each kind of work owes the public (domain rule 8), where it is stated."""
LABEL = (
    "maker",
    "date",
    "medium",
    "dimensions",
    "classification",
    "accession_number",
    "institution",
    "credit_line",
    "inscription",
    "language",
    "description",
    "description_en",
    "provenance",
    "bibliography",
)
"""The other lines of a label, in the order in which one reads it."""


def language_of(text: str) -> str:
    """Guess the BCP 47 tag of a title: Chinese where it has Chinese characters and no kana, else English or unknown."""
    if any("\u3040" <= sign <= "\u30ff" for sign in text):
        return "ja"
    if any("\u4e00" <= sign <= "\u9fff" for sign in text):
        return "zh-Hans"
    return "en" if text.isascii() else "und"


def title_of(description: Description | None, fallback: str) -> Name:
    """Give the title of a work with its parallel; `fallback` where its manifest is not at hand."""
    if description is None or not description.name:
        return Name(fallback, "und")
    text = description.name
    others = (description.get("title_zh"), description.get("title_en"))
    parallel = next((other for other in others if other and other != text), None)
    return Name(
        text,
        language_of(text),
        parallel,
        language_of(parallel) if parallel else "en",
        lookalike=bool(oddities(text) or (parallel and oddities(parallel))),
    )


def collection_title(statement: CollectionStatement | None, fallback: str) -> Name:
    """Give the title of a collection; `fallback` where its statement is not at hand."""
    if statement is None:
        return Name(fallback, "und")
    title = statement.title
    return Name(
        title,
        language_of(title),
        statement.title_en or None,
        lookalike=bool(oddities(title) or oddities(statement.title_en or "")),
    )


def collection_description(statement: CollectionStatement | None) -> Bilingual | None:
    """Give what an issuer says of a collection, in both languages; one stands for the other where it is missing."""
    if statement is None or not (statement.description or statement.description_en):
        return None
    return Bilingual(
        statement.description or statement.description_en, statement.description_en or statement.description
    )


def nobody_known(text: str) -> Name | None:  # noqa: ARG001  the answer where no institution is known
    """Know no institution by its name."""
    return None


KnownAs: TypeAlias = Callable[[str], Name | None]
"""Gives an institution that has this very name, with its name in the other language."""


def kind_facts(description: Description, known_as: KnownAs = nobody_known) -> tuple[Fact, ...]:
    """List what the kind of work owes the public."""
    return _facts(description, OWED, known_as)


def label_facts(description: Description, known_as: KnownAs = nobody_known) -> tuple[Fact, ...]:
    """List the other lines of the label, the institution's own columns last."""
    own = tuple(Fact(heading, text) for heading, text in description.extra)
    return _facts(description, LABEL, known_as) + own


def copyright_holder(description: Description, known_as: KnownAs = nobody_known) -> Name | None:
    """Give the holder of the copyright as the institution states it."""
    stated = description.get("copyright_holder")
    return known_as(stated) or Name(stated, language_of(stated)) if stated else None


def picture_entry(manifest: Manifest) -> FileEntry | None:
    """Give the file that is shown: the image, else the deposited file where it is a picture."""
    image = next((entry for entry in manifest.files if entry.role == "image"), None)
    if image is not None:
        return image
    return manifest.deposited if manifest.deposited.media_type in PICTURES else None


def media_of(manifest: Manifest | None, size_of: Callable[[str], Picture | None]) -> Media:
    """Give what fills the plate.

    Args:
        size_of: gives width and height of the preview of a CID, None where there is none.
    """
    if manifest is None:
        return Media("none")
    deposited = manifest.deposited
    original = addresses.file(deposited.digests.cid) if deposited.role == "work" else None
    shown = picture_entry(manifest)
    if shown is not None:
        preview = size_of(shown.digests.cid)
        if preview is not None:
            return Media(
                "image",
                addresses.preview(shown.digests.cid),
                preview.width,
                preview.height,
                caption=_caption(manifest.description),
                original=original,
            )
    if deposited.media_type.startswith("audio/"):
        return Media("audio", original=original)
    return Media("document" if original else "none", original=original)


def small_picture(manifest: Manifest | None) -> Media | None:
    """Give the thumbnail of a list; None where there is no picture."""
    shown = picture_entry(manifest) if manifest else None
    return Media("image", addresses.preview(shown.digests.cid) + "?size=small") if shown else None


def file_of(manifest: Manifest | None) -> FileView | None:
    """Give the deposited file for comparing; None for a record without one."""
    if manifest is None or manifest.deposited.role != "work":
        return None
    entry = manifest.deposited
    return FileView(entry.digests.sha256.hex(), entry.digests.size, entry.media_type)


def file_facts(manifest: Manifest | None, manifest_digest: Hash32) -> tuple[Fact, ...]:
    """List the technical facts of a work's files."""
    facts = [Fact("manifest_sha256", manifest_digest.hex()), Fact("manifest_cid", raw_cid(manifest_digest))]
    if manifest is None:
        return tuple(facts)
    deposited = manifest.deposited.digests
    facts += [Fact("sha256", deposited.sha256.hex())]
    if deposited.sm3 is not None:
        facts.append(Fact("sm3", deposited.sm3.hex()))
    facts += [
        Fact("cid", deposited.cid),
        Fact("cid_profile", deposited.cid_profile),
        Fact("media_type", manifest.deposited.media_type),
        Fact("size", file_size(deposited.size)),
    ]
    if manifest.internal is not None:
        facts.append(Fact("commitment", as_hex(manifest.internal)))
    return tuple(facts)


def _facts(description: Description, names: tuple[str, ...], known_as: KnownAs) -> tuple[Fact, ...]:
    stated = ((name, text) for name in names if (text := description.get(name)))
    return tuple(
        Fact(name, text, known.parallel if (known := known_as(text)) else None) for name, text in stated
    )


def _caption(description: Description) -> Bilingual | None:
    zh = description.get("description")
    en = description.get("description_en")
    if not (zh or en):
        return None
    return Bilingual(zh or en or "", en or zh or "")
