"""Running numbers: one row per series and year, taken in the deed's own transaction.

A rolled-back deed gives its number back, so there are neither duplicates nor gaps; deeds of one series wait for
one another until they are committed.
"""

import sqlalchemy as sa

from licensing.models import RunningNumber
from storage.database import Session

TAKE = sa.text(
    f"INSERT INTO {RunningNumber.__tablename__} AS n (series, year, last) VALUES (:series, :year, 1)"  # noqa: S608 a constant
    " ON CONFLICT (series, year) DO UPDATE SET last = n.last + 1 RETURNING last"
)


async def next_number(session: Session, series: str, year: int) -> int:
    """The next number of `series` in `year`, from 1."""
    taken = await session.scalar(TAKE, {"series": series, "year": year})
    return int(taken or 0)
