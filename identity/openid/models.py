"""Clients, consents, grants and links, as rows. Codes, tokens and secrets are nowhere: only their SHA-256.

All of those are 256 random bits, so a plain digest cannot be turned back by trying.
"""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from identity.openid.rules import ClientKind
from storage.database import Moment, choice


class OpenIDClient(SQLModel, table=True):
    """A department's system that signs people in here. `sector`: its identifiers of people are good there only."""

    __tablename__ = "openid_client"
    __table_args__ = (
        sa.CheckConstraint("(kind = 'secret') = (secret_hash IS NOT NULL)", name="secret"),
        sa.CheckConstraint("(kind = 'key') = (keys IS NOT NULL)", name="keys"),
        sa.CheckConstraint("algorithm IN ('ES256', 'RS256')", name="algorithm"),
        sa.CheckConstraint("cardinality(redirect_uris) > 0", name="redirects"),
    )

    id: str = Field(primary_key=True, max_length=40)
    name: dict[str, str] = Field(sa_type=JSONB)
    purpose: dict[str, str] = Field(sa_type=JSONB)
    department_code: str = Field(foreign_key="department.code", index=True)
    kind: ClientKind = Field(sa_type=choice(ClientKind))
    secret_hash: bytes | None = None
    keys: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    algorithm: str = Field(max_length=10)
    sector: str = Field(max_length=200)
    redirect_uris: list[str] = Field(sa_type=ARRAY(sa.Text))
    leaving_uris: list[str] = Field(sa_type=ARRAY(sa.Text))
    logout_uri: str | None = None
    scopes: list[str] = Field(sa_type=ARRAY(sa.Text))
    active: bool = True
    registered_at: datetime = Field(sa_type=Moment)
    registered_by: UUID = Field(foreign_key="person.id")


class OpenIDConsent(SQLModel, table=True):
    """What a person lets a system know, until they withdraw it (个人信息保护法 14, 15, 23)."""

    __tablename__ = "openid_consent"

    person_id: UUID = Field(primary_key=True, foreign_key="person.id")
    client_id: str = Field(primary_key=True, foreign_key="openid_client.id", index=True)
    scopes: list[str] = Field(sa_type=ARRAY(sa.Text))
    given_at: datetime = Field(sa_type=Moment)
    withdrawn_at: datetime | None = Field(default=None, sa_type=Moment)


class OpenIDGrant(SQLModel, table=True):
    """One sign-in at one system: the code, and the family of everything that came of it. Revoked as one."""

    __tablename__ = "openid_grant"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    client_id: str = Field(foreign_key="openid_client.id")
    person_id: UUID = Field(foreign_key="person.id", index=True)
    session_id: UUID = Field(foreign_key="web_session.id", index=True)
    scopes: list[str] = Field(sa_type=ARRAY(sa.Text))
    redirect_uri: str
    challenge: str
    nonce: str | None = None
    acr: str
    auth_time: datetime = Field(sa_type=Moment)
    code_hash: bytes = Field(unique=True)
    issued_at: datetime = Field(sa_type=Moment, index=True)
    redeemed_at: datetime | None = Field(default=None, sa_type=Moment)
    revoked_at: datetime | None = Field(default=None, sa_type=Moment)
    revoked_why: str | None = None


class OpenIDRefresh(SQLModel, table=True):
    """One refresh token of a family. One that is used a second time shows that somebody else holds it too."""

    __tablename__ = "openid_refresh"

    token_hash: bytes = Field(primary_key=True)
    grant_id: UUID = Field(foreign_key="openid_grant.id", index=True, ondelete="CASCADE")
    issued_at: datetime = Field(sa_type=Moment)
    used_at: datetime | None = Field(default=None, sa_type=Moment)


class OpenIDAssertion(SQLModel, table=True):
    """A `jti` that was used, by whom: a client's signed assertion works once (RFC 7523, 3)."""

    __tablename__ = "openid_assertion"

    client_id: str = Field(primary_key=True, foreign_key="openid_client.id")
    token_id: str = Field(primary_key=True, max_length=200)
    expires_at: datetime = Field(sa_type=Moment, index=True)


class OpenIDLink(SQLModel, table=True):
    """Whose account here an account elsewhere is: proven by number, or by signing in here once. Never by name."""

    __tablename__ = "openid_link"

    issuer: str = Field(primary_key=True)
    subject: str = Field(primary_key=True, max_length=255)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    proven_by: str = Field(max_length=20)
    linked_at: datetime = Field(sa_type=Moment)


class OpenIDArrival(SQLModel, table=True):
    """Which session here came of which session at the other issuer, so that a logout there ends it."""

    __tablename__ = "openid_arrival"

    session_id: UUID = Field(primary_key=True, foreign_key="web_session.id")
    issuer: str
    subject: str = Field(max_length=255)
    remote_session: str | None = Field(default=None, index=True)
    arrived_at: datetime = Field(sa_type=Moment)
