"""Where a case was received, when another authority decides it, and where its paper is."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from storage.database import Moment


class ReceivedElsewhere(SQLModel, table=True):
    """One for a case received at a window that does not decide it. `sheets` of paper are sent on and signed for."""

    __tablename__ = "application_received_elsewhere"
    __table_args__ = (
        sa.CheckConstraint("(sent_at IS NULL) = (sheets IS NULL)", name="sent"),
        sa.CheckConstraint("arrived_at IS NULL OR sent_at IS NOT NULL", name="sent_first"),
        sa.CheckConstraint("sheets > 0", name="some_paper"),
        sa.Index("ix_application_received_elsewhere_at", "department_code", "begun_at"),
    )

    application_id: UUID = Field(primary_key=True, foreign_key="application.id", ondelete="CASCADE")
    department_code: str
    department_name: str
    clerk_id: UUID
    clerk_name: str
    begun_at: datetime = Field(sa_type=Moment)
    sheets: int | None = None
    carrier: str | None = None
    sent_at: datetime | None = Field(default=None, sa_type=Moment)
    sent_by_name: str | None = None
    arrived_at: datetime | None = Field(default=None, sa_type=Moment)
    arrived_by_name: str | None = None
