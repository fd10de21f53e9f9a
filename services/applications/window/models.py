"""What officers keep beside the cases: views, phrases, what was checked, who helped to apply, who collected."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from services.applications.window.consent import Consent
from storage.cipher import SealedText
from storage.database import Moment, choice


class DeskView(SQLModel, table=True):
    """A list of the queue under a name of the officer's own; `asked` are its tray and filters as in the address."""

    __tablename__ = "desk_view"
    __table_args__ = (sa.UniqueConstraint("owner_id", "name"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    owner_id: UUID
    name: str
    asked: dict[str, Any] = Field(sa_type=JSONB)
    created_at: datetime = Field(sa_type=Moment)


class Phrase(SQLModel, table=True):
    """常用意见: words used again and again, an officer's own or those of a department (`department_code`)."""

    __tablename__ = "desk_phrase"
    __table_args__ = (
        sa.CheckConstraint("num_nonnulls(owner_id, department_code) = 1", name="whose"),
        sa.Index("ix_desk_phrase_owner_id", "owner_id"),
        sa.Index("ix_desk_phrase_department_code", "department_code"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    owner_id: UUID | None = None
    department_code: str | None = None
    deed: str
    text: str
    created_by: UUID
    changed_at: datetime = Field(sa_type=Moment)


class ReviewCheck(SQLModel, table=True):
    """要点核查: one point of one material or of the form, as one officer found it; the note says what is wrong."""

    __tablename__ = "review_check"

    application_id: UUID = Field(primary_key=True, foreign_key="application.id", ondelete="CASCADE")
    officer_id: UUID = Field(primary_key=True)
    target: str = Field(primary_key=True)
    point: str = Field(primary_key=True)
    met: bool
    note: str = Field(default="", sa_type=SealedText("review.note"))
    at: datetime = Field(sa_type=Moment)


class AssistedFiling(SQLModel, table=True):
    """帮办: who filled the application in for somebody at the counter, and the signature it was handed in with."""

    __tablename__ = "assisted_filing"

    application_id: UUID = Field(primary_key=True, foreign_key="application.id", ondelete="CASCADE")
    clerk_id: UUID = Field(index=True)
    clerk_name: str
    person_id: UUID
    person_name: str
    begun_at: datetime = Field(sa_type=Moment)
    consent: Consent | None = Field(default=None, sa_type=choice(Consent))
    signature_digest: str | None = None
    signature_type: str | None = None
    signed_at: datetime | None = Field(default=None, sa_type=Moment)


class Collection(SQLModel, table=True):
    """窗口领取: who was handed the result, as they showed who they are; name and number are sealed."""

    __tablename__ = "result_collection"

    application_id: UUID = Field(primary_key=True, foreign_key="application.id", ondelete="CASCADE")
    collector_name: str = Field(sa_type=SealedText("collector.name"))
    collector_number: str = Field(sa_type=SealedText("collector.number"))
    for_another: bool
    officer_id: UUID
    officer_name: str
    at: datetime = Field(sa_type=Moment)
