"""Manifests and statements by the digest the chain names them by. Owns a small memory of what the store gave."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Any, TypeVar

from indexer.store.answers import Document
from indexer.values import Hash32
from service.errors import BadInput, NotFound, TooLarge
from service.files.cid import raw_cid
from service.files.description import Description
from service.files.manifest import LARGEST_MANIFEST, Manifest, read_manifest
from service.files.statement import CollectionStatement, read_statement
from service.files.store import ContentStore, Damaged

log = logging.getLogger(__name__)
V = TypeVar("V")
MOST_REMEMBERED = 4096


class Library:
    """Reads manifests and statements; what a digest names never changes, so it is remembered."""

    def __init__(self, files: ContentStore) -> None:
        self.files = files
        self._known: OrderedDict[tuple[str, Hash32], Any] = OrderedDict()
        self._lock = Lock()

    def manifest(self, digest: Hash32) -> Manifest | None:
        """Give a manifest; None where it is not kept here or is no manifest.

        Raises:
            Unavailable: the content store does not answer.
        """
        return self._read("manifest", digest, read_manifest)

    def statement(self, digest: Hash32) -> CollectionStatement | None:
        """Give a collection's statement; None where it is not kept here or is no statement.

        Raises:
            Unavailable: the content store does not answer.
        """
        return self._read("statement", digest, read_statement)

    def octets(self, digest: Hash32) -> bytes | None:
        """Give the bytes that a digest names; None where they are not kept here, or damaged: one bad file is one work.

        Raises:
            Unavailable: the content store does not answer.
        """
        try:
            with self.files.get(raw_cid(digest)) as stream:
                return stream.read(LARGEST_MANIFEST + 1)
        except NotFound:
            return None
        except Damaged as fault:
            log.warning("%s: %s", raw_cid(digest), fault)
            return None

    def document(self, digest: Hash32) -> Document | None:
        """Give what search needs of a manifest or statement."""
        manifest = self.manifest(digest)
        if manifest is not None:
            return document_of(digest, manifest.description)
        statement = self.statement(digest)
        if statement is None:
            return None
        words = " ".join(filter(None, (statement.description, statement.description_en)))
        return Document(digest, statement.title, statement.title_en, text=words)

    def _read(self, kind: str, digest: Hash32, read: Callable[[bytes], V]) -> V | None:
        key = (kind, digest)
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                known: V | None = self._known[key]
                return known
        octets = self.octets(digest)
        if octets is None:
            return None
        try:
            found: V | None = read(octets)
        except (BadInput, TooLarge):
            found = None
        with self._lock:
            self._known[key] = found
            while len(self._known) > MOST_REMEMBERED:
                self._known.popitem(last=False)
        return found


_NUMBERS = ("accession_number", "registration_number", "isbn", "publication_number")
_SEARCHED = (
    "title_zh",
    "maker",
    "date",
    "medium",
    "classification",
    "credit_line",
    "provenance",
    "description",
)


def document_of(digest: Hash32, description: Description) -> Document:
    """Give what search needs of a description: its title, numbers and words."""
    numbers = [text for name in _NUMBERS if (text := description.get(name))]
    words = [text for name in _SEARCHED if (text := description.get(name))]
    return Document(
        digest=digest,
        title=description.name,
        title_en=description.get("title_en") or "",
        number=" ".join(numbers),
        text="\n".join(words),
    )
