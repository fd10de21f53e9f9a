"""Finding: an index of names, aliases made by operators, usage, searches without result

The index of before is thrown away; `catalogue.file` (worker) or `yiwang seed` files everything anew.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
import sqlmodel
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString


def kind() -> sa.Enum:
    return sa.Enum("item", "bundle", name="kind", native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.drop_table("item_search")
    _entries()
    _names()
    _operators()


def _entries() -> None:
    op.create_table(
        "search_entry",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", kind(), nullable=False),
        sa.Column("code", TEXT(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("audiences", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("themes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("department", TEXT(length=18), nullable=True),
        sa.Column("mark", TEXT(length=64), nullable=False),
        sa.CheckConstraint("(kind = 'item') = (version IS NOT NULL)", name=op.f("ck_search_entry_version")),
        sa.ForeignKeyConstraint(
            ["code", "version"],
            ["item_version.code", "item_version.version"],
            name=op.f("fk_search_entry_code_item_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_entry")),
    )
    op.create_index(
        "uq_search_entry",
        "search_entry",
        ["code", "version", "kind"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.create_index(op.f("ix_search_entry_department"), "search_entry", ["department"], unique=False)
    op.create_index("ix_search_entry_kind", "search_entry", ["kind", "code"], unique=False)
    op.create_index(op.f("ix_search_entry_mark"), "search_entry", ["mark"], unique=False)
    for column in ("audiences", "themes"):
        op.create_index(f"ix_search_entry_{column}", "search_entry", [column], postgresql_using="gin")


def _names() -> None:
    op.create_table(
        "search_name",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.Column("text", TEXT(), nullable=False),
        sa.Column("sounds", TEXT(), nullable=False),
        sa.Column("said", TEXT(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry"],
            ["search_entry.id"],
            name=op.f("fk_search_name_entry_search_entry"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_name")),
    )
    op.create_index(op.f("ix_search_name_entry"), "search_name", ["entry"], unique=False)
    op.create_table(
        "search_key",
        sa.Column("key", TEXT(), nullable=False),
        sa.Column("name", sa.Integer(), nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.Column("size", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry"], ["search_entry.id"], name=op.f("fk_search_key_entry_search_entry"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", "name", "entry", "size", name=op.f("pk_search_key")),
    )
    op.create_index(op.f("ix_search_key_entry"), "search_key", ["entry"], unique=False)


def _operators() -> None:
    op.create_table(
        "item_alias",
        sa.Column("words", TEXT(length=100), nullable=False),
        sa.Column("kind", kind(), nullable=False),
        sa.Column("code", TEXT(length=60), nullable=False),
        sa.Column("made_by", TEXT(), nullable=False),
        sa.Column("made_by_name", TEXT(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("words", "kind", "code", name=op.f("pk_item_alias")),
    )
    op.create_index(op.f("ix_item_alias_code"), "item_alias", ["code"], unique=False)
    op.create_table(
        "item_usage",
        sa.Column("code", TEXT(length=60), nullable=False),
        sa.Column("applications", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_item_usage")),
    )
    op.create_index(op.f("ix_item_usage_applications"), "item_usage", ["applications"], unique=False)
    op.create_table(
        "search_miss",
        sa.Column("words", TEXT(length=100), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("words", name=op.f("pk_search_miss")),
    )
    op.create_index("ix_search_miss_often", "search_miss", [sa.text("count DESC"), "words"], unique=False)
    op.create_index(op.f("ix_search_miss_last_at"), "search_miss", ["last_at"], unique=False)


def downgrade() -> None:
    for table in ("search_miss", "item_usage", "item_alias", "search_key", "search_name", "search_entry"):
        op.drop_table(table)
    op.create_table(
        "item_search",
        sa.Column("code", TEXT(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("names", TEXT(), nullable=False),
        sa.Column("called", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("terms", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("audiences", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("themes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("department", TEXT(length=18), nullable=False),
        sa.ForeignKeyConstraint(
            ["code", "version"],
            ["item_version.code", "item_version.version"],
            name=op.f("fk_item_search_code_item_version"),
        ),
        sa.PrimaryKeyConstraint("code", "version", name=op.f("pk_item_search")),
    )
    op.create_index(op.f("ix_item_search_department"), "item_search", ["department"], unique=False)
    op.create_index("ix_item_search_terms", "item_search", ["terms"], unique=False, postgresql_using="gin")
    op.create_index("ix_item_search_themes", "item_search", ["themes"], unique=False, postgresql_using="gin")
