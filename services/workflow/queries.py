"""Which clocks run, and which have run out. Who may see a case is decided where cases are (applications)."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from sqlmodel import col, select

from services.workflow.errors import NoClockRunning
from services.workflow.models import CaseClock, ClockPause
from services.workflow.rules import Clock, ClockKind, Pause, local_day
from storage.database import Session

PAGE = 500


async def clocks_of(session: Session, number: str) -> list[CaseClock]:
    """All clocks of a case, the finished too, in the order in which they were started."""
    query = select(CaseClock).where(col(CaseClock.case_number) == number)
    return list(await session.scalars(query.order_by(col(CaseClock.started_on), col(CaseClock.id))))


async def running(session: Session, number: str, kind: ClockKind, *, lock: bool = False) -> CaseClock:
    """The clock of this kind that is not finished, stopped or not. Raises NoClockRunning."""
    query = select(CaseClock).where(
        col(CaseClock.case_number) == number,
        col(CaseClock.kind) == kind,
        col(CaseClock.finished_at).is_(None),
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    clock = await session.scalar(query)
    if clock is None:
        raise NoClockRunning(number, kind)
    return clock


async def running_kind(session: Session, number: str, kinds: Collection[ClockKind]) -> ClockKind:
    """Which of `kinds` runs for the case. Raises NoClockRunning with the first of them when none does."""
    query = select(col(CaseClock.kind)).where(
        col(CaseClock.case_number) == number,
        col(CaseClock.kind).in_(kinds),
        col(CaseClock.finished_at).is_(None),
    )
    found = await session.scalar(query)
    if found is None:
        raise NoClockRunning(number, min(kinds))
    return ClockKind(found)


async def pauses_of(session: Session, clocks: Collection[CaseClock]) -> dict[int, list[ClockPause]]:
    """The pauses of each of `clocks` by its id, in the order in which they began."""
    found: dict[int, list[ClockPause]] = {clock.id: [] for clock in clocks if clock.id is not None}
    query = select(ClockPause).where(col(ClockPause.clock_id).in_(found))
    for pause in await session.scalars(query.order_by(col(ClockPause.from_at), col(ClockPause.id))):
        found[pause.clock_id].append(pause)
    return found


def clock_value(clock: CaseClock, pauses: Iterable[ClockPause]) -> Clock:
    """What the rules count with: the clock and its pauses as days in China."""
    return Clock(
        started_on=clock.started_on,
        limit_days=clock.limit_days,
        pauses=tuple(_pause_value(pause) for pause in pauses),
        finished_on=clock.finished_at and local_day(clock.finished_at),
    )


async def value_of(session: Session, clock: CaseClock) -> Clock:
    """`clock_value` of a single clock."""
    pauses = await pauses_of(session, [clock])
    return clock_value(clock, [pause for each in pauses.values() for pause in each])


async def overdue(
    session: Session, today: date, *, after: tuple[date, int] | None = None, limit: int = PAGE
) -> Sequence[CaseClock]:
    """Clocks that run and should have ended before `today`, the longest overdue first.

    `after`: (due_on, id) of the last one seen. The record of an extension never runs.
    """
    return await _due(session, None, today, after, limit)


async def due_between(
    session: Session, first: date, last: date, *, after: tuple[date, int] | None = None, limit: int = PAGE
) -> Sequence[CaseClock]:
    """Clocks that run and end from `first` to `last`, both included, the next first; pages as `overdue` does."""
    return await _due(session, first, date.fromordinal(last.toordinal() + 1), after, limit)


async def _due(
    session: Session, first: date | None, before: date, after: tuple[date, int] | None, limit: int
) -> Sequence[CaseClock]:
    query = select(CaseClock).where(
        col(CaseClock.finished_at).is_(None),
        col(CaseClock.stopped_at).is_(None),
        col(CaseClock.due_on) < before,
    )
    if first is not None:
        query = query.where(col(CaseClock.due_on) >= first)
    if after is not None:
        day, clock_id = after
        query = query.where(
            (col(CaseClock.due_on) > day) | ((col(CaseClock.due_on) == day) & (col(CaseClock.id) > clock_id))
        )
    return (
        await session.scalars(query.order_by(col(CaseClock.due_on), col(CaseClock.id)).limit(limit))
    ).all()


def _pause_value(pause: ClockPause) -> Pause:
    return Pause(local_day(pause.from_at), local_day(pause.until_at) if pause.until_at else None)
