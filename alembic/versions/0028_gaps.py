"""Messages and holders.

Revision ID: 0028
Revises: 0027
"""

import sqlalchemy as sa
import sqlmodel

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString
MOMENT = sa.DateTime(timezone=True)
NODES = (
    *("submitted", "accepted", "not-accepted", "correction", "reminder", "corrected", "suspended", "resumed"),
    *("extended", "recounted", "granted", "refused", "licence-ready", "delivered", "withdrawn", "terminated"),
    *("annulled", "hearing", "left", "not-needed", "reviewed", "follow-due", "check-due", "licence-ending"),
    "oversight",
)
NEW_NODES = (
    *("licence-suspended", "licence-restored", "licence-replaced", "licence-ended", "licence-found"),
    "joint-moved",
)


def upgrade() -> None:
    nodes(*NODES, *NEW_NODES)
    op.add_column("message", sa.Column("licence", TEXT(length=120), nullable=True))
    op.create_index(
        "ix_message_licence", "message", ["licence"], postgresql_where=sa.text("licence IS NOT NULL")
    )
    awaited_holders()


def nodes(*values: str) -> None:
    """Let a message be of one of these nodes."""
    allowed = ", ".join(f"'{value}'" for value in values)
    op.drop_constraint(op.f("ck_message_node"), "message", type_="check")
    op.create_check_constraint(op.f("ck_message_node"), "message", f"node IN ({allowed})")


def awaited_holders() -> None:
    kind = sa.Enum(
        "person", "organisation", name="partykind", native_enum=False, create_constraint=True, length=40
    )
    op.create_table(
        "licence_awaited_holder",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", kind, nullable=False),
        sa.Column("name", TEXT(length=200), nullable=False),
        sa.Column("id_number", sa.LargeBinary(), nullable=True),
        sa.Column("id_index", TEXT(), nullable=True),
        sa.Column("credit_code", TEXT(length=18), nullable=True),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("differs_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "(kind = 'person') = (id_index IS NOT NULL) AND (kind = 'person') = (id_number IS NOT NULL)"
            " AND (kind = 'person') = (credit_code IS NULL)",
            name=op.f("ck_licence_awaited_holder_numbered"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_licence_awaited_holder")),
    )
    op.create_index(op.f("ix_licence_awaited_holder_id_index"), "licence_awaited_holder", ["id_index"])
    op.create_index(op.f("ix_licence_awaited_holder_credit_code"), "licence_awaited_holder", ["credit_code"])


def downgrade() -> None:
    """Messages of these kinds go; a licence whose holder is awaited stays where nobody but its department sees it."""
    new = ", ".join(f"'{value}'" for value in NEW_NODES)
    op.execute(sa.text(f"DELETE FROM message WHERE node IN ({new})"))  # noqa: S608 - constants of this file
    nodes(*NODES)
    op.drop_table("licence_awaited_holder")
    op.drop_index("ix_message_licence", table_name="message")
    op.drop_column("message", "licence")
