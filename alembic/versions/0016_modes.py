"""The modes of the reform: decided by rules, without applying, received elsewhere.

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
import sqlmodel
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

TEXT, MOMENT = sqlmodel.sql.sqltypes.AutoString, sa.DateTime(timezone=True)
STANDINGS = ("open", "confirmed", "declined")
NODES = (
    *("submitted", "accepted", "not-accepted", "correction", "reminder", "corrected", "suspended", "resumed"),
    *("extended", "recounted", "granted", "refused", "licence-ready", "delivered", "withdrawn", "terminated"),
    *("annulled", "hearing", "left", "not-needed"),
)
NEW_NODES = ("reviewed", "follow-due", "check-due")
COURSES = ("granted", "to-a-person", "taken-out")


def upgrade() -> None:
    nodes(*NODES, *NEW_NODES)
    ruling_table()
    review_table()
    benefit_tables()
    elsewhere_table()


def nodes(*values: str) -> None:
    """Let a message be of one of these nodes of a case."""
    allowed = ", ".join(f"'{value}'" for value in values)
    op.drop_constraint(op.f("ck_message_node"), "message", type_="check")
    op.create_check_constraint(op.f("ck_message_node"), "message", f"node IN ({allowed})")


def of_application(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_application_id_application")
    return sa.ForeignKeyConstraint(["application_id"], ["application.id"], name=name, ondelete="CASCADE")


def one_of(column: str, table: str, *values: str) -> sa.CheckConstraint:
    allowed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({allowed})", name=op.f(f"ck_{table}_{column}"))


def ruling_table() -> None:
    table = "application_ruling"
    op.create_table(
        table,
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("course", sa.String(40), nullable=False),
        sa.Column("found", postgresql.JSONB(), nullable=False),
        sa.Column("inputs", sa.LargeBinary(), nullable=False),
        sa.Column("rules_digest", TEXT(), nullable=True),
        sa.Column("inputs_digest", TEXT(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        one_of("course", table, *COURSES),
        sa.CheckConstraint(
            "(course = 'taken-out') = (rules_digest IS NULL)", name=op.f("ck_application_ruling_judged")
        ),
        of_application(table),
        sa.PrimaryKeyConstraint("application_id", name=op.f("pk_application_ruling")),
    )
    op.create_index(
        "ix_application_ruling_course", table, ["course", sa.literal_column("at DESC"), "application_id"]
    )


def review_table() -> None:
    table = "application_human_review"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("reviewed_at", MOMENT, nullable=True),
        sa.Column("reviewed_by", sa.Uuid(), nullable=True),
        sa.Column("reviewed_by_name", TEXT(), nullable=True),
        sa.Column("upheld", sa.Boolean(), nullable=True),
        sa.Column("finding", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "(reviewed_at IS NULL) = (upheld IS NULL)", name=op.f("ck_application_human_review_concluded")
        ),
        of_application(table),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_human_review")),
    )
    open_ones = sa.text("reviewed_at IS NULL")
    op.create_index(op.f("ix_application_human_review_application_id"), table, ["application_id"])
    op.create_index(
        "uq_application_human_review_open", table, ["application_id"], unique=True, postgresql_where=open_ones
    )
    op.create_index("ix_application_human_review_due", table, ["due_on"], postgresql_where=open_ones)


def of_account(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_person_id_account")
    return sa.ForeignKeyConstraint(["person_id"], ["account.person_id"], name=name, ondelete="CASCADE")


def benefit_tables() -> None:
    op.create_table(
        "benefit_consent",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("item_code", TEXT(), nullable=False),
        sa.Column("item_version", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        of_account("benefit_consent"),
        sa.PrimaryKeyConstraint("person_id", "item_code", name=op.f("pk_benefit_consent")),
    )
    op.create_table(
        "benefit_offer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("item_code", TEXT(), nullable=False),
        sa.Column("item_version", sa.Integer(), nullable=False),
        sa.Column("standing", sa.String(40), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.Column("requests", postgresql.JSONB(), nullable=False),
        sa.Column("found_at", MOMENT, nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("application_number", TEXT(), nullable=True),
        one_of("standing", "benefit_offer", *STANDINGS),
        of_account("benefit_offer"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_benefit_offer")),
        sa.UniqueConstraint("person_id", "item_code", name=op.f("uq_benefit_offer_person_id_item_code")),
    )


def elsewhere_table() -> None:
    table = "application_received_elsewhere"
    op.create_table(
        table,
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("department_code", TEXT(), nullable=False),
        sa.Column("department_name", TEXT(), nullable=False),
        sa.Column("clerk_id", sa.Uuid(), nullable=False),
        sa.Column("clerk_name", TEXT(), nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("sheets", sa.Integer(), nullable=True),
        sa.Column("carrier", TEXT(), nullable=True),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("sent_by_name", TEXT(), nullable=True),
        sa.Column("arrived_at", MOMENT, nullable=True),
        sa.Column("arrived_by_name", TEXT(), nullable=True),
        sa.CheckConstraint("(sent_at IS NULL) = (sheets IS NULL)", name=op.f(f"ck_{table}_sent")),
        sa.CheckConstraint("arrived_at IS NULL OR sent_at IS NOT NULL", name=op.f(f"ck_{table}_sent_first")),
        sa.CheckConstraint("sheets > 0", name=op.f(f"ck_{table}_some_paper")),
        of_application(table),
        sa.PrimaryKeyConstraint("application_id", name=op.f(f"pk_{table}")),
    )
    op.create_index(f"ix_{table}_at", table, ["department_code", "begun_at"])


def downgrade() -> None:
    """Messages of nodes the earlier tables do not know are told in the portal's other pages too: they go."""
    op.execute(sa.text("DELETE FROM message WHERE node IN ('reviewed', 'follow-due', 'check-due')"))
    nodes(*NODES)
    op.drop_table("application_received_elsewhere")
    for table in ("benefit_offer", "benefit_consent", "application_human_review", "application_ruling"):
        op.drop_table(table)
