"""The clock box: until when by law, until when as promised, what is used, where it stood still."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from services.applications.commands import timing
from services.catalogue.definition import ItemDefinition
from services.workflow import calendar, queries, rules
from services.workflow.rules import Clock, ClockKind, PauseKind
from storage.database import Session


@dataclass(frozen=True, slots=True)
class Stop:
    """One time that is not counted."""

    kind: PauseKind
    reason: str
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class Reading:
    """One limit of the case. `legal_on`: the law's own last day, where the promise is shorter; days are working days."""

    kind: ClockKind
    basis: str
    started_on: date
    due_on: date
    legal_on: date | None
    provisional: bool
    limit: int
    used: int
    left: int
    overdue: bool
    finished: bool
    stops: Sequence[Stop]

    @property
    def stopped(self) -> bool:
        return not self.finished and any(stop.until is None for stop in self.stops)


async def readings(
    session: Session, number: str, definition: ItemDefinition, *, today: date
) -> tuple[list[Reading], bool]:
    """The limits of a case in the order in which they began, and whether one was extended."""
    clocks = await queries.clocks_of(session, number)
    pauses = await queries.pauses_of(session, clocks)
    days = await calendar.load(session)
    found = []
    for clock in clocks:
        if clock.kind is ClockKind.EXTENSION:
            continue
        stopped = pauses[clock.id or 0]
        value = queries.clock_value(clock, stopped)
        found.append(
            Reading(
                kind=clock.kind,
                basis=clock.basis,
                started_on=clock.started_on,
                due_on=clock.due_on,
                legal_on=_legal(clock.kind, value, definition, days),
                provisional=clock.provisional,
                limit=clock.limit_days,
                used=rules.used(value, today, days),
                left=rules.remaining(value, today, days),
                overdue=rules.is_overdue(value, today, days),
                finished=clock.finished_at is not None,
                stops=[
                    Stop(
                        pause.kind,
                        pause.reason,
                        rules.local_day(pause.from_at),
                        rules.local_day(pause.until_at) if pause.until_at else None,
                    )
                    for pause in stopped
                ],
            )
        )
    return found, any(clock.kind is ClockKind.EXTENSION for clock in clocks)


def _legal(kind: ClockKind, value: Clock, definition: ItemDefinition, days: rules.Calendar) -> date | None:
    """The last day by law: the promise counted with what the law has more."""
    decision, limit, _basis = timing.decision_limit(definition)
    more = timing.legal_days(definition) - limit
    if kind is not decision or more <= 0:
        return None
    return rules.due(replace(value, limit_days=value.limit_days + more), days).on
