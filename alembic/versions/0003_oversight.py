"""Oversight, and one tree over all chains of the ledger

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
import sqlmodel
from sqlalchemy.dialects import postgresql

from alembic import op
from storage import checkpoint_schema

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ledger_check",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("chains", sa.BigInteger(), nullable=False),
        sa.Column("leaves", sa.BigInteger(), nullable=False),
        sa.Column("checkpoints", sa.BigInteger(), nullable=False),
        sa.Column("waiting", sa.BigInteger(), nullable=False),
        sa.Column("why", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("chain", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_check")),
    )
    op.create_table(
        "ledger_checkpoint",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("note", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_ledger_checkpoint")),
    )
    op.create_table(
        "ledger_leaf",
        sa.Column("leaf", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("leaf", name=op.f("pk_ledger_leaf")),
        sa.UniqueConstraint("entry", name=op.f("uq_ledger_leaf_entry")),
    )
    op.create_table(
        "ledger_node",
        sa.Column("level", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "position", name=op.f("pk_ledger_node")),
    )
    op.create_table(
        "ledger_waiting",
        sa.Column("entry", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("entry", name=op.f("pk_ledger_waiting")),
    )
    op.create_table(
        "oversight_card",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_number", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("department_code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("yellow", "red", name="cardkind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("rule", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("rule_version", sa.Integer(), nullable=False),
        sa.Column("inputs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_number"],
            ["application.number"],
            name=op.f("fk_oversight_card_application_number_application"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oversight_card")),
        sa.UniqueConstraint(
            "application_number", "kind", "rule", name=op.f("uq_oversight_card_application_number_kind_rule")
        ),
    )
    op.create_index(
        "ix_oversight_card_scope", "oversight_card", ["department_code", "raised_at"], unique=False
    )
    op.create_table(
        "oversight_order",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("application_number", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("department_code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("to_person", sa.Uuid(), nullable=True),
        sa.Column("to_name", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("issued_by", sa.Uuid(), nullable=False),
        sa.Column("issued_by_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reply", sa.LargeBinary(), nullable=True),
        sa.Column("replied_by", sa.Uuid(), nullable=True),
        sa.Column("replied_by_name", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("remark", sa.LargeBinary(), nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("closed_by_name", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (closed_by IS NULL)", name=op.f("ck_oversight_order_closing")
        ),
        sa.CheckConstraint("(replied_at IS NULL) = (reply IS NULL)", name=op.f("ck_oversight_order_reply")),
        sa.ForeignKeyConstraint(
            ["application_number"],
            ["application.number"],
            name=op.f("fk_oversight_order_application_number_application"),
        ),
        sa.ForeignKeyConstraint(
            ["to_person"], ["person.id"], name=op.f("fk_oversight_order_to_person_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oversight_order")),
        sa.UniqueConstraint("number", name=op.f("uq_oversight_order_number")),
    )
    op.create_index(
        op.f("ix_oversight_order_application_number"), "oversight_order", ["application_number"], unique=False
    )
    op.create_index(
        "ix_oversight_order_scope", "oversight_order", ["department_code", "issued_at"], unique=False
    )
    op.create_index(op.f("ix_oversight_order_to_person"), "oversight_order", ["to_person"], unique=False)
    for statement in checkpoint_schema.UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in checkpoint_schema.DOWN:
        op.execute(statement)
    op.drop_index(op.f("ix_oversight_order_to_person"), table_name="oversight_order")
    op.drop_index("ix_oversight_order_scope", table_name="oversight_order")
    op.drop_index(op.f("ix_oversight_order_application_number"), table_name="oversight_order")
    op.drop_table("oversight_order")
    op.drop_index("ix_oversight_card_scope", table_name="oversight_card")
    op.drop_table("oversight_card")
    op.drop_table("ledger_waiting")
    op.drop_table("ledger_node")
    op.drop_table("ledger_leaf")
    op.drop_table("ledger_checkpoint")
    op.drop_table("ledger_check")
