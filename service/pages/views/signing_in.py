"""The page where a party shows its key. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from service.pages import addresses
from service.pages.views.page import AsOf, Page


@dataclass(frozen=True, slots=True)
class SignInPage(Page):
    """Where a party shows its key.

    Attributes:
        next: the page to go on to. refused: a key was shown that is unknown or was revoked.
    """

    kind: ClassVar[str] = "sign_in"
    next: str = addresses.HOME
    refused: bool = False
    as_of: AsOf | None = None
    test_verifier: bool = False

    @property
    def path(self) -> str:
        """Return `/sign-in`."""
        return addresses.SIGN_IN
