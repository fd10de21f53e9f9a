"""Between acceptance and decision: opinions step by step, two persons where the law wants two, pauses, extension."""

from datetime import datetime

from identity.actor import Actor
from licensing.sheets import chinese_date
from services.applications import queries
from services.applications.commands import papers, timing
from services.applications.commands.receiving import say, step_after, take
from services.applications.commands.recording import clear_desk, record
from services.applications.errors import NotYourDeed, StepsNotDone
from services.applications.hearing import queries as hearings
from services.applications.hearing.rules import require_over
from services.applications.models import Application
from services.applications.rules import (
    Deed,
    next_state,
    persons_needed,
    require_reason,
    require_second_person,
    require_time,
    step_before,
)
from services.catalogue import queries as catalogue
from services.catalogue.codes import StepKind, StepRole
from services.catalogue.definition import ItemDefinition, Step
from services.workflow.rules import PauseKind, local_day
from storage.database import Session


async def review(
    session: Session, actor: Actor, number: str, *, opinion: str, favourable: bool, at: datetime
) -> Application:
    """Give one's opinion on the current step. Where two persons verify, the second must be another.

    Raises NotYourDeed, StepNotOpen, AlreadySpoke, ReasonMissing (an unfavourable opinion says why).
    """
    application = await take(session, actor, number, Deed.REVIEW)
    item = await catalogue.get_version(session, application.item_code, application.item_version)
    step = current_step(item.definition, application)
    if step.role is not StepRole.REVIEWER:
        raise NotYourDeed(Deed.REVIEW, step.role)
    text = opinion if favourable else require_reason(Deed.REFUSE, opinion)
    spoken = await queries.spoken_at(session, application, step.key)
    require_second_person(step.key, str(actor.person_id), spoken)
    say(session, actor, application, step.key, Deed.REVIEW, text, at)
    on_site = step.kind is StepKind.INSPECT
    done = len(spoken) + 1 >= persons_needed(two_persons=step.two_persons, on_site=on_site)
    if done:
        application.step = step_after(item.definition, step.key)
    application.updated_at = at
    await record(
        session, actor, application, "step reviewed", at=at, step=step.key, favourable=favourable, done=done
    )
    clear_desk(application)
    return application


def current_step(definition: ItemDefinition, application: Application) -> Step:
    """The step the case is at. Raises StepsNotDone when it is at none (not accepted, or decided)."""
    step = definition.step(application.step) if application.step else None
    if step is None:
        raise StepsNotDone(application.step or "")
    return step


async def send_back(session: Session, actor: Actor, number: str, *, reason: str, at: datetime) -> Application:
    """退回上一环节: the step before is done again, with its opinions; the limit runs on (行政许可法 35, 43).

    The applicant is asked for nothing again: what was accepted stays accepted. Only who does the present step sends
    back. Raises ReasonMissing, NothingBefore, NotYourDeed, StepsNotDone.
    """
    reason = require_reason(Deed.SEND_BACK, reason)
    application = await take(session, actor, number, Deed.SEND_BACK)
    item = await catalogue.get_version(session, application.item_code, application.item_version)
    step = current_step(item.definition, application)
    if step.role.value not in actor.roles:
        raise NotYourDeed(Deed.SEND_BACK, step.role)
    keys = [one.key for one in item.definition.steps if one.kind is not StepKind.ACCEPT]
    before = step_before(keys, step.key)
    await _supersede(session, application, {before, step.key})
    say(session, actor, application, step.key, Deed.SEND_BACK, reason, at)
    application.step, application.updated_at = before, at
    await record(session, actor, application, "step sent back", at=at, step=step.key, to=before)
    clear_desk(application)
    return application


async def _supersede(session: Session, application: Application, steps: set[str]) -> None:
    """What was said at these steps counts no more, and stays in the record."""
    for opinion in await queries.opinions_of(session, application):
        if opinion.step in steps:
            opinion.superseded = True
    await session.flush()


async def suspend(
    session: Session, actor: Actor, number: str, *, kind: PauseKind, reason: str, days: int, at: datetime
) -> Application:
    """特别程序: hearing, inspection, expert review … stop the clock, with the time needed told in writing (行政许可法 45).

    `days` are the working days it will take. Raises ReasonMissing, TimeNotStated, workflow.PauseNotAllowed.
    """
    reason = require_reason(Deed.SUSPEND, reason)
    require_time(days)
    application = await take(session, actor, number, Deed.SUSPEND)
    application.state = next_state(application.state, Deed.SUSPEND)
    application.updated_at = at
    say(session, actor, application, application.step or "", Deed.SUSPEND, reason, at)
    await timing.pause(session, application, kind=kind, reason=reason, days=days, at=at)
    told = {
        "procedure": papers.PROCEDURES[kind],
        "days": str(days),
        "since": chinese_date(local_day(at).isoformat()),
        "reason": reason,
    }
    await papers.request_again(session, application, papers.Paper.SPECIAL_PROCEDURE, at=at, told=told)
    await record(session, actor, application, "special procedure begun", at=at, procedure=kind, days=days)
    return application


async def resume(session: Session, actor: Actor, number: str, *, result: str, at: datetime) -> Application:
    """The special procedure is over; the clock goes on with the days that were left.

    Raises HearingOpen: what was stopped for a called hearing goes on when that is closed.
    """
    application = await take(session, actor, number, Deed.RESUME)
    require_over(number, await hearings.days_of(session, application), local_day(at))
    application.state = next_state(application.state, Deed.RESUME)
    application.updated_at = at
    say(session, actor, application, application.step or "", Deed.RESUME, result, at)
    await timing.resume(session, application, at=at)
    await record(session, actor, application, "special procedure ended", at=at, due=str(application.due_on))
    return application


async def extend(session: Session, actor: Actor, number: str, *, reason: str, at: datetime) -> Application:
    """延期, once, ten working days, with the reason told to the applicant (行政许可法 42)."""
    reason = require_reason(Deed.EXTEND, reason)
    application = await take(session, actor, number, Deed.EXTEND)
    application.state = next_state(application.state, Deed.EXTEND)
    application.updated_at = at
    say(session, actor, application, application.step or "", Deed.EXTEND, reason, at)
    item = await catalogue.get_version(session, application.item_code, application.item_version)
    days = await timing.extend(session, application, item.definition, at=at)
    due = chinese_date(str(application.due_on))
    told = {"days": str(days), "due": due, "reason": reason}
    await papers.request_again(session, application, papers.Paper.EXTENSION, at=at, told=told)
    await record(session, actor, application, "limit extended", at=at, due=str(application.due_on), days=days)
    return application
