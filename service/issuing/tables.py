"""The table of issuing, in the database that is not disposable. Pure."""

from __future__ import annotations

from sqlalchemy import LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from service.outbox.tables import Base


class ColumnKeyRow(Base):
    """The key of one row's internal columns, sealed under the master key; destroying it erases them."""

    __tablename__ = "column_keys"

    request: Mapped[str] = mapped_column(Text, primary_key=True)
    """Idempotency key of the row."""
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
