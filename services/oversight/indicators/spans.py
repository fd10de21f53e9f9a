"""The summaries of a period: whole months where they are summed up, days for the rest."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from services.oversight.indicators.models import DaySummary, MonthSummary
from storage.database import Session

DAY = timedelta(days=1)
SHORTEST = 31
"""Below so many days no month is asked for."""
SUMMED_UP = sa.text(
    "SELECT month FROM unnest(CAST(:months AS date[])) AS month"
    " WHERE EXISTS (SELECT 1 FROM oversight_month m WHERE m.month = month.month)"
)
"""One look into the index for each month: a month has a row for every number of every item."""


async def summed(session: Session, first: date, last: date) -> sa.Subquery:
    """Rows (indicator, department_code, item_code, numerator, denominator) of these days, both included."""
    months = await _months(session, first, last)
    parts = [
        _columns(DaySummary).where(col(DaySummary.day).between(*gap)) for gap in gaps(first, last, months)
    ]
    if months:
        parts.append(_columns(MonthSummary).where(col(MonthSummary.month).in_(months)))
    return sa.union_all(*parts).subquery("summed")


def gaps(first: date, last: date, months: Sequence[date]) -> list[tuple[date, date]]:
    """The days of the period that lie in none of the months, as ranges; never none, so that there is always a part."""
    found, begin = [], first
    for month in months:
        if begin < month:
            found.append((begin, month - DAY))
        begin = _end(month) + DAY
    if begin <= last or not found:
        found.append((begin, last))
    return found


def _columns(table: type[DaySummary | MonthSummary]) -> sa.Select[Any]:
    names = ("indicator", "department_code", "item_code", "numerator", "denominator")
    return sa.select(*(getattr(table, name) for name in names))


async def _months(session: Session, first: date, last: date) -> list[date]:
    """The months inside the period that are summed up."""
    if (last - first).days + 1 < SHORTEST:
        return []
    inside, month = [], first.replace(day=1)
    while month <= last:
        if month >= first and _end(month) <= last:
            inside.append(month)
        month = _end(month) + DAY
    return sorted(await session.scalars(SUMMED_UP, {"months": inside}))


def _end(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1) - DAY
