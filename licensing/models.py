"""Licences, their running numbers and presentation codes, as rows.

Metadata are sealed; what a list or a public check needs stands beside them. The document is in the object store
under its digest, which tells nothing about whose it is.
"""

from datetime import date, datetime
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlmodel import Field, SQLModel

from identity.actor import PartyKind
from licensing.rules import Refusal, State, Trust
from storage.cipher import SealedJSON
from storage.database import Moment, choice


class Licence(SQLModel, table=True):
    """One licence. `type_code` is the type's slug, `type_version` the version it was issued under; `check_code` stands in its QR code beside the identifier.

    `document` is the digest of the sealed file, there from the moment the state is no longer `intended`.
    `ended_at` is when it stopped counting, also for a while (suspended; empty again when restored).
    `status_place` is its place in the published status lists, given by the database. `unfit_at` and `unfit_why` tell
    that it could not be made: lint's mistakes, or what the page or the seal refused; it waits for somebody to see to it.
    `replaces` and `replaced_by` link versions; `replaced_by` is there once the later one is sealed.
    """

    __tablename__ = "licence"
    __table_args__ = (sa.UniqueConstraint("type_code", "number", "version"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    identifier: str = Field(unique=True, max_length=120)
    type_code: str = Field(max_length=60)
    type_version: int = Field(default=1, sa_column_kwargs={"server_default": sa.text("1")})
    trust: Trust = Field(default=Trust.A, sa_type=choice(Trust), sa_column_kwargs={"server_default": "A"})
    version: int = 1
    number: str = Field(max_length=60)
    check_code: str = Field(max_length=12)
    holder_kind: PartyKind = Field(sa_type=choice(PartyKind))
    holder_id: UUID = Field(index=True)
    holder_name: str = Field(max_length=200)
    issuer_code: str = Field(index=True, max_length=18)
    issuer_name: str = Field(max_length=100)
    application_number: str = Field(unique=True, max_length=60)
    state: State = Field(default=State.INTENDED, sa_type=choice(State))
    elements: dict[str, str] = Field(sa_type=SealedJSON("licence.elements"))
    valid_from: date
    valid_until: date | None = None
    intended_at: datetime = Field(sa_type=Moment)
    issued_at: datetime | None = Field(default=None, sa_type=Moment)
    document: str | None = Field(default=None, max_length=64)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)
    ended_reason: str | None = Field(default=None, max_length=1000)
    ended_basis: str | None = Field(default=None, max_length=400)
    status_place: int | None = Field(
        default=None,
        sa_column=sa.Column(sa.BigInteger, sa.Identity(always=True), unique=True, nullable=False),
    )
    unfit_at: datetime | None = Field(default=None, sa_type=Moment)
    unfit_why: str | None = Field(default=None, max_length=1000)
    reminded_at: datetime | None = Field(default=None, sa_type=Moment)
    replaces: UUID | None = Field(default=None, foreign_key="licence.id")
    replaced_by: UUID | None = Field(default=None, foreign_key="licence.id")


class RunningNumber(SQLModel, table=True):
    """The last number given in a series and year. The row is locked until the deed that took it is committed."""

    __tablename__ = "licence_running_number"

    series: str = Field(primary_key=True, max_length=80)
    year: int = Field(primary_key=True)
    last: int


class Presentation(SQLModel, table=True):
    """A one-time presentation code (亮证码): only its SHA-256 is kept. `shown` are the elements the holder agreed to
    show besides what every checker sees; None: all that stands on the licence."""

    __tablename__ = "licence_presentation"

    code_hash: str = Field(primary_key=True, max_length=64)
    licence_id: UUID = Field(foreign_key="licence.id", index=True)
    made_by: UUID
    made_at: datetime = Field(sa_type=Moment)
    expires_at: datetime = Field(sa_type=Moment)
    used_at: datetime | None = Field(default=None, sa_type=Moment)
    shown: list[str] | None = Field(default=None, sa_type=postgresql.ARRAY(sa.Text()))


class CodeRefusal(SQLModel, table=True):
    """Codes that were tried and refused: why, from where (a keyed hash), how often within one minute.

    `licence_id` is there where the code was a real one that had been used or was too old.
    """

    __tablename__ = "licence_code_refusal"
    __table_args__ = (
        sa.UniqueConstraint("minute", "source", "why", "licence_id", postgresql_nulls_not_distinct=True),
    )

    id: int | None = Field(
        default=None, sa_column=sa.Column(sa.BigInteger, sa.Identity(always=True), primary_key=True)
    )
    minute: datetime = Field(sa_type=Moment)
    source: str = Field(max_length=128)
    why: Refusal = Field(sa_type=choice(Refusal))
    licence_id: UUID | None = Field(default=None, foreign_key="licence.id", index=True)
    tries: int = 1


class Share(SQLModel, table=True):
    """A licence shown to one person or organisation for a purpose and a time (授权用证), until it is taken back."""

    __tablename__ = "licence_share"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    licence_id: UUID = Field(foreign_key="licence.id", index=True)
    shared_by: UUID
    recipient_kind: PartyKind = Field(sa_type=choice(PartyKind))
    recipient_id: UUID = Field(index=True)
    recipient_name: str = Field(max_length=200)
    purpose: str = Field(max_length=200)
    shown: list[str] | None = Field(default=None, sa_type=postgresql.ARRAY(sa.Text()))
    made_at: datetime = Field(sa_type=Moment)
    expires_at: datetime = Field(sa_type=Moment)
    withdrawn_at: datetime | None = Field(default=None, sa_type=Moment)
