"""The tables of every package

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
import sqlmodel
from sqlalchemy.dialects import postgresql

from alembic import op
from services.catalogue.models import IMMUTABLE

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "application",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("query_code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("item_code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("item_version", sa.Integer(), nullable=False),
        sa.Column("item_name", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("department_code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "online",
                "api",
                "window",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "applicant_kind",
            sa.Enum(
                "person",
                "organisation",
                name="partykind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("applicant_id", sa.Uuid(), nullable=False),
        sa.Column("applicant_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("filed_by", sa.Uuid(), nullable=False),
        sa.Column("filed_by_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "submitted",
                "correcting",
                "accepted",
                "suspended",
                "not-accepted",
                "granted",
                "refused",
                "delivered",
                "withdrawn",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "outcome",
            sa.Enum(
                "granted",
                "refused",
                "not-accepted",
                "withdrawn",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "delivery",
            sa.Enum(
                "electronic", "counter", name="delivery", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("step", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("answers", sa.LargeBinary(), nullable=False),
        sa.Column("origins", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("submission_key", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("claimed_by", sa.Uuid(), nullable=True),
        sa.Column("claimed_by_name", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("accepted_by", sa.Uuid(), nullable=True),
        sa.Column("received_by", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("corrections", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("yellow_on", sa.Date(), nullable=True),
        sa.Column("due_provisional", sa.Boolean(), nullable=False),
        sa.Column("limit_days", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("on_time", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
        sa.UniqueConstraint("number", name=op.f("uq_application_number")),
    )
    op.create_index("ix_application_applicant", "application", ["applicant_id", "created_at"], unique=False)
    op.create_index("ix_application_closed", "application", ["department_code", "closed_at"], unique=False)
    op.create_index(
        "ix_application_queue", "application", ["department_code", "state", "due_on", "number"], unique=False
    )
    op.create_table(
        "calendar_day",
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("is_workday", sa.Boolean(), nullable=False),
        sa.Column("notice", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("source", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("date", name=op.f("pk_calendar_day")),
    )
    op.create_table(
        "calendar_year",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("notice", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_calendar_year")),
    )
    op.create_table(
        "case_clock",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_number", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "intake",
                "decision",
                "delivery",
                "extension",
                "joint",
                name="clockkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("limit_days", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("basis", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("due_on >= started_on", name=op.f("ck_case_clock_due_after_start")),
        sa.CheckConstraint("limit_days BETWEEN 0 AND 1000", name=op.f("ck_case_clock_limit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_clock")),
    )
    op.create_index(op.f("ix_case_clock_case_number"), "case_clock", ["case_number"], unique=False)
    op.create_index(
        "ix_case_clock_due",
        "case_clock",
        ["due_on", "id"],
        unique=False,
        postgresql_where=sa.text("finished_at IS NULL AND stopped_at IS NULL"),
    )
    op.create_index(
        "ix_case_clock_provisional",
        "case_clock",
        ["id"],
        unique=False,
        postgresql_where=sa.text("finished_at IS NULL AND provisional"),
    )
    op.create_index(
        "uq_case_clock_running",
        "case_clock",
        ["case_number", "kind"],
        unique=True,
        postgresql_where=sa.text("finished_at IS NULL"),
    )
    op.create_table(
        "department",
        sa.Column("code", sqlmodel.sql.sqltypes.AutoString(length=18), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("name_en", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("short", sqlmodel.sql.sqltypes.AutoString(length=50), nullable=False),
        sa.Column("short_en", sqlmodel.sql.sqltypes.AutoString(length=50), nullable=False),
        sa.Column("region", sqlmodel.sql.sqltypes.AutoString(length=12), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_department")),
    )
    op.create_table(
        "hub_nonce",
        sa.Column("party", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("nonce", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("party", "nonce", "attempt", name=op.f("pk_hub_nonce")),
    )
    op.create_index(op.f("ix_hub_nonce_expires_at"), "hub_nonce", ["expires_at"], unique=False)
    op.create_table(
        "hub_party_key",
        sa.Column("kid", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("party", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("speaks_for", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reads_uses", sa.Boolean(), nullable=False),
        sa.Column("jwk", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_hub_party_key")),
    )
    op.create_index(op.f("ix_hub_party_key_party"), "hub_party_key", ["party"], unique=False)
    op.create_table(
        "hub_resource",
        sa.Column("code", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("catalogue_code", sqlmodel.sql.sqltypes.AutoString(length=50), nullable=False),
        sa.Column("name", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("provider", sqlmodel.sql.sqltypes.AutoString(length=18), nullable=False),
        sa.Column("provider_name", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "share_type",
            sa.Enum("1", "2", "3", name="sharetype", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("basis", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("condition", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("manner", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
        sa.Column("update_cycle", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
        sa.Column(
            "subject_key",
            sa.Enum(
                "id_number",
                "credit_code",
                name="subjectkey",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "share_type <> '2' OR condition <> ''", name=op.f("ck_hub_resource_condition_stated")
        ),
        sa.CheckConstraint("share_type <> '3' OR basis <> ''", name=op.f("ck_hub_resource_basis_stated")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_hub_resource")),
        sa.UniqueConstraint("catalogue_code", name=op.f("uq_hub_resource_catalogue_code")),
    )
    op.create_index(op.f("ix_hub_resource_provider"), "hub_resource", ["provider"], unique=False)
    op.create_table(
        "hub_use",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("nonce", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("contract", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("consumer", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("provider", sqlmodel.sql.sqltypes.AutoString(length=18), nullable=False),
        sa.Column("resource", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("form", sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
        sa.Column("case_number", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("item_code", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("subject_key", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("subject_index", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=True),
        sa.Column("applicant", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("operator", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("purpose", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column(
            "judgment",
            sa.Enum(
                "granted", "refused", name="judgment", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "hit",
                "miss",
                "mismatch",
                "failed",
                "refused",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("trouble", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=True),
        sa.Column("body_digest", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("request_digest", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("answer_digest", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=True),
        sa.Column("request_jws", sa.LargeBinary(), nullable=False),
        sa.Column("answer_jws", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(judgment = 'refused') = (reason <> '')", name=op.f("ck_hub_use_reason_stated")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hub_use")),
    )
    op.create_index("ix_hub_use_case", "hub_use", ["case_number"], unique=False)
    op.create_index("ix_hub_use_contract", "hub_use", ["contract", "at"], unique=False)
    op.create_index("ix_hub_use_subject", "hub_use", ["subject_index", "at"], unique=False)
    op.create_index(
        "uq_hub_use_granted",
        "hub_use",
        ["consumer", "nonce"],
        unique=True,
        postgresql_where=sa.text("judgment = 'granted'"),
    )
    op.create_table(
        "item_version",
        sa.Column("code", sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("definition", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "published",
                "withdrawn",
                name="itemstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("digest", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name=op.f("ck_item_version_withdrawn")
        ),
        sa.CheckConstraint(
            "state = 'draft' OR published_at IS NOT NULL", name=op.f("ck_item_version_published")
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_item_version_version")),
        sa.PrimaryKeyConstraint("code", "version", name=op.f("pk_item_version")),
    )
    op.create_table(
        "licence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("identifier", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
        sa.Column("type_code", sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("number", sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
        sa.Column("check_code", sqlmodel.sql.sqltypes.AutoString(length=12), nullable=False),
        sa.Column(
            "holder_kind",
            sa.Enum(
                "person",
                "organisation",
                name="partykind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("holder_name", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("issuer_code", sqlmodel.sql.sqltypes.AutoString(length=18), nullable=False),
        sa.Column("issuer_name", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.Column("application_number", sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "intended",
                "valid",
                "suspended",
                "revoked",
                "cancelled",
                "expired",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("elements", sa.LargeBinary(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("intended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("document", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_reason", sqlmodel.sql.sqltypes.AutoString(length=1000), nullable=True),
        sa.Column("ended_basis", sqlmodel.sql.sqltypes.AutoString(length=400), nullable=True),
        sa.Column("replaces", sa.Uuid(), nullable=True),
        sa.Column("replaced_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["replaced_by"], ["licence.id"], name=op.f("fk_licence_replaced_by_licence")),
        sa.ForeignKeyConstraint(["replaces"], ["licence.id"], name=op.f("fk_licence_replaces_licence")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_licence")),
        sa.UniqueConstraint("application_number", name=op.f("uq_licence_application_number")),
        sa.UniqueConstraint("identifier", name=op.f("uq_licence_identifier")),
        sa.UniqueConstraint(
            "type_code", "number", "version", name=op.f("uq_licence_type_code_number_version")
        ),
    )
    op.create_index(op.f("ix_licence_holder_id"), "licence", ["holder_id"], unique=False)
    op.create_index(op.f("ix_licence_issuer_code"), "licence", ["issuer_code"], unique=False)
    op.create_table(
        "licence_running_number",
        sa.Column("series", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("series", "year", name=op.f("pk_licence_running_number")),
    )
    op.create_table(
        "number_series",
        sa.Column("prefix", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("prefix", name=op.f("pk_number_series")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.Column("id_number", sa.LargeBinary(), nullable=False),
        sa.Column("id_index", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("phone_index", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("email", sa.LargeBinary(), nullable=True),
        sa.Column(
            "level",
            sa.Enum(
                "unverified",
                "registry",
                "in-person",
                name="level",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("id_index", name=op.f("uq_person_id_index")),
    )
    op.create_index(op.f("ix_person_phone_index"), "person", ["phone_index"], unique=False)
    op.create_table(
        "sign_in_failure",
        sa.Column("account_index", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("origin", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("waits_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("account_index", "origin", name=op.f("pk_sign_in_failure")),
    )
    op.create_index(op.f("ix_sign_in_failure_last_at"), "sign_in_failure", ["last_at"], unique=False)
    op.create_table(
        "signing_key",
        sa.Column("kid", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("purpose", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("algorithm", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("private", sa.LargeBinary(), nullable=False),
        sa.Column("public", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_signing_key")),
    )
    op.create_index(op.f("ix_signing_key_purpose"), "signing_key", ["purpose"], unique=False)
    op.create_table(
        "account",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("login", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("password_hash", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("totp_secret", sa.LargeBinary(), nullable=True),
        sa.Column("totp_step", sa.BigInteger(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_account_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_account")),
        sa.UniqueConstraint("login", name=op.f("uq_account_login")),
    )
    op.create_table(
        "application_correction",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("defects", sa.LargeBinary(), nullable=False),
        sa.Column("requested_by", sa.Uuid(), nullable=False),
        sa.Column("requested_by_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_application_correction_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_correction")),
    )
    op.create_index(
        op.f("ix_application_correction_application_id"),
        "application_correction",
        ["application_id"],
        unique=False,
    )
    op.create_table(
        "application_document",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("number", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("printed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("digest", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_application_document_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_document")),
        sa.UniqueConstraint(
            "application_id",
            "kind",
            "ordinal",
            name=op.f("uq_application_document_application_id_kind_ordinal"),
        ),
        sa.UniqueConstraint("number", name=op.f("uq_application_document_number")),
    )
    op.create_table(
        "application_fact",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("resource", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "waiting",
                "hit",
                "miss",
                "mismatch",
                "failed",
                "refused",
                name="gathering",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("values", sa.LargeBinary(), nullable=False),
        sa.Column("provider", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("request", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_application_fact_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("application_id", "resource", name=op.f("pk_application_fact")),
    )
    op.create_table(
        "application_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("material_code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("media_type", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("uploaded_by", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_application_file_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_file")),
    )
    op.create_index(
        op.f("ix_application_file_application_id"), "application_file", ["application_id"], unique=False
    )
    op.create_table(
        "application_material",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column(
            "supply",
            sa.Enum(
                "waiting",
                "obtained",
                "needed",
                "handed-in",
                "committed",
                name="supply",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("origin", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_application_material_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("application_id", "code", name=op.f("pk_application_material")),
    )
    op.create_table(
        "application_opinion",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("step", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("deed", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("officer_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_application_opinion_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_opinion")),
    )
    op.create_index(
        op.f("ix_application_opinion_application_id"), "application_opinion", ["application_id"], unique=False
    )
    op.create_table(
        "application_rating",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("grade", sa.Integer(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("grade BETWEEN 1 AND 5", name=op.f("ck_application_rating_grade")),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_application_rating_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("application_id", name=op.f("pk_application_rating")),
    )
    op.create_table(
        "clock_pause",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("clock_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "correction",
                "hearing",
                "bidding",
                "auction",
                "inspection",
                "testing",
                "quarantine",
                "appraisal",
                "expert-review",
                name="pausekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("until_at >= from_at", name=op.f("ck_clock_pause_forward")),
        sa.ForeignKeyConstraint(
            ["clock_id"], ["case_clock.id"], name=op.f("fk_clock_pause_clock_id_case_clock")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_pause")),
    )
    op.create_index(op.f("ix_clock_pause_clock_id"), "clock_pause", ["clock_id"], unique=False)
    op.create_index(
        "uq_clock_pause_open",
        "clock_pause",
        ["clock_id"],
        unique=True,
        postgresql_where=sa.text("until_at IS NULL"),
    )
    op.create_table(
        "hub_contract",
        sa.Column("number", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("consumer", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("item_code", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("legal_basis", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("resource", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "form",
            sa.Enum(
                "full", "masked", "verify", name="form", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("per_minute", sa.Integer(), nullable=False),
        sa.Column("per_day", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("concluded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.CheckConstraint("per_minute > 0 AND per_day > 0", name=op.f("ck_hub_contract_volume")),
        sa.CheckConstraint("valid_from < valid_until", name=op.f("ck_hub_contract_validity")),
        sa.ForeignKeyConstraint(
            ["resource"], ["hub_resource.code"], name=op.f("fk_hub_contract_resource_hub_resource")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_hub_contract")),
    )
    op.create_index(
        "ix_hub_contract_purpose", "hub_contract", ["consumer", "item_code", "resource"], unique=False
    )
    op.create_table(
        "item_search",
        sa.Column("code", sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("names", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("called", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("terms", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("audiences", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("themes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("department", sqlmodel.sql.sqltypes.AutoString(length=18), nullable=False),
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
    op.create_table(
        "licence_presentation",
        sa.Column("code_hash", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("licence_id", sa.Uuid(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["licence_id"], ["licence.id"], name=op.f("fk_licence_presentation_licence_id_licence")
        ),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_licence_presentation")),
    )
    op.create_index(
        op.f("ix_licence_presentation_licence_id"), "licence_presentation", ["licence_id"], unique=False
    )
    op.create_table(
        "organisation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("credit_code", sqlmodel.sql.sqltypes.AutoString(length=18), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "enterprise",
                "sole-trader",
                "cooperative",
                "public-body",
                "institution",
                "social",
                "other",
                name="organisationkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("legal_representative", sa.Uuid(), nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["legal_representative"], ["person.id"], name=op.f("fk_organisation_legal_representative_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("credit_code", name=op.f("uq_organisation_credit_code")),
    )
    op.create_index(
        op.f("ix_organisation_legal_representative"), "organisation", ["legal_representative"], unique=False
    )
    op.create_table(
        "staff_member",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("department_code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("roles", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("departments", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("position", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "('audit-admin' = ANY (roles))::int + ('security-admin' = ANY (roles))::int + ('system-admin' = ANY (roles))::int <= 1",
            name=op.f("ck_staff_member_one_administrator"),
        ),
        sa.CheckConstraint(
            "cardinality(roles) > 0 AND roles <@ ARRAY['approver', 'audit-admin', 'catalogue', 'reviewer', 'security-admin', 'supervisor', 'system-admin', 'window']",
            name=op.f("ck_staff_member_roles"),
        ),
        sa.ForeignKeyConstraint(
            ["department_code"], ["department.code"], name=op.f("fk_staff_member_department_code_department")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_staff_member_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_staff_member")),
    )
    op.create_index(
        op.f("ix_staff_member_department_code"), "staff_member", ["department_code"], unique=False
    )
    op.create_table(
        "hub_tally",
        sa.Column("contract", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("period", sqlmodel.sql.sqltypes.AutoString(length=6), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract"], ["hub_contract.number"], name=op.f("fk_hub_tally_contract_hub_contract")
        ),
        sa.PrimaryKeyConstraint("contract", "period", "starts_at", name=op.f("pk_hub_tally")),
    )
    op.create_table(
        "kept_form",
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("acting_for", sa.Uuid(), nullable=True),
        sa.Column("action", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("place", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("fields", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["acting_for"], ["organisation.id"], name=op.f("fk_kept_form_acting_for_organisation")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_kept_form_person_id_person")),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_kept_form")),
    )
    op.create_index(op.f("ix_kept_form_expires_at"), "kept_form", ["expires_at"], unique=False)
    op.create_index(op.f("ix_kept_form_person_id"), "kept_form", ["person_id"], unique=False)
    op.create_table(
        "representation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("powers", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("cardinality(powers) > 0", name=op.f("ck_representation_powers")),
        sa.CheckConstraint(
            "valid_until IS NULL OR valid_until > valid_from", name=op.f("ck_representation_period")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_representation_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_representation_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_representation")),
    )
    op.create_index(
        op.f("ix_representation_organisation_id"), "representation", ["organisation_id"], unique=False
    )
    op.create_index(
        "uq_representation_in_force",
        "representation",
        ["person_id", "organisation_id"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_table(
        "web_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("acting_for", sa.Uuid(), nullable=True),
        sa.Column("assurance", sa.Integer(), nullable=False),
        sa.Column("awaiting_code", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("origin", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("agent", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.CheckConstraint("assurance IN (1, 2)", name=op.f("ck_web_session_assurance")),
        sa.ForeignKeyConstraint(
            ["acting_for"], ["organisation.id"], name=op.f("fk_web_session_acting_for_organisation")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_web_session_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_web_session_token_hash")),
    )
    op.create_index(op.f("ix_web_session_person_id"), "web_session", ["person_id"], unique=False)
    op.execute(IMMUTABLE)


def downgrade() -> None:
    op.drop_index(op.f("ix_web_session_person_id"), table_name="web_session")
    op.drop_table("web_session")
    op.drop_index(
        "uq_representation_in_force",
        table_name="representation",
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.drop_index(op.f("ix_representation_organisation_id"), table_name="representation")
    op.drop_table("representation")
    op.drop_index(op.f("ix_kept_form_person_id"), table_name="kept_form")
    op.drop_index(op.f("ix_kept_form_expires_at"), table_name="kept_form")
    op.drop_table("kept_form")
    op.drop_table("hub_tally")
    op.drop_index(op.f("ix_staff_member_department_code"), table_name="staff_member")
    op.drop_table("staff_member")
    op.drop_index(op.f("ix_organisation_legal_representative"), table_name="organisation")
    op.drop_table("organisation")
    op.drop_index(op.f("ix_licence_presentation_licence_id"), table_name="licence_presentation")
    op.drop_table("licence_presentation")
    op.drop_index("ix_item_search_themes", table_name="item_search", postgresql_using="gin")
    op.drop_index("ix_item_search_terms", table_name="item_search", postgresql_using="gin")
    op.drop_index(op.f("ix_item_search_department"), table_name="item_search")
    op.drop_table("item_search")
    op.drop_index("ix_hub_contract_purpose", table_name="hub_contract")
    op.drop_table("hub_contract")
    op.drop_index(
        "uq_clock_pause_open", table_name="clock_pause", postgresql_where=sa.text("until_at IS NULL")
    )
    op.drop_index(op.f("ix_clock_pause_clock_id"), table_name="clock_pause")
    op.drop_table("clock_pause")
    op.drop_table("application_rating")
    op.drop_index(op.f("ix_application_opinion_application_id"), table_name="application_opinion")
    op.drop_table("application_opinion")
    op.drop_table("application_material")
    op.drop_index(op.f("ix_application_file_application_id"), table_name="application_file")
    op.drop_table("application_file")
    op.drop_table("application_fact")
    op.drop_table("application_document")
    op.drop_index(op.f("ix_application_correction_application_id"), table_name="application_correction")
    op.drop_table("application_correction")
    op.drop_table("account")
    op.drop_index(op.f("ix_signing_key_purpose"), table_name="signing_key")
    op.drop_table("signing_key")
    op.drop_index(op.f("ix_sign_in_failure_last_at"), table_name="sign_in_failure")
    op.drop_table("sign_in_failure")
    op.drop_index(op.f("ix_person_phone_index"), table_name="person")
    op.drop_table("person")
    op.drop_table("number_series")
    op.drop_table("licence_running_number")
    op.drop_index(op.f("ix_licence_issuer_code"), table_name="licence")
    op.drop_index(op.f("ix_licence_holder_id"), table_name="licence")
    op.drop_table("licence")
    op.drop_table("item_version")
    op.execute("DROP FUNCTION item_version_immutable()")
    op.drop_index(
        "uq_hub_use_granted", table_name="hub_use", postgresql_where=sa.text("judgment = 'granted'")
    )
    op.drop_index("ix_hub_use_subject", table_name="hub_use")
    op.drop_index("ix_hub_use_contract", table_name="hub_use")
    op.drop_index("ix_hub_use_case", table_name="hub_use")
    op.drop_table("hub_use")
    op.drop_index(op.f("ix_hub_resource_provider"), table_name="hub_resource")
    op.drop_table("hub_resource")
    op.drop_index(op.f("ix_hub_party_key_party"), table_name="hub_party_key")
    op.drop_table("hub_party_key")
    op.drop_index(op.f("ix_hub_nonce_expires_at"), table_name="hub_nonce")
    op.drop_table("hub_nonce")
    op.drop_table("department")
    op.drop_index(
        "uq_case_clock_running", table_name="case_clock", postgresql_where=sa.text("finished_at IS NULL")
    )
    op.drop_index(
        "ix_case_clock_provisional",
        table_name="case_clock",
        postgresql_where=sa.text("finished_at IS NULL AND provisional"),
    )
    op.drop_index(
        "ix_case_clock_due",
        table_name="case_clock",
        postgresql_where=sa.text("finished_at IS NULL AND stopped_at IS NULL"),
    )
    op.drop_index(op.f("ix_case_clock_case_number"), table_name="case_clock")
    op.drop_table("case_clock")
    op.drop_table("calendar_year")
    op.drop_table("calendar_day")
    op.drop_index("ix_application_queue", table_name="application")
    op.drop_index("ix_application_closed", table_name="application")
    op.drop_index("ix_application_applicant", table_name="application")
    op.drop_table("application")
