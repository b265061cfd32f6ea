"""Small re-encoded pictures of kept files, made when first asked for and kept beside the files. Owns their folder.

That there can be none is kept too, so that a hostile file costs its decoding once and not at every look.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from service.errors import BadInput, NotFound, QianyinError, TooLarge
from service.files.decode import CODES
from service.files.decoder import preview_apart, refusal
from service.files.media import PREVIEW_EDGE, THUMBNAIL_EDGE, Picture, picture_of
from service.files.store import ContentStore, checked

EDGES = {"large": PREVIEW_EDGE, "small": THUMBNAIL_EDGE}


@dataclass(frozen=True, slots=True)
class Previews:
    """Previews below `folder` of what `files` keeps; safe for several processes: each writes aside and renames."""

    folder: Path
    files: ContentStore

    def get(self, cid: str, size: str = "large") -> bytes:
        """Give the preview (WebP) of a kept picture, `large` (1,600 pixels) or `small` (400).

        Raises:
            NotFound: nothing is kept under this CID, or the size has no name.
            BadInput: what is kept is not a picture, or broken.
            TooLarge: it has too many pixels, or decoding it costs too much.
            Unavailable: too many are being made, or the store does not answer.
        """
        path = self._path(cid, size)
        if path.exists():
            return path.read_bytes()
        refused = self.folder / f"{cid}.refused"
        if refused.exists():
            raise refusal(refused.read_text("ascii"))
        try:
            with self.files.get(cid) as source:
                preview = preview_apart(source, EDGES[size])
        except (BadInput, TooLarge) as error:
            if error.code in CODES:
                self._keep(refused, error.code.encode("ascii"))
            raise
        self._keep(path, preview.data)
        return preview.data

    def size_of(self, cid: str) -> Picture | None:
        """Give width and height of the large preview; None where none can be made.

        Decodes the picture the first time, so ask it for one thing's page and not for lists.
        """
        try:
            self.get(cid)
            with self._path(cid, "large").open("rb") as stream:
                return picture_of(stream)
        except QianyinError:
            return None

    def _path(self, cid: str, size: str) -> Path:
        if size not in EDGES:
            raise NotFound(
                "unknown-size",
                "没有这种尺寸的预览；可用 large 或 small。",
                "There is no preview of this size; ask for large or small.",
            )
        return self.folder / f"{checked(cid)}.{size}.webp"

    def _keep(self, path: Path, octets: bytes) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        handle, aside = tempfile.mkstemp(dir=self.folder)
        with os.fdopen(handle, "wb") as out:
            out.write(octets)
        Path(aside).replace(path)
