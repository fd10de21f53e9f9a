"""The single window: work lists that stay quick among a million cases, views, phrases, checks, assisted applications,
results handed out.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
import sqlmodel
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString
MOMENT = sa.DateTime(timezone=True)
PLACE = ["department_code", "state", "due_on", "number"]
SHOWN = ["id", "yellow_on", "step", "claimed_by"]


def of_case(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["application_id"],
        ["application.id"],
        name=op.f(f"fk_{table}_application_id_application"),
        ondelete="CASCADE",
    )


def upgrade() -> None:
    queue_indexes()
    own_words()
    checks()
    assisted()
    collections()


def queue_indexes() -> None:
    op.drop_index("ix_application_queue", table_name="application")
    op.create_index("ix_application_queue", "application", PLACE, postgresql_include=SHOWN)
    op.create_index(
        "ix_application_item_queue", "application", ["item_code", *PLACE], postgresql_include=SHOWN
    )
    op.create_index(
        "ix_application_named",
        "application",
        ["applicant_name", *PLACE],
        postgresql_include=SHOWN,
        postgresql_ops={"applicant_name": "text_pattern_ops"},
    )
    op.create_index(
        "ix_application_numbered", "application", ["number"], postgresql_ops={"number": "text_pattern_ops"}
    )
    op.create_index(
        "ix_application_claimed",
        "application",
        ["claimed_by", "due_on", "number"],
        postgresql_where=sa.text("claimed_by IS NOT NULL"),
    )


def own_words() -> None:
    op.create_table(
        "desk_view",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("name", TEXT(), nullable=False),
        sa.Column("asked", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_view")),
        sa.UniqueConstraint("owner_id", "name", name=op.f("uq_desk_view_owner_id_name")),
    )
    op.create_table(
        "desk_phrase",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("department_code", TEXT(), nullable=True),
        sa.Column("deed", TEXT(), nullable=False),
        sa.Column("text", TEXT(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.CheckConstraint("num_nonnulls(owner_id, department_code) = 1", name=op.f("ck_desk_phrase_whose")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_phrase")),
    )
    for column in ("owner_id", "department_code"):
        op.create_index(f"ix_desk_phrase_{column}", "desk_phrase", [column])


def checks() -> None:
    op.create_table(
        "review_check",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("target", TEXT(), nullable=False),
        sa.Column("point", TEXT(), nullable=False),
        sa.Column("met", sa.Boolean(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        of_case("review_check"),
        sa.PrimaryKeyConstraint(
            "application_id", "officer_id", "target", "point", name=op.f("pk_review_check")
        ),
    )


def assisted() -> None:
    op.create_table(
        "assisted_filing",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("clerk_id", sa.Uuid(), nullable=False),
        sa.Column("clerk_name", TEXT(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("person_name", TEXT(), nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column(
            "consent",
            sa.Enum("screen", "paper", name="consent", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("signature_digest", TEXT(), nullable=True),
        sa.Column("signature_type", TEXT(), nullable=True),
        sa.Column("signed_at", MOMENT, nullable=True),
        of_case("assisted_filing"),
        sa.PrimaryKeyConstraint("application_id", name=op.f("pk_assisted_filing")),
    )
    op.create_index(op.f("ix_assisted_filing_clerk_id"), "assisted_filing", ["clerk_id"])


def collections() -> None:
    op.create_table(
        "result_collection",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("collector_name", sa.LargeBinary(), nullable=False),
        sa.Column("collector_number", sa.LargeBinary(), nullable=False),
        sa.Column("for_another", sa.Boolean(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("officer_name", TEXT(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        of_case("result_collection"),
        sa.PrimaryKeyConstraint("application_id", name=op.f("pk_result_collection")),
    )


def downgrade() -> None:
    for table in ("result_collection", "assisted_filing", "review_check", "desk_phrase", "desk_view"):
        op.drop_table(table)
    for index in ("claimed", "numbered", "named", "item_queue", "queue"):
        op.drop_index(f"ix_application_{index}", table_name="application")
    op.create_index("ix_application_queue", "application", PLACE)
