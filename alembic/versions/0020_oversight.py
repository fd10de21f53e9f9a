"""Oversight: the steps of cases read from the ledger, and what the measures found.

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
import sqlmodel
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString
KINDS = ("workload", "intimacy", "duration", "corrections", "refusals", "overdue")


def upgrade() -> None:
    _steps()
    _measures()
    _rules()
    _warnings()
    _logs()
    _summaries()


def _steps() -> None:
    op.create_table(
        "oversight_step",
        sa.Column("number", TEXT(), nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("item_code", TEXT(), nullable=False),
        sa.Column("department_code", TEXT(), nullable=False),
        sa.Column("deed", TEXT(), nullable=False),
        sa.Column("node", TEXT(), nullable=False),
        sa.Column("officer", sa.Uuid(), nullable=True),
        sa.Column("officer_name", TEXT(), nullable=False),
        sa.Column("holder", sa.Uuid(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("late", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("number", "position", name=op.f("pk_oversight_step")),
    )
    late, known = sa.text("late > 0"), sa.text("officer IS NOT NULL")
    op.create_index("ix_oversight_step_department", "oversight_step", ["department_code", "at"])
    op.create_index("ix_oversight_step_officer", "oversight_step", ["officer", "at"], postgresql_where=known)
    op.create_index("ix_oversight_step_item", "oversight_step", ["item_code", "at"])
    op.create_index("ix_oversight_step_entry", "oversight_step", ["entry"])
    op.create_index("ix_oversight_step_at", "oversight_step", ["at"])
    op.create_index(
        "ix_oversight_step_late", "oversight_step", ["department_code", "at"], postgresql_where=late
    )
    op.create_table(
        "oversight_followed",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("leaf", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_oversight_followed_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oversight_followed")),
    )
    # From the first leaf on: what happened before there were steps is read as well.
    op.execute("INSERT INTO oversight_followed (id, leaf) VALUES (1, 0)")


def _measures() -> None:
    kind = sa.Enum(*KINDS, name="measurekind", native_enum=False, create_constraint=True, length=40)
    op.create_table(
        "oversight_measure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("quarter", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("department_code", TEXT(), nullable=False),
        sa.Column("officer", sa.Uuid(), nullable=False),
        sa.Column("officer_name", TEXT(), nullable=False),
        sa.Column("kind", kind, nullable=False),
        sa.Column("about", TEXT(), nullable=False),
        sa.Column("node", TEXT(), nullable=False),
        sa.Column("numbers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.Column("shown_from", sa.Date(), nullable=True),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (answer IS NULL)", name=op.f("ck_oversight_measure_answer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oversight_measure")),
        sa.UniqueConstraint(
            "quarter",
            "department_code",
            "officer",
            "kind",
            "about",
            "node",
            name=op.f("uq_oversight_measure_quarter_department_code_officer_kind_about_node"),
        ),
    )
    op.create_index("ix_oversight_measure_officer", "oversight_measure", ["officer"])


def _rules() -> None:
    op.create_table(
        "oversight_rule",
        sa.Column("rule", TEXT(length=20), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("thresholds", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("live", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("set_by_name", TEXT(), nullable=False),
        sa.Column("reason", TEXT(), nullable=False),
        sa.PrimaryKeyConstraint("rule", "version", name=op.f("pk_oversight_rule")),
    )
    op.create_table(
        "oversight_privilege",
        sa.Column("application_number", TEXT(), nullable=False),
        sa.Column("granted_by", sa.Uuid(), nullable=False),
        sa.Column("granted_by_name", TEXT(), nullable=False),
        sa.Column("reason", TEXT(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_number"],
            ["application.number"],
            name=op.f("fk_oversight_privilege_application_number_application"),
        ),
        sa.PrimaryKeyConstraint("application_number", name=op.f("pk_oversight_privilege")),
    )


def _warnings() -> None:
    level = sa.Enum(
        "handler",
        "leader",
        "yellow",
        "red",
        name="level",
        native_enum=False,
        create_constraint=True,
        length=40,
    )
    sealed = ("reply", "disposal", "retraction", "appeal")
    moments = ("replied_at", "disposed_at", "retracted_at", "appealed_at")
    names = (
        "replied_by_name",
        "disposed_by_name",
        "retracted_by_name",
        "appealed_by_name",
        "decided_by_name",
    )
    pairs = zip(moments, sealed, strict=True)
    op.create_table(
        "oversight_warning",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_number", TEXT(), nullable=False),
        sa.Column("department_code", TEXT(), nullable=False),
        sa.Column("rule", TEXT(length=20), nullable=False),
        sa.Column("rule_version", sa.Integer(), nullable=False),
        sa.Column("inputs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("level", level, nullable=False),
        sa.Column("to_person", sa.Uuid(), nullable=True),
        sa.Column("to_name", TEXT(), nullable=True),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reply_by", sa.Date(), nullable=False),
        *(sa.Column(name, sa.LargeBinary(), nullable=True) for name in (*sealed, "decision")),
        *(sa.Column(name, sa.Uuid(), nullable=True) for name in ("replied_by", "disposed_by")),
        *(sa.Column(name, TEXT(), nullable=True) for name in names),
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=True) for name in (*moments, "decided_at")),
        *(
            sa.CheckConstraint(
                f"({at} IS NULL) = ({word} IS NULL)", name=op.f(f"ck_oversight_warning_{word}")
            )
            for at, word in pairs
        ),
        sa.ForeignKeyConstraint(
            ["application_number"],
            ["application.number"],
            name=op.f("fk_oversight_warning_application_number_application"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oversight_warning")),
        sa.UniqueConstraint(
            "application_number", "rule", name=op.f("uq_oversight_warning_application_number_rule")
        ),
    )
    op.create_index("ix_oversight_warning_scope", "oversight_warning", ["department_code", "raised_at"])
    op.create_index("ix_oversight_warning_person", "oversight_warning", ["to_person"])
    silent = sa.text("replied_at IS NULL AND disposed_at IS NULL AND retracted_at IS NULL")
    op.create_index("ix_oversight_warning_silent", "oversight_warning", ["reply_by"], postgresql_where=silent)


def _logs() -> None:
    op.create_table(
        "oversight_log",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", TEXT(length=200), nullable=False),
        sa.Column("digest", TEXT(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("summary", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oversight_log")),
        sa.UniqueConstraint("digest", name=op.f("uq_oversight_log_digest")),
    )


def _summaries() -> None:
    op.create_table(
        "oversight_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("indicator", TEXT(), nullable=False),
        sa.Column("department_code", TEXT(), nullable=False),
        sa.Column("item_code", TEXT(), nullable=False),
        sa.Column("numerator", sa.BigInteger(), nullable=False),
        sa.Column("denominator", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "day", "indicator", "department_code", "item_code", name=op.f("pk_oversight_day")
        ),
    )
    op.create_table(
        "oversight_speed",
        sa.Column("item_code", TEXT(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("middle", sa.Float(), nullable=False),
        sa.Column("ninetieth", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("item_code", name=op.f("pk_oversight_speed")),
    )
    op.create_table(
        "oversight_proof",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("differing", sa.Integer(), nullable=False),
        sa.Column("example", TEXT(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oversight_proof")),
    )


def downgrade() -> None:
    for table in (
        "oversight_proof",
        "oversight_speed",
        "oversight_day",
        "oversight_log",
        "oversight_warning",
        "oversight_privilege",
        "oversight_rule",
    ):
        op.drop_table(table)
    op.drop_table("oversight_measure")
    op.drop_table("oversight_followed")
    op.drop_table("oversight_step")
