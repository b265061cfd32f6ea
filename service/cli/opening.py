"""What several verbs open: the settings and the installation of the home that was named."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from service.settings import Settings, read_settings

if TYPE_CHECKING:
    from service.installation import Installation

Verbs = Any
"""What argparse gives for adding verbs; it has no public type."""


def settings_of(arguments: argparse.Namespace) -> Settings:
    """Read the settings of the home that was named."""
    return read_settings(home=arguments.home)


@contextmanager
def installation_of(arguments: argparse.Namespace) -> Iterator[Installation]:
    """Open the installation that was named, and close it at the end."""
    from service.installation import Installation

    installation = Installation(settings_of(arguments))
    try:
        yield installation
    finally:
        installation.close()


def tell(arguments: argparse.Namespace, value: dict[str, Any], text: str) -> None:
    """Print one JSON object where `--json` was asked for, else the text."""
    print(json.dumps(value, ensure_ascii=False) if getattr(arguments, "json", False) else text)


def aside(zh: str, en: str) -> None:
    """Say what is going on, on standard error."""
    print(f"{zh} / {en}", file=sys.stderr, flush=True)
