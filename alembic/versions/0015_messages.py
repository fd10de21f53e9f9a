"""Messages at each node of a case: what is sent, by which door, and what became of it; files arriving and scanned.

The ledger is followed from here on: what happened before is no news.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
import sqlmodel
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString
MOMENT = sa.DateTime(timezone=True)
NODES = (
    *("submitted", "accepted", "not-accepted", "correction", "reminder", "corrected", "suspended", "resumed"),
    *("extended", "recounted", "granted", "refused", "licence-ready", "delivered", "withdrawn", "terminated"),
    *("annulled", "hearing", "left", "not-needed"),
)
STAGES = ("waiting", "handing", "sent", "delivered", "undelivered")
REASONS = ("refused", "given-up", "uncertain", "no-address", "no-door", "too-late", "reported")
START = "INSERT INTO message_followed (id, leaf) SELECT 1, coalesce(max(leaf) + 1, 0) FROM ledger_leaf"


def choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    messages()
    wishes()
    arriving()
    op.create_table(
        "message_report",
        sa.Column("id", TEXT(length=100), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_report")),
    )
    op.create_index(op.f("ix_message_report_at"), "message_report", ["at"])
    op.create_table(
        "message_followed",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("leaf", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_message_followed_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_followed")),
    )
    op.execute(START)


def messages() -> None:
    op.create_table(
        "message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("application_number", TEXT(), nullable=False),
        sa.Column("node", choice("node", *NODES), nullable=False),
        sa.Column("source", TEXT(), nullable=False),
        sa.Column("words", postgresql.JSONB(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_message_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("source", "person_id", name=op.f("uq_message_source_person_id")),
    )
    op.create_index(op.f("ix_message_application_number"), "message", ["application_number"])
    op.create_index("ix_message_person", "message", ["person_id", "at"])
    op.create_table(
        "message_dispatch",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("channel", choice("channel", "sms", "email"), nullable=False),
        sa.Column("stage", choice("stage", *STAGES), nullable=False),
        sa.Column("why", choice("why", *REASONS), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("handed_at", MOMENT, nullable=True),
        sa.Column("settled_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "(stage = 'undelivered') = (why IS NOT NULL)", name=op.f("ck_message_dispatch_settled")
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
            name=op.f("fk_message_dispatch_message_id_message"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("message_id", "channel", name=op.f("pk_message_dispatch")),
    )
    op.create_index(
        "ix_message_dispatch_undelivered",
        "message_dispatch",
        ["message_id"],
        postgresql_where=sa.text("stage = 'undelivered'"),
    )


def wishes() -> None:
    op.create_table(
        "message_silenced",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("channel", choice("channel", "sms", "email"), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_message_silenced_person_id_person")
        ),
        sa.PrimaryKeyConstraint("person_id", "channel", name=op.f("pk_message_silenced")),
    )


def arriving() -> None:
    op.create_table(
        "file_upload",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", TEXT(), nullable=False),
        sa.Column("material_code", TEXT(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("mark", TEXT(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("moved_at", MOMENT, nullable=False),
        sa.CheckConstraint("received BETWEEN 0 AND size", name=op.f("ck_file_upload_within")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_file_upload_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_upload")),
    )
    op.create_index(op.f("ix_file_upload_moved_at"), "file_upload", ["moved_at"])
    op.create_index("ix_file_upload_place", "file_upload", ["number", "person_id"])
    op.create_table(
        "file_upload_piece",
        sa.Column("upload_id", sa.Uuid(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["upload_id"],
            ["file_upload.id"],
            name=op.f("fk_file_upload_piece_upload_id_file_upload"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("upload_id", "start", name=op.f("pk_file_upload_piece")),
    )
    op.create_table(
        "application_file_check",
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("verdict", choice("verdict", "unscanned", "waiting", "clean", "infected"), nullable=False),
        sa.Column("scanned_at", MOMENT, nullable=True),
        sa.Column("sent_digest", TEXT(), nullable=False),
        sa.Column("trust", choice("trust", "A", "B", "C", "D"), nullable=False),
        sa.Column("compared_by", sa.Uuid(), nullable=True),
        sa.Column("compared_by_name", TEXT(), nullable=True),
        sa.Column("compared_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["application_file.id"],
            name=op.f("fk_application_file_check_file_id_application_file"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("file_id", name=op.f("pk_application_file_check")),
    )


def downgrade() -> None:
    for table in (
        "application_file_check",
        "file_upload_piece",
        "file_upload",
        "message_followed",
        "message_report",
        "message_silenced",
        "message_dispatch",
        "message",
    ):
        op.drop_table(table)
