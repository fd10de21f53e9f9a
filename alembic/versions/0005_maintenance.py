"""Tables of maintenance: drafts of items with every save, suspensions, successions; the post of the legal reviewer."""

import sqlalchemy as sa
import sqlmodel
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ROLES = (
    "cardinality(roles) > 0 AND roles <@ ARRAY['approver', 'audit-admin', 'catalogue', {legal}"
    "'reviewer', 'security-admin', 'supervisor', 'system-admin', 'window']"
)


def upgrade() -> None:
    _drafts()
    _saves()
    _standing()
    _imports()
    _rows()
    _posts("'legal', ")


def _drafts() -> None:
    op.create_table(
        "item_draft",
        sa.Column("code", sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("definition", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "editing",
                "in_review",
                "returned",
                "approved",
                name="draftstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "new",
                "change",
                "split",
                "merge",
                name="changekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("base_version", sa.Integer(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("replaces", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("note", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("edited_by", sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
        sa.Column("edited_by_name", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewed_by_name", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_item_draft_revision")),
        sa.CheckConstraint(
            "state <> 'approved' OR reviewed_at IS NOT NULL", name=op.f("ck_item_draft_reviewed")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_item_draft")),
    )
    op.create_index(op.f("ix_item_draft_state"), "item_draft", ["state"], unique=False)


def _saves() -> None:
    op.create_table(
        "item_draft_revision",
        sa.Column("code", sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("definition", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("edited_by", sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
        sa.Column("edited_by_name", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["code"],
            ["item_draft.code"],
            name=op.f("fk_item_draft_revision_code_item_draft"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("code", "revision", name=op.f("pk_item_draft_revision")),
    )


def _standing() -> None:
    op.create_table(
        "item_suspension",
        sa.Column("code", sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_item_suspension")),
    )
    op.create_table(
        "item_succession",
        sa.Column("code", sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
        sa.Column("successor", sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
        sa.CheckConstraint("code <> successor", name=op.f("ck_item_succession_another")),
        sa.PrimaryKeyConstraint("code", "successor", name=op.f("pk_item_succession")),
    )


def _imports() -> None:
    op.create_table(
        "item_import",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("file", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("partial", sa.Boolean(), nullable=False),
        sa.Column("started_by", sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
        sa.Column("started_by_name", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_import")),
    )
    op.create_index(op.f("ix_item_import_started_at"), "item_import", ["started_at"], unique=False)


def _rows() -> None:
    op.create_table(
        "item_import_row",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("place", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("code", sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
        sa.Column("definition", postgresql.JSONB(astext_type=sa.Text(), none_as_null=True), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "waiting",
                "drafted",
                "unchanged",
                "refused",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("mistakes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["item_import.id"],
            name=op.f("fk_item_import_row_import_id_item_import"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("import_id", "number", name=op.f("pk_item_import_row")),
    )


def downgrade() -> None:
    op.execute(
        "UPDATE staff_member SET active = false, roles = array_replace(roles, 'legal', 'catalogue')"
        " WHERE 'legal' = ANY (roles)"
    )
    _posts("")
    op.drop_table("item_import_row")
    op.drop_index(op.f("ix_item_import_started_at"), table_name="item_import")
    op.drop_table("item_import")
    op.drop_table("item_succession")
    op.drop_table("item_suspension")
    op.drop_table("item_draft_revision")
    op.drop_index(op.f("ix_item_draft_state"), table_name="item_draft")
    op.drop_table("item_draft")


def _posts(legal: str) -> None:
    op.drop_constraint(op.f("ck_staff_member_roles"), "staff_member", type_="check")
    op.create_check_constraint(op.f("ck_staff_member_roles"), "staff_member", ROLES.format(legal=legal))
