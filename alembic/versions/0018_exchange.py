"""The exchange: cases the hub knows, contracts asked for and derived forms, tickets, both sides' evidence.

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
import sqlmodel
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString
MOMENT = sa.DateTime(timezone=True)
FORMS = ("full", "masked", "verify", "derived")


def choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    known_tables()
    cases()
    askings()
    tickets()
    words()


def known_tables() -> None:
    def column(name: str, kind: sa.types.TypeEngine[object], standing: str) -> sa.Column[object]:
        return sa.Column(name, kind, nullable=False, server_default=standing)

    for added in (
        column("summary", TEXT(), ""),
        column("format", TEXT(length=40), "数据库"),
        column("openness", TEXT(length=40), "不予开放"),
        column("related", postgresql.JSONB(), "[]"),
    ):
        op.add_column("hub_resource", added)
        op.alter_column("hub_resource", added.name, server_default=None)
    op.add_column("hub_contract", column("derived", postgresql.JSONB(), "{}"))
    op.alter_column("hub_contract", "derived", server_default=None)
    op.add_column("hub_contract", sa.Column("review_on", sa.Date(), nullable=True))
    op.add_column("hub_contract", sa.Column("reviewed_at", MOMENT, nullable=True))
    _forms(FORMS)
    op.add_column("hub_party_key", column("keeps_cases", sa.Boolean(), "false"))
    op.execute("UPDATE hub_party_key SET keeps_cases = reads_uses")
    op.alter_column("hub_party_key", "keeps_cases", server_default=None)
    op.add_column("hub_use", column("missing", postgresql.JSONB(), "[]"))
    op.add_column("hub_use", sa.Column("question_jws", sa.LargeBinary(), nullable=True))
    op.add_column("hub_use", sa.Column("reply_jws", sa.LargeBinary(), nullable=True))


def _forms(values: tuple[str, ...]) -> None:
    op.drop_constraint(op.f("ck_hub_contract_form"), "hub_contract", type_="check")
    told = ", ".join(f"'{value}'" for value in values)
    op.create_check_constraint(op.f("ck_hub_contract_form"), "hub_contract", f"form IN ({told})")


def cases() -> None:
    op.create_table(
        "hub_case",
        sa.Column("number", TEXT(length=64), nullable=False),
        sa.Column("keeper", TEXT(length=64), nullable=False),
        sa.Column("consumer", TEXT(length=64), nullable=False),
        sa.Column("item_code", TEXT(length=64), nullable=False),
        sa.Column("applicant", TEXT(length=64), nullable=False),
        sa.Column("subjects", postgresql.JSONB(), nullable=False),
        sa.Column("operators", postgresql.JSONB(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("told_at", MOMENT, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_hub_case")),
    )
    op.create_index(
        "ix_hub_case_open",
        "hub_case",
        ["keeper", "asked_at"],
        postgresql_where=sa.text("closed_at IS NULL"),
    )


def askings() -> None:
    op.create_table(
        "hub_asking",
        sa.Column("number", TEXT(length=64), nullable=False),
        sa.Column("consumer", TEXT(length=64), nullable=False),
        sa.Column("provider", TEXT(length=18), nullable=False),
        sa.Column("resource", TEXT(length=64), nullable=False),
        sa.Column("terms", postgresql.JSONB(), nullable=False),
        sa.Column("asked_by", TEXT(length=64), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("extended", sa.Boolean(), nullable=False),
        sa.Column(
            "state", choice("askingstate", "waiting", "agreed", "refused", "taken-back"), nullable=False
        ),
        sa.Column("answered_by", TEXT(length=64), nullable=True),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("reason", TEXT(), nullable=False),
        sa.Column("contract", TEXT(length=64), nullable=True),
        sa.CheckConstraint(
            "(state = 'refused') = (reason <> '')", name=op.f("ck_hub_asking_refusal_reasoned")
        ),
        sa.CheckConstraint(
            "(state = 'waiting') = (answered_at IS NULL)", name=op.f("ck_hub_asking_answer_dated")
        ),
        sa.ForeignKeyConstraint(
            ["resource"], ["hub_resource.code"], name=op.f("fk_hub_asking_resource_hub_resource")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_hub_asking")),
    )
    op.create_index(op.f("ix_hub_asking_consumer"), "hub_asking", ["consumer"])
    op.create_index(op.f("ix_hub_asking_provider"), "hub_asking", ["provider"])


def tickets() -> None:
    op.create_table(
        "hub_ticket",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", choice("ticketkind", "dispute", "miss", "complaint"), nullable=False),
        sa.Column("department", TEXT(length=64), nullable=False),
        sa.Column("resource", TEXT(length=64), nullable=False),
        sa.Column("fields", postgresql.JSONB(), nullable=False),
        sa.Column("case_number", TEXT(length=64), nullable=False),
        sa.Column("use", sa.Uuid(), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("raised_by", TEXT(length=64), nullable=False),
        sa.Column("raised_at", MOMENT, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", choice("ticketstate", "open", "put-right", "stands"), nullable=False),
        sa.Column("answer", TEXT(), nullable=False),
        sa.Column("answered_by", TEXT(length=64), nullable=True),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hub_ticket")),
    )
    op.create_index("ix_hub_ticket_department", "hub_ticket", ["department", "state"])
    op.create_index(
        "uq_hub_ticket_once",
        "hub_ticket",
        ["kind", "department", "resource", "case_number"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )


def words() -> None:
    op.create_table(
        "application_fact_word",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("resource", TEXT(), nullable=False),
        sa.Column("word", choice("word", "accepted", "disputed", "replaced"), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("ticket", TEXT(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id", "resource"],
            ["application_fact.application_id", "application_fact.resource"],
            name=op.f("fk_application_fact_word_application_id_application_fact"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("application_id", "resource", name=op.f("pk_application_fact_word")),
    )


def downgrade() -> None:
    for table in ("application_fact_word", "hub_ticket", "hub_asking", "hub_case"):
        op.drop_table(table)
    for column in ("reply_jws", "question_jws", "missing"):
        op.drop_column("hub_use", column)
    op.drop_column("hub_party_key", "keeps_cases")
    op.execute("DELETE FROM hub_tally USING hub_contract WHERE contract = number AND form = 'derived'")
    op.execute("DELETE FROM hub_contract WHERE form = 'derived'")
    _forms(FORMS[:3])
    for column in ("reviewed_at", "review_on", "derived"):
        op.drop_column("hub_contract", column)
    for column in ("related", "openness", "format", "summary"):
        op.drop_column("hub_resource", column)
