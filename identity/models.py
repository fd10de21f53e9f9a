"""People, accounts, organisations, staff, sessions and keys, as rows.

ID numbers, phones and e-mail addresses are sealed; beside a sealed number stands its keyed hash, by which it
is found. A birth date is nowhere: it is read from the opened number where a rule needs it.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from identity.actor import STAFF
from identity.rules import ADMINISTRATORS, LENT, Level, OrganisationKind
from storage.cipher import SealedJSON, SealedText
from storage.database import Moment, choice

ID_NUMBER = "person.id-number"
PHONE = "person.phone"
EMAIL = "person.email"


def _quoted(values: frozenset[str]) -> str:
    return ", ".join(f"'{value}'" for value in sorted(values))


ONE_ADMINISTRATOR = " + ".join(
    f"('{role.value}' = ANY (roles))::int" for role in sorted(ADMINISTRATORS, key=lambda role: role.value)
)


class Person(SQLModel, table=True):
    """A natural person (自然人). `id_index` and `phone_index` are keyed hashes."""

    __tablename__ = "person"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    name: str = Field(max_length=100)
    id_number: str = Field(sa_type=SealedText(ID_NUMBER))
    id_index: str = Field(unique=True)
    phone: str | None = Field(default=None, sa_type=SealedText(PHONE))
    phone_index: str | None = Field(default=None, index=True)
    email: str | None = Field(default=None, sa_type=SealedText(EMAIL))
    level: Level = Field(default=Level.UNVERIFIED, sa_type=choice(Level))
    registered_at: datetime = Field(sa_type=Moment)


class Account(SQLModel, table=True):
    """How a person signs in. `totp_step` is the last time step used, so that no code works twice."""

    __tablename__ = "account"

    person_id: UUID = Field(primary_key=True, foreign_key="person.id")
    login: str | None = Field(default=None, unique=True)
    password_hash: str
    totp_secret: str | None = Field(default=None, sa_type=SealedText("account.totp"))
    totp_step: int | None = Field(default=None, sa_type=sa.BigInteger)
    changed_at: datetime = Field(sa_type=Moment)


class SignInFailure(SQLModel, table=True):
    """Failures in a row of one origin for one account: the pair waits, the account does not.

    `account_index` is a keyed hash, the same kind of row whether the account exists or not.
    """

    __tablename__ = "sign_in_failure"

    account_index: str = Field(primary_key=True)
    origin: str = Field(primary_key=True)
    failures: int
    last_at: datetime = Field(sa_type=Moment, index=True)
    waits_until: datetime | None = Field(default=None, sa_type=Moment)


class SignInPressure(SQLModel, table=True):
    """How many failures one network, or one account from everywhere, is charged with; they leak away with time.

    `key` is a keyed hash: the row names neither address nor account.
    """

    __tablename__ = "sign_in_pressure"

    key: str = Field(primary_key=True)
    level: float
    at: datetime = Field(sa_type=Moment, index=True)


class KnownDevice(SQLModel, table=True):
    """A browser this person has signed in with. Of its token only the SHA-256 is here."""

    __tablename__ = "known_device"

    token_hash: bytes = Field(primary_key=True)
    person_id: UUID = Field(primary_key=True, foreign_key="person.id", index=True)
    created_at: datetime = Field(sa_type=Moment)
    seen_at: datetime = Field(sa_type=Moment)
    expires_at: datetime = Field(sa_type=Moment, index=True)


class Organisation(SQLModel, table=True):
    """A legal person or other organisation (法人和其他组织)."""

    __tablename__ = "organisation"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    name: str = Field(max_length=200)
    credit_code: str = Field(unique=True, max_length=18)
    kind: OrganisationKind = Field(sa_type=choice(OrganisationKind))
    legal_representative: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    registered_at: datetime = Field(sa_type=Moment)


class Department(SQLModel, table=True):
    """An organ that serves through the portal (部门), by its credit code; `region` by GB/T 2260."""

    __tablename__ = "department"

    code: str = Field(primary_key=True, max_length=18)
    name: str = Field(max_length=200)
    name_en: str = Field(default="", max_length=200)
    short: str = Field(max_length=50)
    short_en: str = Field(default="", max_length=50)
    region: str = Field(max_length=12)


class StaffMember(SQLModel, table=True):
    """A person's post. The database itself keeps the three administrators apart (三员分立)."""

    __tablename__ = "staff_member"
    __table_args__ = (
        sa.CheckConstraint(
            f"cardinality(roles) > 0 AND roles <@ ARRAY[{_quoted(frozenset(role.value for role in STAFF))}]",
            name="roles",
        ),
        sa.CheckConstraint(f"{ONE_ADMINISTRATOR} <= 1", name="one_administrator"),
    )

    person_id: UUID = Field(primary_key=True, foreign_key="person.id")
    department_code: str = Field(foreign_key="department.code", index=True)
    roles: list[str] = Field(sa_type=ARRAY(sa.Text))
    departments: list[str] = Field(sa_type=ARRAY(sa.Text))
    position: str = Field(default="", max_length=100)
    active: bool = True


class StaffAbsence(SQLModel, table=True):
    """Leave of an officer (请假) from one day to another, both included, and who stands in meanwhile (代理)."""

    __tablename__ = "staff_absence"
    __table_args__ = (
        sa.CheckConstraint("substitute_id <> person_id", name="another"),
        sa.CheckConstraint("last_day >= first_day", name="period"),
        sa.CheckConstraint(
            f"cardinality(roles) > 0 AND roles <@ ARRAY[{_quoted(frozenset(role.value for role in LENT))}]",
            name="roles",
        ),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ending_known"),
        sa.Index(
            "ix_staff_absence_standing",
            "substitute_id",
            "last_day",
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    substitute_id: UUID = Field(foreign_key="person.id")
    roles: list[str] = Field(sa_type=ARRAY(sa.Text))
    first_day: date
    last_day: date
    entered_by: UUID = Field(foreign_key="person.id")
    entered_at: datetime = Field(sa_type=Moment)
    ended_by: UUID | None = Field(default=None, foreign_key="person.id")
    ended_at: datetime | None = Field(default=None, sa_type=Moment)


class WebSession(SQLModel, table=True):
    """One sign-in. The token itself is nowhere: only its SHA-256. Ended and expired rows stay as the record.

    `acting_for` is a person or an organisation, looked up among the mandates at every request.
    `means` is how it began (`password`, `password+code`, `notice`, `passkey` …), `proved_at` when the person last
    showed who they are.
    """

    __tablename__ = "web_session"
    __table_args__ = (sa.CheckConstraint("assurance IN (1, 2)", name="assurance"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    token_hash: bytes = Field(unique=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    acting_for: UUID | None = None
    assurance: int = 1
    awaiting_code: bool = False
    created_at: datetime = Field(sa_type=Moment)
    seen_at: datetime = Field(sa_type=Moment)
    expires_at: datetime = Field(sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)
    means: str = Field(default="password", max_length=40, sa_column_kwargs={"server_default": "password"})
    proved_at: datetime = Field(sa_type=Moment, sa_column_kwargs={"server_default": sa.func.now()})
    origin: str = Field(default="", max_length=64)
    agent: str = Field(default="", max_length=200)


class SigningKey(SQLModel, table=True):
    """A key of this portal for one purpose. The newest that is not retired signs; all that are not retired verify."""

    __tablename__ = "signing_key"

    kid: str = Field(primary_key=True)
    purpose: str = Field(index=True)
    algorithm: str
    private: str = Field(sa_type=SealedText("signing-key"))
    public: dict[str, Any] = Field(sa_type=JSONB)
    created_at: datetime = Field(sa_type=Moment)
    retired_at: datetime | None = Field(default=None, sa_type=Moment)


class KeptForm(SQLModel, table=True):
    """What a person typed into a form that was refused because the sign-in had run out; sealed, for half an hour."""

    __tablename__ = "kept_form"

    key_hash: bytes = Field(primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    acting_for: UUID | None = None
    action: str
    place: str
    fields: list[list[str]] = Field(sa_type=SealedJSON("kept-form"))
    created_at: datetime = Field(sa_type=Moment)
    expires_at: datetime = Field(sa_type=Moment, index=True)
