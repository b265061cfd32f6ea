"""Verbs of sheets."""

from __future__ import annotations

from service.cli.opening import Verbs


def add(verbs: Verbs) -> None:
    """Add the verbs."""
