"""Proofs, reminders, scores.

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa

from alembic import op
from storage import ledger_places_schema

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


MOMENT = sa.DateTime(timezone=True)
NODES = (
    *("submitted", "accepted", "not-accepted", "correction", "reminder", "corrected", "suspended", "resumed"),
    *("extended", "recounted", "granted", "refused", "licence-ready", "delivered", "withdrawn", "terminated"),
    *("annulled", "hearing", "left", "not-needed", "reviewed", "follow-due", "check-due", "licence-ending"),
)
NEW_NODE = "oversight"


def upgrade() -> None:
    nodes(*NODES, NEW_NODE)
    op.add_column(
        "oversight_order",
        sa.Column("reminded", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
    )
    op.add_column("oversight_warning", sa.Column("left_at", MOMENT, nullable=True))
    for statement in ledger_places_schema.UP:
        op.execute(statement)


def nodes(*values: str) -> None:
    """Let a message be of one of these nodes of a case."""
    allowed = ", ".join(f"'{value}'" for value in values)
    op.drop_constraint(op.f("ck_message_node"), "message", type_="check")
    op.create_check_constraint(op.f("ck_message_node"), "message", f"node IN ({allowed})")


def downgrade() -> None:
    """What oversight told officers stands on its own pages too: these messages go."""
    op.execute("DELETE FROM message WHERE node = 'oversight'")
    nodes(*NODES)
    op.drop_column("oversight_warning", "left_at")
    op.drop_column("oversight_order", "reminded")
    op.create_table(
        "ledger_chain",
        sa.Column("chain", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("chain", name=op.f("pk_ledger_chain")),
    )
    for statement in ledger_places_schema.DOWN:
        op.execute(statement)
