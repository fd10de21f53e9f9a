"""Deeds of oversight: cards are raised, orders given, answered and closed; whoever looks leaves a trace.

What concerns a case stands in the case's own chain, so that its evidence shows how it was supervised; who looked
at it stands in the chain of the one who looked.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from identity.actor import CASEWORK, Actor, Role
from identity.queries import StaffEntry
from services.applications import queries as applications
from services.applications.commands.recording import next_in_series
from services.applications.errors import ApplicationNotFound
from services.applications.models import Application
from services.oversight import board, queries, records
from services.oversight.errors import AddresseeUnknown, NotForOversight
from services.oversight.models import Card, LedgerCheck, Order
from services.oversight.rules import (
    CLOCKS,
    RULES,
    Rule,
    light,
    require_answerable,
    require_closable,
    require_text,
    require_time,
    rule_for,
)
from services.workflow.rules import local_day
from storage import ledger, queue
from storage.auditing import Finding
from storage.database import Session

SWEEP = "system:oversight"
CHECK_LEDGER = "ledger.check"
BATCH = 500


async def look(
    session: Session, actor: Actor, number: str, *, at: datetime, deed: str = records.LOOKED
) -> Application:
    """The case, for a supervisor; that they looked is recorded in a chain of their own. Raises ApplicationNotFound."""
    application = await _case(session, actor, number)
    await ledger.append(
        session,
        chain=f"oversight:{actor.person_id}",
        deed=deed,
        subject=number,
        actor=str(actor.person_id),
        at=at,
        details={"by": actor.name},
    )
    return application


async def _case(session: Session, actor: Actor, number: str, *, lock: bool = False) -> Application:
    """The case as the actor may see it. The database takes no NUL, so such a number is looked up nowhere."""
    if not number.isprintable():
        raise ApplicationNotFound(number)
    return await applications.get(session, actor, number, lock=lock)


async def raise_cards(session: Session, *, at: datetime, most: int = BATCH) -> int:
    """Give a card to every case whose light turned, each due event once; says how many were given.

    The light that stands now decides: a case first seen late gets its red card only.
    """
    today = local_day(at)
    raised = 0
    for application in await _due(session, today, most):
        shown = light(application.state, application.due_on, application.yellow_on, today)
        rule = rule_for(application.state, shown)
        if rule is not None and await give(session, application, rule, at):
            raised += 1
    return raised


async def _due(session: Session, today: date, most: int) -> list[Application]:
    """Running cases whose light calls for a card they do not have yet, the longest due first; held until the end."""
    expected = _rule_of(today)
    carded = sa.exists().where(
        col(Card.application_number) == col(Application.number), col(Card.rule) == expected
    )
    query = (
        sa.select(Application)
        .where(col(Application.state).in_(CLOCKS), expected.is_not(None), ~carded)
        .order_by(col(Application.due_on), col(Application.number))
        .limit(most)
        .with_for_update(skip_locked=True)  # a case somebody works on right now is looked at next time
    )
    return list(await session.scalars(query))


def _rule_of(today: date) -> sa.ColumnElement[str | None]:
    """`rules.rule_for` as SQL, which a test proves."""
    shown = board.light_on(today)
    cases = [
        (sa.and_(col(Application.state) == state, shown == rule.kind.value), rule.id)
        for state, clock in CLOCKS.items()
        for rule in RULES
        if rule.clock is clock
    ]
    return sa.case(*cases, else_=None)


async def give(session: Session, application: Application, rule: Rule, at: datetime) -> bool:
    """Give the card unless the case has it; whether it was given now."""
    inputs = {
        "state": str(application.state),
        "due_on": str(application.due_on),
        "yellow_on": str(application.yellow_on),
        "limit_days": application.limit_days,
        "percent": rule.percent,
    }
    row = insert(Card).values(
        id=uuid4(),
        application_number=application.number,
        department_code=application.department_code,
        kind=rule.kind,
        rule=rule.id,
        rule_version=rule.version,
        inputs=inputs,
        raised_at=at,
    )
    given = await session.scalar(row.on_conflict_do_nothing().returning(col(Card.id)))
    if given is None:
        return False
    await _record(
        session,
        None,
        application.number,
        f"{rule.kind} card raised",
        at,
        rule=rule.id,
        version=rule.version,
        **inputs,
    )
    return True


async def issue_order(
    session: Session,
    actor: Actor,
    number: str,
    *,
    text: str,
    due_on: date,
    to_person: UUID | None = None,
    at: datetime,
) -> Order:
    """督办: order an officer, or without `to_person` the department, to act on a case and reply by `due_on`.

    Raises NotForOversight, ApplicationNotFound, TextMissing, DueTooSoon, AddresseeUnknown.
    """
    if not actor.has(Role.SUPERVISOR):
        raise NotForOversight("issue-order")
    words = require_text("text", text)
    require_time(due_on, local_day(at))
    application = await _case(session, actor, number, lock=True)
    addressee = await _addressee(session, application.department_code, to_person)
    year = local_day(at).year
    running = await next_in_series(session, f"oversight-order-{year}")
    order = Order(
        number=f"督〔{year}〕{running}号",
        application_number=number,
        department_code=application.department_code,
        to_person=addressee.person_id if addressee else None,
        to_name=addressee.name if addressee else None,
        text=words,
        due_on=due_on,
        issued_by=actor.person_id,
        issued_by_name=actor.name,
        issued_at=at,
    )
    session.add(order)
    await session.flush()
    to = order.to_name or order.department_code
    told = {"order": order.number, "to": to, "due": str(due_on)}
    person = {"to_person": str(order.to_person)} if order.to_person else {}
    await _record(session, actor, number, "supervision order issued", at, **told, **person)
    return order


async def _addressee(session: Session, department: str, to_person: UUID | None) -> StaffEntry | None:
    if to_person is None:
        return None
    for entry in await queries.addressees(session, department):
        if entry.person_id == to_person:
            return entry
    raise AddresseeUnknown(department)


async def reply(session: Session, actor: Actor, order_id: UUID, *, text: str, at: datetime) -> Order:
    """回复: by the officer the order names (or who stands in for them), or anyone of the department it names.

    Raises NotForOversight, OrderNotFound, TextMissing, OrderAnswered, OrderClosed.
    """
    if not actor.has(*CASEWORK):
        raise NotForOversight("reply")
    words = require_text("reply", text)
    order = await queries.order(session, actor, order_id, lock=True)
    if order.to_person is not None and order.to_person not in actor.desks:
        raise NotForOversight("reply")
    require_answerable(
        order.number, answered=order.replied_at is not None, closed=order.closed_at is not None
    )
    order.reply, order.replied_at = words, at
    order.replied_by, order.replied_by_name = actor.person_id, actor.name
    number = order.application_number
    absent = actor.instead_of(order.to_person)
    place = {"instead_of": absent.name} if absent else {}
    await _record(session, actor, number, "supervision order answered", at, order=order.number, **place)
    return order


async def close(session: Session, actor: Actor, order_id: UUID, *, remark: str = "", at: datetime) -> Order:
    """办结督办: with the reply at hand, or with a remark why none is needed.

    Raises NotForOversight, OrderNotFound, OrderNotAnswered, OrderClosed.
    """
    if not actor.has(Role.SUPERVISOR):
        raise NotForOversight("close-order")
    order = await queries.order(session, actor, order_id, lock=True)
    require_closable(
        order.number, answered=order.replied_at is not None, closed=order.closed_at is not None, remark=remark
    )
    order.remark = remark.strip() or None
    order.closed_by, order.closed_by_name, order.closed_at = actor.person_id, actor.name, at
    number = order.application_number
    await _record(session, actor, number, "supervision order closed", at, order=order.number)
    return order


async def extend_order(
    session: Session, actor: Actor, order_id: UUID, *, due_on: date, reason: str, at: datetime
) -> Order:
    """延期: a later day for the reply, with the reason, which stands in the case's record.

    Raises NotForOversight, OrderNotFound, OrderClosed, OrderAnswered, TextMissing, DueTooSoon.
    """
    if not actor.has(Role.SUPERVISOR):
        raise NotForOversight("extend-order")
    words = require_text("reason", reason)
    order = await queries.order(session, actor, order_id, lock=True)
    require_answerable(
        order.number, answered=order.replied_at is not None, closed=order.closed_at is not None
    )
    require_time(due_on, max(order.due_on, local_day(at)))
    before, order.due_on, order.reminded = order.due_on, due_on, 0
    number = order.application_number
    told = {"order": order.number, "was": str(before), "due": str(due_on), "reason": words}
    await _record(session, actor, number, "supervision order extended", at, **told)
    return order


async def keep_check(
    session: Session, finding: Finding, *, started_at: datetime, finished_at: datetime
) -> LedgerCheck:
    """Keep what a check of the whole ledger found, so that a page can show it."""
    broken = finding.broken
    check = LedgerCheck(
        started_at=started_at,
        finished_at=finished_at,
        entries=finding.entries,
        chains=finding.chains,
        leaves=finding.leaves,
        checkpoints=finding.checkpoints,
        waiting=finding.waiting,
        why=broken.why if broken else None,
        chain=broken.chain if broken else "",
        position=broken.position if broken else 0,
        size=broken.size if broken else 0,
    )
    session.add(check)
    await session.flush()
    return check


async def ask_for_check(session: Session, actor: Actor, *, at: datetime) -> None:
    """Have a worker check the whole ledger now; asked twice while one waits, it is done once."""
    if not actor.has(Role.SUPERVISOR, Role.AUDIT_ADMIN):
        raise NotForOversight("check-ledger")
    await queue.enqueue(session, CHECK_LEDGER, queueing_lock=CHECK_LEDGER, lock=CHECK_LEDGER)
    await ledger.append(
        session,
        chain=f"oversight:{actor.person_id}",
        deed="ledger check asked for",
        subject="ledger",
        actor=str(actor.person_id),
        at=at,
        details={"by": actor.name},
    )


async def _record(
    session: Session, actor: Actor | None, number: str, deed: str, at: datetime, **details: Any
) -> None:
    named: Mapping[str, Any] = {"by": actor.name} if actor else {}
    await ledger.append(
        session,
        chain=number,
        deed=deed,
        subject=number,
        actor=str(actor.person_id) if actor else SWEEP,
        at=at,
        details={**named, **details},
    )
