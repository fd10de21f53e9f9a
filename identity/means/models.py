"""Passkeys, one-time codes, proven contacts, notices on their way and recoveries, as rows.

No code and no address stands in any of them in the clear: codes are keyed hashes, addresses are sealed.
"""

from datetime import datetime
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from identity.means.rules import LABEL_LENGTH, Channel, News, Purpose
from storage.cipher import SealedText
from storage.database import Moment, choice


class Passkey(SQLModel, table=True):
    """A public key somebody signs in with (Web Authentication Level 3, discoverable credential)."""

    __tablename__ = "passkey"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    credential_id: bytes = Field(unique=True)
    public_key: bytes
    sign_count: int = Field(sa_type=sa.BigInteger)
    label: str = Field(max_length=LABEL_LENGTH)
    synced: bool
    created_at: datetime = Field(sa_type=Moment)
    used_at: datetime | None = Field(default=None, sa_type=Moment)


class SpentChallenge(SQLModel, table=True):
    """A challenge that was answered: it is good once."""

    __tablename__ = "spent_challenge"

    digest: bytes = Field(primary_key=True)
    expires_at: datetime = Field(sa_type=Moment, index=True)


class OneTimeCode(SQLModel, table=True):
    """Six digits sent to somebody, or, for an account that does not exist, to nobody: the row looks the same."""

    __tablename__ = "one_time_code"

    key_hash: bytes = Field(primary_key=True)
    purpose: Purpose = Field(sa_type=choice(Purpose))
    channel: Channel = Field(sa_type=choice(Channel))
    person_id: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    account_index: str
    address: str = Field(default="", sa_type=SealedText("one-time-code.address"))
    code_hash: str
    tries: int = 0
    created_at: datetime = Field(sa_type=Moment)
    expires_at: datetime = Field(sa_type=Moment, index=True)
    right_at: datetime | None = Field(default=None, sa_type=Moment)
    closed_at: datetime | None = Field(default=None, sa_type=Moment)


class ProvenContact(SQLModel, table=True):
    """The owner showed that notices to this phone or address reach them."""

    __tablename__ = "proven_contact"

    person_id: UUID = Field(primary_key=True, foreign_key="person.id")
    channel: Channel = Field(primary_key=True, sa_type=choice(Channel))
    address_index: str
    proved_at: datetime = Field(sa_type=Moment)


class Outgoing(SQLModel, table=True):
    """A notice on its way; gone once it was handed over."""

    __tablename__ = "outgoing_notice"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    channel: Channel = Field(sa_type=choice(Channel))
    address: str = Field(sa_type=SealedText("notice.address"))
    text: str = Field(sa_type=SealedText("notice.text"))
    created_at: datetime = Field(sa_type=Moment)
    expires_at: datetime = Field(sa_type=Moment, index=True)


class Posted(SQLModel, table=True):
    """A notice as it stands in the portal for one person; the words are the portal's, nobody else is named."""

    __tablename__ = "account_notice"
    __table_args__ = (sa.Index("ix_account_notice_person", "person_id", "at"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    person_id: UUID = Field(foreign_key="person.id")
    kind: News = Field(sa_type=choice(News))
    at: datetime = Field(sa_type=Moment)


class Recovery(SQLModel, table=True):
    """Somebody who can read the owner's notices wants to set a new password. It waits, and the owner may object."""

    __tablename__ = "recovery"
    __table_args__ = (
        sa.Index(
            "uq_recovery_open",
            "person_id",
            unique=True,
            postgresql_where=sa.text("used_at IS NULL AND cancelled_at IS NULL"),
        ),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    person_id: UUID = Field(foreign_key="person.id")
    started_at: datetime = Field(sa_type=Moment)
    ready_at: datetime = Field(sa_type=Moment)
    expires_at: datetime = Field(sa_type=Moment)
    cancelled_at: datetime | None = Field(default=None, sa_type=Moment)
    used_at: datetime | None = Field(default=None, sa_type=Moment)


class StaffRecovery(SQLModel, table=True):
    """A member of staff lost a factor: one person asks, another agrees, each holds half of the start code."""

    __tablename__ = "staff_recovery"
    __table_args__ = (
        sa.CheckConstraint("agreed_by <> asked_by AND agreed_by <> person_id", name="two_persons"),
        sa.CheckConstraint("asked_by <> person_id", name="not_oneself"),
        sa.CheckConstraint("(agreed_by IS NULL) = (second_hash IS NULL)", name="halves"),
        sa.Index(
            "uq_staff_recovery_open",
            "person_id",
            unique=True,
            postgresql_where=sa.text("closed_at IS NULL"),
        ),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    person_id: UUID = Field(foreign_key="person.id")
    reason: str = Field(max_length=200)
    asked_by: UUID = Field(foreign_key="person.id")
    asked_at: datetime = Field(sa_type=Moment)
    first_hash: str
    agreed_by: UUID | None = Field(default=None, foreign_key="person.id")
    second_hash: str | None = None
    expires_at: datetime = Field(sa_type=Moment)
    tries: int = 0
    used_at: datetime | None = Field(default=None, sa_type=Moment)
    closed_at: datetime | None = Field(default=None, sa_type=Moment)
