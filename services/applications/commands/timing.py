"""The case's limits: which clock runs when, and the dates copied onto the case by which queues are ordered.

A 受理 (行政许可法 32): five working days; B 决定 (42): what is promised, never more than the law; C 送达 (44): ten.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime

from services.applications import queries
from services.applications.commands.recording import record
from services.applications.models import Application
from services.applications.rules import DELIVERY_DAYS, EXTENSION_DAYS, INTAKE_DAYS, State
from services.catalogue.definition import ItemDefinition
from services.workflow import calendar
from services.workflow import commands as clocks
from services.workflow import queries as clocks_read
from services.workflow.commands import MovedDueDate
from services.workflow.models import CaseClock
from services.workflow.rules import Clock, ClockKind, PauseKind, local_day, yellow_on
from storage.database import Session

INTAKE_BASIS = "行政许可法第三十二条"
DECISION_BASIS = "行政许可法第四十二条"
DELIVERY_BASIS = "行政许可法第四十四条"

RUNNING = {
    State.SUBMITTED: ClockKind.INTAKE,
    State.ACCEPTED: ClockKind.DECISION,
    State.SUSPENDED: ClockKind.DECISION,
    State.GRANTED: ClockKind.DELIVERY,
    State.REFUSED: ClockKind.DELIVERY,
}
"""Which clock runs in which state; while a correction is awaited none does."""


async def start_intake(session: Session, application: Application, *, at: datetime) -> None:
    clock = await clocks.start(
        session, application.number, ClockKind.INTAKE, limit_days=INTAKE_DAYS, basis=INTAKE_BASIS, at=at
    )
    await _show(session, application, clock)


async def stop_intake(session: Session, application: Application, *, at: datetime) -> None:
    """Everything to be corrected was told: the intake limit is kept, and nothing runs until it is handed in again."""
    await clocks.finish(session, application.number, ClockKind.INTAKE, at=at)


async def start_decision(
    session: Session, application: Application, definition: ItemDefinition, *, at: datetime
) -> None:
    """From acceptance on: the promised limit, which the law's own limit caps."""
    await clocks.finish(session, application.number, ClockKind.INTAKE, at=at)
    limit = min(definition.promised_limit.days, definition.statutory_limit.days)
    basis = definition.statutory_limit.basis.zh if definition.statutory_limit.basis else DECISION_BASIS
    clock = await clocks.start(
        session, application.number, ClockKind.DECISION, limit_days=limit, basis=basis, at=at
    )
    await _show(session, application, clock)


async def pause(
    session: Session, application: Application, *, kind: PauseKind, reason: str, at: datetime
) -> None:
    await clocks.pause(session, application.number, ClockKind.DECISION, pause=kind, reason=reason, at=at)


async def resume(session: Session, application: Application, *, at: datetime) -> None:
    clock = await clocks.resume(session, application.number, ClockKind.DECISION, at=at)
    await _show(session, application, clock)


async def extend(session: Session, application: Application, *, at: datetime) -> None:
    clock = await clocks.extend(
        session, application.number, ClockKind.DECISION, days=EXTENSION_DAYS, basis=DECISION_BASIS, at=at
    )
    await _show(session, application, clock)


async def decide(session: Session, application: Application, *, at: datetime) -> None:
    """The decision ends its limit and starts the one for delivery; whether it came in time is kept on the case."""
    clock = await clocks.finish(session, application.number, ClockKind.DECISION, at=at)
    application.on_time = local_day(at) <= clock.due_on
    delivery = await clocks.start(
        session, application.number, ClockKind.DELIVERY, limit_days=DELIVERY_DAYS, basis=DELIVERY_BASIS, at=at
    )
    await _show(session, application, delivery)


async def close(session: Session, application: Application, was: State, *, at: datetime) -> None:
    """End the clock that ran in the state the case leaves, if one did; the case is over."""
    kind = RUNNING.get(was)
    if kind is not None:
        await clocks.finish(session, application.number, kind, at=at)
    application.closed_at = at


async def recount(session: Session, changed: Collection[date], *, at: datetime) -> list[MovedDueDate]:
    """A holiday notice was imported: every date that rests on it is counted anew, shown on its case and recorded."""
    moved = await clocks.recompute_provisional(session, changed=changed)
    for one in moved:
        application = await queries.by_number(session, one.case_number, lock=True)
        if RUNNING.get(application.state) is one.kind:
            await _show(session, application, await clocks_read.running(session, one.case_number, one.kind))
        await record(
            session,
            None,
            application,
            "due date recounted",
            at=at,
            clock=one.kind,
            was=str(one.was),
            now=str(one.now),
            provisional=one.provisional,
        )
    return moved


async def _show(session: Session, application: Application, clock: CaseClock) -> None:
    """Copy the dates onto the case: last day, first yellow day, whether they rest on an unpublished year."""
    value: Clock = await clocks_read.value_of(session, clock)
    days = await calendar.load(session)
    application.due_on, application.due_provisional = clock.due_on, clock.provisional
    application.yellow_on = yellow_on(replace(value, limit_days=clock.limit_days), days)
    application.limit_days = clock.limit_days
