"""Bytes that nobody sees by accident: no repr, no text, no pickle. Pure."""

from __future__ import annotations

import hmac
from typing import NoReturn


class Secret:
    """Holds secret bytes; only `reveal()` gives them out, so that a search for it finds every use."""

    __slots__ = ("_octets",)

    def __init__(self, octets: bytes) -> None:
        self._octets = octets

    def reveal(self) -> bytes:
        """Give the bytes; pass them on at once, never into a text, a log or an error."""
        return self._octets

    def __repr__(self) -> str:
        """Say only that there is one."""
        return "Secret(…)"

    def __eq__(self, other: object) -> bool:
        """Compare in constant time."""
        return isinstance(other, Secret) and hmac.compare_digest(self._octets, other._octets)

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled or copied."""
        raise TypeError("a secret is not serialised")
