"""The calendar, the clocks of cases and their pauses."""

import datetime as dt

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from services.workflow.rules import ClockKind, PauseKind
from storage.database import Moment, choice


class CalendarDay(SQLModel, table=True):
    """A day that is worked, or not, otherwise than its weekday says (放假、调休)."""

    __tablename__ = "calendar_day"

    date: dt.date = Field(primary_key=True)
    is_workday: bool
    notice: str
    source: str


class CalendarYear(SQLModel, table=True):
    """A year whose holidays are published. `version` is new for every notice about the year."""

    __tablename__ = "calendar_year"

    year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    notice: str
    published_at: dt.datetime = Field(sa_type=Moment)
    version: int | None = Field(
        default=None, sa_column=sa.Column(sa.BigInteger, sa.Identity(), nullable=False)
    )


class CaseClock(SQLModel, table=True):
    """One legal limit of one case. `stopped_at` is set while it is paused: then nothing becomes due."""

    __tablename__ = "case_clock"
    __table_args__ = (
        sa.Index(
            "uq_case_clock_running",
            "case_number",
            "kind",
            unique=True,
            postgresql_where=sa.text("finished_at IS NULL"),
        ),
        sa.Index(
            "ix_case_clock_due",
            "due_on",
            "id",
            postgresql_where=sa.text("finished_at IS NULL AND stopped_at IS NULL"),
        ),
        sa.Index(
            "ix_case_clock_provisional", "id", postgresql_where=sa.text("finished_at IS NULL AND provisional")
        ),
        sa.CheckConstraint("limit_days BETWEEN 0 AND 1000", name="limit"),
        sa.CheckConstraint("due_on >= started_on", name="due_after_start"),
    )

    id: int | None = Field(default=None, sa_column=sa.Column(sa.BigInteger, sa.Identity(), primary_key=True))
    case_number: str = Field(index=True)
    kind: ClockKind = Field(sa_type=choice(ClockKind))
    started_on: dt.date
    limit_days: int
    due_on: dt.date
    provisional: bool = False
    basis: str
    stopped_at: dt.datetime | None = Field(default=None, sa_type=Moment)
    finished_at: dt.datetime | None = Field(default=None, sa_type=Moment)


class ClockPause(SQLModel, table=True):
    """A time that the law does not count, with the reason and the working days told in writing (行政许可法 45)."""

    __tablename__ = "clock_pause"
    __table_args__ = (
        sa.Index(
            "uq_clock_pause_open", "clock_id", unique=True, postgresql_where=sa.text("until_at IS NULL")
        ),
        sa.CheckConstraint("until_at >= from_at", name="forward"),
    )

    id: int | None = Field(default=None, sa_column=sa.Column(sa.BigInteger, sa.Identity(), primary_key=True))
    clock_id: int = Field(
        sa_column=sa.Column(sa.BigInteger, sa.ForeignKey("case_clock.id"), nullable=False, index=True)
    )
    kind: PauseKind = Field(sa_type=choice(PauseKind))
    reason: str
    days: int | None = None
    from_at: dt.datetime = Field(sa_type=Moment)
    until_at: dt.datetime | None = Field(default=None, sa_type=Moment)
