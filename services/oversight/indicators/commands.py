"""Keeping the summaries of past days, and proving them: recomputed at night, with every difference reported and mended."""

from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from services.oversight.indicators.definitions import BY_KEY, EVERYTHING, SHORTLY
from services.oversight.indicators.models import DaySummary, ItemSpeed, SummaryProof
from services.workflow.rules import ZONE, local_day
from storage.database import Session

DAY = timedelta(days=1)
YEAR = timedelta(days=365)
KEYS = ("day", "indicator", "department_code", "item_code")
COUNTED, LATELY = sa.text(EVERYTHING), sa.text(SHORTLY)
SHORT = 2 * DAY
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


async def counted(session: Session, first: date, last: date) -> dict[tuple[Any, ...], tuple[int, int]]:
    """Every indicator of these days from the tables themselves: key of the summary → numerator, denominator."""
    statement = LATELY if last - first < SHORT else COUNTED
    rows = await session.execute(statement, {"since": begins(first), "until": begins(last + DAY)})
    return {
        (row.day, row.indicator, row.department_code, row.item_code): (
            int(row.numerator),
            int(row.denominator),
        )
        for row in rows
    }


async def kept(session: Session, first: date, last: date) -> dict[tuple[Any, ...], tuple[int, int]]:
    """The same from the summaries."""
    query = sa.select(DaySummary).where(col(DaySummary.day).between(first, last))
    return {
        (one.day, one.indicator, one.department_code, one.item_code): (one.numerator, one.denominator)
        for one in await session.scalars(query)
    }


async def keep(session: Session, first: date, last: date) -> int:
    """Write the summaries of these days anew; how many rows there are."""
    fresh = await counted(session, first, last)
    await session.execute(sa.delete(DaySummary).where(col(DaySummary.day).between(first, last)))
    rows = [
        {**dict(zip(KEYS, key, strict=True)), "numerator": value[0], "denominator": value[1]}
        for key, value in fresh.items()
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
    before, fresh = await kept(session, first, last), await counted(session, first, last)
    summed = {key[0] for key in before}
    wrong = sorted(
        key
        for key in before.keys() | fresh.keys()
        if key[0] in summed and BY_KEY[key[1]].settles and before.get(key) != fresh.get(key)
    )
    proof = SummaryProof(
        at=at,
        first=first,
        last=last,
        rows=len(fresh),
        differing=len(wrong),
        example=" ".join(str(part) for part in wrong[0]) if wrong else "",
    )
    session.add(proof)
    if before != fresh:
        await keep(session, first, last)
    await session.flush()
    return proof


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
