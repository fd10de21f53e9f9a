"""One hearing of one case."""

from datetime import date, datetime
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from services.applications.hearing.rules import Days
from services.workflow.rules import local_day
from storage.cipher import SealedText
from storage.database import Moment


class Hearing(SQLModel, table=True):
    """`offered_to` is whom the right was told, `interest` why; the minutes are sealed, their digest is in the ledger."""

    __tablename__ = "application_hearing"
    __table_args__ = (
        sa.UniqueConstraint("application_id", "ordinal"),
        sa.CheckConstraint("called_at IS NULL OR asked_at IS NOT NULL", name="asked_first"),
        sa.CheckConstraint("(called_at IS NULL) = (sits_at IS NULL)", name="called_for"),
        sa.CheckConstraint("(closed_at IS NULL) = (minutes IS NULL)", name="minutes_kept"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    application_id: UUID = Field(foreign_key="application.id", ondelete="CASCADE", index=True)
    ordinal: int
    offered_to: str = Field(sa_type=SealedText("hearing.offered_to"))
    interest: str = Field(sa_type=SealedText("hearing.interest"))
    offered_at: datetime = Field(sa_type=Moment)
    ask_by: date
    asked_at: datetime | None = Field(default=None, sa_type=Moment)
    called_at: datetime | None = Field(default=None, sa_type=Moment)
    sits_at: datetime | None = Field(default=None, sa_type=Moment)
    place: str | None = None
    open_to_public: bool = True
    chair_id: UUID | None = None
    chair_name: str | None = None
    minutes: str | None = Field(default=None, sa_type=SealedText("hearing.minutes"))
    closed_at: datetime | None = Field(default=None, sa_type=Moment)

    @property
    def days(self) -> Days:
        """What the rules count with."""
        return Days(
            self.ask_by,
            self.asked_at and local_day(self.asked_at),
            self.called_at and local_day(self.called_at),
            self.closed_at and local_day(self.closed_at),
        )
