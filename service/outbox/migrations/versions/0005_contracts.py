"""Contracts that houses took in. Owns the change from 0004 to 0005."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "contracts",
        sa.Column("place", _BIG, nullable=False),
        sa.Column("house", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("scan_sha256", sa.LargeBinary(length=32), nullable=True),
        sa.Column("scan_cid", sa.Text(), nullable=True),
        sa.Column("scan_size", sa.BigInteger(), nullable=True),
        sa.Column("kept_cid", sa.Text(), nullable=True),
        sa.Column("taken_at", sa.BigInteger(), nullable=False),
        sa.Column("taken_by", sa.Text(), nullable=False),
        sa.Column("struck_at", sa.BigInteger(), nullable=True),
        sa.Column("struck_by", sa.Text(), nullable=True),
        sa.Column("struck_for", sa.Text(), nullable=True),
        sa.Column("proposal", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_contracts")),
        sa.UniqueConstraint("house", "id", name=op.f("uq_contracts_house_id")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("contracts")
