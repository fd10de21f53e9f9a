"""What is to follow after acceptance, and what is to be verified after the decision."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from storage.cipher import SealedText
from storage.database import Moment


class MaterialToFollow(SQLModel, table=True):
    """容缺后补: a minor material that the applicant undertook to hand in by `due_on` (the last day)."""

    __tablename__ = "application_to_follow"

    application_id: UUID = Field(primary_key=True, foreign_key="application.id", ondelete="CASCADE")
    code: str = Field(primary_key=True)
    due_on: date
    promised_at: datetime = Field(sa_type=Moment)
    met_at: datetime | None = Field(default=None, sa_type=Moment)


class CommitmentCheck(SQLModel, table=True):
    """承诺核查: one commitment of a granted case, to be verified by `due_on`; `holds` is what was found."""

    __tablename__ = "application_commitment_check"
    __table_args__ = (
        sa.CheckConstraint("(checked_at IS NULL) = (holds IS NULL)", name="found"),
        sa.Index(
            "ix_application_commitment_check_open", "due_on", postgresql_where=sa.text("checked_at IS NULL")
        ),
    )

    application_id: UUID = Field(primary_key=True, foreign_key="application.id", ondelete="CASCADE")
    code: str = Field(primary_key=True)
    due_on: date
    asked_at: datetime = Field(sa_type=Moment)
    holds: bool | None = None
    finding: str | None = Field(default=None, sa_type=SealedText("commitment.finding"))
    checked_by: UUID | None = None
    checked_by_name: str | None = None
    checked_at: datetime | None = Field(default=None, sa_type=Moment)
