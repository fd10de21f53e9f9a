"""Consents to look, and what was offered to those who are entitled. Gone with the account."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from services.applications.unasked.rules import Standing
from storage.cipher import SealedJSON
from storage.database import Moment, choice


class BenefitConsent(SQLModel, table=True):
    """The person agreed that registers are asked whether they are entitled to this one benefit; no row, no asking."""

    __tablename__ = "benefit_consent"

    person_id: UUID = Field(primary_key=True, foreign_key="account.person_id", ondelete="CASCADE")
    item_code: str = Field(primary_key=True)
    item_version: int
    at: datetime = Field(sa_type=Moment)


class BenefitOffer(SQLModel, table=True):
    """A benefit that somebody is entitled to. Facts are kept sealed, and only until the person has answered."""

    __tablename__ = "benefit_offer"
    __table_args__ = (sa.UniqueConstraint("person_id", "item_code"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    person_id: UUID = Field(foreign_key="account.person_id", ondelete="CASCADE")
    item_code: str
    item_version: int
    standing: Standing = Field(default=Standing.OPEN, sa_type=choice(Standing))
    facts: dict[str, Any] = Field(default_factory=dict, sa_type=SealedJSON("benefit_offer.facts"))
    requests: dict[str, str] = Field(default_factory=dict, sa_type=JSONB)
    found_at: datetime = Field(sa_type=Moment)
    answered_at: datetime | None = Field(default=None, sa_type=Moment)
    application_number: str | None = None
