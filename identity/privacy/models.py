"""Requests for correction, as rows. What is said is sealed; the ledger knows only that it was."""

from datetime import date, datetime
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from identity.privacy.rules import About, Verdict
from storage.cipher import SealedText
from storage.database import Moment, choice


class DataCorrection(SQLModel, table=True):
    """Somebody says that what a department keeps of them is wrong (个人信息保护法 46)."""

    __tablename__ = "data_correction"
    __table_args__ = (
        sa.CheckConstraint("(answered_at IS NULL) = (verdict IS NULL)", name="answer"),
        sa.Index("ix_data_correction_queue", "department_code", "due_on"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    department_code: str = Field(foreign_key="department.code")
    about: About = Field(sa_type=choice(About))
    text: str = Field(sa_type=SealedText("correction-request.text"))
    asked_at: datetime = Field(sa_type=Moment)
    due_on: date
    verdict: Verdict | None = Field(default=None, sa_type=choice(Verdict))
    answer: str | None = Field(default=None, sa_type=SealedText("correction-request.answer"))
    answered_by: UUID | None = Field(default=None, foreign_key="person.id")
    answered_by_name: str | None = None
    answered_at: datetime | None = Field(default=None, sa_type=Moment)
