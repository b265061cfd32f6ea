"""The tables of the projection: all hangs on the block row, so that deleting a block undoes it. Pure.

    blocks ── records ──┬── record_subjects    which records name a subject, and its head after each
                        ├── intents            which record used up a digest
                        ├── stops              subjects whose state could not be followed further
                        └── works, tokens, estates, …   the state of each subject after each record that changed it

A state row is never changed but for `superseded_by`, the record that ended it; the database itself takes that back
when that record is deleted. What stands now is `superseded_by IS NULL`; what stood after record n has
`seq <= n AND (superseded_by IS NULL OR superseded_by > n)`.

Not from the chain: `installations`, what is followed; `replacements`, settled history that a person accepted as
replaced; `documents`, what the service told us of manifests, and `densities`, which of their pieces are common.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, MetaData, SmallInteger, Text, text
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from indexer.store.types import Octets20, Octets32, Serial, Uint64, Uint256, Words

FORMAT = 4
"""Changes when the tables do; an older projection is built anew."""


_STANDS = text("superseded_by IS NULL")
_ENDED = text("superseded_by IS NOT NULL")


class Base(DeclarativeBase):
    """Root of the tables, with a rule that names every constraint."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Installation(Base):
    """The one ledger that is followed, how far it is settled, and why following stopped if it did."""

    __tablename__ = "installations"

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    format: Mapped[int] = mapped_column(SmallInteger)
    chain_id: Mapped[int] = mapped_column(Uint256)
    genesis_hash: Mapped[bytes] = mapped_column(Octets32)
    sources: Mapped[bytes] = mapped_column(LargeBinary)
    """The addresses of `events.Sources`, in its order."""
    first_number: Mapped[int] = mapped_column(BigInteger)
    """The block before the ledger's creation."""
    settled_number: Mapped[int] = mapped_column(BigInteger)
    halt: Mapped[str | None] = mapped_column(Text)
    """A `follow.Halt` as JSON."""


class BlockTable(Base):
    """Every block with records, the one before the ledger, and all those that are not settled."""

    __tablename__ = "blocks"

    number: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(Octets32, unique=True)
    parent_hash: Mapped[bytes] = mapped_column(Octets32)
    time: Mapped[int] = mapped_column(BigInteger, index=True)
    count: Mapped[int] = mapped_column(BigInteger)
    """Records in the ledger at its end; `head` is what they lead to."""
    head: Mapped[bytes] = mapped_column(Octets32)


class RecordTable(Base):
    """The records, raw and complete; `subjects` are packed, 32 bytes each."""

    __tablename__ = "records"
    __table_args__ = (Index(None, "act", "seq"),)

    seq: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=False)
    block_number: Mapped[int] = mapped_column(ForeignKey(BlockTable.number, ondelete="CASCADE"), index=True)
    block_time: Mapped[int] = mapped_column(BigInteger)
    transaction_hash: Mapped[bytes] = mapped_column(Octets32, index=True)
    log_index: Mapped[int] = mapped_column(BigInteger)
    source: Mapped[bytes] = mapped_column(Octets20)
    act: Mapped[bytes] = mapped_column(Octets32)
    state_after: Mapped[bytes] = mapped_column(Octets32)
    digest: Mapped[bytes] = mapped_column(Octets32)
    head: Mapped[bytes] = mapped_column(Octets32)
    subjects: Mapped[bytes] = mapped_column(LargeBinary)
    data: Mapped[bytes] = mapped_column(LargeBinary)


def _of_record(**options: Any) -> Mapped[int]:
    return mapped_column(ForeignKey(RecordTable.seq, ondelete="CASCADE"), **options)


class RecordSubject(Base):
    """Which records name a subject; `ordinal` counts them from 1, `head` is the subject's after it."""

    __tablename__ = "record_subjects"
    __table_args__ = (Index(None, "subject", "seq"), {"sqlite_with_rowid": False})

    seq: Mapped[int] = _of_record(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    subject: Mapped[bytes] = mapped_column(Octets32)
    ordinal: Mapped[int] = mapped_column(BigInteger)
    head: Mapped[bytes] = mapped_column(Octets32)


class Intent(Base):
    """The record that used up an EIP-712 digest."""

    __tablename__ = "intents"
    __table_args__ = (Index(None, "digest"), {"sqlite_with_rowid": False})

    seq: Mapped[int] = _of_record(primary_key=True, autoincrement=False)
    digest: Mapped[bytes] = mapped_column(Octets32, primary_key=True)


class Stop(Base):
    """A subject whose state was not followed further, from the record that could not be."""

    __tablename__ = "stops"
    __table_args__ = (Index(None, "subject"), {"sqlite_with_rowid": False})

    seq: Mapped[int] = _of_record(primary_key=True, autoincrement=False)
    subject: Mapped[bytes] = mapped_column(Octets32, primary_key=True)
    reason: Mapped[str] = mapped_column(Text)


class Version:
    """What every table of states has: after which record of which subject, and until which."""

    seq: Mapped[int] = _of_record(primary_key=True, autoincrement=False)
    subject: Mapped[bytes] = mapped_column(Octets32, primary_key=True)
    begun_seq: Mapped[int] = mapped_column(BigInteger)
    """The record that its first state followed."""

    @declared_attr
    def superseded_by(self) -> Mapped[int | None]:
        """The record that ended this state."""
        return mapped_column(ForeignKey(RecordTable.seq, ondelete="SET NULL"))


def _versioned(table: str, *lists: tuple[str, str]) -> tuple[Any, ...]:
    """Give the indexes of a table of states; `lists`: (what is listed by, in which order), of what stands now."""
    return (
        Index(f"ix_{table}_subject", "subject", "seq"),
        Index(
            f"ix_{table}_superseded_by",
            "superseded_by",
            sqlite_where=_ENDED,
            postgresql_where=_ENDED,
        ),
        *(
            Index(
                f"ix_{table}_now_{by}",
                *dict.fromkeys((by, order, "superseded_by")),  # with it SQLite counts in the index alone
                sqlite_where=_STANDS,
                postgresql_where=_STANDS,
            )
            for by, order in lists
        ),
        {"sqlite_with_rowid": False},
    )


class TokenTable(Version, Base):
    """States of collectibles."""

    __tablename__ = "tokens"
    __table_args__ = _versioned(
        "tokens",
        ("edition_id", "token_id"),
        ("collection_id", "token_id"),
        ("work_id", "token_id"),
        ("holder", "token_id"),
    )

    token_id: Mapped[int] = mapped_column(Uint256)
    status: Mapped[int] = mapped_column(SmallInteger)
    holder: Mapped[bytes] = mapped_column(Octets20)
    user: Mapped[bytes] = mapped_column(Octets20)
    user_until: Mapped[int] = mapped_column(Uint64)
    hold_order: Mapped[bytes] = mapped_column(Octets32)
    held_until: Mapped[int] = mapped_column(Uint64)
    acquired_at: Mapped[int] = mapped_column(Uint64)
    gifts: Mapped[int] = mapped_column(BigInteger)
    distributed: Mapped[bool]
    policy_version: Mapped[int] = mapped_column(BigInteger)
    policy_digest: Mapped[bytes] = mapped_column(Octets32)
    issuer: Mapped[bytes] = mapped_column(Octets20)
    collection_id: Mapped[bytes] = mapped_column(Octets32)
    work_id: Mapped[bytes] = mapped_column(Octets32)
    edition_id: Mapped[int] = mapped_column(Uint256)


class WorkTable(Version, Base):
    """States of claims to works."""

    __tablename__ = "works"
    __table_args__ = _versioned(
        "works",
        ("begun_seq", "begun_seq"),
        ("registrant", "begun_seq"),
        ("file_digest", "begun_seq"),
        ("manifest_digest", "begun_seq"),
        ("work_id", "work_id"),
    )

    work_id: Mapped[bytes] = mapped_column(Octets32)
    registrant: Mapped[bytes] = mapped_column(Octets20)
    kind: Mapped[int] = mapped_column(SmallInteger)
    file_digest: Mapped[bytes] = mapped_column(Octets32)
    manifest_digest: Mapped[bytes] = mapped_column(Octets32)
    amendments: Mapped[int] = mapped_column(BigInteger)
    withdrawn: Mapped[bool]
    registered_at: Mapped[int] = mapped_column(Uint64)
    claims_before: Mapped[int] = mapped_column(BigInteger)
    anchor_id: Mapped[bytes] = mapped_column(Octets32)


class AnchorTable(Version, Base):
    """Anchors."""

    __tablename__ = "anchors"
    __table_args__ = _versioned("anchors", ("depositor", "begun_seq"))

    anchor_id: Mapped[bytes] = mapped_column(Octets32)
    depositor: Mapped[bytes] = mapped_column(Octets20)
    root: Mapped[bytes] = mapped_column(Octets32)
    count: Mapped[int] = mapped_column(Uint64)


class CollectionTable(Version, Base):
    """States of collections; `policies` holds every version's words, 7 × 32 bytes each."""

    __tablename__ = "collections"
    __table_args__ = _versioned(
        "collections",
        ("begun_seq", "begun_seq"),
        ("issuer", "begun_seq"),
        ("metadata_digest", "begun_seq"),
    )

    collection_id: Mapped[bytes] = mapped_column(Octets32)
    issuer: Mapped[bytes] = mapped_column(Octets20)
    metadata_digest: Mapped[bytes] = mapped_column(Octets32)
    amendments: Mapped[int] = mapped_column(BigInteger)
    policies: Mapped[bytes] = mapped_column(LargeBinary)


class EditionTable(Version, Base):
    """States of editions."""

    __tablename__ = "editions"
    __table_args__ = (
        Index(
            "ix_editions_now_works",  # so that the works of a collection are counted in the index alone, in its order
            *("collection_id", "work_id", "superseded_by"),
            sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        ),
        *_versioned("editions", ("collection_id", "begun_seq"), ("work_id", "begun_seq")),
    )

    edition_id: Mapped[int] = mapped_column(Uint256)
    collection_id: Mapped[bytes] = mapped_column(Octets32)
    work_id: Mapped[bytes] = mapped_column(Octets32)
    number: Mapped[int] = mapped_column(BigInteger)
    cap: Mapped[int] = mapped_column(Uint64)


class StandingTable(Version, Base):
    """States of accounts."""

    __tablename__ = "standings"
    __table_args__ = _versioned("standings", ("begun_seq", "begun_seq"))

    account: Mapped[bytes] = mapped_column(Octets20)
    kind: Mapped[int] = mapped_column(SmallInteger)
    custody: Mapped[int] = mapped_column(SmallInteger)
    commitment: Mapped[bytes] = mapped_column(Octets32)
    code_hash: Mapped[bytes] = mapped_column(Octets32)
    suspended_until: Mapped[int] = mapped_column(Uint64)
    suspension_order: Mapped[bytes] = mapped_column(Octets32)
    replaced_by: Mapped[bytes] = mapped_column(Octets20)
    replacement: Mapped[bytes] = mapped_column(Octets20)
    recovery_from: Mapped[int] = mapped_column(Uint64)
    method: Mapped[bytes] = mapped_column(Octets32)
    verifier: Mapped[bytes] = mapped_column(Octets32)
    verified_at: Mapped[int] = mapped_column(Uint64)


class OrderTable(Version, Base):
    """States of legal bases."""

    __tablename__ = "orders"
    __table_args__ = _versioned("orders", ("target", "begun_seq"), ("begun_seq", "begun_seq"))

    order_id: Mapped[bytes] = mapped_column(Octets32)
    status: Mapped[int] = mapped_column(SmallInteger)
    filed_by: Mapped[bytes] = mapped_column(Octets20)
    executed_by: Mapped[bytes] = mapped_column(Octets20)
    authority: Mapped[str] = mapped_column(Words)
    order_hash: Mapped[bytes] = mapped_column(Octets32)
    reason_code: Mapped[bytes] = mapped_column(Octets32)
    measure: Mapped[int] = mapped_column(SmallInteger)
    target: Mapped[bytes] = mapped_column(Octets32)
    to: Mapped[bytes] = mapped_column(Octets20)
    occurred_at: Mapped[int] = mapped_column(Uint64)
    effect_until: Mapped[int] = mapped_column(Uint64)
    expires: Mapped[int] = mapped_column(Uint64)
    corrects: Mapped[bytes] = mapped_column(Octets32)


class SeatTable(Version, Base):
    """States of accounts in roles."""

    __tablename__ = "seats"
    __table_args__ = _versioned("seats", ("begun_seq", "begun_seq"))

    role: Mapped[int] = mapped_column(SmallInteger)
    account: Mapped[bytes] = mapped_column(Octets20)
    holds: Mapped[bool]
    proposed_by: Mapped[bytes] = mapped_column(Octets20)
    effective_at: Mapped[int] = mapped_column(Uint64)
    confirmed: Mapped[bool]


class CancelledNonceTable(Version, Base):
    """Nonces that accounts took back."""

    __tablename__ = "cancelled_nonces"
    __table_args__ = _versioned("cancelled_nonces")

    account: Mapped[bytes] = mapped_column(Octets20)
    nonce: Mapped[int] = mapped_column(Uint256)


class LedgerMarkTable(Version, Base):
    """Checkpoints."""

    __tablename__ = "ledger_marks"
    __table_args__ = _versioned("ledger_marks")

    count: Mapped[int] = mapped_column(Uint256)


class EstateTable(Version, Base):
    """States of estates; `scope`, `owners`, `parts` and `alone` are their words, packed (`packed.py`)."""

    __tablename__ = "estates"
    __table_args__ = (
        Index("ix_estates_work_id", "work_id", "seq"),  # of all times: whose a point was is asked of any day
        *_versioned("estates", ("work_id", "begun_seq")),
    )

    estate_id: Mapped[int] = mapped_column(Uint256)
    status: Mapped[int] = mapped_column(SmallInteger)
    work_id: Mapped[bytes] = mapped_column(Octets32)
    revision: Mapped[int] = mapped_column(BigInteger)
    scope: Mapped[bytes] = mapped_column(LargeBinary)
    owners: Mapped[bytes] = mapped_column(LargeBinary)
    parts: Mapped[bytes] = mapped_column(LargeBinary)
    alone: Mapped[bytes] = mapped_column(LargeBinary)
    hold_order: Mapped[bytes] = mapped_column(Octets32)
    held_until: Mapped[int] = mapped_column(Uint64)
    claimed_on: Mapped[int] = mapped_column(BigInteger)
    claimed: Mapped[bool]
    granted: Mapped[bool]


class WorkRightsTable(Version, Base):
    """States of the rights of works."""

    __tablename__ = "work_rights"
    __table_args__ = _versioned("work_rights", ("begun_seq", "begun_seq"))

    work_id: Mapped[bytes] = mapped_column(Octets32)
    claims: Mapped[int] = mapped_column(BigInteger)
    contests: Mapped[int] = mapped_column(BigInteger)
    backlog_until: Mapped[int] = mapped_column(BigInteger)
    hold_order: Mapped[bytes] = mapped_column(Octets32)
    held_until: Mapped[int] = mapped_column(Uint64)


class GrantTable(Version, Base):
    """States of grants; `scope` and `grantors` are packed (`packed.py`), `until` is that of the scope."""

    __tablename__ = "grants"
    __table_args__ = (
        Index("ix_grants_work_id", "work_id", "seq"),
        *_versioned(
            "grants",
            ("work_id", "begun_seq"),
            ("parent_id", "begun_seq"),
            ("estate_id", "begun_seq"),
            ("licensee", "begun_seq"),
            ("until", "begun_seq"),
        ),
    )

    grant_id: Mapped[bytes] = mapped_column(Octets32)
    status: Mapped[int] = mapped_column(SmallInteger)
    work_id: Mapped[bytes] = mapped_column(Octets32)
    estate_id: Mapped[int] = mapped_column(Uint256)
    parent_id: Mapped[bytes] = mapped_column(Octets32)
    licensee: Mapped[bytes] = mapped_column(Octets20)
    kind: Mapped[int] = mapped_column(SmallInteger)
    sublicensable: Mapped[bool]
    revision: Mapped[int] = mapped_column(BigInteger)
    scope: Mapped[bytes] = mapped_column(LargeBinary)
    notice_days: Mapped[int] = mapped_column(BigInteger)
    conditions: Mapped[bytes] = mapped_column(Octets32)
    agreement: Mapped[bytes] = mapped_column(Octets32)
    agreement_cid: Mapped[bytes] = mapped_column(Octets32)
    signed_on: Mapped[int] = mapped_column(BigInteger)
    conflicts: Mapped[int] = mapped_column(BigInteger)
    hold_order: Mapped[bytes] = mapped_column(Octets32)
    held_until: Mapped[int] = mapped_column(Uint64)
    granted_at: Mapped[int] = mapped_column(Uint64)
    alone: Mapped[bool]
    grantors: Mapped[bytes] = mapped_column(LargeBinary)
    until: Mapped[int] = mapped_column(BigInteger)


class AttestationTable(Version, Base):
    """States of attested consents."""

    __tablename__ = "attestations"
    __table_args__ = (
        Index("ix_attestations_work_id", "work_id", "seq"),
        *_versioned("attestations", ("intent", "begun_seq")),
    )

    intent: Mapped[bytes] = mapped_column(Octets32)
    party: Mapped[bytes] = mapped_column(Octets20)
    work_id: Mapped[bytes] = mapped_column(Octets32)
    paper: Mapped[bytes] = mapped_column(Octets32)
    attester: Mapped[bytes] = mapped_column(Octets20)
    confirmer: Mapped[bytes] = mapped_column(Octets20)
    confirmed: Mapped[bool]


class ConsentTakenBackTable(Version, Base):
    """Consents that accounts took back."""

    __tablename__ = "consents_taken_back"
    __table_args__ = _versioned("consents_taken_back")

    intent: Mapped[bytes] = mapped_column(Octets32)
    account: Mapped[bytes] = mapped_column(Octets20)


class Replacement(Base):
    """Settled history that was replaced, as a person accepted it: both headers are kept."""

    __tablename__ = "replacements"

    held_hash: Mapped[bytes] = mapped_column(Octets32, primary_key=True)
    held_number: Mapped[int] = mapped_column(BigInteger)
    seen_hash: Mapped[bytes] = mapped_column(Octets32)
    seen_number: Mapped[int] = mapped_column(BigInteger)
    accepted_at: Mapped[int] = mapped_column(BigInteger)


class DocumentTable(Base):
    """What the service told us of a manifest; `needle` is what search looks in."""

    __tablename__ = "documents"

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=False)
    """What the index of pieces (`pieces.py`) names it by."""
    digest: Mapped[bytes] = mapped_column(Octets32, unique=True)
    title: Mapped[str] = mapped_column(Text)
    title_en: Mapped[str] = mapped_column(Text)
    number: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    needle: Mapped[str] = mapped_column(Text)


class DensityTable(Base):
    """In how many of the documents that are counted a piece of text is (`pieces.py`)."""

    __tablename__ = "densities"

    piece: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=False)
    documents: Mapped[int] = mapped_column(BigInteger)
