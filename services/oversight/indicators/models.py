"""Summaries a worker keeps: every indicator by day, department and item; and how long items take, for the public."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from storage.database import Moment


class DaySummary(SQLModel, table=True):
    """One indicator on one day: what was counted, of how many."""

    __tablename__ = "oversight_day"

    day: date = Field(primary_key=True)
    indicator: str = Field(primary_key=True)
    department_code: str = Field(primary_key=True)
    item_code: str = Field(primary_key=True)
    numerator: int = Field(sa_type=sa.BigInteger)
    denominator: int = Field(sa_type=sa.BigInteger)


class MonthSummary(SQLModel, table=True):
    """The days of a month that is over, in one sum; a month that is not here is summed from its days."""

    __tablename__ = "oversight_month"

    month: date = Field(primary_key=True)
    indicator: str = Field(primary_key=True)
    department_code: str = Field(primary_key=True)
    item_code: str = Field(primary_key=True)
    numerator: int = Field(sa_type=sa.BigInteger)
    denominator: int = Field(sa_type=sa.BigInteger)


class ItemSpeed(SQLModel, table=True):
    """How long an item took in the twelve months to `until`: working minutes from acceptance to decision."""

    __tablename__ = "oversight_speed"

    item_code: str = Field(primary_key=True)
    until: date
    count: int
    middle: float
    ninetieth: float


class SummaryProof(SQLModel, table=True):
    """What the nightly recomputation of the summaries found: how many rows, and which differed. `kind`: days or board."""

    __tablename__ = "oversight_proof"

    id: int | None = Field(
        default=None, sa_column=sa.Column(sa.BigInteger, sa.Identity(always=True), primary_key=True)
    )
    kind: str = Field(default="days", sa_column_kwargs={"server_default": "days"})
    at: datetime = Field(sa_type=Moment)
    first: date
    last: date
    rows: int
    differing: int
    example: str = ""
