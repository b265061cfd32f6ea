"""Proposals of acts on rights, consents, and what owners let others see. Owns the change from 0003 to 0004."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "proposals",
        sa.Column("place", _BIG, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("principal", sa.Text(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("work_id", sa.LargeBinary(length=32), nullable=False),
        sa.Column("intent", sa.LargeBinary(length=32), nullable=False),
        sa.Column("deadline", sa.BigInteger(), nullable=False),
        sa.Column("proposed_by", sa.LargeBinary(length=20), nullable=True),
        sa.Column("proposed_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("operation_id", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_proposals")),
        sa.UniqueConstraint("id", name=op.f("uq_proposals_id")),
        sa.UniqueConstraint(
            "principal", "idempotency_key", name=op.f("uq_proposals_principal_idempotency_key")
        ),
        sqlite_autoincrement=True,
    )
    for column in ("work_id", "intent", "proposed_by"):
        op.create_index(op.f(f"ix_proposals_{column}"), "proposals", [column])
    op.create_index(op.f("ix_proposals_state_place"), "proposals", ["state", "place"])
    op.create_table(
        "proposal_parties",
        sa.Column("proposal", _BIG, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("party", sa.LargeBinary(length=20), nullable=False),
        sa.ForeignKeyConstraint(["proposal"], ["proposals.place"], name=op.f("fk_proposal_parties_proposal")),
        sa.PrimaryKeyConstraint("proposal", "position", name=op.f("pk_proposal_parties")),
    )
    op.create_index(op.f("ix_proposal_parties_party"), "proposal_parties", ["party"])
    op.create_table(
        "proposal_consents",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("proposal", _BIG, nullable=False),
        sa.Column("party", sa.LargeBinary(length=20), nullable=False),
        sa.Column("assent", sa.Integer(), nullable=False),
        sa.Column("signer", sa.LargeBinary(length=20), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("given_at", sa.BigInteger(), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("paper", sa.LargeBinary(length=32), nullable=True),
        sa.Column("confirmer", sa.LargeBinary(length=20), nullable=True),
        sa.Column("confirmation", sa.LargeBinary(), nullable=True),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.Column("confirmed_by", sa.Text(), nullable=True),
        sa.Column("taken_back_at", sa.BigInteger(), nullable=True),
        sa.Column("taken_back_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["proposal"], ["proposals.place"], name=op.f("fk_proposal_consents_proposal")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_consents")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_proposal_consents_proposal_party"), "proposal_consents", ["proposal", "party"])
    op.create_table(
        "estate_openness",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("estate", sa.LargeBinary(length=32), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("account", sa.LargeBinary(length=20), nullable=False),
        sa.Column("set_at", sa.BigInteger(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_estate_openness")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_estate_openness_estate_id"), "estate_openness", ["estate", "id"])
    op.create_table(
        "disclosures",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("subject", sa.LargeBinary(length=32), nullable=False),
        sa.Column("to", sa.LargeBinary(length=20), nullable=False),
        sa.Column("account", sa.LargeBinary(length=20), nullable=False),
        sa.Column("given_at", sa.BigInteger(), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosures")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_disclosures_subject_to"), "disclosures", ["subject", "to"])


def downgrade() -> None:
    """Go back."""
    for table in ("disclosures", "estate_openness", "proposal_consents", "proposal_parties", "proposals"):
        op.drop_table(table)
