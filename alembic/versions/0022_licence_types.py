"""Licence types kept in the database, the version a licence was issued under, and files of existing licences.

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
import sqlmodel
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString
MOMENT = sa.DateTime(timezone=True)
NODES = (
    *("submitted", "accepted", "not-accepted", "correction", "reminder", "corrected", "suspended", "resumed"),
    *("extended", "recounted", "granted", "refused", "licence-ready", "delivered", "withdrawn", "terminated"),
    *("annulled", "hearing", "left", "not-needed", "reviewed", "follow-due", "check-due"),
)
NEW_NODE = "licence-ending"


def chosen(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


NO_CHANGE = """
CREATE FUNCTION licence_type_no_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'a published licence type never changes'; END $$
"""
TRIGGER = """
CREATE TRIGGER licence_type_version_no_change BEFORE UPDATE OR DELETE ON licence_type_version
FOR EACH ROW EXECUTE FUNCTION licence_type_no_change()
"""


def upgrade() -> None:
    op.add_column(
        "licence", sa.Column("type_version", sa.Integer(), server_default=sa.text("1"), nullable=False)
    )
    trust = sa.Column("trust", chosen("trust", "A", "B"), server_default="A", nullable=False)
    op.add_column("licence", trust)
    type_tables()
    op.execute(NO_CHANGE)
    op.execute(TRIGGER)
    import_tables()
    nodes(*NODES, NEW_NODE)


def nodes(*values: str) -> None:
    """Let a message be of one of these nodes of a case."""
    allowed = ", ".join(f"'{value}'" for value in values)
    op.drop_constraint(op.f("ck_message_node"), "message", type_="check")
    op.create_check_constraint(op.f("ck_message_node"), "message", f"node IN ({allowed})")


def type_tables() -> None:
    op.create_table(
        "licence_type_version",
        sa.Column("slug", TEXT(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("code", TEXT(length=21), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("published_at", MOMENT, nullable=False),
        sa.Column("published_by", TEXT(length=60), nullable=False),
        sa.Column("published_by_name", TEXT(length=100), nullable=False),
        sa.Column("note", TEXT(), nullable=False),
        sa.PrimaryKeyConstraint("slug", "version", name=op.f("pk_licence_type_version")),
    )
    op.create_table(
        "licence_type_draft",
        sa.Column("slug", TEXT(length=60), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("base_version", sa.Integer(), nullable=True),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("edited_by", TEXT(length=60), nullable=False),
        sa.Column("edited_by_name", TEXT(length=100), nullable=False),
        sa.Column("edited_at", MOMENT, nullable=False),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_licence_type_draft_revision")),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_licence_type_draft")),
    )


def import_tables() -> None:
    op.create_table(
        "licence_import",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("type_code", TEXT(length=60), nullable=False),
        sa.Column("type_version", sa.Integer(), nullable=False),
        sa.Column("department_code", TEXT(length=18), nullable=False),
        sa.Column("trust", chosen("trust", "A", "B"), nullable=False),
        sa.Column("file", TEXT(length=200), nullable=False),
        sa.Column("started_by", TEXT(length=60), nullable=False),
        sa.Column("started_by_name", TEXT(length=100), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_licence_import")),
    )
    op.create_index(op.f("ix_licence_import_department_code"), "licence_import", ["department_code"])
    outcome = chosen("importoutcome", "waiting", "taken", "refused")
    op.create_table(
        "licence_import_row",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("licence_number", TEXT(length=60), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("outcome", outcome, nullable=False),
        sa.Column("mistakes", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["licence_import.id"],
            name=op.f("fk_licence_import_row_import_id_licence_import"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("import_id", "number", name=op.f("pk_licence_import_row")),
    )
    op.create_index(
        "ix_licence_import_row_waiting",
        "licence_import_row",
        ["import_id", "number"],
        postgresql_where=sa.text("outcome = 'waiting'"),
    )


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM message WHERE node = 'licence-ending'"))
    nodes(*NODES)
    for table in ("licence_import_row", "licence_import", "licence_type_draft", "licence_type_version"):
        op.drop_table(table)
    op.execute("DROP FUNCTION licence_type_no_change()")
    op.drop_column("licence", "trust")
    op.drop_column("licence", "type_version")
