"""Staff: leave, substitutes, sign-in from the city's own directory.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
PEOPLE = ("person_id", "substitute_id", "entered_by", "ended_by")
LENT = "'approver', 'catalogue', 'legal', 'reviewer', 'supervisor', 'window'"


def upgrade() -> None:
    op.create_table(
        "staff_absence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("substitute_id", sa.Uuid(), nullable=False),
        sa.Column("roles", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.Column("entered_at", MOMENT, nullable=False),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.CheckConstraint("substitute_id <> person_id", name=op.f("ck_staff_absence_another")),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_staff_absence_period")),
        sa.CheckConstraint(
            f"cardinality(roles) > 0 AND roles <@ ARRAY[{LENT}]", name=op.f("ck_staff_absence_roles")
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_by IS NULL)", name=op.f("ck_staff_absence_ending_known")
        ),
        *(
            sa.ForeignKeyConstraint([column], ["person.id"], name=op.f(f"fk_staff_absence_{column}_person"))
            for column in PEOPLE
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_absence")),
    )
    op.create_index(op.f("ix_staff_absence_person_id"), "staff_absence", ["person_id"])
    op.create_index(
        "ix_staff_absence_standing",
        "staff_absence",
        ["substitute_id", "last_day"],
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("staff_absence")
