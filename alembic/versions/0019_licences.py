"""The library of e-licences: places in status lists, licences that could not be made, refused codes, sharing.

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
import sqlmodel
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    place = sa.Column("status_place", sa.BigInteger(), sa.Identity(always=True), nullable=False)
    op.add_column("licence", place)
    op.create_unique_constraint(op.f("uq_licence_status_place"), "licence", ["status_place"])
    op.add_column("licence", sa.Column("unfit_at", MOMENT, nullable=True))
    op.add_column("licence", sa.Column("unfit_why", TEXT(length=1000), nullable=True))
    op.add_column("licence", sa.Column("reminded_at", MOMENT, nullable=True))
    op.add_column("licence_presentation", sa.Column("shown", postgresql.ARRAY(sa.Text()), nullable=True))
    refusal_table()
    share_table()


def licence(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["licence_id"], ["licence.id"], name=op.f(f"fk_{table}_licence_id_licence")
    )


def refusal_table() -> None:
    table = "licence_code_refusal"
    why = sa.Enum(
        "unknown",
        "used",
        "late",
        "crowded",
        name="refusal",
        native_enum=False,
        create_constraint=True,
        length=40,
    )
    op.create_table(
        table,
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("minute", MOMENT, nullable=False),
        sa.Column("source", TEXT(length=128), nullable=False),
        sa.Column("why", why, nullable=False),
        sa.Column("licence_id", sa.Uuid(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        licence(table),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint(
            "minute",
            "source",
            "why",
            "licence_id",
            name=op.f(f"uq_{table}_minute_source_why_licence_id"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(op.f(f"ix_{table}_licence_id"), table, ["licence_id"])


def share_table() -> None:
    table = "licence_share"
    kind = sa.Enum(
        "person", "organisation", name="partykind", native_enum=False, create_constraint=True, length=40
    )
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("licence_id", sa.Uuid(), nullable=False),
        sa.Column("shared_by", sa.Uuid(), nullable=False),
        sa.Column("recipient_kind", kind, nullable=False),
        sa.Column("recipient_id", sa.Uuid(), nullable=False),
        sa.Column("recipient_name", TEXT(length=200), nullable=False),
        sa.Column("purpose", TEXT(length=200), nullable=False),
        sa.Column("shown", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        licence(table),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_licence_id"), table, ["licence_id"])
    op.create_index(op.f(f"ix_{table}_recipient_id"), table, ["recipient_id"])


def downgrade() -> None:
    op.drop_table("licence_share")
    op.drop_table("licence_code_refusal")
    op.drop_column("licence_presentation", "shown")
    for column in ("reminded_at", "unfit_why", "unfit_at", "status_place"):
        op.drop_column("licence", column)
