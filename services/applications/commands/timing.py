"""The case's limits: which clock runs when, and the dates copied onto the case by which queues are ordered.

A 受理 (行政许可法 32): five working days; B 决定 (42): what is promised, never more than the law; C 送达 (44): ten;
E 联合办理 (26, 42): where several departments decide together, forty-five at most, and fifteen more.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, time

from services.applications import queries
from services.applications.bundling.queries import let_joint_date_follow
from services.applications.commands.recording import record
from services.applications.models import Application
from services.applications.rules import (
    DELIVERY_DAYS,
    EXTENSION_DAYS,
    INTAKE_DAYS,
    JOINT_EXTENSION_DAYS,
    State,
)
from services.catalogue.definition import ItemDefinition
from services.catalogue.particulars import AfterHours, ProcedureKind
from services.workflow import calendar, rules
from services.workflow import commands as clocks
from services.workflow import queries as clocks_read
from services.workflow.commands import MovedDueDate
from services.workflow.models import CaseClock
from services.workflow.rules import Calendar, Clock, ClockKind, PauseKind, local_day, yellow_on
from storage.database import Session

INTAKE_BASIS = "行政许可法第三十二条"
DECISION_BASIS = "行政许可法第四十二条"
DELIVERY_BASIS = "行政许可法第四十四条"
JOINT_BASIS = "行政许可法第二十六条、第四十二条"
JOINT_DAYS = 45
DECIDING = (ClockKind.DECISION, ClockKind.JOINT)
"""One of the two runs from acceptance to decision."""

EXTENSIONS = {ClockKind.DECISION: EXTENSION_DAYS, ClockKind.JOINT: JOINT_EXTENSION_DAYS}

RUNNING = {
    State.SUBMITTED: (ClockKind.INTAKE,),
    State.ACCEPTED: DECIDING,
    State.SUSPENDED: DECIDING,
    State.GRANTED: (ClockKind.DELIVERY,),
    State.REFUSED: (ClockKind.DELIVERY,),
}
"""Which clock, or one of which, runs in which state; while a correction is awaited none does."""


async def start_intake(
    session: Session, application: Application, definition: ItemDefinition, *, at: datetime
) -> date:
    """The day on which it counts as received, from which the limit runs: as the item says, the day itself or, after
    office hours and on days off, the next working day."""
    received = local_day(at)
    if definition.received_after_hours is not AfterHours.SAME_DAY:
        received = received_on(definition, await calendar.load(session), at=at)
    clock = await clocks.start(
        session,
        application.number,
        ClockKind.INTAKE,
        limit_days=INTAKE_DAYS,
        basis=INTAKE_BASIS,
        at=at,
        started_on=received,
    )
    await _show(session, application, clock, Clock(clock.started_on, clock.limit_days))
    if application.corrections:
        await let_joint_date_follow(session, application)
    return received


def received_on(definition: ItemDefinition, days: Calendar, *, at: datetime) -> date:
    """The day on which what is handed in at `at` counts as received (收件日)."""
    if definition.received_after_hours is AfterHours.SAME_DAY:
        return local_day(at)
    return rules.received_on(at, time.fromisoformat(definition.office_closes), days).on


async def stop_intake(session: Session, application: Application, *, at: datetime) -> None:
    """Everything to be corrected was told: the intake limit is kept, and nothing runs until it is handed in again."""
    await clocks.finish(session, application.number, ClockKind.INTAKE, at=at)


async def start_decision(
    session: Session,
    application: Application,
    definition: ItemDefinition,
    *,
    at: datetime,
    since: date | None = None,
) -> None:
    """From acceptance on: the promised limit, which the law's own limit caps.

    A case that counts as accepted (逾期视为受理) has its limit dated back to `since`.
    """
    await clocks.finish(session, application.number, ClockKind.INTAKE, at=at)
    kind, limit, basis = decision_limit(definition)
    clock = await clocks.start(
        session, application.number, kind, limit_days=limit, basis=basis, at=at, started_on=since
    )
    await _show(session, application, clock)


def decision_limit(definition: ItemDefinition) -> tuple[ClockKind, int, str]:
    """Which clock an item's decision has, its working days and their basis (42; 26 where several decide together)."""
    limit = min(definition.promised_limit.days, definition.statutory_limit.days)
    named = definition.statutory_limit.basis.zh if definition.statutory_limit.basis else None
    if definition.joint:
        return ClockKind.JOINT, min(limit, JOINT_DAYS), named or JOINT_BASIS
    return ClockKind.DECISION, limit, named or DECISION_BASIS


def legal_days(definition: ItemDefinition) -> int:
    """The law's own limit for the decision: where several departments decide together never more than forty-five days."""
    days = definition.statutory_limit.days
    return min(days, JOINT_DAYS) if definition.joint else days


def extension_days(definition: ItemDefinition, kind: ClockKind) -> int:
    """The working days of an extension: the law's (42), or fewer where the item's own law says so."""
    own = [one.days for one in definition.procedures if one.kind is ProcedureKind.EXTENSION]
    return min([EXTENSIONS[kind], *own])


async def pause(
    session: Session, application: Application, *, kind: PauseKind, reason: str, days: int, at: datetime
) -> None:
    clock = await clocks_read.running_kind(session, application.number, DECIDING)
    await clocks.pause(session, application.number, clock, pause=kind, reason=reason, days=days, at=at)


async def resume(session: Session, application: Application, *, at: datetime) -> None:
    kind = await clocks_read.running_kind(session, application.number, DECIDING)
    clock = await clocks.resume(session, application.number, kind, at=at)
    await _show(session, application, clock)
    await let_joint_date_follow(session, application)


async def extend(
    session: Session, application: Application, definition: ItemDefinition, *, at: datetime
) -> int:
    """The working days that were added."""
    kind = await clocks_read.running_kind(session, application.number, DECIDING)
    days = extension_days(definition, kind)
    basis = JOINT_BASIS if kind is ClockKind.JOINT else DECISION_BASIS
    clock = await clocks.extend(session, application.number, kind, days=days, basis=basis, at=at)
    await _show(session, application, clock)
    await let_joint_date_follow(session, application)
    return days


async def decide(session: Session, application: Application, *, at: datetime) -> None:
    """The decision ends its limit and starts the one for delivery; whether it came in time is kept on the case."""
    kind = await clocks_read.running_kind(session, application.number, DECIDING)
    clock = await clocks.finish(session, application.number, kind, at=at)
    application.on_time = local_day(at) <= clock.due_on
    delivery = await clocks.start(
        session, application.number, ClockKind.DELIVERY, limit_days=DELIVERY_DAYS, basis=DELIVERY_BASIS, at=at
    )
    await _show(session, application, delivery)


async def close(session: Session, application: Application, was: State, *, at: datetime) -> None:
    """End the clock that ran in the state the case leaves, if one did; the case is over."""
    kinds = RUNNING.get(was)
    if kinds is not None:
        kind = await clocks_read.running_kind(session, application.number, kinds)
        await clocks.finish(session, application.number, kind, at=at)
    application.closed_at = at


async def recount(session: Session, changed: Collection[date], *, at: datetime) -> list[MovedDueDate]:
    """A holiday notice was imported: every date that rests on it is counted anew, shown on its case and recorded."""
    moved = await clocks.recompute_provisional(session, changed=changed)
    for one in moved:
        application = await queries.by_number(session, one.case_number, lock=True)
        if one.kind in RUNNING.get(application.state, ()):
            await _show(session, application, await clocks_read.running(session, one.case_number, one.kind))
            await let_joint_date_follow(session, application)
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


async def _show(
    session: Session, application: Application, clock: CaseClock, value: Clock | None = None
) -> None:
    """Copy the dates onto the case: last day, first yellow day, whether they rest on an unpublished year.

    `value` is the clock with its pauses, where that is known: a clock just started has none.
    """
    value = value or await clocks_read.value_of(session, clock)
    days = await calendar.load(session)
    application.due_on, application.due_provisional = clock.due_on, clock.provisional
    application.yellow_on = yellow_on(replace(value, limit_days=clock.limit_days), days)
    application.limit_days = clock.limit_days
