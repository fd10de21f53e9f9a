"""The board at a million cases: what was decided lately is found without reading every case.

Revision ID: 0027
Revises: 0026
"""

import sqlalchemy as sa

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_application_decided",
        "application",
        ["decided_at", "number"],
        postgresql_where=sa.text("decided_at IS NOT NULL"),
    )
    # What is stopped no longer keeps its days: the worker counts everything anew when it next looks.
    op.execute("UPDATE oversight_board SET leaf = NULL")


def downgrade() -> None:
    op.execute("UPDATE oversight_board SET leaf = NULL")
    op.drop_index("ix_application_decided", table_name="application")
