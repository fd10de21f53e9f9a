"""Cases under the law: the whole lifecycle, special procedures, reform modes.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
import sqlmodel

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TEXT, MOMENT = sqlmodel.sql.sqltypes.AutoString, sa.DateTime(timezone=True)
STATES = (
    "draft",
    "submitted",
    "correcting",
    "accepted",
    "suspended",
    "not-accepted",
    "granted",
    "refused",
    "delivered",
    "withdrawn",
)
OUTCOMES = ("granted", "refused", "not-accepted", "withdrawn")
MORE_STATES = ("not-needed", "terminated", "revoked", "cancelled")
MORE_OUTCOMES = ("not-needed", "terminated")


def upgrade() -> None:
    choose("state", *STATES, *MORE_STATES)
    choose("outcome", *OUTCOMES, *MORE_OUTCOMES)
    flag("application", "deemed")
    op.add_column("application", sa.Column("archived_at", MOMENT, nullable=True))
    op.add_column("application", sa.Column("archive_digest", TEXT(), nullable=True))
    op.create_index(
        "ix_application_unarchived",
        "application",
        ["closed_at"],
        postgresql_where=sa.text("closed_at IS NOT NULL AND archived_at IS NULL"),
    )
    op.create_index(
        "ix_application_singular",
        "application",
        ["number"],
        postgresql_where=sa.text("deemed OR corrections > 1"),
    )
    flag("application_opinion", "superseded")
    op.add_column("application_correction", sa.Column("reply_by", sa.Date(), nullable=True))
    op.add_column("application_document", sa.Column("told", sa.LargeBinary(), nullable=True))
    op.add_column("clock_pause", sa.Column("days", sa.Integer(), nullable=True))
    hearing_table()
    afterwards_tables()


def choose(column: str, *values: str) -> None:
    """Let the column hold one of these values."""
    name = op.f(f"ck_application_{column}")
    op.drop_constraint(name, "application", type_="check")
    allowed = ", ".join(f"'{value}'" for value in values)
    op.create_check_constraint(name, "application", f"{column} IN ({allowed})")


def flag(table: str, column: str) -> None:
    op.add_column(table, sa.Column(column, sa.Boolean(), server_default=sa.text("false"), nullable=False))


def of_application(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_application_id_application")
    return sa.ForeignKeyConstraint(["application_id"], ["application.id"], name=name, ondelete="CASCADE")


def hearing_table() -> None:
    op.create_table(
        "application_hearing",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("offered_to", sa.LargeBinary(), nullable=False),
        sa.Column("interest", sa.LargeBinary(), nullable=False),
        sa.Column("offered_at", MOMENT, nullable=False),
        sa.Column("ask_by", sa.Date(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=True),
        sa.Column("called_at", MOMENT, nullable=True),
        sa.Column("sits_at", MOMENT, nullable=True),
        sa.Column("place", TEXT(), nullable=True),
        sa.Column("open_to_public", sa.Boolean(), nullable=False),
        sa.Column("chair_id", sa.Uuid(), nullable=True),
        sa.Column("chair_name", TEXT(), nullable=True),
        sa.Column("minutes", sa.LargeBinary(), nullable=True),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "called_at IS NULL OR asked_at IS NOT NULL", name=op.f("ck_application_hearing_asked_first")
        ),
        sa.CheckConstraint(
            "(called_at IS NULL) = (sits_at IS NULL)", name=op.f("ck_application_hearing_called_for")
        ),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (minutes IS NULL)", name=op.f("ck_application_hearing_minutes_kept")
        ),
        of_application("application_hearing"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_hearing")),
        sa.UniqueConstraint(
            "application_id", "ordinal", name=op.f("uq_application_hearing_application_id_ordinal")
        ),
    )
    op.create_index(op.f("ix_application_hearing_application_id"), "application_hearing", ["application_id"])


def afterwards_tables() -> None:
    op.create_table(
        "application_to_follow",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("code", TEXT(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("promised_at", MOMENT, nullable=False),
        sa.Column("met_at", MOMENT, nullable=True),
        of_application("application_to_follow"),
        sa.PrimaryKeyConstraint("application_id", "code", name=op.f("pk_application_to_follow")),
    )
    op.create_table(
        "application_commitment_check",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("code", TEXT(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("holds", sa.Boolean(), nullable=True),
        sa.Column("finding", sa.LargeBinary(), nullable=True),
        sa.Column("checked_by", sa.Uuid(), nullable=True),
        sa.Column("checked_by_name", TEXT(), nullable=True),
        sa.Column("checked_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "(checked_at IS NULL) = (holds IS NULL)", name=op.f("ck_application_commitment_check_found")
        ),
        of_application("application_commitment_check"),
        sa.PrimaryKeyConstraint("application_id", "code", name=op.f("pk_application_commitment_check")),
    )
    op.create_index(
        "ix_application_commitment_check_open",
        "application_commitment_check",
        ["due_on"],
        postgresql_where=sa.text("checked_at IS NULL"),
    )


def downgrade() -> None:
    """What the earlier tables cannot hold goes back to the nearest state they knew."""
    for table in ("application_commitment_check", "application_to_follow", "application_hearing"):
        op.drop_table(table)
    op.drop_column("clock_pause", "days")
    op.drop_column("application_document", "told")
    op.drop_column("application_correction", "reply_by")
    op.drop_column("application_opinion", "superseded")
    for index in ("ix_application_singular", "ix_application_unarchived"):
        op.drop_index(index, table_name="application")
    for column in ("archive_digest", "archived_at", "deemed"):
        op.drop_column("application", column)
    op.execute("UPDATE application SET state = 'delivered' WHERE state IN ('revoked', 'cancelled')")
    op.execute("UPDATE application SET state = 'not-accepted' WHERE state IN ('not-needed', 'terminated')")
    op.execute(
        "UPDATE application SET outcome = 'not-accepted' WHERE outcome IN ('not-needed', 'terminated')"
    )
    choose("outcome", *OUTCOMES)
    choose("state", *STATES)
