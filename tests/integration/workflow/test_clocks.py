"""Clocks of cases in the database: each deed, each refusal, and what is due."""

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError

from services.workflow import calendar, commands, queries
from services.workflow.errors import (
    AlreadyExtended,
    ClockNotStopped,
    ClockRunning,
    ClockStopped,
    ExtensionTooLong,
    LimitOutOfRange,
    LimitPassed,
    NoClockRunning,
    NotExtendable,
    OutOfOrder,
    PauseNotAllowed,
)
from services.workflow.models import CaseClock, ClockPause
from services.workflow.rules import PAUSES, ClockKind, Pause, PauseKind
from storage.database import Session

pytestmark = pytest.mark.anyio

CASE = "示例-2026-000001"
DECISION = ClockKind.DECISION
BASIS = "行政许可法 42"
LIMITS = {ClockKind.INTAKE: 5, DECISION: 20, ClockKind.DELIVERY: 10, ClockKind.JOINT: 45}


def november(day: int, hour: int = 2) -> datetime:
    return datetime(2026, 11, day, hour, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
async def seeded(session: Session, now: datetime) -> None:
    await calendar.seed(session, at=now)


async def start(
    session: Session, kind: ClockKind = DECISION, *, at: datetime | None = None, days: int = 10
) -> CaseClock:
    return await commands.start(session, CASE, kind, limit_days=days, basis=BASIS, at=at or november(2))


async def stop(session: Session, at: datetime, pause: PauseKind = PauseKind.HEARING) -> CaseClock:
    return await commands.pause(session, CASE, DECISION, pause=pause, reason="申请人要求听证", at=at)


async def test_a_clock_starts_with_its_due_date(session: Session):
    clock = await start(session)
    assert (clock.started_on, clock.due_on, clock.provisional) == (
        date(2026, 11, 2),
        date(2026, 11, 16),
        False,
    )
    assert await queries.clocks_of(session, CASE) == [clock]
    assert clock.basis == BASIS


async def test_a_clock_starts_on_the_day_it_is_in_china(session: Session):
    assert (await start(session, at=november(2, hour=16))).started_on == date(2026, 11, 3)


async def test_deemed_acceptance_dates_a_clock_back(session: Session):
    clock = await commands.start(
        session,
        CASE,
        DECISION,
        limit_days=5,
        basis="行政许可法 32",
        at=november(10),
        started_on=date(2026, 11, 2),
    )
    assert clock.due_on == date(2026, 11, 9)


async def test_a_clock_may_reach_the_unpublished_year(session: Session):
    clock = await start(session, at=datetime(2026, 12, 4, 2, tzinfo=UTC), days=20)
    assert (clock.due_on, clock.provisional) == (date(2027, 1, 4), True)


async def test_one_clock_of_a_kind_runs_at_a_time(session: Session):
    await start(session)
    with pytest.raises(ClockRunning):
        await start(session, at=november(3))
    await start(session, ClockKind.INTAKE, days=5)
    await commands.finish(session, CASE, DECISION, at=november(4))
    assert (await start(session, at=november(5))).started_on == date(2026, 11, 5)
    assert len(await queries.clocks_of(session, CASE)) == 3


@pytest.mark.parametrize("days", [-1, 1001])
async def test_a_limit_no_law_sets_starts_nothing(session: Session, days: int):
    with pytest.raises(LimitOutOfRange):
        await start(session, days=days)


async def test_a_stopped_clock_goes_on_with_what_was_left(session: Session):
    await start(session)
    stopped = await stop(session, november(4))
    assert stopped.stopped_at == november(4)
    resumed = await commands.resume(session, CASE, DECISION, at=november(11))
    assert resumed.stopped_at is None
    assert resumed.due_on == date(2026, 11, 23)
    value = await queries.value_of(session, resumed)
    assert value.pauses == (Pause(date(2026, 11, 4), date(2026, 11, 11)),)


async def test_a_clock_may_stop_more_than_once(session: Session):
    await start(session)
    for first, last, pause in ((4, 6, PauseKind.TESTING), (6, 9, PauseKind.EXPERT_REVIEW)):
        await stop(session, november(first), pause)
        clock = await commands.resume(session, CASE, DECISION, at=november(last))
    assert clock.due_on == date(2026, 11, 19)
    (pauses,) = (await queries.pauses_of(session, [clock])).values()
    assert [pause.kind for pause in pauses] == [PauseKind.TESTING, PauseKind.EXPERT_REVIEW]


@pytest.mark.parametrize("pause", PauseKind)
@pytest.mark.parametrize("kind", LIMITS)
async def test_a_clock_stops_for_what_the_law_names_and_nothing_else(
    session: Session, kind: ClockKind, pause: PauseKind
):
    await start(session, kind, days=LIMITS[kind])
    deed = commands.pause(session, CASE, kind, pause=pause, reason="示例", at=november(3))
    if pause in PAUSES[kind]:
        assert (await deed).stopped_at == november(3)
    else:
        with pytest.raises(PauseNotAllowed):
            await deed


async def test_what_is_stopped_cannot_be_stopped_and_what_runs_cannot_go_on(session: Session):
    await start(session)
    with pytest.raises(ClockNotStopped):
        await commands.resume(session, CASE, DECISION, at=november(3))
    await stop(session, november(3))
    with pytest.raises(ClockStopped):
        await stop(session, november(4))


async def test_nothing_happens_to_a_clock_that_does_not_run(session: Session):
    deeds = {
        "pause": commands.pause(session, CASE, DECISION, pause=PauseKind.TESTING, reason="", at=november(3)),
        "resume": commands.resume(session, CASE, DECISION, at=november(3)),
        "finish": commands.finish(session, CASE, DECISION, at=november(3)),
        "extend": commands.extend(session, CASE, DECISION, days=5, basis=BASIS, at=november(3)),
    }
    for deed in deeds.values():
        with pytest.raises(NoClockRunning) as refused:
            await deed
        assert (refused.value.case_number, refused.value.kind) == (CASE, DECISION)


async def test_time_does_not_run_backwards(session: Session):
    await start(session, at=november(4))
    with pytest.raises(OutOfOrder):
        await commands.finish(session, CASE, DECISION, at=november(3))
    await stop(session, november(6))
    with pytest.raises(OutOfOrder):
        await commands.resume(session, CASE, DECISION, at=november(5))
    await commands.resume(session, CASE, DECISION, at=november(9))
    for deed in (stop(session, november(8)), commands.finish(session, CASE, DECISION, at=november(8))):
        with pytest.raises(OutOfOrder):
            await deed


async def test_finishing_a_stopped_clock_ends_the_pause_too(session: Session):
    await start(session)
    await stop(session, november(4))
    clock = await commands.finish(session, CASE, DECISION, at=november(11))
    assert (clock.finished_at, clock.stopped_at) == (november(11), None)
    assert clock.due_on == date(2026, 11, 23)
    (pauses,) = (await queries.pauses_of(session, [clock])).values()
    assert [pause.until_at for pause in pauses] == [november(11)]


async def test_an_extension_moves_the_limit_and_keeps_its_basis(session: Session):
    await start(session)
    clock = await commands.extend(session, CASE, DECISION, days=10, basis="局长批准 示例", at=november(12))
    assert (clock.limit_days, clock.due_on) == (20, date(2026, 11, 30))
    _, record = await queries.clocks_of(session, CASE)
    assert (record.kind, record.limit_days, record.basis) == (ClockKind.EXTENSION, 10, "局长批准 示例")
    assert record.finished_at == november(12)


async def test_a_limit_is_extended_once(session: Session):
    await start(session)
    await commands.extend(session, CASE, DECISION, days=3, basis=BASIS, at=november(12))
    with pytest.raises(AlreadyExtended):
        await commands.extend(session, CASE, DECISION, days=3, basis=BASIS, at=november(13))


async def test_a_case_that_is_decided_anew_may_be_extended_anew(session: Session):
    await start(session)
    await commands.extend(session, CASE, DECISION, days=3, basis=BASIS, at=november(12))
    await commands.finish(session, CASE, DECISION, at=november(13))
    await start(session, at=november(16))
    again = await commands.extend(session, CASE, DECISION, days=3, basis=BASIS, at=november(17))
    assert again.limit_days == 13


async def test_an_extension_during_a_pause_counts_from_where_the_clock_stopped(session: Session):
    await start(session, days=5)
    await stop(session, november(4))
    await commands.extend(session, CASE, DECISION, days=5, basis=BASIS, at=november(20))
    clock = await commands.resume(session, CASE, DECISION, at=november(23))
    assert clock.due_on == date(2026, 12, 3)


@pytest.mark.parametrize(
    ("kind", "days", "error"),
    [
        (DECISION, 11, ExtensionTooLong),
        (ClockKind.JOINT, 16, ExtensionTooLong),
        (DECISION, 0, LimitOutOfRange),
        (ClockKind.INTAKE, 1, NotExtendable),
        (ClockKind.DELIVERY, 1, NotExtendable),
    ],
)
async def test_the_law_bounds_what_may_be_added(
    session: Session, kind: ClockKind, days: int, error: type[Exception]
):
    await start(session, kind)
    with pytest.raises(error):
        await commands.extend(session, CASE, kind, days=days, basis=BASIS, at=november(3))


async def test_a_limit_that_is_over_cannot_be_extended(session: Session):
    await start(session, days=5)
    with pytest.raises(LimitPassed) as refused:
        await commands.extend(session, CASE, DECISION, days=5, basis=BASIS, at=november(10))
    assert refused.value.due_on == date(2026, 11, 9)
    await commands.extend(session, CASE, DECISION, days=5, basis=BASIS, at=november(9))


async def test_what_is_overdue_is_listed_by_pages_without_what_is_stopped_or_finished(session: Session):
    for number, days in (("late", 3), ("later", 2), ("stopped", 2), ("finished", 2), ("in time", 4)):
        await commands.start(session, number, DECISION, limit_days=days, basis=BASIS, at=november(2))
    await commands.pause(session, "stopped", DECISION, pause=PauseKind.HEARING, reason="示例", at=november(3))
    await commands.finish(session, "finished", DECISION, at=november(3))
    await commands.extend(session, "in time", DECISION, days=1, basis=BASIS, at=november(3))
    today = date(2026, 11, 6)
    late = await queries.overdue(session, today)
    assert [clock.case_number for clock in late] == ["later", "late"]
    (first,) = await queries.overdue(session, today, limit=1)
    assert first.id is not None
    assert await queries.overdue(session, today, after=(first.due_on, first.id)) == [late[1]]


async def test_what_is_due_soon_is_listed(session: Session):
    for number, days in (("over", 1), ("first", 2), ("last", 4), ("beyond", 5)):
        await commands.start(session, number, DECISION, limit_days=days, basis=BASIS, at=november(2))
    soon = await queries.due_between(session, date(2026, 11, 4), date(2026, 11, 6))
    assert [clock.case_number for clock in soon] == ["first", "last"]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE case_clock SET limit_days = 1001",
        "UPDATE case_clock SET due_on = started_on - 1",
        "UPDATE case_clock SET kind = 'forever'",
        "UPDATE clock_pause SET until_at = from_at - interval '1 second'",
        "UPDATE clock_pause SET kind = 'holiday'",
        "INSERT INTO clock_pause (clock_id, kind, reason, from_at) SELECT clock_id, kind, reason, now() FROM clock_pause",
    ],
)
async def test_the_database_itself_refuses_what_cannot_be(session: Session, change: str):
    await start(session)
    await stop(session, november(4))
    with pytest.raises((IntegrityError, DBAPIError)):
        async with session.begin_nested():
            await session.execute(sa.text(change))
    assert await session.scalar(sa.select(sa.func.count()).select_from(ClockPause)) == 1
