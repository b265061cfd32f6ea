"""The tables of what is not disposable, made by the migrations beside this file. Pure.

Whoever adds a table declares it on `Base` and adds a migration; `test_migrations.py` compares the two.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, MetaData, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

_Big = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows itself only under this name.


class Base(DeclarativeBase):
    """Root of the tables; constraints get names, so that a migration can find them again."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        }
    )


class OperationRow(Base):
    """A request that was accepted. `together`: with how many others it may share a transaction, 0 for any number."""

    __tablename__ = "operations"
    __table_args__ = (
        UniqueConstraint("principal", "idempotency_key"),
        Index(None, "state", "sender", "place"),
        {"sqlite_autoincrement": True},
    )

    place: Mapped[int] = mapped_column(_Big, primary_key=True)
    id: Mapped[str] = mapped_column(Text, unique=True)
    principal: Mapped[str] = mapped_column(Text)
    idempotency_key: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    sender: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    together: Mapped[int] = mapped_column(default=0)
    accepted_at: Mapped[int] = mapped_column(BigInteger)
    ended_at: Mapped[int | None] = mapped_column(BigInteger)
    transaction_id: Mapped[int | None] = mapped_column(_Big, ForeignKey("transactions.id"), index=True)
    seq: Mapped[int | None] = mapped_column(BigInteger)
    block: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str | None] = mapped_column(Text)


class TouchRow(Base):
    """A subject that a request touches; gone once the request has ended."""

    __tablename__ = "touches"
    __table_args__ = (Index(None, "subject", "mode"),)

    place: Mapped[int] = mapped_column(_Big, ForeignKey("operations.place"), primary_key=True)
    subject: Mapped[str] = mapped_column(Text, primary_key=True)
    mode: Mapped[str] = mapped_column(Text)


class DependencyRow(Base):
    """A request that waits for another. `needed`: refused if the other is. `piped`: the chain itself sees to that."""

    __tablename__ = "dependencies"

    place: Mapped[int] = mapped_column(_Big, ForeignKey("operations.place"), primary_key=True)
    awaits: Mapped[int] = mapped_column(_Big, ForeignKey("operations.place"), primary_key=True, index=True)
    needed: Mapped[bool]
    piped: Mapped[bool]


class AttachmentRow(Base):
    """A file of a request; its content goes once the content store has it."""

    __tablename__ = "attachments"

    place: Mapped[int] = mapped_column(_Big, ForeignKey("operations.place"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    use: Mapped[str] = mapped_column(Text)
    sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    size: Mapped[int] = mapped_column(BigInteger)
    cid: Mapped[str] = mapped_column(Text)
    cid_profile: Mapped[str] = mapped_column(Text)
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    path: Mapped[str | None] = mapped_column(Text)


class TransactionRow(Base):
    """A signed transaction, or a nonce that was used elsewhere (then without bytes).

    `state`: signed, sent, final, displaced (its nonce was used by another), foreign. `verdict`: of a second attempt,
    the reason that ends the requests of the first; empty to try them again.
    """

    __tablename__ = "transactions"
    __table_args__ = (
        UniqueConstraint("genesis", "sender", "nonce", "attempt"),
        Index(None, "state", "sender", "nonce"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(_Big, primary_key=True)
    genesis: Mapped[bytes] = mapped_column(LargeBinary(32))
    sender: Mapped[bytes] = mapped_column(LargeBinary(20))
    nonce: Mapped[int] = mapped_column(BigInteger)
    attempt: Mapped[int]
    operator: Mapped[str] = mapped_column(Text)
    raw: Mapped[bytes | None] = mapped_column(LargeBinary)
    hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    gas: Mapped[int] = mapped_column(BigInteger, default=0)
    state: Mapped[str] = mapped_column(Text)
    signed_at: Mapped[int] = mapped_column(BigInteger)
    sent_at: Mapped[int | None] = mapped_column(BigInteger)
    answer: Mapped[str | None] = mapped_column(Text)
    block: Mapped[int | None] = mapped_column(BigInteger)
    block_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    succeeded: Mapped[bool | None]
    verdict: Mapped[str | None] = mapped_column(Text)


class ItemRow(Base):
    """A request in a transaction. `name`: what the contract calls it where it refuses it; empty if it reverts."""

    __tablename__ = "items"

    transaction_id: Mapped[int] = mapped_column(_Big, ForeignKey("transactions.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(_Big, ForeignKey("operations.place"), index=True)
    name: Mapped[bytes] = mapped_column(LargeBinary(32))


class LeaseRow(Base):
    """What one worker at a time may do, and until when (Unix time)."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    worker: Mapped[str] = mapped_column(Text)
    until: Mapped[float]


class UnreconciledRow(Base):
    """A key that signs nothing until an operator has reconciled it with the chain."""

    __tablename__ = "unreconciled"

    genesis: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    sender: Mapped[bytes] = mapped_column(LargeBinary(20), primary_key=True)
    rows_next: Mapped[int] = mapped_column(BigInteger)
    chain_next: Mapped[int] = mapped_column(BigInteger)
    found_at: Mapped[int] = mapped_column(BigInteger)


class SignatureRow(Base):
    """What a key signed in a slot, so that it never signs another thing there."""

    __tablename__ = "signatures"

    signer: Mapped[bytes] = mapped_column(LargeBinary(20), primary_key=True)
    domain: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    slot: Mapped[str] = mapped_column(Text, primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))


class KeptKeyRow(Base):
    """A key kept for a person in one collection, sealed under the master key."""

    __tablename__ = "kept_keys"
    __table_args__ = (UniqueConstraint("person_id", "collection_id"),)

    address: Mapped[bytes] = mapped_column(LargeBinary(20), primary_key=True)
    person_id: Mapped[str] = mapped_column(Text)
    collection_id: Mapped[bytes] = mapped_column(LargeBinary(32))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[int] = mapped_column(BigInteger)


class PersonRow(Base):
    """A person or institution, sealed under its data key. `reference`: keyed hash of the holder's code."""

    __tablename__ = "persons"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[int]
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    reference: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    method: Mapped[str] = mapped_column(Text)
    verifier: Mapped[str] = mapped_column(Text)
    verified_at: Mapped[int] = mapped_column(BigInteger)
    registered_at: Mapped[int] = mapped_column(BigInteger)


class DataKeyRow(Base):
    """The key of one person's data, sealed under the master key; destroying it erases the data."""

    __tablename__ = "data_keys"

    person_id: Mapped[str] = mapped_column(Text, ForeignKey("persons.id"), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class CommitmentRow(Base):
    """What the chain carries of a person for one account; the salt is sealed under the person's data key."""

    __tablename__ = "commitments"

    account: Mapped[bytes] = mapped_column(LargeBinary(20), primary_key=True)
    person_id: Mapped[str] = mapped_column(Text, ForeignKey("persons.id"), index=True)
    custody: Mapped[int]
    commitment: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    sealed_salt: Mapped[bytes | None] = mapped_column(LargeBinary)
    made_at: Mapped[int] = mapped_column(BigInteger)


class ErasureRow(Base):
    """That a person's data were erased: when, by whom, why. Never who it was."""

    __tablename__ = "erasures"

    person_id: Mapped[str] = mapped_column(Text, ForeignKey("persons.id"), primary_key=True)
    erased_at: Mapped[int] = mapped_column(BigInteger)
    erased_by: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
