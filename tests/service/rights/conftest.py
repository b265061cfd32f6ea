"""Databases of both kinds for tests of proposals."""

from __future__ import annotations

from tests.service.outbox.conftest import database, postgres

__all__ = ["database", "postgres"]
