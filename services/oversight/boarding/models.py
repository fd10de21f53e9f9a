"""What the worker keeps for the board. Lights are not kept: they follow from the days kept here and the day one looks."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from storage.database import Moment

RUNNING = sa.text("NOT paused")


class OpenCase(SQLModel, table=True):
    """A running case and the days on which its light changes; 9999-12-31 where none is due or the limit is stopped."""

    __tablename__ = "oversight_open"
    __table_args__ = (
        sa.Index("ix_oversight_open_due", "due_on", "number", postgresql_where=RUNNING),
        sa.Index("ix_oversight_open_own", "department_code", "due_on", "number", postgresql_where=RUNNING),
    )

    number: str = Field(primary_key=True)
    department_code: str
    item_code: str
    paused: bool
    yellow_on: date
    due_on: date


class LightCount(SQLModel, table=True):
    """How many running cases of an item have the same days: a few rows, from which every light is counted."""

    __tablename__ = "oversight_light"

    department_code: str = Field(primary_key=True)
    item_code: str = Field(primary_key=True)
    paused: bool = Field(primary_key=True)
    yellow_on: date = Field(primary_key=True)
    due_on: date = Field(primary_key=True)
    cases: int = Field(sa_type=sa.BigInteger)


class CaseShare(SQLModel, table=True):
    """What one case counts for in one number of yesterday or today, so that it can be taken back when the case moves."""

    __tablename__ = "oversight_share"

    number: str = Field(primary_key=True)
    indicator: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    department_code: str
    item_code: str
    numerator: int = Field(sa_type=sa.BigInteger)
    denominator: int = Field(sa_type=sa.BigInteger)


class BoardPlace(SQLModel, table=True):
    """The next leaf of the ledger to be taken up; one row. Without `leaf` everything is counted anew. `turn` grows."""

    __tablename__ = "oversight_board"
    __table_args__ = (sa.CheckConstraint("id = 1", name="one"),)

    id: int = Field(sa_column=sa.Column(sa.SmallInteger, primary_key=True, autoincrement=False))
    leaf: int | None = Field(default=None, sa_type=sa.BigInteger)
    turn: int = Field(default=0, sa_type=sa.BigInteger)
    at: datetime | None = Field(default=None, sa_type=Moment)
