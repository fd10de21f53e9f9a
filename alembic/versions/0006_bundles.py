"""Bundles: several cases filled in and handed in as one."""

import sqlalchemy as sa
import sqlmodel
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    text = sqlmodel.sql.sqltypes.AutoString
    op.create_table(
        "bundle_application",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", text(), nullable=False),
        sa.Column("query_code", text(), nullable=False),
        sa.Column("code", text(), nullable=False),
        sa.Column("definition", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("channel", one_of("channel", "online", "api", "window"), nullable=False),
        sa.Column("applicant_kind", one_of("partykind", "person", "organisation"), nullable=False),
        sa.Column("applicant_id", sa.Uuid(), nullable=False),
        sa.Column("applicant_name", text(), nullable=False),
        sa.Column("filed_by", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("submission_key", text(), nullable=True),
        sa.Column("delivery", one_of("delivery", "electronic", "counter"), nullable=False),
        sa.Column("promised_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("receipt", text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bundle_application")),
        sa.UniqueConstraint("number", name=op.f("uq_bundle_application_number")),
    )
    op.create_index(
        "ix_bundle_application_applicant",
        "bundle_application",
        ["applicant_id", "created_at"],
        unique=False,
    )
    op.create_table(
        "bundle_part",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("bundle_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column(
            "standing",
            one_of("standing", "together", "held", "released", "handed-in", "left"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_bundle_part_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["bundle_id"],
            ["bundle_application.id"],
            name=op.f("fk_bundle_part_bundle_id_bundle_application"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("application_id", name=op.f("pk_bundle_part")),
    )
    op.create_index(op.f("ix_bundle_part_bundle_id"), "bundle_part", ["bundle_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_bundle_part_bundle_id"), table_name="bundle_part")
    op.drop_table("bundle_part")
    op.drop_index("ix_bundle_application_applicant", table_name="bundle_application")
    op.drop_table("bundle_application")
