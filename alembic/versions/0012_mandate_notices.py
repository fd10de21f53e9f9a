"""Mandates say once that they end soon; a code by message may prove who is there before a sensitive deed.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

PURPOSE = "ck_one_time_code_purpose"


def upgrade() -> None:
    op.add_column("mandate", sa.Column("ending_told_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_mandate_ending",
        "mandate",
        ["valid_until"],
        postgresql_where=sa.text("withdrawn_at IS NULL AND ending_told_at IS NULL"),
    )
    purposes("sign-in", "recovery", "contact", "prove")


def downgrade() -> None:
    op.execute("DELETE FROM one_time_code WHERE purpose = 'prove'")
    purposes("sign-in", "recovery", "contact")
    op.drop_index("ix_mandate_ending", "mandate")
    op.drop_column("mandate", "ending_told_at")


def purposes(*names: str) -> None:
    """What a code may be for, and nothing else."""
    op.drop_constraint(op.f(PURPOSE), "one_time_code", type_="check")
    listed = ", ".join(f"'{one}'" for one in names)
    op.create_check_constraint(op.f(PURPOSE), "one_time_code", f"purpose IN ({listed})")
