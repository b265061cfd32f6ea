"""The tables of access, in the database that is not disposable."""

from __future__ import annotations

from sqlalchemy import BigInteger, LargeBinary, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """Tables of this package."""


class BearerKeyRow(Base):
    """A key that was given out; the key itself is stored nowhere."""

    __tablename__ = "bearer_keys"

    key_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    scope: Mapped[str] = mapped_column(String(16))
    account: Mapped[bytes | None] = mapped_column(LargeBinary(20))
    """Holder keys: the one account they act for."""
    label: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[int] = mapped_column(BigInteger)
    revoked_at: Mapped[int | None] = mapped_column(BigInteger)


class QuestionRow(Base):
    """What a regulator asked; each row seals the one before it."""

    __tablename__ = "questions"

    place: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    key_id: Mapped[str] = mapped_column(String(16))
    asked_at: Mapped[int] = mapped_column(BigInteger)
    question: Mapped[str] = mapped_column(Text)
    """Canonical JSON (RFC 8785): path and parameters."""
    as_of: Mapped[int] = mapped_column(BigInteger)
    """Number of the block that the answer was read as of."""
    seal: Mapped[bytes] = mapped_column(LargeBinary(32))
    """SHA-256 of the seal before it and this row's words."""
