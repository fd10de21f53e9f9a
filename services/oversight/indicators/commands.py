"""Keeping the summaries of past days, and proving them: recomputed at night, with every difference reported and mended."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from services.oversight.indicators.definitions import COUNTED as DEFINED
from services.oversight.indicators.definitions import EVERYTHING, SETTLED, SHORTLY, statement
from services.oversight.indicators.models import DaySummary, ItemSpeed, MonthSummary, SummaryProof
from services.workflow.rules import ZONE, local_day
from storage.database import Session

DAY = timedelta(days=1)
YEAR = timedelta(days=365)
KEYS = ("day", "indicator", "department_code", "item_code")
COUNTED, LATELY = sa.text(EVERYTHING), sa.text(SHORTLY)
SHORT = 2 * DAY
HOLD = sa.text("SELECT id FROM oversight_board FOR UPDATE")
"""Whoever keeps yesterday and today up waits until the mending is done."""
MONTHS = sa.text("""
INSERT INTO oversight_month (month, indicator, department_code, item_code, numerator, denominator)
SELECT date_trunc('month', day)::date, indicator, department_code, item_code, sum(numerator), sum(denominator)
FROM oversight_day d WHERE day < :until
AND NOT EXISTS (SELECT 1 FROM oversight_month m WHERE m.month = date_trunc('month', d.day)::date)
GROUP BY 1, 2, 3, 4
""")
SPEED = sa.text("""
WITH took AS (
    SELECT a.item_code, sum(s.minutes) AS minutes
    FROM application a JOIN oversight_step s ON s.number = a.number AND s.at > a.accepted_at AND s.at <= a.decided_at
    WHERE a.decided_at >= :since AND a.decided_at < :until AND a.outcome IN ('granted', 'refused')
    GROUP BY a.item_code, a.number
)
SELECT item_code, count(*) AS times, percentile_cont(0.5) WITHIN GROUP (ORDER BY minutes) AS middle,
       percentile_cont(0.9) WITHIN GROUP (ORDER BY minutes) AS ninetieth
FROM took GROUP BY item_code
""")


def begins(day: date) -> datetime:
    """When a day begins in China."""
    return datetime.combine(day, time(), ZONE)


@cache
def _statement(keys: tuple[str, ...], short: bool) -> sa.TextClause:
    if not keys:
        return LATELY if short else COUNTED
    return sa.text(" UNION ALL ".join(statement(one, short=short) for one in DEFINED if one.key in keys))


async def counted(
    session: Session, first: date, last: date, *, keys: tuple[str, ...] = (), stepped: bool = True
) -> dict[tuple[Any, ...], tuple[int, int]]:
    """Every number (or `keys`) of these days from the tables themselves: key of the summary → numerator, denominator.

    `stepped`: whether a day or two may be counted from the cases that the steps say moved.
    """
    query = _statement(keys, stepped and last - first < SHORT)
    rows = await session.execute(query, {"since": begins(first), "until": begins(last + DAY)})
    return {
        (row.day, row.indicator, row.department_code, row.item_code): (
            int(row.numerator),
            int(row.denominator),
        )
        for row in rows
    }


async def kept(session: Session, first: date, last: date) -> dict[tuple[Any, ...], tuple[int, int]]:
    """The same from the summaries."""
    columns: list[Any] = [getattr(DaySummary, name) for name in KEYS]
    query = sa.select(*columns, col(DaySummary.numerator), col(DaySummary.denominator))
    rows = await session.execute(query.where(col(DaySummary.day).between(first, last)))
    return {tuple(row[:4]): (row.numerator, row.denominator) for row in rows}


async def keep(session: Session, first: date, last: date) -> int:
    """Write the summaries of these days anew; how many rows there are."""
    fresh = await counted(session, first, last)
    days = [first + n * DAY for n in range((last - first).days + 1)]
    return await _write(session, days, fresh)


async def _write(
    session: Session, days: Collection[date], fresh: Mapping[tuple[Any, ...], tuple[int, int]]
) -> int:
    await session.execute(sa.delete(DaySummary).where(col(DaySummary.day).in_(days)))
    months = {day.replace(day=1) for day in days}
    await session.execute(sa.delete(MonthSummary).where(col(MonthSummary.month).in_(months)))
    rows = [
        {**dict(zip(KEYS, key, strict=True)), "numerator": value[0], "denominator": value[1]}
        for key, value in fresh.items()
        if key[0] in days
    ]
    if rows:
        await session.execute(sa.insert(DaySummary), rows)
    return len(rows)


async def prove(session: Session, *, at: datetime, days: int = 400) -> SummaryProof:
    """Hold the summaries of past days against the tables, report how many differ, and mend them.

    A day that was never summed up is no difference, and neither is what may still be added to one that is over.
    """
    last = local_day(at) - DAY
    first = last - timedelta(days=days - 1)
    fresh = await counted(session, first, last)
    await session.execute(HOLD)
    before = await kept(session, first, last)
    summed = {key[0] for key in before}
    other = {key for key in before.keys() | fresh.keys() if before.get(key) != fresh.get(key)}
    wrong = sorted(key for key in other if key[0] in summed and key[1] in SETTLED)
    proof = SummaryProof(
        at=at,
        first=first,
        last=last,
        rows=len(fresh),
        differing=len(wrong),
        example=" ".join(str(part) for part in wrong[0]) if wrong else "",
    )
    session.add(proof)
    if other:
        await _write(session, {key[0] for key in other}, fresh)
    await sum_months(session, until=last)
    await session.flush()
    return proof


async def sum_months(session: Session, *, until: date) -> None:
    """Sum up every month that ended before the day `until` and is not summed up yet: nothing in it moves any more."""
    await session.execute(MONTHS, {"until": until.replace(day=1)})


async def measure_speed(session: Session, *, at: datetime) -> int:
    """How long each item took in the last twelve months, for the public page; how many items."""
    rows = (await session.execute(SPEED, {"since": at - YEAR, "until": at})).all()
    await session.execute(sa.delete(ItemSpeed))
    if rows:
        until = local_day(at)
        await session.execute(
            sa.insert(ItemSpeed),
            [
                {
                    "item_code": row.item_code,
                    "until": until,
                    "count": row.times,
                    "middle": float(row.middle),
                    "ninetieth": float(row.ninetieth),
                }
                for row in rows
            ],
        )
    return len(rows)
