"""Raising, answering and ending warnings; what is said stands sealed, that it was said stands in the case's record."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from identity.actor import CASEWORK, Actor, Role
from services.applications.models import Application
from services.oversight.errors import AppealTooLate, NotForOversight, OwnDisposal
from services.oversight.models import Card
from services.oversight.rules import WATCHED, CardKind, require_text
from services.oversight.warnings import queries
from services.oversight.warnings.models import Warning
from services.oversight.warnings.rules import (
    APPEAL_DAYS,
    NEXT,
    OF_CARD,
    REPLY_DAYS,
    Level,
    Step,
    require,
    standing,
)
from services.workflow import calendar
from services.workflow.rules import Calendar, due_on, local_day
from storage import ledger
from storage.database import Session

SYSTEM = "system:oversight"
PROMPT, SILENT_YELLOW, SILENT_RED = "P1", "T5Y", "T5R"
"""预警: nearly late; and the rule that a warning itself was not answered in time (T5)."""
BATCH = 500


async def raise_due(session: Session, *, at: datetime, most: int = BATCH) -> int:
    """Open a warning for every card that has none, and prompt the handlers of cases about to turn yellow."""
    days = await calendar.load(session)
    opened = await _of_cards(session, days, at, most)
    return opened + await _prompts(session, days, at, most)


async def _of_cards(session: Session, days: Calendar, at: datetime, most: int) -> int:
    known = sa.exists().where(
        col(Warning.application_number) == col(Card.application_number), col(Warning.rule) == col(Card.rule)
    )
    query = (
        sa.select(Card, Application)
        .join(Application, col(Application.number) == col(Card.application_number))
        .where(~known, col(Card.rule).not_in([SILENT_YELLOW, SILENT_RED]))
        .order_by(col(Card.raised_at), col(Card.id))
        .limit(most)
    )
    rows = (await session.execute(query)).all()
    opened = 0
    for card, case in rows:
        opened += await _open(
            session, case, card.rule, card.rule_version, card.inputs, OF_CARD[card.kind], days, at=at
        )
    return opened


async def _prompts(session: Session, days: Calendar, at: datetime, most: int) -> int:
    """The last working day before a case turns yellow, or before it is due where it never does."""
    today = local_day(at)
    tomorrow = due_on(today, 1, days).on
    known = sa.exists().where(
        col(Warning.application_number) == col(Application.number), col(Warning.rule) == PROMPT
    )
    first = sa.func.least(col(Application.yellow_on), col(Application.due_on))
    query = (
        sa.select(Application)
        .where(col(Application.state).in_(WATCHED), first > today, first <= tomorrow, ~known)
        .order_by(col(Application.due_on), col(Application.number))
        .limit(most)
    )
    opened = 0
    for case in list(await session.scalars(query)):
        inputs = {"due_on": str(case.due_on), "yellow_on": str(case.yellow_on)}
        opened += await _open(session, case, PROMPT, 1, inputs, Level.HANDLER, days, at=at)
    return opened


async def _open(
    session: Session,
    case: Application,
    rule: str,
    version: int,
    inputs: dict[str, Any],
    level: Level,
    days: Calendar,
    *,
    at: datetime,
) -> bool:
    reply_by = due_on(local_day(at), REPLY_DAYS[level], days).on
    row = insert(Warning).values(
        id=uuid4(),
        application_number=case.number,
        department_code=case.department_code,
        rule=rule,
        rule_version=version,
        inputs=inputs,
        level=level,
        to_person=case.claimed_by,
        to_name=case.claimed_by_name,
        raised_at=at,
        reply_by=reply_by,
    )
    if await session.scalar(row.on_conflict_do_nothing().returning(col(Warning.id))) is None:
        return False
    told = {"rule": rule, "version": version, "level": level, "due": str(reply_by)}
    to = {"to_person": str(case.claimed_by)} if case.claimed_by else {}
    await _record(session, None, case.number, "warning raised", at, **told, **to)
    return True


async def escalate(session: Session, *, at: datetime, most: int = BATCH) -> int:
    """What was not answered in time goes one level up, to the department's leaders, with a new day; how many did.

    Silence on the way to yellow and red is a card of its own (预警反馈超过反馈截止时间).
    """
    today, days = local_day(at), await calendar.load(session)
    query = (
        sa.select(Warning)
        .where(
            col(Warning.replied_at).is_(None),
            col(Warning.disposed_at).is_(None),
            col(Warning.retracted_at).is_(None),
            col(Warning.reply_by) < today,
            col(Warning.level) != Level.RED,
        )
        .order_by(col(Warning.reply_by), col(Warning.id))
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    silent = list(await session.scalars(query))
    for warning in silent:
        level = NEXT[warning.level] or Level.RED
        reply_by = due_on(today, REPLY_DAYS[level], days).on
        told = {"rule": warning.rule, "level": level, "due": str(reply_by)}
        await _record(session, None, warning.application_number, "warning escalated", at, **told)
        if level in {Level.YELLOW, Level.RED}:
            await _card(session, warning, level, at)
        warning.level, warning.to_person, warning.to_name = level, None, None
        warning.reply_by = reply_by
    return len(silent)


async def _card(session: Session, warning: Warning, level: Level, at: datetime) -> None:
    kind = CardKind(level.value)
    rule = SILENT_RED if kind is CardKind.RED else SILENT_YELLOW
    inputs = {"warning": warning.rule, "reply_by": str(warning.reply_by)}
    row = insert(Card).values(
        id=uuid4(),
        application_number=warning.application_number,
        department_code=warning.department_code,
        kind=kind,
        rule=rule,
        rule_version=1,
        inputs=inputs,
        raised_at=at,
    )
    if await session.scalar(row.on_conflict_do_nothing().returning(col(Card.id))) is not None:
        await _record(
            session, None, warning.application_number, f"{kind} card raised", at, rule=rule, **inputs
        )


async def reply(session: Session, actor: Actor, warning_id: UUID, *, text: str, at: datetime) -> Warning:
    """回复, by the officer addressed (or who stands in), or anybody of the department. Raises WarningNotFound, …"""
    if not actor.has(*CASEWORK):
        raise NotForOversight("reply-warning")
    warning, words = await _take(session, actor, warning_id, Step.REPLY, text, at)
    warning.reply, warning.replied_at = words, at
    warning.replied_by, warning.replied_by_name = actor.person_id, actor.name
    await _record(session, actor, warning.application_number, "warning answered", at, rule=warning.rule)
    return warning


async def dispose(session: Session, actor: Actor, warning_id: UUID, *, text: str, at: datetime) -> Warning:
    """处治: what follows from it, in words."""
    _require_supervisor(actor, "dispose-warning")
    warning, words = await _take(session, actor, warning_id, Step.DISPOSE, text, at)
    warning.disposal, warning.disposed_at = words, at
    warning.disposed_by, warning.disposed_by_name = actor.person_id, actor.name
    await _record(session, actor, warning.application_number, "warning disposed", at, rule=warning.rule)
    return warning


async def retract(session: Session, actor: Actor, warning_id: UUID, *, text: str, at: datetime) -> Warning:
    """撤销, with the reason: it counts against nobody."""
    _require_supervisor(actor, "retract-warning")
    warning, words = await _take(session, actor, warning_id, Step.RETRACT, text, at)
    await _end_retracted(session, actor, warning, words, at)
    return warning


async def appeal(session: Session, actor: Actor, warning_id: UUID, *, text: str, at: datetime) -> Warning:
    """申诉 within five working days of the disposal. Raises AppealTooLate."""
    if not actor.has(*CASEWORK):
        raise NotForOversight("appeal-warning")
    warning, words = await _take(session, actor, warning_id, Step.APPEAL, text, at)
    last = due_on(local_day(warning.disposed_at or at), APPEAL_DAYS, await calendar.load(session)).on
    if local_day(at) > last:
        raise AppealTooLate(last)
    warning.appeal, warning.appealed_at, warning.appealed_by_name = words, at, actor.name
    await _record(session, actor, warning.application_number, "warning appealed", at, rule=warning.rule)
    return warning


async def decide(
    session: Session, actor: Actor, warning_id: UUID, *, holds: bool, text: str, at: datetime
) -> Warning:
    """申诉决定, by another supervisor than the one who disposed: it `holds` and the warning is retracted, or not."""
    _require_supervisor(actor, "decide-appeal")
    warning, words = await _take(session, actor, warning_id, Step.DECIDE, text, at)
    if warning.disposed_by == actor.person_id:
        raise OwnDisposal(warning.application_number)
    warning.decision, warning.decided_at, warning.decided_by_name = words, at, actor.name
    number = warning.application_number
    await _record(session, actor, number, "warning appeal decided", at, rule=warning.rule, holds=holds)
    if holds:
        await _end_retracted(session, actor, warning, words, at)
    return warning


async def _end_retracted(session: Session, actor: Actor, warning: Warning, words: str, at: datetime) -> None:
    warning.retraction, warning.retracted_at, warning.retracted_by_name = words, at, actor.name
    await _record(session, actor, warning.application_number, "warning retracted", at, rule=warning.rule)


async def _take(
    session: Session, actor: Actor, warning_id: UUID, step: Step, text: str, at: datetime
) -> tuple[Warning, str]:
    words = require_text("text", text)
    warning = await queries.get(session, actor, warning_id, lock=True)
    require(step, standing(warning.said(local_day(at))), warning.application_number)
    return warning, words


def _require_supervisor(actor: Actor, deed: str) -> None:
    if not actor.has(Role.SUPERVISOR):
        raise NotForOversight(deed)


async def _record(
    session: Session, actor: Actor | None, number: str, deed: str, at: datetime, **details: Any
) -> None:
    named = {"by": actor.name} if actor else {}
    await ledger.append(
        session,
        chain=number,
        deed=deed,
        subject=number,
        actor=str(actor.person_id) if actor else SYSTEM,
        at=at,
        details={**named, **details},
    )
