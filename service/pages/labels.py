"""QR codes as SVG paths, for the label sheets and the printed pages. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import segno

QUIET_ZONE = 4
"""Modules left white around the code (ISO/IEC 18004, 6.3.8)."""


@dataclass(frozen=True, slots=True)
class QrCode:
    """A QR code: `side` modules without the quiet zone; `path` fills the dark ones, one unit a module."""

    side: int
    path: str

    @property
    def view_box(self) -> str:
        """Return the SVG `viewBox` that takes in the quiet zone."""
        whole = self.side + 2 * QUIET_ZONE
        return f"{-QUIET_ZONE} {-QUIET_ZONE} {whole} {whole}"


@lru_cache(maxsize=2_048)
def qr_code(text: str) -> QrCode:
    """Encode a text at error correction level M or better: 15 % of the code may be dirty.

    Raises:
        segno.DataOverflowError: the text is too long for any version (over 2,331 bytes).
    """
    code = segno.make(text, error="m", micro=False)
    rows = [[bool(module) for module in row] for row in code.matrix]
    return QrCode(len(rows), "".join(_row(number, row) for number, row in enumerate(rows)))


def _row(number: int, row: list[bool]) -> str:
    runs, start = [], 0
    for place in range(1, len(row) + 1):
        if place == len(row) or row[place] != row[start]:
            if row[start]:
                runs.append(f"M{start} {number}h{place - start}v1h-{place - start}z")
            start = place
    return "".join(runs)
