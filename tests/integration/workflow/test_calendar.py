"""The calendar table: seeded, imported, cached, and what a notice moves."""

from datetime import UTC, date, datetime, timedelta

import chinese_calendar
import pytest
import sqlalchemy as sa

from services.workflow import calendar, commands, queries
from services.workflow.errors import NoticeEmpty
from services.workflow.models import CalendarDay, CalendarYear
from services.workflow.notices import NoticeDay
from services.workflow.rules import ClockKind, DueDate, PauseKind, due_on
from storage import ledger
from storage.database import Session

pytestmark = pytest.mark.anyio

NOTICE = "国务院办公厅关于2027年部分节假日安排的通知（示例）"
BASIS = "行政许可法 42"
SPRING_2027 = [NoticeDay(date(2027, 2, 5) + timedelta(days=n), False) for n in range(7)]
YEAR_2027 = [
    NoticeDay(date(2027, 1, 1), False),
    NoticeDay(date(2027, 1, 4), False),
    NoticeDay(date(2026, 12, 27), True),
    NoticeDay(date(2027, 1, 9), True),
    *SPRING_2027,
]
"""Made up: a New Year with a day off that nobody could foresee, and a make-up Sunday in the old year."""


def december(day: int) -> datetime:
    return datetime(2026, 12, day, 2, 0, tzinfo=UTC)


@pytest.fixture
async def seeded(session: Session, now: datetime) -> Session:
    await session.execute(sa.delete(CalendarDay))
    await session.execute(sa.delete(CalendarYear))
    await calendar.seed(session, at=now)
    return session


async def decide(session: Session, number: str, at: datetime, days: int = 20) -> None:
    await commands.start(session, number, ClockKind.DECISION, limit_days=days, basis=BASIS, at=at)


async def test_the_seeded_calendar_reads_back_as_that_of_the_package(seeded: Session):
    loaded = await calendar.load(seeded)
    assert loaded.published == frozenset(range(2004, 2027))
    year = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    assert [loaded.is_working_day(day) for day in year] == [chinese_calendar.is_workday(day) for day in year]
    assert due_on(date(2026, 12, 4), 20, loaded) == DueDate(date(2027, 1, 4), provisional=True)


async def test_seeding_again_enters_nothing_and_spares_what_was_imported(seeded: Session, now: datetime):
    amended = [NoticeDay(date(2026, 12, 31), False)]
    await calendar.import_notice(seeded, amended, notice="amended", at=now)
    assert await calendar.seed(seeded, at=now) == 0
    assert not (await calendar.load(seeded)).is_working_day(date(2026, 12, 31))


async def test_a_notice_publishes_its_year_and_tells_which_days_it_changed(seeded: Session, now: datetime):
    done = await calendar.import_notice(seeded, YEAR_2027, notice=NOTICE, at=now)
    assert done.year == 2027
    assert {date(2026, 12, 27), date(2027, 1, 4), date(2027, 1, 9), date(2027, 2, 5)} <= set(done.changed)
    assert date(2027, 1, 1) not in done.changed  # known to be free before
    assert date(2027, 5, 3) not in done.changed
    assert date(2027, 10, 1) in done.changed  # the notice does not name it, so it is worked
    loaded = await calendar.load(seeded)
    assert 2027 in loaded.published
    assert 2028 not in loaded.published
    assert due_on(date(2026, 12, 28), 3, loaded) == DueDate(date(2026, 12, 31))
    assert due_on(date(2026, 12, 28), 4, loaded) == DueDate(date(2027, 1, 5))


async def test_every_import_is_in_the_ledger(seeded: Session, now: datetime):
    await calendar.import_notice(seeded, YEAR_2027, notice=NOTICE, at=now, actor="system:test")
    *_, seeding, importing = await ledger.entries(seeded, calendar.CHAIN)
    assert (seeding.deed, importing.deed) == ("calendar seeded", "calendar notice imported")
    assert importing.subject == "calendar:2027"
    assert '"days":11' in importing.body
    assert NOTICE in importing.body


async def test_a_notice_without_days_is_refused(seeded: Session, now: datetime):
    with pytest.raises(NoticeEmpty):
        await calendar.import_notice(seeded, [], notice=NOTICE, at=now)


async def test_the_calendar_is_kept_until_a_notice_comes(seeded: Session, now: datetime):
    first = await calendar.load(seeded)
    assert await calendar.load(seeded) is first
    await calendar.import_notice(seeded, YEAR_2027, notice=NOTICE, at=now)
    second = await calendar.load(seeded)
    assert second is not first
    await calendar.import_notice(seeded, [NoticeDay(date(2027, 3, 1), False)], notice="amended", at=now)
    assert (await calendar.load(seeded)) is not second


async def test_a_calendar_of_a_transaction_that_was_undone_is_forgotten(seeded: Session, now: datetime):
    undone = await seeded.begin_nested()
    await calendar.import_notice(seeded, YEAR_2027, notice=NOTICE, at=now)
    assert 2027 in (await calendar.load(seeded)).published
    await undone.rollback()
    assert 2027 not in (await calendar.load(seeded)).published
    await calendar.import_notice(seeded, [NoticeDay(date(2027, 3, 1), False)], notice=NOTICE, at=now)
    loaded = await calendar.load(seeded)
    assert not loaded.is_working_day(date(2027, 3, 1))
    assert loaded.is_working_day(date(2027, 2, 5))


async def test_a_notice_makes_provisional_dates_certain_and_moves_those_it_must(
    seeded: Session, now: datetime
):
    await decide(seeded, "moved", december(4))
    await decide(seeded, "certain", december(8))
    await decide(seeded, "untouched", december(1), days=10)
    await decide(seeded, "over", december(4))
    await commands.finish(seeded, "over", ClockKind.DECISION, at=december(10))
    done = await calendar.import_notice(seeded, YEAR_2027, notice=NOTICE, at=now)
    moved = await commands.recompute_provisional(seeded, changed=done.changed)
    assert [(each.case_number, str(each.was), str(each.now), each.provisional) for each in moved] == [
        ("moved", "2027-01-04", "2026-12-31", False),  # the make-up Sunday brings it back into the old year
        ("certain", "2027-01-06", "2027-01-06", False),  # a day off and a day made up
    ]
    assert await commands.recompute_provisional(seeded, changed=done.changed) == []
    clock = await queries.running(seeded, "moved", ClockKind.DECISION)
    assert (clock.due_on, clock.provisional) == (date(2026, 12, 31), False)


async def test_a_later_amendment_moves_dates_that_were_certain(seeded: Session, now: datetime):
    await decide(seeded, "case", december(1), days=10)
    await decide(seeded, "ends before it", december(1), days=2)
    done = await calendar.import_notice(seeded, [NoticeDay(date(2026, 12, 10), False)], notice="示例", at=now)
    assert done.changed == (date(2026, 12, 10),)
    assert await commands.recompute_provisional(seeded) == []
    (moved,) = await commands.recompute_provisional(seeded, changed=done.changed)
    assert (moved.case_number, str(moved.was), str(moved.now)) == ("case", "2026-12-15", "2026-12-16")


async def test_a_notice_counts_the_pauses_of_a_clock_too(seeded: Session, now: datetime):
    await decide(seeded, "case", december(4), days=20)
    kind = ClockKind.DECISION
    await commands.pause(seeded, "case", kind, pause=PauseKind.TESTING, reason="抽检", at=december(7))
    await commands.resume(seeded, "case", kind, at=december(9))
    assert (await queries.running(seeded, "case", kind)).due_on == date(2027, 1, 6)
    done = await calendar.import_notice(seeded, YEAR_2027, notice=NOTICE, at=now)
    (moved,) = await commands.recompute_provisional(seeded, changed=done.changed)
    assert (str(moved.now), moved.provisional) == ("2027-01-06", False)


async def test_many_clocks_are_counted_anew_in_batches(
    seeded: Session, now: datetime, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(commands, "BATCH", 3)
    for number in range(8):
        await decide(seeded, f"case {number}", december(4))
    await calendar.import_notice(seeded, YEAR_2027, notice=NOTICE, at=now)
    moved = await commands.recompute_provisional(seeded)
    assert [each.case_number for each in moved] == [f"case {number}" for number in range(8)]
