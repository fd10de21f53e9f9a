"""The steps of every case, read from the ledger by a worker; and what the measures found about officers."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from services.oversight.measures.kinds import MeasureKind
from storage.cipher import SealedText
from storage.database import Moment, choice


class CaseStep(SQLModel, table=True):
    """One step of a case (services.oversight.measures.stepping). `entry` is its place in the order of writing."""

    __tablename__ = "oversight_step"
    __table_args__ = (
        sa.Index("ix_oversight_step_department", "department_code", "at"),
        sa.Index(
            "ix_oversight_step_officer", "officer", "at", postgresql_where=sa.text("officer IS NOT NULL")
        ),
        sa.Index("ix_oversight_step_item", "item_code", "at"),
        sa.Index("ix_oversight_step_entry", "entry"),
        sa.Index("ix_oversight_step_at", "at"),
        sa.Index("ix_oversight_step_late", "department_code", "at", postgresql_where=sa.text("late > 0")),
    )

    number: str = Field(primary_key=True)
    position: int = Field(sa_column=sa.Column(sa.BigInteger, primary_key=True, autoincrement=False))
    entry: int = Field(sa_type=sa.BigInteger)
    item_code: str
    department_code: str
    deed: str
    node: str
    officer: UUID | None = None
    officer_name: str
    holder: UUID | None = None
    since: datetime = Field(sa_type=Moment)
    at: datetime = Field(sa_type=Moment)
    minutes: int
    late: int


class StepsFollowed(SQLModel, table=True):
    """The next leaf of the ledger to be read into steps; one row."""

    __tablename__ = "oversight_followed"
    __table_args__ = (sa.CheckConstraint("id = 1", name="one"),)

    id: int = Field(sa_column=sa.Column(sa.SmallInteger, primary_key=True, autoincrement=False))
    leaf: int = Field(sa_type=sa.BigInteger)


class Measure(SQLModel, table=True):
    """What one measure found about one officer in the twelve months to `until`, with every number it was made of.

    `about`: the other party's id (intimacy only). A flag is answered by the officer before supervisors see it, or
    seen by them from `shown_from` on.
    """

    __tablename__ = "oversight_measure"
    __table_args__ = (
        sa.UniqueConstraint("quarter", "department_code", "officer", "kind", "about", "node"),
        sa.Index("ix_oversight_measure_officer", "officer"),
        sa.CheckConstraint("(answered_at IS NULL) = (answer IS NULL)", name="answer"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    quarter: date
    until: date
    department_code: str
    officer: UUID
    officer_name: str
    kind: MeasureKind = Field(sa_type=choice(MeasureKind))
    about: str = ""
    node: str = ""
    numbers: dict[str, Any] = Field(sa_type=JSONB)
    flagged: bool
    shown_from: date | None = None
    counted_at: datetime = Field(sa_type=Moment)
    answer: str | None = Field(default=None, sa_type=SealedText("measure.answer"))
    answered_at: datetime | None = Field(default=None, sa_type=Moment)
