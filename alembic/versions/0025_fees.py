"""What a case cost: payments with their receipts, fees let off; entries about officers by hand.

Revision ID: 0025
Revises: 0024
"""

import sqlalchemy as sa
import sqlmodel

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "application_payment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("receipt", TEXT(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("taken_by", sa.Uuid(), nullable=False),
        sa.Column("taken_by_name", TEXT(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("refunded_at", MOMENT, nullable=True),
        sa.Column("refunded_by", sa.Uuid(), nullable=True),
        sa.Column("refunded_by_name", TEXT(), nullable=True),
        sa.Column("refund_reason", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("amount > 0", name=op.f("ck_application_payment_amount")),
        sa.CheckConstraint(
            "(refunded_at IS NULL) = (refund_reason IS NULL)", name=op.f("ck_application_payment_refunded")
        ),
        of_application("application_payment"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_payment")),
        sa.UniqueConstraint("receipt", name=op.f("uq_application_payment_receipt")),
    )
    op.create_index(op.f("ix_application_payment_application_id"), "application_payment", ["application_id"])
    op.create_table(
        "application_fee_waiver",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("ground", sa.LargeBinary(), nullable=False),
        sa.Column("waived_by", sa.Uuid(), nullable=False),
        sa.Column("waived_by_name", TEXT(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        of_application("application_fee_waiver"),
        sa.PrimaryKeyConstraint("application_id", name=op.f("pk_application_fee_waiver")),
    )
    discipline()


def of_application(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_application_id_application")
    return sa.ForeignKeyConstraint(["application_id"], ["application.id"], name=name, ondelete="CASCADE")


def discipline() -> None:
    op.create_table(
        "oversight_discipline",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("department_code", TEXT(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column(
            "part",
            sa.Enum(
                "law",
                "integrity",
                name="disciplinepart",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("points", sa.SmallInteger(), nullable=False),
        sa.Column("reference", TEXT(), nullable=False),
        sa.Column("reason", TEXT(), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.Column("entered_by_name", TEXT(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oversight_discipline")),
    )


def downgrade() -> None:
    for table in ("oversight_discipline", "application_fee_waiver", "application_payment"):
        op.drop_table(table)
