"""Deviation in what fees are let off.

Revision ID: 0029
Revises: 0028
"""

import sqlalchemy as sa

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

KINDS = ("workload", "intimacy", "duration", "corrections", "refusals", "overdue")
NEW = "waivers"


def upgrade() -> None:
    kinds(*KINDS, NEW)


def kinds(*values: str) -> None:
    """Let a finding be of one of these kinds."""
    allowed = ", ".join(f"'{value}'" for value in values)
    op.drop_constraint(op.f("ck_oversight_measure_measurekind"), "oversight_measure", type_="check")
    op.create_check_constraint(
        op.f("ck_oversight_measure_measurekind"), "oversight_measure", f"kind IN ({allowed})"
    )


def downgrade() -> None:
    """Findings of this kind go; they are counted anew from the ledger at any time."""
    op.execute(sa.text("DELETE FROM oversight_measure WHERE kind = :kind").bindparams(kind=NEW))
    kinds(*KINDS)
