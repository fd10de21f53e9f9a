"""Passkeys, one-time codes, recoveries, known devices, and what a session knows of its beginning.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
import sqlmodel

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

CHANNEL = sa.Enum("sms", "email", name="channel", native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    text, moment = sqlmodel.sql.sqltypes.AutoString, sa.DateTime(timezone=True)
    _sessions(text, moment)
    _devices(moment)
    _passkeys(text, moment)
    _codes(text, moment)
    _notices(text, moment)
    _recoveries(text, moment)


def _sessions(text: type, moment: sa.DateTime) -> None:
    op.add_column(
        "web_session", sa.Column("means", text(length=40), server_default="password", nullable=False)
    )
    op.add_column("web_session", sa.Column("proved_at", moment, server_default=sa.func.now(), nullable=False))
    op.execute("UPDATE web_session SET proved_at = created_at")
    op.create_table(
        "sign_in_pressure",
        sa.Column("key", text(), nullable=False),
        sa.Column("level", sa.Float(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sign_in_pressure")),
    )
    op.create_index(op.f("ix_sign_in_pressure_at"), "sign_in_pressure", ["at"])


def _devices(moment: sa.DateTime) -> None:
    op.create_table(
        "known_device",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("seen_at", moment, nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_known_device_person_id_person")),
        sa.PrimaryKeyConstraint("token_hash", "person_id", name=op.f("pk_known_device")),
    )
    op.create_index(op.f("ix_known_device_person_id"), "known_device", ["person_id"])
    op.create_index(op.f("ix_known_device_expires_at"), "known_device", ["expires_at"])


def _passkeys(text: type, moment: sa.DateTime) -> None:
    op.create_table(
        "passkey",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("label", text(length=40), nullable=False),
        sa.Column("synced", sa.Boolean(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("used_at", moment, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_passkey_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
    )
    op.create_index(op.f("ix_passkey_person_id"), "passkey", ["person_id"])
    op.create_table(
        "spent_challenge",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_spent_challenge")),
    )
    op.create_index(op.f("ix_spent_challenge_expires_at"), "spent_challenge", ["expires_at"])


def _codes(text: type, moment: sa.DateTime) -> None:
    op.create_table(
        "one_time_code",
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                *("sign-in", "recovery", "contact"),
                name="purpose",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("channel", CHANNEL, nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("account_index", text(), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("code_hash", text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.Column("right_at", moment, nullable=True),
        sa.Column("closed_at", moment, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_one_time_code_person_id_person")),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_one_time_code")),
    )
    op.create_index(op.f("ix_one_time_code_person_id"), "one_time_code", ["person_id"])
    op.create_index(op.f("ix_one_time_code_expires_at"), "one_time_code", ["expires_at"])


def _notices(text: type, moment: sa.DateTime) -> None:
    op.create_table(
        "proven_contact",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("channel", CHANNEL, nullable=False),
        sa.Column("address_index", text(), nullable=False),
        sa.Column("proved_at", moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_proven_contact_person_id_person")
        ),
        sa.PrimaryKeyConstraint("person_id", "channel", name=op.f("pk_proven_contact")),
    )
    op.create_table(
        "outgoing_notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("channel", CHANNEL, nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_notice")),
    )
    op.create_index(op.f("ix_outgoing_notice_expires_at"), "outgoing_notice", ["expires_at"])


def _recoveries(text: type, moment: sa.DateTime) -> None:
    op.create_table(
        "recovery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", moment, nullable=False),
        sa.Column("ready_at", moment, nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.Column("cancelled_at", moment, nullable=True),
        sa.Column("used_at", moment, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_recovery_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery")),
    )
    op.create_index(
        "uq_recovery_open",
        "recovery",
        ["person_id"],
        unique=True,
        postgresql_where=sa.text("used_at IS NULL AND cancelled_at IS NULL"),
    )
    op.create_table(
        "staff_recovery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("reason", text(length=200), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", moment, nullable=False),
        sa.Column("first_hash", text(), nullable=False),
        sa.Column("agreed_by", sa.Uuid(), nullable=True),
        sa.Column("second_hash", text(), nullable=True),
        sa.Column("expires_at", moment, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("used_at", moment, nullable=True),
        sa.Column("closed_at", moment, nullable=True),
        sa.CheckConstraint(
            "agreed_by <> asked_by AND agreed_by <> person_id", name=op.f("ck_staff_recovery_two_persons")
        ),
        sa.CheckConstraint("asked_by <> person_id", name=op.f("ck_staff_recovery_not_oneself")),
        sa.CheckConstraint(
            "(agreed_by IS NULL) = (second_hash IS NULL)", name=op.f("ck_staff_recovery_halves")
        ),
        *(
            sa.ForeignKeyConstraint([column], ["person.id"], name=op.f(f"fk_staff_recovery_{column}_person"))
            for column in ("person_id", "asked_by", "agreed_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_recovery")),
    )
    op.create_index(
        "uq_staff_recovery_open",
        "staff_recovery",
        ["person_id"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )


def downgrade() -> None:
    for table in (
        *("staff_recovery", "recovery", "outgoing_notice", "proven_contact", "one_time_code"),
        *("spent_challenge", "passkey", "known_device", "sign_in_pressure"),
    ):
        op.drop_table(table)
    op.drop_column("web_session", "proved_at")
    op.drop_column("web_session", "means")
