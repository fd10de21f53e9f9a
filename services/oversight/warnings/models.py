"""Warnings and everything said about them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from services.oversight.warnings.rules import Level, Said
from storage.cipher import SealedText
from storage.database import Moment, choice


class Warning(SQLModel, table=True):
    """One warning about one case under one rule. `to_person` None: anybody of the department's leaders."""

    __tablename__ = "oversight_warning"
    __table_args__ = (
        sa.UniqueConstraint("application_number", "rule"),
        sa.Index("ix_oversight_warning_scope", "department_code", "raised_at"),
        sa.Index("ix_oversight_warning_person", "to_person"),
        sa.Index(
            "ix_oversight_warning_silent",
            "reply_by",
            postgresql_where=sa.text("replied_at IS NULL AND disposed_at IS NULL AND retracted_at IS NULL"),
        ),
        sa.CheckConstraint("(replied_at IS NULL) = (reply IS NULL)", name="reply"),
        sa.CheckConstraint("(disposed_at IS NULL) = (disposal IS NULL)", name="disposal"),
        sa.CheckConstraint("(retracted_at IS NULL) = (retraction IS NULL)", name="retraction"),
        sa.CheckConstraint("(appealed_at IS NULL) = (appeal IS NULL)", name="appeal"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    application_number: str = Field(foreign_key="application.number")
    department_code: str
    rule: str = Field(max_length=20)
    rule_version: int
    inputs: dict[str, Any] = Field(sa_type=JSONB)
    level: Level = Field(sa_type=choice(Level))
    to_person: UUID | None = None
    to_name: str | None = None
    raised_at: datetime = Field(sa_type=Moment)
    reply_by: date
    left_at: datetime | None = Field(default=None, sa_type=Moment)
    """When supervisors were told that a red warning stays unanswered."""
    reply: str | None = Field(default=None, sa_type=SealedText("warning.reply"))
    replied_by: UUID | None = None
    replied_by_name: str | None = None
    replied_at: datetime | None = Field(default=None, sa_type=Moment)
    disposal: str | None = Field(default=None, sa_type=SealedText("warning.disposal"))
    disposed_by: UUID | None = None
    disposed_by_name: str | None = None
    disposed_at: datetime | None = Field(default=None, sa_type=Moment)
    retraction: str | None = Field(default=None, sa_type=SealedText("warning.retraction"))
    retracted_by_name: str | None = None
    retracted_at: datetime | None = Field(default=None, sa_type=Moment)
    appeal: str | None = Field(default=None, sa_type=SealedText("warning.appeal"))
    appealed_by_name: str | None = None
    appealed_at: datetime | None = Field(default=None, sa_type=Moment)
    decision: str | None = Field(default=None, sa_type=SealedText("warning.decision"))
    decided_by_name: str | None = None
    decided_at: datetime | None = Field(default=None, sa_type=Moment)

    def said(self, today: date) -> Said:
        """What has happened to it by `today`."""
        return Said(
            late=self.reply_by < today,
            replied=self.replied_at is not None,
            disposed=self.disposed_at is not None,
            retracted=self.retracted_at is not None,
            appealed=self.appealed_at is not None,
            decided=self.decided_at is not None,
        )
