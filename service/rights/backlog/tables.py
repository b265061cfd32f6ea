"""The table of existing contracts, in the database that is not disposable. Pure."""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer, LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.outbox.tables import Base

_Big = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows itself only under this name.


class ContractRow(Base):
    """A contract that a house took in, sealed under a key of its own in `column_keys`; one struck out stays.

    `id`: of its content and how many like it stood above it, for its house. `row`: in the sheet it came with.
    `scan_*`: of the file as it is; `kept_cid`: of the same encrypted, in the content store. `proposal`: what was made
    of it for the chain.
    """

    __tablename__ = "contracts"
    __table_args__ = (UniqueConstraint("house", "id"), {"sqlite_autoincrement": True})

    place: Mapped[int] = mapped_column(_Big, primary_key=True)
    house: Mapped[str] = mapped_column(Text)
    id: Mapped[str] = mapped_column(Text)
    row: Mapped[int]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    scan_sha256: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    scan_cid: Mapped[str | None] = mapped_column(Text)
    scan_size: Mapped[int | None] = mapped_column(BigInteger)
    kept_cid: Mapped[str | None] = mapped_column(Text)
    taken_at: Mapped[int] = mapped_column(BigInteger)
    taken_by: Mapped[str] = mapped_column(Text)
    struck_at: Mapped[int | None] = mapped_column(BigInteger)
    struck_by: Mapped[str | None] = mapped_column(Text)
    struck_for: Mapped[str | None] = mapped_column(Text)
    proposal: Mapped[str | None] = mapped_column(Text)
