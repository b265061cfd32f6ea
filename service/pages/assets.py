"""The static files of the pages, each under an address that changes with its content. Owns service/pages/static.

Style sheets and scripts live together under one fingerprint (`/static/4f1d…/qianyin.css`), so that a module finds
its neighbour by a relative address; fonts carry their own digest in their names (`/static/fonts/serif-….woff2`) and
stay in a browser's cache when a script changes. All of them may be cached for ever.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from service.pages import addresses, seals

FOLDER = Path(__file__).with_name("static")
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}
FONT_SHEET = "fonts/serif-{}.css"
CACHE_CONTROL = "public, max-age=31536000, immutable"
"""The header to send with each of them."""

_MARK = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}">'
    "<style>.seal-red{{fill:#b3261e}}@media (prefers-color-scheme:dark){{.seal-red{{fill:#dc5548}}}}</style>"
    '<defs>{symbol}</defs><use href="#{id}"/></svg>'
)


@dataclass(frozen=True, slots=True)
class Asset:
    """One static file: its bytes and its media type."""

    body: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Assets:
    """The static files by what follows `/static/` in their addresses."""

    files: dict[str, Asset]
    fingerprint: str

    def url(self, name: str) -> str:
        """Return the address of a file by its plain name, e.g. `qianyin.css`.

        Raises:
            KeyError: there is no such file.
        """
        key = f"{self.fingerprint}/{name}"
        if key not in self.files:
            raise KeyError(name)
        return addresses.STATIC + key

    @property
    def font_sheet(self) -> str:
        """Return the address of the style sheet that names the fonts."""
        return addresses.STATIC + next(
            name for name in self.files if name.endswith(".css") and name.startswith("fonts/")
        )

    def find(self, path: str) -> Asset | None:
        """Return the file at `path`, which is what follows `/static/`; None if there is none."""
        return self.files.get(path)


@cache
def load() -> Assets:
    """Read the static files, once."""
    plain = {path.name: path.read_bytes() for path in sorted(FOLDER.iterdir()) if path.is_file()}
    plain["mark.svg"] = _mark()
    fonts = {f"fonts/{path.name}": path.read_bytes() for path in sorted((FOLDER / "fonts").iterdir())}
    sheet = fonts.pop("fonts/serif.css")
    fonts[FONT_SHEET.format(hashlib.sha256(sheet).hexdigest()[:12])] = sheet
    fingerprint = _fingerprint(plain)
    named = {f"{fingerprint}/{name}": body for name, body in plain.items()} | fonts
    return Assets(
        {name: Asset(body, MEDIA_TYPES[Path(name).suffix]) for name, body in named.items()}, fingerprint
    )


def _fingerprint(files: dict[str, bytes]) -> str:
    whole = hashlib.sha256()
    for name, body in sorted(files.items()):
        whole.update(name.encode() + b"\0" + hashlib.sha256(body).digest())
    return whole.hexdigest()[:12]


def _mark() -> bytes:
    seal = seals.mark()
    return _MARK.format(side=seals.SIDE, symbol=seals.symbol(seal), id=seal.id).encode()
