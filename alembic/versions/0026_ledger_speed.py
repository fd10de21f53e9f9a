"""The ledger's quicker appending.

Revision ID: 0026
Revises: 0025
"""

from alembic import op
from storage import ledger_speed_schema

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in ledger_speed_schema.UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in ledger_speed_schema.DOWN:
        op.execute(statement)
