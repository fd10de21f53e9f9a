"""Running numbers: one row per series and year, or per series alone, taken in the deed's own transaction.

A rolled-back deed gives its number back, so there are neither duplicates nor gaps; deeds of one series wait for
one another until they are committed.
"""

import sqlalchemy as sa
from sqlmodel import col

from licensing.models import RunningNumber
from storage.database import Session

ALWAYS = 0
"""The year of a series that runs on from year to year."""

TAKE = sa.text(
    f"INSERT INTO {RunningNumber.__tablename__} AS n (series, year, last) VALUES (:series, :year, :first)"  # noqa: S608 a constant
    " ON CONFLICT (series, year) DO UPDATE SET last = n.last + 1 RETURNING last"
)


async def next_number(session: Session, series: str, year: int) -> int:
    """The next number of `series` in `year`, from 1; with `ALWAYS` the next after every number of any year."""
    first = 1 if year != ALWAYS else 1 + await _last(session, series)
    taken = await session.scalar(TAKE, {"series": series, "year": year, "first": first})
    return int(taken or 0)


async def _last(session: Session, series: str) -> int:
    last = sa.select(sa.func.max(RunningNumber.last)).where(col(RunningNumber.series) == series)
    return int(await session.scalar(last) or 0)
