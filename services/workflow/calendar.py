"""The working-day calendar: where its days come from, and how it is read (国务院办公厅 holiday notices).

It is a table because the notice for a year is published in November of the year before: until then the year is
counted by weekdays, and every date that rests on it is provisional.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, delete, select

from services.workflow.errors import NoticeEmpty
from services.workflow.models import CalendarDay, CalendarYear
from services.workflow.notices import NoticeDay
from services.workflow.rules import Calendar
from storage import ledger
from storage.database import Session

CHAIN = "calendar"
SYSTEM = "system:calendar"
IMPORTING = 5_301_082
"""The key of the advisory lock under which notices are imported, one after the other."""


@dataclass(frozen=True, slots=True)
class Seed:
    """What the chinesecalendar package knows: the exceptional days of its years, and its name and version."""

    days: tuple[NoticeDay, ...]
    years: range
    source: str


def seed_rows() -> Seed:
    """The days from 2004 on that are worked, or not, otherwise than their weekday says."""
    # Used once, when a database is seeded, and its metadata are read from disk.
    from importlib.metadata import version

    from chinese_calendar.constants import holidays, workdays

    free = {day: False for day in holidays if day.weekday() < 5}
    worked = {day: True for day in workdays if day.weekday() >= 5}
    days = tuple(
        NoticeDay(day, is_workday, title(day.year)) for day, is_workday in sorted((free | worked).items())
    )
    years = range(days[0].day.year, days[-1].day.year + 1)
    return Seed(days, years, f"chinesecalendar {version('chinesecalendar')}")


def title(year: int) -> str:
    """What the yearly notice is called."""
    return f"国务院办公厅关于{year}年部分节假日安排的通知"


async def seed(session: Session, *, at: datetime, actor: str = SYSTEM) -> int:
    """Enter the years of the calendar package that are not there yet; their number. Imported years stay."""
    known = seed_rows()
    await _lock(session)
    present = set(await session.scalars(select(CalendarYear.year)))
    years = [year for year in known.years if year not in present]
    days = [day for day in known.days if day.day.year in years]
    if not years:
        return 0
    await _enter_days(session, days, notice="", source=known.source)
    await _publish(session, {year: title(year) for year in years}, at)
    details = {"years": f"{years[0]}–{years[-1]}", "days": len(days), "source": known.source}
    await _record(session, "calendar seeded", CHAIN, at=at, actor=actor, details=details)
    return len(years)


@dataclass(frozen=True, slots=True)
class Import:
    """What an import did: `year` is published by it, `changed` are the days that count otherwise now."""

    year: int
    changed: tuple[date, ...]


async def import_notice(
    session: Session, rows: Iterable[NoticeDay], *, notice: str, at: datetime, actor: str = SYSTEM
) -> Import:
    """Enter the days of a notice. It publishes the year that most of its days are in; days may reach over.

    Days that an earlier notice named and this one does not stay as they are. Follow with
    `commands.recompute_provisional(session, changed=…)`. Raises NoticeEmpty.
    """
    days = {row.day: row for row in rows}
    if not days:
        raise NoticeEmpty(notice)
    await _lock(session)
    before = await load(session)
    counts = [day.year for day in days]
    year = max(set(counts), key=lambda each: (counts.count(each), -each))
    await _enter_days(session, days.values(), notice=notice, source="notice")
    await _publish(session, {year: notice}, at)
    after = await load(session)
    looked_at = sorted({*days, *_days_of(year)})
    changed = tuple(day for day in looked_at if before.is_working_day(day) != after.is_working_day(day))
    details = {"notice": notice, "year": year, "days": len(days), "changed": [str(day) for day in changed]}
    await _record(session, "calendar notice imported", f"{CHAIN}:{year}", at=at, actor=actor, details=details)
    return Import(year, changed)


def _days_of(year: int) -> Iterable[date]:
    return map(date.fromordinal, range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()))


_loaded: tuple[frozenset[tuple[int, int | None]], Calendar] | None = None
"""The calendar this process read last, and the versions of its years: versions come from a sequence and are
never given twice, so a calendar read in a transaction that is rolled back is never taken for another."""


async def load(session: Session) -> Calendar:
    """The calendar as this transaction sees it. One small query; the days are read only after a change."""
    global _loaded  # noqa: PLW0603 - the cache of this process
    years = await session.execute(select(CalendarYear.year, col(CalendarYear.version)))
    versions = frozenset((year, version) for year, version in years)
    if _loaded is None or _loaded[0] != versions:
        days = await session.execute(select(col(CalendarDay.date), col(CalendarDay.is_workday)))
        _loaded = (
            versions,
            Calendar({day: worked for day, worked in days}, frozenset(year for year, _ in versions)),
        )
    return _loaded[1]


async def _lock(session: Session) -> None:
    await session.execute(sa.select(sa.func.pg_advisory_xact_lock(IMPORTING)))


async def _enter_days(session: Session, days: Iterable[NoticeDay], *, notice: str, source: str) -> None:
    rows = [
        {"date": day.day, "is_workday": day.is_workday, "notice": day.notice or notice, "source": source}
        for day in days
    ]
    statement = insert(CalendarDay)
    entered = {name: statement.excluded[name] for name in ("is_workday", "notice", "source")}
    await session.execute(statement.on_conflict_do_update(index_elements=["date"], set_=entered), rows)


async def _publish(session: Session, notices: Mapping[int, str], at: datetime) -> None:
    """Entered anew, not updated, so that the years get new versions."""
    await session.execute(delete(CalendarYear).where(col(CalendarYear.year).in_(notices)))
    rows = [{"year": year, "notice": notice, "published_at": at} for year, notice in notices.items()]
    await session.execute(insert(CalendarYear), rows)


async def _record(
    session: Session, deed: str, subject: str, *, at: datetime, actor: str, details: Mapping[str, object]
) -> None:
    await ledger.append(session, chain=CHAIN, deed=deed, subject=subject, actor=actor, at=at, details=details)
