"""The tables of proposals, and of what owners let others see, in the database that is not disposable. Pure."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.outbox.tables import Base

_Big = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows itself only under this name.


class ProposalRow(Base):
    """An act on rights that somebody proposed. `digest`: of what was asked; `body`: the request it becomes.

    `state`: open, agreed, handed_in, withdrawn (docs/states.md). `proposed_by`: the account of who did, if it has one.
    """

    __tablename__ = "proposals"
    __table_args__ = (
        UniqueConstraint("principal", "idempotency_key"),
        Index(None, "state", "place"),
        {"sqlite_autoincrement": True},
    )

    place: Mapped[int] = mapped_column(_Big, primary_key=True)
    id: Mapped[str] = mapped_column(Text, unique=True)
    principal: Mapped[str] = mapped_column(Text)
    idempotency_key: Mapped[str] = mapped_column(Text)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    kind: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    work_id: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)
    intent: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)
    deadline: Mapped[int] = mapped_column(BigInteger)
    proposed_by: Mapped[bytes | None] = mapped_column(LargeBinary(20), index=True)
    proposed_at: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(Text)
    ended_at: Mapped[int | None] = mapped_column(BigInteger)
    ended_by: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    operation_id: Mapped[str | None] = mapped_column(Text)


class PartyRow(Base):
    """Who has to agree to a proposal, in the order that the contract wants."""

    __tablename__ = "proposal_parties"

    proposal: Mapped[int] = mapped_column(_Big, ForeignKey("proposals.place"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    party: Mapped[bytes] = mapped_column(LargeBinary(20), index=True)


class ConsentRow(Base):
    """What a party said, or what was attested for it; one that was taken back stays.

    `signer`: the account that signed, which stands for the party. `given_by`, `confirmed_by`, `taken_back_by`: keys.
    """

    __tablename__ = "proposal_consents"
    __table_args__ = (Index(None, "proposal", "party"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(_Big, primary_key=True)
    proposal: Mapped[int] = mapped_column(_Big, ForeignKey("proposals.place"))
    party: Mapped[bytes] = mapped_column(LargeBinary(20))
    assent: Mapped[int]
    signer: Mapped[bytes] = mapped_column(LargeBinary(20))
    signature: Mapped[bytes] = mapped_column(LargeBinary)
    given_at: Mapped[int] = mapped_column(BigInteger)
    given_by: Mapped[str] = mapped_column(Text)
    paper: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    confirmer: Mapped[bytes | None] = mapped_column(LargeBinary(20))
    confirmation: Mapped[bytes | None] = mapped_column(LargeBinary)
    confirmed_at: Mapped[int | None] = mapped_column(BigInteger)
    confirmed_by: Mapped[str | None] = mapped_column(Text)
    taken_back_at: Mapped[int | None] = mapped_column(BigInteger)
    taken_back_by: Mapped[str | None] = mapped_column(Text)


class OpennessRow(Base):
    """That an owner let the public see whether rights of an estate are to be had, or no longer: the last counts."""

    __tablename__ = "estate_openness"
    __table_args__ = (Index(None, "estate", "id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(_Big, primary_key=True)
    estate: Mapped[bytes] = mapped_column(LargeBinary(32))
    open: Mapped[bool]
    account: Mapped[bytes] = mapped_column(LargeBinary(20))
    set_at: Mapped[int] = mapped_column(BigInteger)
    set_by: Mapped[str] = mapped_column(Text)


class DisclosureRow(Base):
    """That a party let an account see an estate or a grant (`subject`: its subject on chain) until a time."""

    __tablename__ = "disclosures"
    __table_args__ = (Index(None, "subject", "to"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(_Big, primary_key=True)
    subject: Mapped[bytes] = mapped_column(LargeBinary(32))
    to: Mapped[bytes] = mapped_column(LargeBinary(20))
    account: Mapped[bytes] = mapped_column(LargeBinary(20))
    given_at: Mapped[int] = mapped_column(BigInteger)
    given_by: Mapped[str] = mapped_column(Text)
    until: Mapped[int] = mapped_column(BigInteger)
    ended_at: Mapped[int | None] = mapped_column(BigInteger)
