"""The command line: one module a group of verbs, one map from errors to exit codes. Owns the terminal."""

from __future__ import annotations

from service.cli.program import main

__all__ = ["main"]
