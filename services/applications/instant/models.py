"""What rules made of a case, and what a person found when asked to look at it again."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from services.applications.instant.rules import Course
from storage.cipher import SealedJSON, SealedText
from storage.database import Moment, choice


class Ruling(SQLModel, table=True):
    """One for a case whose item may be decided by rules. `found` is `[{key, outcome}]`; the values are sealed.

    `rules_digest` and `inputs_digest` stand in the ledger too: with the item's version they say what was decided on
    what. Taken out by the applicant, no rule was looked at.
    """

    __tablename__ = "application_ruling"
    __table_args__ = (
        sa.Index("ix_application_ruling_course", "course", sa.text("at DESC"), "application_id"),
        sa.CheckConstraint("(course = 'taken-out') = (rules_digest IS NULL)", name="judged"),
    )

    application_id: UUID = Field(primary_key=True, foreign_key="application.id", ondelete="CASCADE")
    course: Course = Field(sa_type=choice(Course))
    found: list[dict[str, str]] = Field(default_factory=list, sa_type=JSONB)
    inputs: dict[str, Any] = Field(default_factory=dict, sa_type=SealedJSON("ruling.inputs"))
    rules_digest: str | None = None
    inputs_digest: str | None = None
    at: datetime = Field(sa_type=Moment)


class HumanReview(SQLModel, table=True):
    """人工审查: the applicant asks for a person to look at what rules decided; `upheld` is what the person found."""

    __tablename__ = "application_human_review"
    __table_args__ = (
        sa.CheckConstraint("(reviewed_at IS NULL) = (upheld IS NULL)", name="concluded"),
        sa.Index(
            "uq_application_human_review_open",
            "application_id",
            unique=True,
            postgresql_where=sa.text("reviewed_at IS NULL"),
        ),
        sa.Index(
            "ix_application_human_review_due", "due_on", postgresql_where=sa.text("reviewed_at IS NULL")
        ),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    application_id: UUID = Field(foreign_key="application.id", ondelete="CASCADE", index=True)
    asked_by: UUID
    asked_at: datetime = Field(sa_type=Moment)
    words: str | None = Field(default=None, sa_type=SealedText("human_review.words"))
    due_on: date
    reviewed_at: datetime | None = Field(default=None, sa_type=Moment)
    reviewed_by: UUID | None = None
    reviewed_by_name: str | None = None
    upheld: bool | None = None
    finding: str | None = Field(default=None, sa_type=SealedText("human_review.finding"))
