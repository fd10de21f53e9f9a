"""What happens to a clock: it is started, stopped, goes on, is extended, finished, counted anew.

Nothing here is written into the ledger: the deed that moves a clock is the case's, and is recorded there.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from services.workflow import calendar, queries, rules
from services.workflow.errors import (
    AlreadyExtended,
    ClockNotStopped,
    ClockRunning,
    ClockStopped,
    ExtensionTooLong,
    LimitOutOfRange,
    LimitPassed,
    NotExtendable,
    OutOfOrder,
    PauseNotAllowed,
)
from services.workflow.models import CaseClock, ClockPause
from services.workflow.rules import EXTENSIONS, PAUSES, ClockKind, DueDate, PauseKind, local_day
from storage.database import Session

UNFINISHED = sa.text("finished_at IS NULL")
BATCH = 1000


async def start(
    session: Session,
    number: str,
    kind: ClockKind,
    *,
    limit_days: int,
    basis: str,
    at: datetime,
    started_on: date | None = None,
) -> CaseClock:
    """Start a limit of `limit_days` working days, on the day of `at` unless the law dates it back (`started_on`).

    `basis` is the legal basis shown to the clerk («行政许可法 42»). Raises ClockRunning, LimitOutOfRange.
    """
    began = started_on or local_day(at)
    due = rules.due_on(began, limit_days, await calendar.load(session))
    values = {
        "case_number": number,
        "kind": kind,
        "started_on": began,
        "limit_days": limit_days,
        "due_on": due.on,
        "provisional": due.provisional,
        "basis": basis,
    }
    new = insert(CaseClock).values(values)
    unless_running = new.on_conflict_do_nothing(
        index_elements=["case_number", "kind"], index_where=UNFINISHED
    )
    clock = (await session.scalars(unless_running.returning(CaseClock))).one_or_none()
    if clock is None:
        raise ClockRunning(number, kind)
    return clock


async def pause(
    session: Session,
    number: str,
    kind: ClockKind,
    *,
    pause: PauseKind,
    reason: str,
    at: datetime,
    days: int | None = None,
) -> CaseClock:
    """Stop the clock for a time the law does not count: from the next day on (行政许可法 45; 32 for corrections).

    `days` are the working days that the applicant was told it takes. Raises NoClockRunning, ClockStopped, PauseNotAllowed, OutOfOrder.
    """
    clock = await queries.running(session, number, kind, lock=True)
    if pause not in PAUSES[kind]:
        raise PauseNotAllowed(number, kind, pause)
    if clock.stopped_at is not None:
        raise ClockStopped(number, kind)
    await _require_order(session, clock, at)
    clock.stopped_at = at
    session.add(ClockPause(clock_id=clock.id or 0, kind=pause, reason=reason, days=days, from_at=at))
    await session.flush()
    return clock


async def resume(session: Session, number: str, kind: ClockKind, *, at: datetime) -> CaseClock:
    """Let the clock go on with the working days that were left, from the next day on.

    Raises NoClockRunning, ClockNotStopped, OutOfOrder.
    """
    clock = await queries.running(session, number, kind, lock=True)
    if clock.stopped_at is None:
        raise ClockNotStopped(number, kind)
    await _end_pause(session, clock, at)
    await _reckon(session, clock)
    return clock


async def finish(session: Session, number: str, kind: ClockKind, *, at: datetime) -> CaseClock:
    """End the clock, and a pause that is still open. Raises NoClockRunning, OutOfOrder."""
    clock = await queries.running(session, number, kind, lock=True)
    if clock.stopped_at is None:
        await _require_order(session, clock, at)
    else:
        await _end_pause(session, clock, at)
        await _reckon(session, clock)
    clock.finished_at = at
    await session.flush()
    return clock


async def extend(
    session: Session, number: str, kind: ClockKind, *, days: int, basis: str, at: datetime
) -> CaseClock:
    """Add `days` working days to a limit that is not over, once (行政许可法 42).

    The clock's `limit_days` grow. What was added and on what basis is kept as a clock of kind EXTENSION, which
    is finished as soon as it is written: it is a record and never runs.
    Raises NoClockRunning, NotExtendable, LimitOutOfRange, ExtensionTooLong, AlreadyExtended, LimitPassed.
    """
    clock = await queries.running(session, number, kind, lock=True)
    _require_extendable(clock, days, at)
    if await _is_extended(session, clock):
        raise AlreadyExtended(number, kind)
    clock.limit_days += days
    await _reckon(session, clock)
    record = CaseClock(
        case_number=number,
        kind=ClockKind.EXTENSION,
        started_on=local_day(at),
        limit_days=days,
        due_on=max(clock.due_on, local_day(at)),
        provisional=clock.provisional,
        basis=basis,
        finished_at=at,
    )
    session.add(record)
    await session.flush()
    return clock


@dataclass(frozen=True, slots=True)
class MovedDueDate:
    """A due date that a holiday notice moved, or made certain (`was == now`)."""

    case_number: str
    kind: ClockKind
    was: date
    now: date
    provisional: bool


async def recompute_provisional(session: Session, *, changed: Collection[date] = ()) -> list[MovedDueDate]:
    """Count anew what rested on an unpublished year, or on the days that a notice `changed`.

    Returns every clock of which the date or its certainty changed, so that the caller can tell the applicants.
    """
    days = await calendar.load(session)
    moved: list[MovedDueDate] = []
    last = 0
    while clocks := await _affected(session, changed, last):
        last = clocks[-1].id or 0
        pauses = await queries.pauses_of(session, clocks)
        for clock in clocks:
            was, was_provisional = clock.due_on, clock.provisional
            _set_due(clock, rules.due(queries.clock_value(clock, pauses[clock.id or 0]), days))
            if (was, was_provisional) != (clock.due_on, clock.provisional):
                moved.append(
                    MovedDueDate(clock.case_number, clock.kind, was, clock.due_on, clock.provisional)
                )
        await session.flush()
    return moved


async def _affected(session: Session, changed: Collection[date], after: int) -> Sequence[CaseClock]:
    rests_on_it: sa.ColumnElement[bool] = col(CaseClock.provisional).is_(True)
    if changed:
        rests_on_it = sa.or_(
            rests_on_it,
            sa.and_(col(CaseClock.started_on) < max(changed), col(CaseClock.due_on) >= min(changed)),
        )
    query = select(CaseClock).where(
        col(CaseClock.finished_at).is_(None), col(CaseClock.id) > after, rests_on_it
    )
    one_batch = query.order_by(col(CaseClock.id)).limit(BATCH).with_for_update()
    return (await session.scalars(one_batch.execution_options(populate_existing=True))).all()


async def _reckon(session: Session, clock: CaseClock) -> None:
    value = await queries.value_of(session, clock)
    _set_due(clock, rules.due(value, await calendar.load(session)))
    await session.flush()


def _set_due(clock: CaseClock, due: DueDate) -> None:
    clock.due_on, clock.provisional = due.on, due.provisional


async def _require_order(session: Session, clock: CaseClock, at: datetime) -> None:
    # What counts as received the next working day may be answered before that day has come.
    if clock.kind is not ClockKind.INTAKE and local_day(at) < clock.started_on:
        raise OutOfOrder(clock.case_number, clock.kind, at, clock.started_on)
    pauses = await queries.pauses_of(session, [clock])
    ended = [pause.until_at for each in pauses.values() for pause in each if pause.until_at is not None]
    if ended and at < max(ended):
        raise OutOfOrder(clock.case_number, clock.kind, at, max(ended))


async def _end_pause(session: Session, clock: CaseClock, at: datetime) -> None:
    query = select(ClockPause).where(col(ClockPause.clock_id) == clock.id, col(ClockPause.until_at).is_(None))
    pause = (await session.scalars(query)).one()
    if at < pause.from_at:
        raise OutOfOrder(clock.case_number, clock.kind, at, pause.from_at)
    pause.until_at = at
    clock.stopped_at = None
    await session.flush()


def _require_extendable(clock: CaseClock, days: int, at: datetime) -> None:
    most = EXTENSIONS.get(clock.kind)
    if most is None:
        raise NotExtendable(clock.case_number, clock.kind)
    if days < 1:
        raise LimitOutOfRange(days)
    if days > most:
        raise ExtensionTooLong(clock.case_number, clock.kind, days, most)
    if local_day(clock.stopped_at or at) > clock.due_on:
        raise LimitPassed(clock.case_number, clock.kind, clock.due_on)


async def _is_extended(session: Session, clock: CaseClock) -> bool:
    query = select(col(CaseClock.id)).where(
        col(CaseClock.case_number) == clock.case_number,
        col(CaseClock.kind) == ClockKind.EXTENSION,
        col(CaseClock.started_on) >= clock.started_on,
    )
    return await session.scalar(query.limit(1)) is not None
