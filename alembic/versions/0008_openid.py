"""Tables of openid: clients, consents, grants, refresh tokens, links; news of ended sessions for clients."""

import sqlalchemy as sa
import sqlmodel
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

Text = sqlmodel.sql.sqltypes.AutoString

SESSION_ENDED = """
CREATE FUNCTION openid_session_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO procrastinate_jobs (queue_name, task_name, priority, args)
    SELECT DISTINCT 'yiwang', 'openid.tell-logout', 0,
           jsonb_build_object('ended', NEW.id::text, 'client', c.id)
    FROM openid_grant g JOIN openid_client c ON c.id = g.client_id
    WHERE g.session_id = NEW.id AND g.redeemed_at IS NOT NULL AND c.active AND c.logout_uri IS NOT NULL;
    RETURN NULL;
END $$;
"""
TRIGGER = """
CREATE TRIGGER web_session_ended AFTER UPDATE OF ended_at ON web_session
FOR EACH ROW WHEN (OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL)
EXECUTE FUNCTION openid_session_ended();
"""


def upgrade() -> None:
    _clients()
    _consents()
    _grants()
    _counterpart()
    # However a session ends, and whoever ends it, the systems it was used for are told in the same transaction.
    op.execute(SESSION_ENDED)
    op.execute(TRIGGER)


def _clients() -> None:
    op.create_table(
        "openid_client",
        sa.Column("id", Text(length=40), nullable=False),
        sa.Column("name", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("purpose", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("department_code", Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "secret",
                "key",
                "public",
                name="clientkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=True),
        sa.Column("keys", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("algorithm", Text(length=10), nullable=False),
        sa.Column("sector", Text(length=200), nullable=False),
        sa.Column("redirect_uris", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("leaving_uris", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("logout_uri", Text(), nullable=True),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registered_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint("algorithm IN ('ES256', 'RS256')", name=op.f("ck_openid_client_algorithm")),
        sa.CheckConstraint("cardinality(redirect_uris) > 0", name=op.f("ck_openid_client_redirects")),
        sa.CheckConstraint("(kind = 'key') = (keys IS NOT NULL)", name=op.f("ck_openid_client_keys")),
        sa.CheckConstraint(
            "(kind = 'secret') = (secret_hash IS NOT NULL)", name=op.f("ck_openid_client_secret")
        ),
        sa.ForeignKeyConstraint(
            ["department_code"], ["department.code"], name=op.f("fk_openid_client_department_code_department")
        ),
        sa.ForeignKeyConstraint(
            ["registered_by"], ["person.id"], name=op.f("fk_openid_client_registered_by_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_openid_client")),
    )
    op.create_index(op.f("ix_openid_client_department_code"), "openid_client", ["department_code"])


def _consents() -> None:
    op.create_table(
        "openid_consent",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", Text(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_openid_consent_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["client_id"], ["openid_client.id"], name=op.f("fk_openid_consent_client_id_openid_client")
        ),
        sa.PrimaryKeyConstraint("person_id", "client_id", name=op.f("pk_openid_consent")),
    )
    op.create_index(op.f("ix_openid_consent_client_id"), "openid_consent", ["client_id"])
    op.create_table(
        "openid_assertion",
        sa.Column("client_id", Text(), nullable=False),
        sa.Column("token_id", Text(length=200), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["openid_client.id"], name=op.f("fk_openid_assertion_client_id_openid_client")
        ),
        sa.PrimaryKeyConstraint("client_id", "token_id", name=op.f("pk_openid_assertion")),
    )
    op.create_index(op.f("ix_openid_assertion_expires_at"), "openid_assertion", ["expires_at"])


def _grants() -> None:
    op.create_table(
        "openid_grant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("redirect_uri", Text(), nullable=False),
        sa.Column("challenge", Text(), nullable=False),
        sa.Column("nonce", Text(), nullable=True),
        sa.Column("acr", Text(), nullable=False),
        sa.Column("auth_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("redeemed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_why", Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_id"], ["openid_client.id"], name=op.f("fk_openid_grant_client_id_openid_client")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_openid_grant_person_id_person")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["web_session.id"], name=op.f("fk_openid_grant_session_id_web_session")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_openid_grant")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_openid_grant_code_hash")),
    )
    op.create_index(op.f("ix_openid_grant_person_id"), "openid_grant", ["person_id"])
    op.create_index(op.f("ix_openid_grant_session_id"), "openid_grant", ["session_id"])
    op.create_index(op.f("ix_openid_grant_issued_at"), "openid_grant", ["issued_at"])
    op.create_table(
        "openid_refresh",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("grant_id", sa.Uuid(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["grant_id"],
            ["openid_grant.id"],
            name=op.f("fk_openid_refresh_grant_id_openid_grant"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_openid_refresh")),
    )
    op.create_index(op.f("ix_openid_refresh_grant_id"), "openid_refresh", ["grant_id"])


def _counterpart() -> None:
    op.create_table(
        "openid_link",
        sa.Column("issuer", Text(), nullable=False),
        sa.Column("subject", Text(length=255), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("proven_by", Text(length=20), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_openid_link_person_id_person")),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_openid_link")),
    )
    op.create_index(op.f("ix_openid_link_person_id"), "openid_link", ["person_id"])
    op.create_table(
        "openid_arrival",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("issuer", Text(), nullable=False),
        sa.Column("subject", Text(length=255), nullable=False),
        sa.Column("remote_session", Text(), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["web_session.id"], name=op.f("fk_openid_arrival_session_id_web_session")
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_openid_arrival")),
    )
    op.create_index(op.f("ix_openid_arrival_remote_session"), "openid_arrival", ["remote_session"])


def downgrade() -> None:
    op.execute("DROP TRIGGER web_session_ended ON web_session")
    op.execute("DROP FUNCTION openid_session_ended()")
    for table in (
        "openid_arrival",
        "openid_link",
        "openid_refresh",
        "openid_grant",
        "openid_assertion",
        "openid_consent",
        "openid_client",
    ):
        op.drop_table(table)
