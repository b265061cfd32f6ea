"""Runs the migrations on the connection that `service.outbox.database` hands over. Owns nothing."""

from __future__ import annotations

from alembic import context

from service.outbox.tables import Base

context.configure(
    connection=context.config.attributes["connection"], target_metadata=Base.metadata, render_as_batch=True
)
context.run_migrations()
