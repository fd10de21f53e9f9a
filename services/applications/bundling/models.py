"""The bundle an applicant fills in, and which cases are its parts."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from identity.actor import PartyKind
from services.applications.rules import Channel, Delivery
from storage.database import Moment, choice


class BundleApplication(SQLModel, table=True):
    """一件事办件. `definition` is the bundle as it was when this was begun; `revision` counts what was typed."""

    __tablename__ = "bundle_application"
    __table_args__ = (sa.Index("ix_bundle_application_applicant", "applicant_id", "created_at"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    number: str = Field(unique=True)
    query_code: str
    code: str
    definition: dict[str, Any] = Field(sa_type=JSONB)
    channel: Channel = Field(sa_type=choice(Channel))
    applicant_kind: PartyKind = Field(sa_type=choice(PartyKind))
    applicant_id: UUID
    applicant_name: str
    filed_by: UUID
    revision: int = 0
    submission_key: str | None = None
    delivery: Delivery = Field(default=Delivery.ELECTRONIC, sa_type=choice(Delivery))
    promised_on: date | None = None
    created_at: datetime = Field(sa_type=Moment)
    updated_at: datetime = Field(sa_type=Moment)
    submitted_at: datetime | None = Field(default=None, sa_type=Moment)
    receipt: str | None = None
    """The digest of the printed receipt, once there is one."""


class Standing(StrEnum):
    """How a part goes with its bundle."""

    TOGETHER = "together"  # being filled in with the others
    HELD = "held"  # filled in, waits for the result of an earlier part
    RELEASED = "released"  # that result exists, and the registers are being asked
    HANDED_IN = "handed-in"  # a case like any other
    LEFT = "left"  # could not follow by itself: a draft the applicant goes on with alone


class BundlePart(SQLModel, table=True):
    """One case of a bundle; `place` is its place in the bundle's order."""

    __tablename__ = "bundle_part"

    application_id: UUID = Field(primary_key=True, foreign_key="application.id", ondelete="CASCADE")
    bundle_id: UUID = Field(foreign_key="bundle_application.id", ondelete="CASCADE", index=True)
    place: int
    standing: Standing = Field(default=Standing.TOGETHER, sa_type=choice(Standing))
