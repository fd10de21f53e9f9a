"""The rest of the single window: papers in English where they are asked for, files compared with their originals, notices of an account, work
lists by the day of submission.

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
import sqlmodel

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString
MOMENT = sa.DateTime(timezone=True)
NEWS = (
    *("mandate-asked", "mandate-in-force", "mandate-declined", "mandate-over", "mandate-ending"),
    *("standing-in", "standing-in-over"),
)


def upgrade() -> None:
    op.create_table(
        "application_english",
        sa.Column("number", TEXT(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_application_english")),
    )
    op.create_table(
        "application_original_seen",
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("officer_name", TEXT(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["application_file.id"],
            name=op.f("fk_application_original_seen_file_id_application_file"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("file_id", name=op.f("pk_application_original_seen")),
    )
    kinds = sa.Enum(*NEWS, name="news", native_enum=False, create_constraint=True, length=40)
    op.create_table(
        "account_notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", kinds, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_account_notice_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_notice")),
    )
    op.create_index("ix_account_notice_person", "account_notice", ["person_id", "at"])
    op.create_index(
        "ix_application_filed",
        "application",
        ["department_code", "state", "submitted_at"],
        postgresql_include=["due_on", "number", "id", "yellow_on", "step", "claimed_by"],
    )


def downgrade() -> None:
    op.drop_index("ix_application_filed", table_name="application")
    op.drop_table("account_notice")
    op.drop_table("application_original_seen")
    op.drop_table("application_english")
