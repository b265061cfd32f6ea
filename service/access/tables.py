"""The tables of access, in the database that is not disposable. Pure."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from service.outbox.tables import Base


class BearerKeyRow(Base):
    """A key that was given out; the key itself is stored nowhere. `account`: of one that acts for one."""

    __tablename__ = "bearer_keys"

    key_id: Mapped[str] = mapped_column(Text, primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    scope: Mapped[str] = mapped_column(Text)
    account: Mapped[bytes | None] = mapped_column(LargeBinary(20))
    label: Mapped[str] = mapped_column(Text)
    created_at: Mapped[int] = mapped_column(BigInteger)
    revoked_at: Mapped[int | None] = mapped_column(BigInteger)


class BrowserSessionRow(Base):
    """Who signed in on the pages; the session itself is stored nowhere."""

    __tablename__ = "browser_sessions"

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    key_id: Mapped[str] = mapped_column(Text, ForeignKey("bearer_keys.key_id"))
    opened_at: Mapped[int] = mapped_column(BigInteger)
    ends_at: Mapped[int] = mapped_column(BigInteger, index=True)


class QuestionRow(Base):
    """What a regulator asked, as of which block; `seal` is over the seal before it and this row's words."""

    __tablename__ = "questions"

    place: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    key_id: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[int] = mapped_column(BigInteger)
    question: Mapped[str] = mapped_column(Text)
    as_of: Mapped[int] = mapped_column(BigInteger)
    seal: Mapped[bytes] = mapped_column(LargeBinary(32))
