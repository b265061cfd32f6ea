"""Touches are found by subject and mode: of an edition's many users, those that matter. Owns 0002 to 0003."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_index("ix_touches_subject_mode", "touches", ["subject", "mode"])
    op.drop_index("ix_touches_subject", table_name="touches")


def downgrade() -> None:
    """Go back."""
    op.create_index("ix_touches_subject", "touches", ["subject"])
    op.drop_index("ix_touches_subject_mode", table_name="touches")
