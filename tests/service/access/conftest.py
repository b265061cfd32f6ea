"""Databases of both kinds for tests of access."""

from __future__ import annotations

from tests.service.outbox.conftest import database, postgres

__all__ = ["database", "postgres"]
