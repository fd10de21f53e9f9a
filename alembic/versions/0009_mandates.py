"""Mandates for persons and organisations, requests for them, attempts at being verified.

What stood in `representation` becomes mandates: of a legal representative where the organisation names the person,
of an agent otherwise. A session may act for a person as well, so it no longer refers to organisations only.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
import sqlmodel
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString
MOMENT = sa.DateTime(timezone=True)
FIRM_KINDS = "kind IN ('administrator', 'agent', 'representative')"

CARRY_OVER = """
INSERT INTO mandate (id, kind, person_id, for_organisation, items, evidence, given_by, valid_from, valid_until,
                     checked_at, withdrawn_at, withdrawn_by, ending)
SELECT r.id, CASE WHEN head THEN 'representative' ELSE 'agent' END, r.person_id, r.organisation_id,
       r.powers, jsonb_build_object('by', CASE WHEN head THEN 'register' ELSE 'organisation' END),
       'system:migration', r.valid_from, r.valid_until, CASE WHEN head THEN r.valid_from END, r.withdrawn_at,
       CASE WHEN r.withdrawn_at IS NOT NULL THEN 'system:migration' END,
       CASE WHEN r.withdrawn_at IS NOT NULL THEN 'withdrawn' END
FROM representation r
JOIN organisation o ON o.id = r.organisation_id
CROSS JOIN LATERAL (SELECT o.legal_representative IS NOT DISTINCT FROM r.person_id AS head) AS told
"""
CARRY_BACK = """
INSERT INTO representation (id, person_id, organisation_id, powers, valid_from, valid_until, withdrawn_at)
SELECT id, person_id, for_organisation, items, valid_from, valid_until, withdrawn_at
FROM mandate WHERE for_organisation IS NOT NULL
"""


def kind() -> sa.Enum:
    kinds = ("representative", "administrator", "agent", "guardian", "child")
    return sa.Enum(*kinds, name="kind", native_enum=False, create_constraint=True, length=40)


def person(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["person.id"], name=op.f(f"fk_{table}_{column}_person"))


def organisation(table: str, column: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_organisation")
    return sa.ForeignKeyConstraint([column], ["organisation.id"], name=name)


def upgrade() -> None:
    mandate_table()
    request_table()
    op.create_table(
        "identity_check",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("confirmed", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=True),
        person("identity_check", "person_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_check")),
    )
    op.create_index(op.f("ix_identity_check_person_id"), "identity_check", ["person_id"])
    op.execute(CARRY_OVER)
    op.drop_table("representation")
    for table in ("web_session", "kept_form"):
        op.drop_constraint(op.f(f"fk_{table}_acting_for_organisation"), table, type_="foreignkey")


def mandate_table() -> None:
    ending = ("withdrawn", "replaced", "representative-changed")
    op.create_table(
        "mandate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", kind(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("for_person", sa.Uuid(), nullable=True),
        sa.Column("for_organisation", sa.Uuid(), nullable=True),
        sa.Column("items", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("evidence", postgresql.JSONB(), nullable=False),
        sa.Column("given_by", TEXT(length=80), nullable=False),
        sa.Column("valid_from", MOMENT, nullable=False),
        sa.Column("valid_until", MOMENT, nullable=True),
        sa.Column("checked_at", MOMENT, nullable=True),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.Column("withdrawn_by", TEXT(length=80), nullable=True),
        sa.Column(
            "ending",
            sa.Enum(*ending, name="ending", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.CheckConstraint("valid_until IS NULL OR valid_until > valid_from", name=op.f("ck_mandate_period")),
        sa.CheckConstraint("cardinality(items) > 0", name=op.f("ck_mandate_items")),
        sa.CheckConstraint(
            "num_nonnulls(for_person, for_organisation) = 1", name=op.f("ck_mandate_principal")
        ),
        sa.CheckConstraint(
            f"(for_organisation IS NOT NULL) = ({FIRM_KINDS})", name=op.f("ck_mandate_kind_fits")
        ),
        sa.CheckConstraint("person_id IS DISTINCT FROM for_person", name=op.f("ck_mandate_another")),
        sa.CheckConstraint("(withdrawn_at IS NULL) = (ending IS NULL)", name=op.f("ck_mandate_ending_known")),
        person("mandate", "person_id"),
        person("mandate", "for_person"),
        organisation("mandate", "for_organisation"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mandate")),
    )
    for column in ("person_id", "for_person", "for_organisation"):
        op.create_index(op.f(f"ix_mandate_{column}"), "mandate", [column])
    for side in ("person", "organisation"):
        op.create_index(
            f"uq_mandate_{side}_in_force",
            "mandate",
            ["person_id", f"for_{side}"],
            unique=True,
            postgresql_where=sa.text(f"withdrawn_at IS NULL AND for_{side} IS NOT NULL"),
        )


def request_table() -> None:
    answer = ("confirmed", "declined", "cancelled")
    op.create_table(
        "mandate_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", kind(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asker_acts", sa.Boolean(), nullable=False),
        sa.Column("other_index", TEXT(), nullable=False),
        sa.Column("other", sa.LargeBinary(), nullable=False),
        sa.Column("for_organisation", sa.Uuid(), nullable=True),
        sa.Column("items", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("evidence_digest", TEXT(length=64), nullable=True),
        sa.Column("evidence_type", TEXT(length=40), nullable=True),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("answered_by", TEXT(length=80), nullable=True),
        sa.Column(
            "answer",
            sa.Enum(*answer, name="answer", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.CheckConstraint("cardinality(items) > 0", name=op.f("ck_mandate_request_items")),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (answer IS NULL)", name=op.f("ck_mandate_request_answered")
        ),
        sa.CheckConstraint(
            f"(for_organisation IS NOT NULL) = ({FIRM_KINDS})", name=op.f("ck_mandate_request_kind_fits")
        ),
        person("mandate_request", "asked_by"),
        organisation("mandate_request", "for_organisation"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mandate_request")),
    )
    for column in ("asked_by", "for_organisation", "other_index"):
        op.create_index(op.f(f"ix_mandate_request_{column}"), "mandate_request", [column])


def downgrade() -> None:
    for table in ("web_session", "kept_form"):
        op.execute(
            f"UPDATE {table} SET acting_for = NULL WHERE acting_for NOT IN (SELECT id FROM organisation)"  # noqa: S608
        )
        op.create_foreign_key(
            op.f(f"fk_{table}_acting_for_organisation"), table, "organisation", ["acting_for"], ["id"]
        )
    op.create_table(
        "representation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("powers", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("valid_from", MOMENT, nullable=False),
        sa.Column("valid_until", MOMENT, nullable=True),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.CheckConstraint("cardinality(powers) > 0", name=op.f("ck_representation_powers")),
        sa.CheckConstraint(
            "valid_until IS NULL OR valid_until > valid_from", name=op.f("ck_representation_period")
        ),
        organisation("representation", "organisation_id"),
        person("representation", "person_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_representation")),
    )
    op.create_index(op.f("ix_representation_organisation_id"), "representation", ["organisation_id"])
    op.create_index(
        "uq_representation_in_force",
        "representation",
        ["person_id", "organisation_id"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.execute(CARRY_BACK)
    for table in ("identity_check", "mandate_request", "mandate"):
        op.drop_table(table)
