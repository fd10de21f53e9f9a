"""The board's summaries, exports and reports.

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
import sqlmodel
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString
PLACE = ("department_code", "item_code")
TABLES = (
    "oversight_open",
    "oversight_light",
    "oversight_share",
    "oversight_month",
    "oversight_board",
    "oversight_export",
    "oversight_report",
)


def upgrade() -> None:
    _open_cases()
    _days()
    _files()
    op.add_column("oversight_proof", sa.Column("kind", TEXT(), server_default="days", nullable=False))


def _place() -> list[sa.Column[str]]:
    return [sa.Column(name, TEXT(), nullable=False) for name in PLACE]


def _light() -> list[sa.Column[object]]:
    return [
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("yellow_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
    ]


def _open_cases() -> None:
    running = sa.text("NOT paused")
    op.create_table(
        "oversight_open",
        sa.Column("number", TEXT(), nullable=False),
        *_place(),
        *_light(),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_oversight_open")),
    )
    op.create_index("ix_oversight_open_due", "oversight_open", ["due_on", "number"], postgresql_where=running)
    op.create_index(
        "ix_oversight_open_own",
        "oversight_open",
        ["department_code", "due_on", "number"],
        postgresql_where=running,
    )
    op.create_table(
        "oversight_light",
        *_place(),
        *_light(),
        sa.Column("cases", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(*PLACE, "paused", "yellow_on", "due_on", name=op.f("pk_oversight_light")),
    )


def _days() -> None:
    op.create_table(
        "oversight_share",
        "oversight_month",
        sa.Column("number", TEXT(), nullable=False),
        sa.Column("indicator", TEXT(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *_place(),
        sa.Column("numerator", sa.BigInteger(), nullable=False),
        sa.Column("denominator", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", "indicator", "day", name=op.f("pk_oversight_share")),
    )
    op.create_table(
        "oversight_month",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("indicator", TEXT(), nullable=False),
        *_place(),
        sa.Column("numerator", sa.BigInteger(), nullable=False),
        sa.Column("denominator", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "month", "indicator", "department_code", "item_code", name=op.f("pk_oversight_month")
        ),
    )
    op.create_table(
        "oversight_board",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("leaf", sa.BigInteger(), nullable=True),
        sa.Column("turn", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_oversight_board_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oversight_board")),
    )
    # Without a leaf the worker counts everything anew when it first looks.
    op.execute("INSERT INTO oversight_board (id, leaf, turn) VALUES (1, NULL, 0)")


def _files() -> None:
    op.create_table(
        "oversight_export",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_by_name", TEXT(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("departments", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("asked", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("written", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("digest", TEXT(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["person.id"], name=op.f("fk_oversight_export_asked_by_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oversight_export")),
    )
    op.create_index("ix_oversight_export_asker", "oversight_export", ["asked_by", "asked_at"])
    kind = sa.Enum(
        "ten-days",
        "month",
        "quarter",
        name="reportkind",
        native_enum=False,
        create_constraint=True,
        length=40,
    )
    op.create_table(
        "oversight_report",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", kind, nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("department_code", TEXT(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("numbers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("pdf_digest", TEXT(), nullable=True),
        sa.Column("sheet_digest", TEXT(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oversight_report")),
        sa.UniqueConstraint(
            "kind", "first", "department_code", name=op.f("uq_oversight_report_kind_first_department_code")
        ),
    )


def downgrade() -> None:
    op.execute("DELETE FROM oversight_proof WHERE kind <> 'days'")
    op.drop_column("oversight_proof", "kind")
    for table in reversed(TABLES):
        op.drop_table(table)
